//! Somebody who forgot their password sets another, by the link that their mailbox got. It is in the ledger of their tenant,
//! and they are told. It lets nobody in: signing in comes after it.

use narthex_people::reset::{self, Prepared, ResetError};
use narthex_tenancy::{TenantTx, ledger::Actor, member, permission::Person};
use serde_json::json;

use crate::acting::{Acting, Deed, NotPermitted};
use crate::letter::Notice;

/// Why the password is as before.
#[derive(Debug, thiserror::Error)]
pub enum ResetPasswordError {
    /// A person acts, and not the holder of a link.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The link or the code.
    #[error(transparent)]
    Reset(#[from] ResetError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] narthex_tenancy::StoreError),
}

/// Sets the password, ends the person's sessions, and tells them.
pub async fn reset_password(
    tx: &mut TenantTx,
    prepared: &Prepared,
    acting: &mut Acting<'_>,
) -> Result<(), ResetPasswordError> {
    acting.itself()?;
    let (id, ended) = reset::carry_out(tx, prepared, acting.now).await?;
    let person = Person {
        tenant: tx.tenant(),
        member: id,
        name: member::load(tx, id).await?.name.to_string(),
    };
    let deed = Deed {
        action: "account.reset_password",
        object: id.to_string(),
        environment: None,
        reason: "",
        detail: json!({ "sessions_ended": ended }),
    };
    acting.record_as(tx, Actor::Person(&person), deed).await?;
    Ok(acting.notice(tx, id, Notice::PasswordReset).await?)
}
