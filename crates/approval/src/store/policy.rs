//! `review.policy_version`: a transaction sees the versions of its own tenant and what the platform published; staff, in
//! their role, those of all.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_policy::{InForce, Layer, Layers, Whose};
use narthex_tenancy::{StoreError, TenantTx, schema::policy::policy_version as v};
use narthex_vocab::{Id, PLATFORM_TENANT, Tenant, Timestamp, kind};

use crate::{
    brake::Author,
    policy_version::{PolicyVersion, VersionState, whose},
};

const TABLE: &str = "review.policy_version";
/// Versions of one list.
const MOST: i64 = 100;

/// What is in force on top of the baseline for the transaction's tenant, read in this transaction.
pub(crate) async fn layers(tx: &mut TenantTx) -> Result<Layers, StoreError> {
    let (own, platform) = (tx.tenant_uuid(), PLATFORM_TENANT.as_uuid());
    let rows: Vec<(uuid::Uuid, i32, String)> = v::table
        .filter(v::tenant_id.eq_any([own, platform]))
        .filter(v::state.eq(VersionState::Published.as_str()))
        .select((v::tenant_id, v::number, v::source))
        .load(tx.connection()?)
        .await?;
    let mut layers = Layers::default();
    for (tenant, number, source) in rows {
        let whose = whose(Id::from_uuid(tenant));
        let in_force = in_force(whose, number, &source);
        match whose {
            Whose::Platform => layers.platform = Some(in_force),
            Whose::Tenant => layers.tenant = Some(in_force),
        }
    }
    Ok(layers)
}

fn in_force(whose: Whose, number: i32, source: &str) -> InForce {
    InForce {
        number,
        layer: Layer::published(whose, source),
    }
}

