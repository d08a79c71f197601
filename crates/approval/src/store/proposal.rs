//! `review.proposal`: a transaction sees the proposals about its own tenant; staff, in their role, those about all.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::review::proposal as p};
use narthex_vocab::{Id, Tenant, Timestamp, kind};
use serde_json::Value;

use crate::{
    brake::Author,
    proposal::{LIFETIME, Proposal, ProposalKind, ProposalState, Wish},
};

const TABLE: &str = "review.proposal";

/// Proposals of one look.
const MOST: i64 = 100;

/// Writes a proposal that waits from now on. [`StoreError::Refused`] by `one_proposal_at_a_time` when one waits.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    id: Id<kind::Proposal>,
    (wish, reason): (&Wish, &str),
    (by, now): (&Author, Timestamp),
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(p::table)
        .values((
            p::tenant_id.eq(tenant_id),
            p::proposal_id.eq(id.as_uuid()),
            p::kind.eq(wish.kind.as_str()),
            p::object.eq(&wish.object),
            p::change.eq(&wish.change),
            p::payload_hash.eq(wish.hash().to_vec()),
            p::reason.eq(reason),
            p::proposed_by_tenant.eq(by.tenant.as_uuid()),
            p::proposed_by.eq(by.member.as_uuid()),
            p::proposed_by_name.eq(&by.name),
            p::proposed_at.eq(now),
            p::expires_at.eq(now + LIFETIME),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The proposal about an object that waits, in the transaction's tenant, locked; one whose time is over has lapsed.
pub(crate) async fn lock_waiting(
    tx: &mut TenantTx,
    (kind, object): (ProposalKind, &str),
    now: Timestamp,
) -> Result<Option<Proposal>, StoreError> {
    let row: Option<Row> = p::table
        .filter(p::tenant_id.eq(tx.tenant_uuid()))
        .filter(p::kind.eq(kind.as_str()).and(p::object.eq(object)))
        .filter(p::state.eq(ProposalState::Proposed.as_str()))
        .select(Row::as_select())
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some(proposal) = row.map(Proposal::try_from).transpose()? else {
        return Ok(None);
    };
    if proposal.waits(now) {
        return Ok(Some(proposal));
    }
    end(tx, proposal.id, ProposalState::Lapsed).await?;
    Ok(None)
}

/// One proposal of the transaction's tenant, locked.
pub(crate) async fn lock(
    tx: &mut TenantTx,
    id: Id<kind::Proposal>,
) -> Result<Proposal, StoreError> {
    let row: Row = p::table
        .find((tx.tenant_uuid(), id.as_uuid()))
        .select(Row::as_select())
        .for_update()
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

/// Notes who answered, and how.
pub(crate) async fn answer(
    tx: &mut TenantTx,
    id: Id<kind::Proposal>,
    (state, words): (ProposalState, &str),
    (by, now): (&Author, Timestamp),
) -> Result<(), StoreError> {
    let row = p::table.find((tx.tenant_uuid(), id.as_uuid()));
    diesel::update(row)
        .set((
            p::state.eq(state.as_str()),
            p::answered_by_tenant.eq(by.tenant.as_uuid()),
            p::answered_by.eq(by.member.as_uuid()),
            p::answered_by_name.eq(&by.name),
            p::answered_at.eq(now),
            p::answer.eq(words),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Moves one on without anybody's answer: it was carried out, lapsed, or is void.
pub(crate) async fn end(
    tx: &mut TenantTx,
    id: Id<kind::Proposal>,
    state: ProposalState,
) -> Result<(), StoreError> {
    let row = p::table.find((tx.tenant_uuid(), id.as_uuid()));
    diesel::update(row)
        .set(p::state.eq(state.as_str()))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Those of a kind that wait, about every tenant. For the role of staff.
pub(crate) async fn waiting(
    tx: &mut TenantTx,
    kind: ProposalKind,
    now: Timestamp,
) -> Result<Vec<Proposal>, StoreError> {
    let rows: Vec<Row> = p::table
        .filter(p::kind.eq(kind.as_str()))
        .filter(p::state.eq(ProposalState::Proposed.as_str()))
        .filter(p::expires_at.gt(now))
        .limit(MOST)
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(Proposal::try_from).collect()
}

/// One proposal of a tenant.
pub(crate) async fn of(
    tx: &mut TenantTx,
    (tenant, id): (Id<Tenant>, Id<kind::Proposal>),
) -> Result<Proposal, StoreError> {
    let row: Row = p::table
        .find((tenant.as_uuid(), id.as_uuid()))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

/// One proposal, whosever object it is about. For the role of staff.
pub(crate) async fn anywhere(
    tx: &mut TenantTx,
    id: Id<kind::Proposal>,
) -> Result<Proposal, StoreError> {
    let row: Row = p::table
        .filter(p::proposal_id.eq(id.as_uuid()))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = p)]
struct Row {
    tenant_id: uuid::Uuid,
    proposal_id: uuid::Uuid,
    kind: String,
    object: String,
    change: Value,
    payload_hash: Vec<u8>,
    reason: String,
    state: String,
    proposed_by_tenant: uuid::Uuid,
    proposed_by: uuid::Uuid,
    proposed_by_name: String,
    proposed_at: Timestamp,
    expires_at: Timestamp,
    answered_by_tenant: Option<uuid::Uuid>,
    answered_by: Option<uuid::Uuid>,
    answered_by_name: Option<String>,
    answered_at: Option<Timestamp>,
}

impl TryFrom<Row> for Proposal {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let answered = row
            .answered_by_tenant
            .zip(row.answered_by)
            .zip(row.answered_by_name)
            .zip(row.answered_at)
            .map(|(((tenant, member), name), at)| {
                let author = Author {
                    tenant: Id::from_uuid(tenant),
                    member: Id::from_uuid(member),
                    name,
                };
                (author, at)
            });
        let hash = <[u8; 32]>::try_from(row.payload_hash);
        Ok(Self {
            id: Id::from_uuid(row.proposal_id),
            tenant: Id::from_uuid(row.tenant_id),
            kind: row
                .kind
                .parse()
                .map_err(StoreError::corrupt(TABLE, "kind"))?,
            object: row.object,
            change: row.change,
            hash: hash.map_err(|_| StoreError::Corrupt {
                table: TABLE,
                column: "payload_hash",
            })?,
            reason: row.reason,
            state: row
                .state
                .parse()
                .map_err(StoreError::corrupt(TABLE, "state"))?,
            by: Author {
                tenant: Id::from_uuid(row.proposed_by_tenant),
                member: Id::from_uuid(row.proposed_by),
                name: row.proposed_by_name,
            },
            at: row.proposed_at,
            expires_at: row.expires_at,
            answered,
        })
    }
}
