//! A client has deleted its registration (RFC 7592 section 2.3): it ends for good, however it stands. It never comes
//! back by this way, and no other client is touched.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{ClientId, ClientState, Environment};

use crate::{
    acting::{Acting, NotPermitted},
    store,
    suspend::end_unattended,
};

const REASON: &str = "The client deleted its registration.";

/// Which client.
#[derive(Debug, Clone)]
pub struct EndRegistration {
    /// The environment.
    pub environment: Environment,
    /// The client.
    pub client_id: ClientId,
}

/// Why the client is as before.
#[derive(Debug, thiserror::Error)]
pub enum EndRegistrationError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends the client; false when it did not delete its registration, or has ended.
pub async fn end_registration(
    tx: &mut TenantTx,
    command: EndRegistration,
    acting: &mut Acting<'_>,
) -> Result<bool, EndRegistrationError> {
    acting.itself()?;
    let EndRegistration {
        environment,
        client_id,
    } = command;
    if !store::registration_access::has_ended(tx, environment, &client_id).await? {
        return Ok(false);
    }
    let client = store::client::load(tx, environment, &client_id).await?;
    if matches!(client.state, ClientState::Revoked | ClientState::Expired) {
        // It ended in another way, and its registration with it.
        return Ok(false);
    }
    Ok(end_unattended(tx, (environment, &client_id), REASON, acting).await?)
}
