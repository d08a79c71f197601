//! `review.decision`: written once, never changed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::review::decision as d};
use narthex_vocab::{Environment, Id, Timestamp, kind};

use crate::decision::{Decider, Decision};

/// Writes a decision. Refused by `not_by_the_tenant_itself` when the decider belongs to the tenant.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    decision: &Decision<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let (person, rule) = match decision.by {
        Decider::Person(person) => (Some(person), None),
        Decider::Rule(rule) => (None, Some(rule)),
    };
    diesel::insert_into(d::table)
        .values((
            d::tenant_id.eq(tenant_id),
            d::environment.eq(decision.request.environment.as_str()),
            d::decision_id.eq(decision.id.as_uuid()),
            d::request_id.eq(decision.request.id.as_uuid()),
            d::version.eq(decision.request.version),
            d::kind.eq(decision.kind.as_str()),
            d::decider_tenant_id.eq(person.map(|person| person.tenant.as_uuid())),
            d::decided_by.eq(person.map(|person| person.member.as_uuid())),
            d::rule.eq(rule),
            d::reason.eq(decision.reason),
            d::payload_hash.eq(decision.payload.as_bytes().to_vec()),
            d::at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The person who made a decision; `None` when a rule did.
pub(crate) async fn person(
    tx: &mut TenantTx,
    environment: Environment,
    decision: Id<kind::Decision>,
) -> Result<Option<Id<kind::Member>>, StoreError> {
    let person: Option<uuid::Uuid> = d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::environment.eq(environment.as_str())),
        )
        .filter(d::decision_id.eq(decision.as_uuid()))
        .select(d::decided_by)
        .first(tx.connection()?)
        .await?;
    Ok(person.map(Id::from_uuid))
}
