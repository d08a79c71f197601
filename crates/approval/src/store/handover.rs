//! `registry.handover`: who was asked to answer for an integration, and what they said; and the sponsor that follows from
//! it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        registry::{handover as h, integration as i},
        tenant::member as m,
    },
};
use narthex_vocab::{Id, Timestamp, kind};

/// A question that waits for its answer.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) id: Id<kind::Handover>,
    pub(crate) integration: Id<kind::Integration>,
    pub(crate) name: String,
    pub(crate) to: Id<kind::Member>,
    pub(crate) to_name: String,
    pub(crate) reason: String,
    pub(crate) since: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Who answers for an integration, and whether they are still there.
#[derive(Debug, Clone)]
pub(crate) struct Sponsor {
    pub(crate) name: String,
    pub(crate) is_there: bool,
}

/// Holds an integration, so that two handovers of it come one after the other; who answers for it.
pub(crate) async fn hold(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
) -> Result<Option<Id<kind::Member>>, StoreError> {
    let sponsor: Option<uuid::Uuid> = i::table
        .find((tx.tenant_uuid(), integration.as_uuid()))
        .select(i::sponsor_id)
        .for_update()
        .first(tx.connection()?)
        .await?;
    Ok(sponsor.map(Id::from_uuid))
}

/// Who answers for an integration, even when they left.
pub(crate) async fn sponsor(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
) -> Result<Option<Sponsor>, StoreError> {
    let row: Option<(String, String)> = i::table
        .inner_join(
            m::table.on(m::tenant_id
                .eq(i::tenant_id)
                .and(m::member_id.nullable().eq(i::sponsor_id))),
        )
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::integration_id.eq(integration.as_uuid())),
        )
        .select((m::name, m::state))
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(row.map(|(name, state)| Sponsor {
        name,
        is_there: state == "active",
    }))
}

/// Asks somebody; what was asked before is taken back.
pub(crate) async fn ask(
    tx: &mut TenantTx,
    (id, integration): (Id<kind::Handover>, Id<kind::Integration>),
    (to, by): (Id<kind::Member>, Id<kind::Member>),
    reason: &str,
    (now, until): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::update(h::table)
        .filter(
            h::tenant_id
                .eq(tenant_id)
                .and(h::integration_id.eq(integration.as_uuid())),
        )
        .filter(h::state.eq("asked"))
        .set((h::state.eq("withdrawn"), h::answered_at.eq(now)))
        .execute(tx.connection()?)
        .await?;
    diesel::insert_into(h::table)
        .values((
            h::tenant_id.eq(tenant_id),
            h::handover_id.eq(id.as_uuid()),
            h::integration_id.eq(integration.as_uuid()),
            h::to_member.eq(to.as_uuid()),
            h::reason.eq(reason),
            h::asked_by.eq(by.as_uuid()),
            h::asked_at.eq(now),
            h::expires_at.eq(until),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The answer; false when it was answered or taken back before.
pub(crate) async fn answer(
    tx: &mut TenantTx,
    id: Id<kind::Handover>,
    accepted: bool,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let state = if accepted { "accepted" } else { "declined" };
    let moved = diesel::update(h::table.find((tx.tenant_uuid(), id.as_uuid())))
        .filter(h::state.eq("asked"))
        .set((h::state.eq(state), h::answered_at.eq(now)))
        .execute(tx.connection()?)
        .await?;
    Ok(moved == 1)
}

/// Has somebody answer for an integration. Refused by `a_sponsor_accepts` for who has not said so.
pub(crate) async fn entrust(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
    to: Id<kind::Member>,
) -> Result<(), StoreError> {
    diesel::update(i::table.find((tx.tenant_uuid(), integration.as_uuid())))
        .set(i::sponsor_id.eq(to.as_uuid()))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What waits for an answer: about one integration, or of one person.
pub(crate) async fn open(
    tx: &mut TenantTx,
    about: Option<Id<kind::Integration>>,
    of: Option<Id<kind::Member>>,
    now: Timestamp,
) -> Result<Vec<Asked>, StoreError> {
    type Row = (
        (uuid::Uuid, uuid::Uuid, uuid::Uuid),
        (String, Timestamp, Timestamp),
        String,
        String,
    );
    let mut query = h::table
        .inner_join(
            i::table.on(i::tenant_id
                .eq(h::tenant_id)
                .and(i::integration_id.eq(h::integration_id))),
        )
        .inner_join(
            m::table.on(m::tenant_id
                .eq(h::tenant_id)
                .and(m::member_id.eq(h::to_member))),
        )
        .filter(h::tenant_id.eq(tx.tenant_uuid()))
        .filter(h::state.eq("asked").and(h::expires_at.gt(now)))
        .into_boxed();
    if let Some(integration) = about {
        query = query.filter(h::integration_id.eq(integration.as_uuid()));
    }
    if let Some(member) = of {
        query = query.filter(h::to_member.eq(member.as_uuid()));
    }
    let rows: Vec<Row> = query
        .order(h::asked_at)
        .select((
            (h::handover_id, h::integration_id, h::to_member),
            (h::reason, h::asked_at, h::expires_at),
            i::name,
            m::name,
        ))
        .load(tx.connection()?)
        .await?;
    let asked = |((id, integration, to), (reason, since, expires_at), name, to_name): Row| Asked {
        id: Id::from_uuid(id),
        integration: Id::from_uuid(integration),
        name,
        to: Id::from_uuid(to),
        to_name,
        reason,
        since,
        expires_at,
    };
    Ok(rows.into_iter().map(asked).collect())
}
