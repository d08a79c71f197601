//! A tenant takes back that a host is its own. A domain that was ever proved stays on record: approvals rest on it.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{HostName, Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    store,
};

/// Which domain.
#[derive(Debug, Clone, Copy)]
pub struct RemoveDomain {
    /// The domain.
    pub domain: Id<kind::Domain>,
}

/// Why the domain stays.
#[derive(Debug, thiserror::Error)]
pub enum RemoveDomainError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It was proved: approvals may rest on that.
    #[error("the domain was verified")]
    Proved,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Removes a domain that was never proved, with its value: adding it again makes a new one.
pub async fn remove_domain(
    tx: &mut TenantTx,
    command: RemoveDomain,
    acting: &mut Acting<'_>,
) -> Result<HostName, RemoveDomainError> {
    acting.member(tx, Action::EditIntegration)?;
    let domain = store::domain::lock(tx, command.domain).await?;
    if store::proof::any(tx, domain.id).await? {
        return Err(RemoveDomainError::Proved);
    }
    store::domain::delete(tx, domain.id).await?;
    let deed = Deed {
        action: "domain.remove",
        object: domain.id.to_string(),
        environment: None,
        reason: "",
        detail: json!({ "host": domain.host }),
    };
    acting.record(tx, deed).await?;
    Ok(domain.host)
}
