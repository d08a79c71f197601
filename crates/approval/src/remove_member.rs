//! An owner removes a person from the tenant: sessions and tokens of theirs end at once, and what only they answered for
//! is limited until somebody else does. The last owner stays. What the person did stays in the ledger under their name.

use narthex_people::leaving;
use narthex_tenancy::{StoreError, TenantTx, member, permission::Action};
use narthex_vocab::{Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    orphan::limit_orphans,
    prose::Reason,
};

/// Whom to remove.
#[derive(Debug, Clone)]
pub struct RemoveMember {
    /// The person.
    pub member: Id<kind::Member>,
    /// Why; kept in the ledger.
    pub reason: Reason,
}

/// What ended with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Portal sessions that were in force.
    pub sessions: usize,
    /// API tokens that were in force.
    pub api_tokens: usize,
    /// Integrations that nobody answers for now, where something had to be limited.
    pub orphans: Vec<Id<kind::Integration>>,
}

/// Why the person stays. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum RemoveMemberError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// There would be no owner any more.
    #[error("the last owner stays")]
    LastOwner,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Removes a person of the transaction's tenant.
pub async fn remove_member(
    tx: &mut TenantTx,
    command: RemoveMember,
    acting: &mut Acting<'_>,
) -> Result<Removed, RemoveMemberError> {
    acting.member(tx, Action::ManagePeople)?;
    let RemoveMember { member: id, reason } = command;
    let owners = member::hold_owners(tx).await?;
    let person = member::load(tx, id).await?;
    if owners == [id] {
        return Err(RemoveMemberError::LastOwner);
    }
    member::leave(tx, id).await?;
    let ended = leaving::end_all(tx, id, acting.now).await?;
    let deed = Deed {
        action: "member.remove",
        object: id.to_string(),
        environment: None,
        reason: reason.as_str(),
        detail: json!({
            "role": person.role.map(narthex_tenancy::permission::Role::as_str),
            "sessions": ended.sessions,
            "api_tokens": ended.api_tokens,
        }),
    };
    acting.record(tx, deed).await?;
    Ok(Removed {
        sessions: ended.sessions,
        api_tokens: ended.api_tokens,
        orphans: limit_orphans(tx, acting).await?,
    })
}
