//! An owner takes an invitation back that nobody accepted, or puts a new one in its place. The link of before leads
//! nowhere from then on.

use narthex_people::invitation::{self, Invite};
use narthex_tenancy::{
    StoreError, TenantTx,
    permission::{Action, Role},
};
use narthex_vocab::{HashKey, Id, Secret, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    invite,
};

/// Why the invitation is as before.
#[derive(Debug, thiserror::Error)]
pub enum EndInvitationError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It was accepted or ended, or there is none.
    #[error("the invitation is over")]
    Over,
    /// This address, or the tenant, was invited as often as may be today.
    #[error(
        "an address is invited three times a day at most, and a tenant invites a hundred times: hand over the link of before, or try again tomorrow"
    )]
    TooOften,
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
    if invitation::too_often(tx, &before.email, acting.now).await? {
        return Err(EndInvitationError::TooOften);
    }
    let anew = Invite {
        invited_by: person.name.clone(),
        ..before
    };
    let token = invite::write(tx, (&anew, hash_key), acting).await?;
    let deed = Deed {
        action: "member.invite",
        object: anew.email.as_str().to_owned(),
        environment: None,
        reason: "",
        detail: json!({ "role": anew.role.map(Role::as_str), "again": true }),
    };
    acting.record(tx, deed).await?;
    Ok((anew, token))
}
