//! Tenants as staff see them, over all of them. Read in the staff role only; the platform itself is not among them.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        registry::{client as c, integration as i},
        tenant::{member as m, tenants as t},
    },
    tenant::Tenant,
};
use narthex_vocab::{Id, Label, PLATFORM_TENANT, TenantSlug, Timestamp, kind};

use super::dashboard_search::like;

const TABLE: &str = "tenant.tenant";

type Row = (uuid::Uuid, String, String, Timestamp, Option<String>);

/// The tenant with exactly this slug, frozen or not.
pub(crate) async fn find(tx: &mut TenantTx, slug: &TenantSlug) -> Result<Tenant, StoreError> {
    let (id, slug, name, created_at, frozen_because): Row = t::table
        .filter(
            t::slug
                .eq(slug.as_str())
                .and(t::tenant_id.ne(PLATFORM_TENANT.as_uuid())),
        )
        .select((
            t::tenant_id,
            t::slug,
            t::name,
            t::created_at,
            t::frozen_because,
        ))
        .first(tx.connection()?)
        .await?;
    Ok(Tenant {
        id: Id::from_uuid(id),
        slug: read_slug(&slug)?,
        name: read_name(&name)?,
        created_at,
        frozen_because,
    })
}

/// Tenants by what they are called.
pub(crate) type Names = HashMap<Id<kind::Tenant>, String>;

/// The slugs of these tenants.
pub(crate) async fn slugs(
    tx: &mut TenantTx,
    tenants: &[Id<kind::Tenant>],
) -> Result<Names, StoreError> {
    let ids: Vec<uuid::Uuid> = tenants.iter().map(Id::as_uuid).collect();
    let rows: Vec<(uuid::Uuid, String)> = t::table
        .filter(t::tenant_id.eq_any(ids))
        .select((t::tenant_id, t::slug))
        .load(tx.connection()?)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, slug)| (Id::from_uuid(id), slug))
        .collect())
}

/// The names of these tenants; the platform has none here.
pub(crate) async fn names(
    tx: &mut TenantTx,
    tenants: &[Id<kind::Tenant>],
) -> Result<Names, StoreError> {
    let ids: Vec<uuid::Uuid> = tenants.iter().map(Id::as_uuid).collect();
    let rows: Vec<(uuid::Uuid, String)> = t::table
        .filter(t::tenant_id.eq_any(ids))
        .select((t::tenant_id, t::name))
        .load(tx.connection()?)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name)| (Id::from_uuid(id), name))
        .collect())
}

/// Tenants whose slug or name has this text.
pub(crate) async fn with_text(
    tx: &mut TenantTx,
    text: &str,
) -> Result<Vec<uuid::Uuid>, StoreError> {
    Ok(t::table
        .filter(t::slug.ilike(like(text)).or(t::name.ilike(like(text))))
        .select(t::tenant_id)
        .load(tx.connection()?)
        .await?)
}

/// Slugs and names of these tenants.
pub(crate) async fn named(
    tx: &mut TenantTx,
    tenants: Vec<uuid::Uuid>,
) -> Result<HashMap<uuid::Uuid, (TenantSlug, Label)>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String)> = t::table
        .filter(t::tenant_id.eq_any(tenants))
        .select((t::tenant_id, t::slug, t::name))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(id, slug, name)| Ok((id, (read_slug(&slug)?, read_name(&name)?))))
        .collect()
}

/// A stored slug as a noun.
pub(crate) fn read_slug(stored: &str) -> Result<TenantSlug, StoreError> {
    TenantSlug::parse(stored).map_err(StoreError::corrupt(TABLE, "slug"))
}

/// A stored name as a noun.
pub(crate) fn read_name(stored: &str) -> Result<Label, StoreError> {
    Label::parse(stored).map_err(StoreError::corrupt(TABLE, "name"))
}

/// One tenant of the list, with how much it has.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) slug: TenantSlug,
    pub(crate) name: Label,
    pub(crate) frozen: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) people: i64,
    pub(crate) integrations: i64,
    pub(crate) clients: i64,
}

/// Every tenant but the platform, by name.
pub(crate) async fn list(tx: &mut TenantTx) -> Result<Vec<Listed>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String, String, Timestamp)> = t::table
        .filter(t::tenant_id.ne(PLATFORM_TENANT.as_uuid()))
        .order((t::name.asc(), t::slug.asc()))
        .select((t::tenant_id, t::slug, t::name, t::state, t::created_at))
        .load(tx.connection()?)
        .await?;
    let people: HashMap<uuid::Uuid, i64> = m::table
        .filter(m::state.eq("active"))
        .group_by(m::tenant_id)
        .select((m::tenant_id, count_star()))
        .load(tx.connection()?)
        .await?
        .into_iter()
        .collect();
    let integrations: HashMap<uuid::Uuid, i64> = i::table
        .group_by(i::tenant_id)
        .select((i::tenant_id, count_star()))
        .load(tx.connection()?)
        .await?
        .into_iter()
        .collect();
    let clients: HashMap<uuid::Uuid, i64> = c::table
        .filter(c::state.eq_any(["active", "restricted"]))
        .group_by(c::tenant_id)
        .select((c::tenant_id, count_star()))
        .load(tx.connection()?)
        .await?
        .into_iter()
        .collect();
    let of = |counts: &HashMap<uuid::Uuid, i64>, id| counts.get(&id).copied().unwrap_or_default();
    rows.into_iter()
        .map(|(id, slug, name, state, created_at)| {
            Ok(Listed {
                slug: read_slug(&slug)?,
                name: read_name(&name)?,
                frozen: state == "frozen",
                created_at,
                people: of(&people, id),
                integrations: of(&integrations, id),
                clients: of(&clients, id),
            })
        })
        .collect()
}
