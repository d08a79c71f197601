//! An owner takes an invitation back that nobody accepted, or puts a new one in its place. The link of before leads
//! nowhere from then on.

use narthex_people::invitation::{self, Invite};
use narthex_tenancy::{StoreError, TenantTx, permission::Action, tenant};
use narthex_vocab::{Email, HashKey, Id, Secret, kind};
use serde_json::json;

use crate::acting::{Acting, Deed, NotPermitted};
use crate::letter::Letter;

/// Why the invitation is as before.
#[derive(Debug, thiserror::Error)]
pub enum EndInvitationError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It was accepted or ended, or there is none.
    #[error("the invitation is over")]
    Over,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends an invitation of the transaction's tenant.
pub async fn end_invitation(
    tx: &mut TenantTx,
    invitation: Id<kind::Invitation>,
    acting: &mut Acting<'_>,
) -> Result<(), EndInvitationError> {
    acting.member(tx, Action::ManagePeople)?;
    let ended = invitation::end(tx, invitation, acting.now).await?;
    let ended = ended.ok_or(EndInvitationError::Over)?;
    let deed = Deed {
        action: "member.uninvite",
        object: ended.invite.email.as_str().to_owned(),
        environment: None,
        reason: "",
        detail: json!({}),
    };
    Ok(acting.record(tx, deed).await?)
}

/// Puts a new invitation of the same person in the place of one; for whom, and the token of its link, which is not stored.
pub async fn invite_again(
    tx: &mut TenantTx,
    (invitation, hash_key): (Id<kind::Invitation>, &HashKey),
    acting: &mut Acting<'_>,
) -> Result<(Invite, Secret), EndInvitationError> {
    let person = acting.member(tx, Action::ManagePeople)?;
    let before = invitation::end(tx, invitation, acting.now).await?;
    let before = before.ok_or(EndInvitationError::Over)?.invite;
    let invite = Invite {
        invited_by: person.name.clone(),
        ..before
    };
    let now = acting.now;
    let token = invitation::create(tx, hash_key, invite.clone(), now, &mut *acting.rng).await?;
    let tenant = tenant::load(tx).await?;
    acting
        .tell(tx, |mail| {
            Letter::invitation(mail, &tenant, &invite, &token)
        })
        .await?;
    let email: &Email = &invite.email;
    let deed = Deed {
        action: "member.invite",
        object: email.as_str().to_owned(),
        environment: None,
        reason: "",
        detail: json!({ "role": invite.role.map(narthex_tenancy::permission::Role::as_str), "again": true }),
    };
    acting.record(tx, deed).await?;
    Ok((invite, token))
}
