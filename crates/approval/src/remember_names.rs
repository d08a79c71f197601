//! What requests and clients show that were there before their names were kept: the marks of a request, and the names of
//! a client whose hosts are proved. Doing it twice changes nothing, and nothing is decided by it.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{ClientId, ClientState, Environment};

use crate::{
    acting::{Acting, NotPermitted},
    activate,
    request::RequestRef,
    store::{self, client},
};

/// Whose names to remember.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RememberNames {
    /// What one version of a request shows.
    Request(RequestRef),
    /// What a client may call itself.
    Client(Environment, ClientId),
}

/// Why nothing is remembered.
#[derive(Debug, thiserror::Error)]
pub enum RememberNamesError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Remembers the names of one request or client.
pub async fn remember_names(
    tx: &mut TenantTx,
    command: RememberNames,
    acting: &mut Acting<'_>,
) -> Result<(), RememberNamesError> {
    acting.itself()?;
    match command {
        RememberNames::Request(at) => {
            let request = store::request::load(tx, tx.tenant(), at).await?;
            let integration =
                store::integration::load(tx, tx.tenant(), request.integration).await?;
            let shown = (&integration.name, &request.metadata);
            store::mark::insert(tx, at, shown).await?;
        }
        RememberNames::Client(environment, client_id) => {
            let standing = client::load(tx, environment, &client_id).await?;
            if !matches!(standing.state, ClientState::Revoked | ClientState::Expired) {
                let at = client::case_of(tx, environment, &client_id).await?;
                let request = store::request::load(tx, tx.tenant(), at).await?;
                activate::verify_names(tx, &request, &client_id).await?;
            }
        }
    }
    Ok(())
}
