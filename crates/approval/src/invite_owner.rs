//! Staff invite the owner of a tenant that has none yet, since the first link was lost or was for somebody else. The
//! links before end with it. It never reaches into a tenant that has an owner.

use narthex_people::invitation::{self, Invite};
use narthex_tenancy::{
    StoreError, TenantTx, member,
    permission::{Action, Role},
};
use narthex_vocab::{Email, HashKey, Secret};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    invite,
};

/// Whom to invite; the tenant is the transaction's.
#[derive(Debug)]
pub struct InviteOwner<'a> {
    /// Who shall own it.
    pub owner: Email,
    /// Under which invitations are hashed.
    pub hash_key: &'a HashKey,
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteOwnerError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Somebody owns the tenant: its people invite one another.
    #[error("the tenant has an owner, who invites the others")]
    HasOwner,
    /// Somebody with this address is there already.
    #[error("there is a member with this address already")]
    AlreadyMember,
    /// This address, or the tenant, was invited as often as may be today.
    #[error(
        "an address is invited three times a day at most, and a tenant invites a hundred times: hand over the link of before, or try again tomorrow"
    )]
    TooOften,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes an invitation; the token of its link is not stored.
pub async fn invite_owner(
    tx: &mut TenantTx,
    command: InviteOwner<'_>,
    acting: &mut Acting<'_>,
) -> Result<Secret, InviteOwnerError> {
    let person = acting.staff(tx, Action::CreateTenant)?;
    let members = member::list(tx).await?;
    if members.iter().any(|one| one.role == Some(Role::Owner)) {
        return Err(InviteOwnerError::HasOwner);
    }
    if members.iter().any(|one| one.email == command.owner) {
        return Err(InviteOwnerError::AlreadyMember);
    }
    if invitation::too_often(tx, &command.owner, acting.now).await? {
        return Err(InviteOwnerError::TooOften);
    }
    invitation::end_open(tx, Role::Owner, acting.now).await?;
    let owner = Invite {
        email: command.owner.clone(),
        role: Some(Role::Owner),
        invited_by: person.name.clone(),
    };
    let token = invite::write(tx, (&owner, command.hash_key), acting).await?;
    let deed = Deed {
        action: "tenant.invite_owner",
        object: tx.tenant().to_string(),
        environment: None,
        reason: "",
        detail: json!({ "owner": command.owner }),
    };
    acting.record(tx, deed).await?;
    Ok(token)
}
