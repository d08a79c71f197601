//! Tenants: make one with its two environments, read them. Nothing here decides who may.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_vocab::{Environment, Id, Label, TenantSlug, Timestamp, kind};

use crate::{StoreError, TenantTx, schema::tenant as t};

/// A tenant as shells and lists show it.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Its identity.
    pub id: Id<kind::Tenant>,
    /// Its name in URLs and issuers; never changes.
    pub slug: TenantSlug,
    /// Its name for people.
    pub name: Label,
    /// When it was made.
    pub created_at: Timestamp,
    /// Why staff froze it, while it is frozen.
    pub frozen_because: Option<String>,
}

/// Writes the tenant of this transaction together with its two environments, both with registration closed.
///
/// Errors: [`StoreError::Refused`] by `tenant_slug_key` when the slug is taken.
pub async fn create(
    tx: &mut TenantTx,
    slug: &TenantSlug,
    name: &Label,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(t::tenants::table)
        .values((
            t::tenants::tenant_id.eq(tenant_id),
            t::tenants::slug.eq(slug.as_str()),
            t::tenants::name.eq(name.as_str()),
            t::tenants::created_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    for environment in Environment::ALL {
        diesel::insert_into(t::environments::table)
            .values((
                t::environments::tenant_id.eq(tenant_id),
                t::environments::environment.eq(environment.as_str()),
                t::environments::created_at.eq(now),
            ))
            .execute(tx.connection()?)
            .await?;
    }
    Ok(())
}

/// Freezes the tenant of this transaction for a reason, or thaws it; false when it stands so already.
pub async fn freeze(tx: &mut TenantTx, because: Option<&str>) -> Result<bool, StoreError> {
    let (from, to) = match because {
        Some(_) => ("active", "frozen"),
        None => ("frozen", "active"),
    };
    let moved = diesel::update(t::tenants::table)
        .filter(t::tenants::tenant_id.eq(tx.tenant_uuid()))
        .filter(t::tenants::state.eq(from))
        .set((
            t::tenants::state.eq(to),
            t::tenants::frozen_because.eq(because),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(moved == 1)
}

/// The tenant of this transaction.
pub async fn load(tx: &mut TenantTx) -> Result<Tenant, StoreError> {
    let row: Row = t::tenants::table
        .filter(t::tenants::tenant_id.eq(tx.tenant_uuid()))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

/// Every tenant but the platform, by name. Shows more than one only to the staff role.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Tenant>, StoreError> {
    let rows: Vec<Row> = t::tenants::table
        .filter(t::tenants::tenant_id.ne(narthex_vocab::PLATFORM_TENANT.as_uuid()))
        .order(t::tenants::name.asc())
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t::tenants)]
struct Row {
    tenant_id: uuid::Uuid,
    slug: String,
    name: String,
    created_at: Timestamp,
    frozen_because: Option<String>,
}

impl TryFrom<Row> for Tenant {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::from_uuid(row.tenant_id),
            slug: TenantSlug::parse_existing(&row.slug)
                .map_err(StoreError::corrupt("tenant.tenant", "slug"))?,
            name: Label::parse(&row.name).map_err(StoreError::corrupt("tenant.tenant", "name"))?,
            created_at: row.created_at,
            frozen_because: row.frozen_because,
        })
    }
}
