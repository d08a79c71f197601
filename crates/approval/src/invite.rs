//! An owner invites somebody to the tenant, with a portal role. It never makes a member: accepting does.

use narthex_people::invitation::{self, Invite};
use narthex_tenancy::{
    StoreError, TenantTx, member,
    permission::{Action, Role},
    tenant,
};
use narthex_vocab::{Email, HashKey, Secret};
use serde_json::json;

use crate::acting::{Acting, Deed, NotPermitted};
use crate::letter::Letter;
use crate::mail::Mail;

/// Whom to invite as what.
#[derive(Debug)]
pub struct InviteMember<'a> {
    /// The address it is for.
    pub email: Email,
    /// The portal role it gives.
    pub role: Role,
    /// Under which invitations are hashed.
    pub hash_key: &'a HashKey,
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Somebody with this address is there already.
    #[error("there is a member with this address already")]
    AlreadyMember,
    /// This address, or the tenant, was invited as often as may be today.
    #[error(
        "an address is invited three times a day at most, and a tenant invites a hundred times: hand over the link of before, or try again tomorrow"
    )]
    TooOften,
    /// The role belongs to the platform.
    #[error("this role is not of a tenant")]
    NotATenantRole,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes an invitation, and mails its link to whom it is for; the token of the link.
pub(crate) async fn write(
    tx: &mut TenantTx,
    (invite, hash_key): (&Invite, &HashKey),
    acting: &mut Acting<'_>,
) -> Result<Secret, StoreError> {
    let (now, rng) = (acting.now, &mut *acting.rng);
    let token = invitation::create(tx, hash_key, invite.clone(), now, rng).await?;
    let tenant = tenant::load(tx).await?;
    let letter = |mail: &Mail| Letter::invitation(mail, &tenant, invite, &token);
    acting.tell(tx, letter).await?;
    Ok(token)
}

/// Writes an invitation; the token of its link is not stored.
pub async fn invite(
    tx: &mut TenantTx,
    command: InviteMember<'_>,
    acting: &mut Acting<'_>,
) -> Result<Secret, InviteError> {
    let person = acting.member(tx, Action::ManagePeople)?;
    if command.role.is_staff() {
        return Err(InviteError::NotATenantRole);
    }
    let members = member::list(tx).await?;
    if members.iter().any(|one| one.email == command.email) {
        return Err(InviteError::AlreadyMember);
    }
    if invitation::too_often(tx, &command.email, acting.now).await? {
        return Err(InviteError::TooOften);
    }
    let invite = Invite {
        email: command.email.clone(),
        role: Some(command.role),
        invited_by: person.name.clone(),
    };
    let token = write(tx, (&invite, command.hash_key), acting).await?;
    let deed = Deed {
        action: "member.invite",
        object: command.email.as_str().to_owned(),
        environment: None,
        reason: "",
        detail: json!({ "role": command.role.as_str() }),
    };
    acting.record(tx, deed).await?;
    Ok(token)
}
