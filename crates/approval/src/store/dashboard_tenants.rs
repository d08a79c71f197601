//! Tenants as staff see them, over all of them. Read in the staff role only; the platform itself is not among them.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::tenant::tenants as t, tenant::Tenant};
use narthex_vocab::{Id, Label, PLATFORM_TENANT, TenantSlug, Timestamp};

const TABLE: &str = "tenant.tenant";

/// The tenant with exactly this slug, frozen or not.
pub(crate) async fn find(tx: &mut TenantTx, slug: &TenantSlug) -> Result<Tenant, StoreError> {
    let (id, slug, name, created_at): (uuid::Uuid, String, String, Timestamp) = t::table
        .filter(
            t::slug
                .eq(slug.as_str())
                .and(t::tenant_id.ne(PLATFORM_TENANT.as_uuid())),
        )
        .select((t::tenant_id, t::slug, t::name, t::created_at))
        .first(tx.connection()?)
        .await?;
    Ok(Tenant {
        id: Id::from_uuid(id),
        slug: read_slug(&slug)?,
        name: read_name(&name)?,
        created_at,
    })
}

/// A stored slug as a noun.
pub(crate) fn read_slug(stored: &str) -> Result<TenantSlug, StoreError> {
    TenantSlug::parse(stored).map_err(StoreError::corrupt(TABLE, "slug"))
}

/// A stored name as a noun.
pub(crate) fn read_name(stored: &str) -> Result<Label, StoreError> {
    Label::parse(stored).map_err(StoreError::corrupt(TABLE, "name"))
}
