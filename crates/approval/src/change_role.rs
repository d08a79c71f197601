//! An owner gives a person of the tenant another role. The last owner stays one. What the person may do follows at their
//! next request; nobody has to sign in again.

use narthex_tenancy::{
    StoreError, TenantTx, member,
    permission::{Action, Role},
};
use narthex_vocab::{Id, kind};
use serde_json::json;

use crate::acting::{Acting, Deed, NotPermitted};
use crate::letter::Notice;

/// Who shall be what.
#[derive(Debug, Clone, Copy)]
pub struct ChangeRole {
    /// The person.
    pub member: Id<kind::Member>,
    /// Their role from now on.
    pub role: Role,
}

/// Why the role is as before.
#[derive(Debug, thiserror::Error)]
pub enum ChangeRoleError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The role belongs to the platform.
    #[error("this role is not of a tenant")]
    NotATenantRole,
    /// There would be no owner any more.
    #[error("the last owner stays one")]
    LastOwner,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives a person of the transaction's tenant another role. The same role again changes nothing.
pub async fn change_role(
    tx: &mut TenantTx,
    command: ChangeRole,
    acting: &mut Acting<'_>,
) -> Result<(), ChangeRoleError> {
    acting.member(tx, Action::ManagePeople)?;
    let ChangeRole { member: id, role } = command;
    if role.is_staff() {
        return Err(ChangeRoleError::NotATenantRole);
    }
    let owners = member::hold_owners(tx).await?;
    let before = member::load(tx, id).await?.role;
    if before == Some(role) {
        return Ok(());
    }
    if owners == [id] {
        return Err(ChangeRoleError::LastOwner);
    }
    member::set_role(tx, id, role, acting.now).await?;
    let deed = Deed {
        action: "member.role",
        object: id.to_string(),
        environment: None,
        reason: "",
        detail: json!({ "before": before.map(Role::as_str), "after": role.as_str() }),
    };
    acting.record(tx, deed).await?;
    Ok(acting.notice(tx, id, Notice::Role(role)).await?)
}
