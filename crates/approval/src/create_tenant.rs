//! Staff make a tenant: its two environments, both closed, and an invitation for its first owner. It never makes a
//! person: the owner chooses their own password.

use narthex_people::invitation::Invite;
use narthex_tenancy::{
    StoreError, TenantTx,
    permission::{Action, Role},
    tenant::{self, Tenant},
};
use narthex_vocab::{Email, HashKey, Label, Secret, TenantSlug};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    invite,
};

/// The tenant to make. The transaction is of the tenant that is to be: its id is made by the caller.
#[derive(Debug)]
pub struct CreateTenant<'a> {
    /// Its name in addresses; never changes.
    pub slug: TenantSlug,
    /// Its name for people.
    pub name: Label,
    /// Who owns it first.
    pub owner: Email,
    /// Under which invitations are hashed.
    pub hash_key: &'a HashKey,
}

/// The tenant and its owner's way in.
#[derive(Debug)]
pub struct CreatedTenant {
    /// The tenant.
    pub tenant: Tenant,
    /// The token of the owner's invitation link; shown once.
    pub invitation: Secret,
}

/// Why there is no tenant.
#[derive(Debug, thiserror::Error)]
pub enum CreateTenantError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Another tenant has the slug.
    #[error("the slug is taken")]
    SlugTaken,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CreateTenantError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("tenant_slug_key") => Self::SlugTaken,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Makes a tenant in the new tenant's own transaction.
pub async fn create_tenant(
    tx: &mut TenantTx,
    command: CreateTenant<'_>,
    acting: &mut Acting<'_>,
) -> Result<CreatedTenant, CreateTenantError> {
    let by = acting.staff(tx, Action::CreateTenant)?;
    tenant::create(tx, &command.slug, &command.name, acting.now).await?;
    let deed = Deed {
        action: "tenant.create",
        object: tx.tenant().to_string(),
        environment: None,
        reason: "",
        detail: json!({ "slug": command.slug, "name": command.name, "owner": command.owner }),
    };
    acting.record(tx, deed).await?;
    let owner = Invite {
        email: command.owner,
        role: Some(Role::Owner),
        invited_by: by.name.clone(),
    };
    let invitation = invite::write(tx, (&owner, command.hash_key), acting).await?;
    let tenant = tenant::load(tx).await?;
    Ok(CreatedTenant { tenant, invitation })
}
