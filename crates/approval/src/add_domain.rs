//! A tenant says that a host is its own, and gets the value to publish there. It proves nothing.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Challenge, DomainState, HostName, Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    domain::{Domain, MOST},
    store,
};

/// Which host.
#[derive(Debug, Clone)]
pub struct AddDomain {
    /// The host, exactly: a proof covers it and no name below it.
    pub host: HostName,
}

/// Why no domain was added.
#[derive(Debug, thiserror::Error)]
pub enum AddDomainError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Many share the name, or it leads to this machine: nobody can prove it.
    #[error("nobody can own this name")]
    Unownable,
    /// The tenant has it already.
    #[error("the domain is there already")]
    AlreadyThere(Id<kind::Domain>),
    /// The tenant has as many as it may have.
    #[error("there are {MOST} domains already")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds a domain.
pub async fn add_domain(
    tx: &mut TenantTx,
    command: AddDomain,
    acting: &mut Acting<'_>,
) -> Result<Domain, AddDomainError> {
    acting.member(tx, Action::EditIntegration)?;
    let host = command.host;
    if host.registrable().is_none() || host.is_loopback() {
        return Err(AddDomainError::Unownable);
    }
    if let Some(id) = store::domain::find(tx, &host).await? {
        return Err(AddDomainError::AlreadyThere(id));
    }
    if store::domain::count(tx).await? >= MOST {
        return Err(AddDomainError::TooMany);
    }
    let mut domain = Domain {
        id: acting.id(),
        host,
        challenge: Challenge::generate(&mut *acting.rng),
        state: DomainState::Pending,
        last_seen: None,
        created_at: acting.now,
        checked_at: None,
        next_check_at: None,
        failing_since: None,
    };
    domain.next_check_at = domain.next_check(domain.state, acting.now);
    store::domain::insert(tx, &domain).await?;
    let deed = Deed {
        action: "domain.add",
        object: domain.id.to_string(),
        environment: None,
        reason: "",
        detail: json!({ "host": domain.host }),
    };
    acting.record(tx, deed).await?;
    Ok(domain)
}
