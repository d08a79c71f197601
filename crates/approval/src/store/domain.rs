//! `registry.domain`: the hosts that a tenant says are its own.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::registry::domain as d};
use narthex_vocab::{Challenge, DomainState, HostName, Id, Timestamp, kind};

use crate::domain::Domain;

const TABLE: &str = "registry.domain";

/// What a look left behind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct After<'a> {
    pub(crate) state: DomainState,
    pub(crate) last_seen: &'a str,
    pub(crate) checked_at: Timestamp,
    pub(crate) next_check_at: Option<Timestamp>,
    pub(crate) failing_since: Option<Timestamp>,
}

pub(crate) async fn insert(tx: &mut TenantTx, domain: &Domain) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(d::table)
        .values((
            d::tenant_id.eq(tenant_id),
            d::domain_id.eq(domain.id.as_uuid()),
            d::host.eq(domain.host.as_str()),
            d::challenge.eq(domain.challenge.as_str()),
            d::state.eq(domain.state.as_str()),
            d::created_at.eq(domain.created_at),
            d::next_check_at.eq(domain.next_check_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// One domain of the transaction's tenant.
pub(crate) async fn load(tx: &mut TenantTx, id: Id<kind::Domain>) -> Result<Domain, StoreError> {
    let row: Row = d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::domain_id.eq(id.as_uuid())),
        )
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

/// The same, and nobody else changes it before this transaction ends.
pub(crate) async fn lock(tx: &mut TenantTx, id: Id<kind::Domain>) -> Result<Domain, StoreError> {
    let row: Row = d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::domain_id.eq(id.as_uuid())),
        )
        .select(Row::as_select())
        .for_update()
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

/// All of the transaction's tenant, by host.
pub(crate) async fn list(tx: &mut TenantTx) -> Result<Vec<Domain>, StoreError> {
    let rows: Vec<Row> = d::table
        .filter(d::tenant_id.eq(tx.tenant_uuid()))
        .order(d::host)
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The domain of exactly this host.
pub(crate) async fn find(
    tx: &mut TenantTx,
    host: &HostName,
) -> Result<Option<Id<kind::Domain>>, StoreError> {
    let id: Option<uuid::Uuid> = d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::host.eq(host.as_str())),
        )
        .select(d::domain_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(id.map(Id::from_uuid))
}

pub(crate) async fn count(tx: &mut TenantTx) -> Result<i64, StoreError> {
    Ok(d::table
        .filter(d::tenant_id.eq(tx.tenant_uuid()))
        .count()
        .get_result(tx.connection()?)
        .await?)
}

/// Marks a domain as looked at; false when it is not as it was loaded.
pub(crate) async fn begin(
    tx: &mut TenantTx,
    domain: &Domain,
    during: DomainState,
) -> Result<bool, StoreError> {
    let none: Option<Timestamp> = None;
    let moved = diesel::update(d::table)
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::domain_id.eq(domain.id.as_uuid())),
        )
        .filter(d::state.eq(domain.state.as_str()))
        .set((d::state.eq(during.as_str()), d::next_check_at.eq(none)))
        .execute(tx.connection()?)
        .await?;
    Ok(moved == 1)
}

/// Writes what a look left behind; false when the domain is not as it was loaded.
pub(crate) async fn settle(
    tx: &mut TenantTx,
    domain: &Domain,
    after: After<'_>,
) -> Result<bool, StoreError> {
    let moved = diesel::update(d::table)
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::domain_id.eq(domain.id.as_uuid())),
        )
        .filter(d::state.eq(domain.state.as_str()))
        .set((
            d::state.eq(after.state.as_str()),
            d::last_seen.eq(after.last_seen),
            d::checked_at.eq(after.checked_at),
            d::next_check_at.eq(after.next_check_at),
            d::failing_since.eq(after.failing_since),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(moved == 1)
}

pub(crate) async fn delete(tx: &mut TenantTx, id: Id<kind::Domain>) -> Result<(), StoreError> {
    diesel::delete(d::table)
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::domain_id.eq(id.as_uuid())),
        )
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Domains of all tenants whose time has come, the longest waiting first. Shows more than one tenant only to the staff
/// role.
pub(crate) async fn due(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<(Id<kind::Tenant>, Id<kind::Domain>)>, StoreError> {
    let rows: Vec<(uuid::Uuid, uuid::Uuid)> = d::table
        .filter(d::next_check_at.le(now))
        .order(d::next_check_at)
        .limit(100)
        .select((d::tenant_id, d::domain_id))
        .load(tx.connection()?)
        .await?;
    let ids = |(tenant, domain)| (Id::from_uuid(tenant), Id::from_uuid(domain));
    Ok(rows.into_iter().map(ids).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = d)]
struct Row {
    domain_id: uuid::Uuid,
    host: String,
    challenge: String,
    state: String,
    last_seen: Option<String>,
    created_at: Timestamp,
    checked_at: Option<Timestamp>,
    next_check_at: Option<Timestamp>,
    failing_since: Option<Timestamp>,
}

impl TryFrom<Row> for Domain {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::from_uuid(row.domain_id),
            host: HostName::parse(&row.host).map_err(StoreError::corrupt(TABLE, "host"))?,
            challenge: Challenge::parse(&row.challenge)
                .map_err(StoreError::corrupt(TABLE, "challenge"))?,
            state: row
                .state
                .parse()
                .map_err(StoreError::corrupt(TABLE, "state"))?,
            last_seen: row.last_seen,
            created_at: row.created_at,
            checked_at: row.checked_at,
            next_check_at: row.next_check_at,
            failing_since: row.failing_since,
        })
    }
}
