//! A tenant retires a secret of its client: it stops working at once. It never touches the client's other secret.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{ClientId, Environment, Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    create_credential::action,
    store,
};

/// Which secret.
#[derive(Debug, Clone)]
pub struct RetireCredential {
    /// The environment.
    pub environment: Environment,
    /// The client.
    pub client_id: ClientId,
    /// The secret.
    pub credential: Id<kind::Credential>,
}

/// Why nothing was retired.
#[derive(Debug, thiserror::Error)]
pub enum RetireCredentialError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The client has no such secret that works.
    #[error("the client has no such secret that works")]
    NotLive,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Retires a secret. Who may make one may retire one.
pub async fn retire_credential(
    tx: &mut TenantTx,
    command: RetireCredential,
    acting: &mut Acting<'_>,
) -> Result<(), RetireCredentialError> {
    let RetireCredential {
        environment,
        client_id,
        credential,
    } = command;
    acting.member(tx, action(environment))?;
    if !store::credential::retire(tx, environment, &client_id, credential).await? {
        return Err(RetireCredentialError::NotLive);
    }
    store::client::touch(tx, environment, &client_id, acting.now).await?;
    let deed = Deed {
        action: "credential.retire",
        object: credential.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({ "client_id": client_id }),
    };
    Ok(acting.record(tx, deed).await?)
}
