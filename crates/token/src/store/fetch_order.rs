//! `intake.fetch_order`: discovery is asked to look at the address of a client. This plane writes orders and reads none.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::fetch_order as o};
use narthex_vocab::{DocumentUrl, Environment, Id, Order, Timestamp};

/// Orders a look; nothing new while one is under way.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    (environment, url): (Environment, &DocumentUrl),
    id: Id<Order>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(o::table)
        .values((
            o::tenant_id.eq(tenant_id),
            o::order_id.eq(id.as_uuid()),
            o::kind.eq("document"),
            o::environment.eq(environment.as_str()),
            o::client_id.eq(url.as_str()),
            o::requested_at.eq(now),
        ))
        // The partial unique index: one look at an address at a time, whoever asks.
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