/// What is in force of every tenant, the platform too. For the role of staff.
pub(crate) async fn everywhere(
    tx: &mut TenantTx,
) -> Result<HashMap<Id<Tenant>, InForce>, StoreError> {
    let rows: Vec<(uuid::Uuid, i32, String)> = v::table
        .filter(v::state.eq(VersionState::Published.as_str()))
        .select((v::tenant_id, v::number, v::source))
        .load(tx.connection()?)
        .await?;
    let read = |(tenant, number, source): (uuid::Uuid, i32, String)| {
        let tenant = Id::from_uuid(tenant);
        (tenant, in_force(whose(tenant), number, &source))
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The versions of a tenant, newest first.
pub(crate) async fn of_tenant(
    tx: &mut TenantTx,
    tenant: Id<Tenant>,
) -> Result<Vec<PolicyVersion>, StoreError> {
    let rows: Vec<Row> = v::table
        .filter(v::tenant_id.eq(tenant.as_uuid()))
        .order(v::number.desc())
        .limit(MOST)
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(PolicyVersion::try_from).collect()
}

/// One version of a tenant.
pub(crate) async fn load(
    tx: &mut TenantTx,
    (tenant, number): (Id<Tenant>, i32),
) -> Result<PolicyVersion, StoreError> {
    let row: Row = v::table
        .find((tenant.as_uuid(), number))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

/// One version of the transaction's tenant, locked.
pub(crate) async fn lock(tx: &mut TenantTx, number: i32) -> Result<PolicyVersion, StoreError> {
    let row: Row = v::table
        .find((tx.tenant_uuid(), number))
        .select(Row::as_select())
        .for_update()
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

/// The version of a tenant that is written or waits, and the one in force.
pub(crate) async fn current(
    tx: &mut TenantTx,
    tenant: Id<Tenant>,
) -> Result<(Option<PolicyVersion>, Option<PolicyVersion>), StoreError> {
    let rows: Vec<Row> = v::table
        .filter(v::tenant_id.eq(tenant.as_uuid()))
        .filter(v::state.ne(VersionState::Retired.as_str()))
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    let all: Vec<PolicyVersion> = rows
        .into_iter()
        .map(PolicyVersion::try_from)
        .collect::<Result<_, _>>()?;
    let (published, open): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|version| version.state == VersionState::Published);
    Ok((open.into_iter().next(), published.into_iter().next()))
}

/// The version of a tenant that was in force before this one.
pub(crate) async fn before(
    tx: &mut TenantTx,
    (tenant, number): (Id<Tenant>, i32),
) -> Result<Option<PolicyVersion>, StoreError> {
    let row: Option<Row> = v::table
        .filter(v::tenant_id.eq(tenant.as_uuid()).and(v::number.lt(number)))
        .filter(v::published_at.is_not_null())
        .order(v::number.desc())
        .select(Row::as_select())
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(PolicyVersion::try_from).transpose()
}

/// What the transaction's tenant wrote: its text, and what it is for.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    pub(crate) source: &'a str,
    pub(crate) note: &'a str,
    pub(crate) by: &'a Author,
    pub(crate) at: Timestamp,
}

/// Writes a draft with the next number. [`StoreError::Refused`] by `one_open_policy` when one is open.
pub(crate) async fn insert(tx: &mut TenantTx, draft: &Written<'_>) -> Result<i32, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let last: Option<i32> = v::table
        .filter(v::tenant_id.eq(tenant_id))
        .select(diesel::dsl::max(v::number))
        .first(tx.connection()?)
        .await?;
    let number = last.unwrap_or(0) + 1;
    diesel::insert_into(v::table)
        .values((
            v::tenant_id.eq(tenant_id),
            v::number.eq(number),
            v::source.eq(draft.source),
            v::note.eq(draft.note),
            v::author_id.eq(draft.by.member.as_uuid()),
            v::author_name.eq(&draft.by.name),
            v::created_at.eq(draft.at),
            v::changed_at.eq(draft.at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(number)
}

/// Writes a draft anew. Refused by `a_version_stays` when it is none any more.
pub(crate) async fn rewrite(
    tx: &mut TenantTx,
    number: i32,
    draft: &Written<'_>,
) -> Result<(), StoreError> {
    diesel::update(v::table.find((tx.tenant_uuid(), number)))
        .set((
            v::source.eq(draft.source),
            v::note.eq(draft.note),
            v::author_id.eq(draft.by.member.as_uuid()),
            v::author_name.eq(&draft.by.name),
            v::changed_at.eq(draft.at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Lets a draft wait by a proposal.
pub(crate) async fn propose(
    tx: &mut TenantTx,
    number: i32,
    proposal: Id<kind::Proposal>,
) -> Result<(), StoreError> {
    diesel::update(v::table.find((tx.tenant_uuid(), number)))
        .set((
            v::state.eq(VersionState::Proposed.as_str()),
            v::proposal_id.eq(proposal.as_uuid()),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Gives a proposed version back to be written.
pub(crate) async fn give_back(tx: &mut TenantTx, number: i32) -> Result<(), StoreError> {
    diesel::update(v::table.find((tx.tenant_uuid(), number)))
        .filter(v::state.eq(VersionState::Proposed.as_str()))
        .set(v::state.eq(VersionState::Draft.as_str()))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Puts a proposed version in force in place of the one that is.
pub(crate) async fn publish(
    tx: &mut TenantTx,
    number: i32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let of = v::tenant_id.eq(tx.tenant_uuid());
    diesel::update(v::table.filter(of))
        .filter(v::state.eq(VersionState::Published.as_str()))
        .set((
            v::state.eq(VersionState::Retired.as_str()),
            v::retired_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    diesel::update(v::table.find((tx.tenant_uuid(), number)))
        .set((
            v::state.eq(VersionState::Published.as_str()),
            v::published_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = v)]
struct Row {
    tenant_id: uuid::Uuid,
    number: i32,
    state: String,
    source: String,
    hash: Vec<u8>,
    note: String,
    author_id: uuid::Uuid,
    author_name: String,
    changed_at: Timestamp,
    proposal_id: Option<uuid::Uuid>,
    published_at: Option<Timestamp>,
    retired_at: Option<Timestamp>,
}

impl TryFrom<Row> for PolicyVersion {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let hash = <[u8; 32]>::try_from(row.hash);
        Ok(Self {
            tenant: Id::from_uuid(row.tenant_id),
            number: row.number,
            state: row
                .state
                .parse()
                .map_err(StoreError::corrupt(TABLE, "state"))?,
            source: row.source,
            hash: hash.map_err(|_| StoreError::Corrupt {
                table: TABLE,
                column: "hash",
            })?,
            note: row.note,
            author: (Id::from_uuid(row.author_id), row.author_name),
            changed_at: row.changed_at,
            proposal: row.proposal_id.map(Id::from_uuid),
            published_at: row.published_at,
            retired_at: row.retired_at,
        })
    }
}
