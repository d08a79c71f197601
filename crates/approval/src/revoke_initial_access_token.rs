//! A person revokes an initial access token: it registers nothing any more. What it has registered stays a case.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Environment, Id, InitialAccess};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    store,
};

/// Which token.
#[derive(Debug, Clone, Copy)]
pub struct RevokeInitialAccessToken {
    /// The environment.
    pub environment: Environment,
    /// The token.
    pub token: Id<InitialAccess>,
}

/// Why nothing was revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeInitialAccessTokenError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// There is no such token that is not revoked.
    #[error("there is no such token that is not revoked")]
    NotLive,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Revokes a token. Who may make one may revoke any.
pub async fn revoke_initial_access_token(
    tx: &mut TenantTx,
    command: RevokeInitialAccessToken,
    acting: &mut Acting<'_>,
) -> Result<(), RevokeInitialAccessTokenError> {
    acting.member(tx, Action::EditIntegration)?;
    let RevokeInitialAccessToken { environment, token } = command;
    if !store::initial_access_token::revoke(tx, environment, token, acting.now).await? {
        return Err(RevokeInitialAccessTokenError::NotLive);
    }
    let deed = Deed {
        action: "initial_access_token.revoke",
        object: token.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({}),
    };
    Ok(acting.record(tx, deed).await?)
}
