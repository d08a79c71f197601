//! `intake.brake`: a transaction sees the brakes of its own tenant; staff, in their role, those of all.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::brake as b};
use narthex_vocab::{Id, Timestamp, kind};

use super::proposal;
use crate::{
    brake::{Author, Brake},
    proposal::{Proposal, ProposalKind},
};

/// Brakes of one look.
const MOST: i64 = 100;

pub(crate) async fn insert(tx: &mut TenantTx, brake: &Brake) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(b::table)
        .values((
            b::tenant_id.eq(tenant_id),
            b::brake_id.eq(brake.id.as_uuid()),
            b::reason.eq(&brake.reason),
            b::set_by_tenant.eq(brake.set_by.tenant.as_uuid()),
            b::set_by.eq(brake.set_by.member.as_uuid()),
            b::set_by_name.eq(&brake.set_by.name),
            b::set_at.eq(brake.set_at),
            b::ends_at.eq(brake.ends_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The brake of the transaction's tenant that holds at `now`, the one that ends last.
pub(crate) async fn holding(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Option<Brake>, StoreError> {
    let row: Option<Row> = b::table
        .filter(b::tenant_id.eq(tx.tenant_uuid()))
        .filter(b::lifted_at.is_null().and(b::ends_at.gt(now)))
        .order(b::ends_at.desc())
        .select(Row::as_select())
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(row.map(Into::into))
}

/// One brake of the transaction's tenant, locked until the transaction ends.
pub(crate) async fn lock(tx: &mut TenantTx, id: Id<kind::Brake>) -> Result<Brake, StoreError> {
    let row: Row = b::table
        .filter(
            b::tenant_id
                .eq(tx.tenant_uuid())
                .and(b::brake_id.eq(id.as_uuid())),
        )
        .select(Row::as_select())
        .for_update()
        .first(tx.connection()?)
        .await?;
    Ok(row.into())
}

/// Lets it end later. A wish to lift it was about another end: its payload hash says so.
pub(crate) async fn extend(
    tx: &mut TenantTx,
    id: Id<kind::Brake>,
    ends_at: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(b::table)
        .filter(
            b::tenant_id
                .eq(tx.tenant_uuid())
                .and(b::brake_id.eq(id.as_uuid())),
        )
        .set(b::ends_at.eq(ends_at))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Ends it before its time; the platform's by a proposal that was confirmed.
pub(crate) async fn lift(
    tx: &mut TenantTx,
    id: Id<kind::Brake>,
    (who, at): (&Author, Timestamp),
    proposal: Option<Id<kind::Proposal>>,
) -> Result<(), StoreError> {
    diesel::update(b::table)
        .filter(
            b::tenant_id
                .eq(tx.tenant_uuid())
                .and(b::brake_id.eq(id.as_uuid())),
        )
        .set((
            b::lift_proposal_id.eq(proposal.map(|proposal| proposal.as_uuid())),
            b::lifted_by_tenant.eq(who.tenant.as_uuid()),
            b::lifted_by.eq(who.member.as_uuid()),
            b::lifted_by_name.eq(&who.name),
            b::lifted_at.eq(at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The latest brakes of every tenant, each with the wish to lift it that waits. For the role of staff.
pub(crate) async fn everywhere(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Brake>, StoreError> {
    let rows: Vec<Row> = b::table
        .order((b::set_at.desc(), b::brake_id.desc()))
        .limit(MOST)
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    let waiting = proposal::waiting(tx, ProposalKind::LiftBrake, now).await?;
    let with_wish = |row| wished(row, &waiting);
    Ok(rows.into_iter().map(with_wish).collect())
}

/// One brake, whosever it is. For the role of staff.
pub(crate) async fn anywhere(
    tx: &mut TenantTx,
    id: Id<kind::Brake>,
    now: Timestamp,
) -> Result<Brake, StoreError> {
    let row: Row = b::table
        .filter(b::brake_id.eq(id.as_uuid()))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    let waiting = proposal::waiting(tx, ProposalKind::LiftBrake, now).await?;
    Ok(wished(row, &waiting))
}

fn wished(row: Row, waiting: &[Proposal]) -> Brake {
    let brake = Brake::from(row);
    let object = brake.object();
    let proposal = waiting.iter().find(|one| one.object == object);
    Brake {
        proposal: proposal.cloned(),
        ..brake
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = b)]
struct Row {
    tenant_id: uuid::Uuid,
    brake_id: uuid::Uuid,
    reason: String,
    set_by_tenant: uuid::Uuid,
    set_by: uuid::Uuid,
    set_by_name: String,
    set_at: Timestamp,
    ends_at: Timestamp,
    lifted_by_tenant: Option<uuid::Uuid>,
    lifted_by: Option<uuid::Uuid>,
    lifted_by_name: Option<String>,
    lifted_at: Option<Timestamp>,
}

impl From<Row> for Brake {
    fn from(row: Row) -> Self {
        let author = |tenant: Option<_>, member: Option<_>, name: Option<String>| {
            Some(Author {
                tenant: Id::from_uuid(tenant?),
                member: Id::from_uuid(member?),
                name: name?,
            })
        };
        let lifted = author(row.lifted_by_tenant, row.lifted_by, row.lifted_by_name);
        Self {
            id: Id::from_uuid(row.brake_id),
            tenant: Id::from_uuid(row.tenant_id),
            reason: row.reason,
            set_by: Author {
                tenant: Id::from_uuid(row.set_by_tenant),
                member: Id::from_uuid(row.set_by),
                name: row.set_by_name,
            },
            set_at: row.set_at,
            ends_at: row.ends_at,
            proposal: None,
            lifted: lifted.zip(row.lifted_at),
        }
    }
}
