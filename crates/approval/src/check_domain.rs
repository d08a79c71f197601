//! Somebody, or the product by itself, wants a host looked at. It orders the look and never looks: the discovery plane
//! does.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{DomainState, Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    domain::{Domain, PAUSE},
    store,
};

/// Which domain.
#[derive(Debug, Clone, Copy)]
pub struct CheckDomain {
    /// The domain.
    pub domain: Id<kind::Domain>,
}

/// Why nobody looks.
#[derive(Debug, thiserror::Error)]
pub enum CheckDomainError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// A look is under way.
    #[error("a check is running")]
    AlreadyChecking,
    /// The last look was a moment ago.
    #[error("wait {retry_after} s")]
    TooSoon {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CheckDomainError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("one_open_order_per_domain") => Self::AlreadyChecking,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Orders a look at a domain, for a person.
pub async fn check_domain(
    tx: &mut TenantTx,
    command: CheckDomain,
    acting: &mut Acting<'_>,
) -> Result<Id<kind::Order>, CheckDomainError> {
    acting.member(tx, Action::EditIntegration)?;
    let domain = store::domain::lock(tx, command.domain).await?;
    let wait = store::fetch_order::last_requested(tx, domain.id)
        .await?
        .map_or(Duration::zero(), |last| last + PAUSE - acting.now);
    let order = match u32::try_from(wait.num_seconds()) {
        Ok(retry_after) if wait > Duration::zero() => {
            return Err(CheckDomainError::TooSoon {
                retry_after: retry_after.max(1),
            });
        }
        Ok(_) | Err(_) => order(tx, &domain, acting).await?,
    };
    let deed = Deed {
        action: "domain.check",
        object: domain.id.to_string(),
        environment: None,
        reason: "",
        detail: json!({ "host": domain.host, "order": order }),
    };
    acting.record(tx, deed).await?;
    Ok(order)
}

/// Orders a look at a domain whose time has come, by the product itself.
pub async fn check_when_due(
    tx: &mut TenantTx,
    command: CheckDomain,
    acting: &mut Acting<'_>,
) -> Result<Option<Id<kind::Order>>, CheckDomainError> {
    acting.itself()?;
    let domain = store::domain::lock(tx, command.domain).await?;
    match domain.next_check_at {
        Some(due) if due <= acting.now => order(tx, &domain, acting).await.map(Some),
        Some(_) | None => Ok(None),
    }
}

/// A proved host keeps its state while it is looked at; any other is being checked.
async fn order(
    tx: &mut TenantTx,
    domain: &Domain,
    acting: &mut Acting<'_>,
) -> Result<Id<kind::Order>, CheckDomainError> {
    let during = if domain.state.is_proved() {
        domain.state
    } else {
        DomainState::Checking
    };
    if domain.state == DomainState::Checking || !store::domain::begin(tx, domain, during).await? {
        return Err(CheckDomainError::AlreadyChecking);
    }
    let order = acting.id();
    store::fetch_order::insert(tx, order, domain, acting.now).await?;
    Ok(order)
}
