//! A person makes and ends tokens of the management API for themselves, of the platform or of a tenant: each act is in the
//! ledger there. Nobody makes one for somebody else, and none gives more than its person's role.

use narthex_people::api_token::{self, ApiToken, Create, CreateError};
use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{HashKey, Id, Label, Secret, kind};
use rand_core::CryptoRng;
use serde_json::json;

use crate::acting::{Acting, Deed, NotPermitted};

pub use narthex_people::api_token::May;

/// What the new token shall be.
#[derive(Debug)]
pub struct CreateApiToken<'a> {
    /// What its person calls it.
    pub name: Label,
    /// What it may do.
    pub may: May,
    /// Days that it lives; 90 at most.
    pub days: i64,
    /// Under which it is hashed.
    pub hash_key: &'a HashKey,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum CreateApiTokenError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// What a token cannot be.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a token of the person who acts, in a transaction of where they belong.
pub async fn create_api_token(
    tx: &mut TenantTx,
    command: CreateApiToken<'_>,
    acting: &mut Acting<'_>,
) -> Result<(ApiToken, Secret), CreateApiTokenError> {
    let member = own(tx, acting)?;
    let create = Create {
        member,
        name: command.name,
        may: command.may,
        lifetime: chrono::Duration::days(command.days),
    };
    let now = acting.now;
    let rng: &mut dyn CryptoRng = &mut *acting.rng;
    let (token, secret) = api_token::create(tx, command.hash_key, create, (now, rng)).await?;
    let deed = Deed {
        action: "api_token.create",
        object: token.id.to_string(),
        environment: None,
        reason: "",
        detail: json!({
            "name": token.name,
            "may": token.may.as_str(),
            "expires_at": token.expires_at,
        }),
    };
    acting.record(tx, deed).await?;
    Ok((token, secret))
}

/// Why a token is as before.
#[derive(Debug, thiserror::Error)]
pub enum EndApiTokenError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The person has no such token in force.
    #[error("there is no such token in force")]
    Over,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends a token of the person who acts: the next call with it is refused.
pub async fn end_api_token(
    tx: &mut TenantTx,
    token: Id<kind::ApiToken>,
    acting: &mut Acting<'_>,
) -> Result<(), EndApiTokenError> {
    let member = own(tx, acting)?;
    if !api_token::end(tx, (member, token), acting.now).await? {
        return Err(EndApiTokenError::Over);
    }
    let deed = Deed {
        action: "api_token.end",
        object: token.to_string(),
        environment: None,
        reason: "",
        detail: json!({}),
    };
    Ok(acting.record(tx, deed).await?)
}

/// The person, when they may look around where they belong: whoever has a role may have tokens.
fn own(tx: &TenantTx, acting: &Acting<'_>) -> Result<Id<kind::Member>, NotPermitted> {
    let person = acting
        .member(tx, Action::ReadPlatform)
        .or_else(|_| acting.member(tx, Action::ReadTenant))?;
    Ok(person.member)
}
