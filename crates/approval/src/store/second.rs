//! `review.second_wanted`: what was decided and waits for a second person. Written once; how it ended is the state of
//! the case.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_policy::RuleId;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::review::{access_request as r, second_wanted as w},
};
use narthex_vocab::{Id, RequestState, Timestamp, kind};

use crate::{request::RequestRef, second::Wanted};

/// Writes what waits.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    at: RequestRef,
    wanted: &Wanted,
) -> Result<(), StoreError> {
    let rules: Vec<&str> = wanted.rules.iter().map(RuleId::as_str).collect();
    diesel::insert_into(w::table)
        .values((
            w::tenant_id.eq(tx.tenant_uuid()),
            w::environment.eq(at.environment.as_str()),
            w::request_id.eq(at.id.as_uuid()),
            w::version.eq(at.version),
            w::decision_id.eq(wanted.decision.as_uuid()),
            w::offer_id.eq(wanted.offer.map(|offer| offer.as_uuid())),
            w::rules.eq(rules),
            w::since.eq(wanted.since),
            w::expires_at.eq(wanted.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

type Row = (
    uuid::Uuid,
    Option<uuid::Uuid>,
    Vec<String>,
    Timestamp,
    Timestamp,
);

/// What waits, or waited, about one version.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
) -> Result<Option<Wanted>, StoreError> {
    let key = (
        tenant.as_uuid(),
        at.environment.as_str(),
        at.id.as_uuid(),
        at.version,
    );
    let row: Option<Row> = w::table
        .find(key)
        .select((
            w::decision_id,
            w::offer_id,
            w::rules,
            w::since,
            w::expires_at,
        ))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((decision, offer, rules, since, expires_at)) = row else {
        return Ok(None);
    };
    let rule = |text: &String| {
        RuleId::parse(text).map_err(StoreError::corrupt("review.second_wanted", "rules"))
    };
    Ok(Some(Wanted {
        decision: Id::from_uuid(decision),
        offer: offer.map(Id::from_uuid),
        rules: rules.iter().map(rule).collect::<Result<_, _>>()?,
        since,
        expires_at,
    }))
}

/// The versions that no second person looked at in time.
pub(crate) async fn over(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<RequestRef>, StoreError> {
    let rows: Vec<(String, uuid::Uuid, i32)> = w::table
        .inner_join(
            r::table.on(r::tenant_id
                .eq(w::tenant_id)
                .and(r::environment.eq(w::environment))
                .and(r::request_id.eq(w::request_id))
                .and(r::version.eq(w::version))),
        )
        .filter(w::tenant_id.eq(tx.tenant_uuid()))
        .filter(r::state.eq(RequestState::AwaitingSecond.as_str()))
        .filter(w::expires_at.le(now))
        .select((w::environment, w::request_id, w::version))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(environment, id, version)| {
            Ok(RequestRef {
                environment: environment
                    .parse()
                    .map_err(StoreError::corrupt("review.second_wanted", "environment"))?,
                id: Id::from_uuid(id),
                version,
            })
        })
        .collect()
}
