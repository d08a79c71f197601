//! Staff make what comes from one network a family of its own: from then on its calls have another identifier, and what is
//! decided about one family leaves the other alone. What registered before stays where it is. It ends by itself.

use ipnet::IpNet;
use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Environment, Fingerprint, Timestamp};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::Reason,
    store,
};

/// What to split off which family.
#[derive(Debug, Clone)]
pub struct SplitNetwork {
    /// The environment it registers in.
    pub environment: Environment,
    /// What its registrations have in common.
    pub fingerprint: Fingerprint,
    /// The callers' /24 or /48.
    pub network: IpNet,
    /// Why.
    pub reason: Reason,
    /// When it ends.
    pub until: Timestamp,
}

/// Why nothing was split.
#[derive(Debug, thiserror::Error)]
pub enum SplitNetworkError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is split off already.
    #[error("calls from there are a family of their own already")]
    Apart,
    /// The end is not ahead, or more than a year away.
    #[error("a split ends within a year")]
    End,
    /// The network is not one that the log tells apart.
    #[error("a network is a /24, or a /48 for IPv6")]
    Width,
    /// The store failed; an unknown family is not found.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for SplitNetworkError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("a_split_ends") => Self::End,
            Some("family_split_network_check") => Self::Width,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Splits the network off; gives what its calls are known by from now on.
pub async fn split_network(
    tx: &mut TenantTx,
    command: SplitNetwork,
    acting: &mut Acting<'_>,
) -> Result<Fingerprint, SplitNetworkError> {
    acting.staff(tx, Action::HandleQuarantine)?;
    let family = (command.environment, &command.fingerprint);
    store::quarantine::require_family(tx, family).await?;
    let own = command
        .fingerprint
        .from_network(&command.network.to_string());
    if !store::family_split::insert(tx, (&command, &own), acting.now).await? {
        return Err(SplitNetworkError::Apart);
    }
    let deed = Deed {
        action: "quarantine.split_network",
        object: command.fingerprint.to_string(),
        environment: Some(command.environment),
        reason: command.reason.as_str(),
        detail: json!({ "network": command.network.to_string(), "family": own, "expires_at": command.until }),
    };
    acting.record(tx, deed).await?;
    Ok(own)
}
