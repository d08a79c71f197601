//! `intake.fetch_order`: what the approval plane wants looked at. This plane takes an order and answers it, once; it
//! never sees the value that should be found.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::fetch_order as o};
use narthex_vocab::{HostName, Id, Sighting, Timestamp, kind};

/// After this time a claim is void: whoever had it is gone.
const CLAIM: Duration = Duration::seconds(30);

/// Takes an order that nobody works on; `None` when it is answered, taken or not there.
pub(crate) async fn claim(
    tx: &mut TenantTx,
    order: Id<kind::Order>,
    now: Timestamp,
) -> Result<Option<HostName>, StoreError> {
    let host: Option<String> = diesel::update(o::table)
        .filter(
            o::tenant_id
                .eq(tx.tenant_uuid())
                .and(o::order_id.eq(order.as_uuid())),
        )
        .filter(o::answered_at.is_null())
        .filter(o::claimed_at.is_null().or(o::claimed_at.lt(now - CLAIM)))
        .set(o::claimed_at.eq(now))
        .returning(o::host)
        .get_result(tx.connection()?)
        .await
        .optional()?;
    host.map(|host| {
        HostName::parse(&host).map_err(StoreError::corrupt("intake.fetch_order", "host"))
    })
    .transpose()
}

/// Answers an order; false when somebody else has.
pub(crate) async fn answer(
    tx: &mut TenantTx,
    order: Id<kind::Order>,
    seen: &Sighting,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let seen =
        serde_json::to_value(seen).map_err(StoreError::corrupt("intake.fetch_order", "seen"))?;
    let answered = diesel::update(o::table)
        .filter(
            o::tenant_id
                .eq(tx.tenant_uuid())
                .and(o::order_id.eq(order.as_uuid())),
        )
        .filter(o::answered_at.is_null())
        .set((o::answered_at.eq(now), o::seen.eq(seen)))
        .execute(tx.connection()?)
        .await?;
    Ok(answered == 1)
}
