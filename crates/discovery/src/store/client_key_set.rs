//! `intake.key_set`: the keys at the addresses that clients' documents name. Keys are replaced by keys alone.

use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::key_set as k};
use narthex_vocab::{ClientId, Environment, Glimpse, KeySet, Timestamp};

use crate::client_document::Keys;

/// Keeps the keys, or remembers that a look found none; what was found before stays.
pub(crate) async fn looked_at(
    tx: &mut TenantTx,
    (environment, client): (Environment, &ClientId),
    keys: &Keys,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let found = keys.looked.as_ref().ok();
    let row = (
        k::tenant_id.eq(tenant_id),
        k::environment.eq(environment.as_str()),
        k::client_id.eq(client.as_str()),
        k::url.eq(keys.url.as_str()),
        k::keys.eq(found.map(KeySet::to_json)),
        k::fetched_at.eq(found.map(|_| now)),
        k::looked_at.eq(now),
        k::refusal.eq(keys.looked.as_ref().err().map(Glimpse::as_str)),
    );
    let insert = diesel::insert_into(k::table).values(row);
    let key = (k::tenant_id, k::environment, k::client_id, k::url);
    let looked = (
        k::looked_at.eq(excluded(k::looked_at)),
        k::refusal.eq(excluded(k::refusal)),
    );
    if found.is_some() {
        let keys = (
            k::keys.eq(excluded(k::keys)),
            k::fetched_at.eq(excluded(k::fetched_at)),
        );
        insert
            .on_conflict(key)
            .do_update()
            .set((looked, keys))
            .execute(tx.connection()?)
            .await?;
    } else {
        insert
            .on_conflict(key)
            .do_update()
            .set(looked)
            .execute(tx.connection()?)
            .await?;
    }
    Ok(())
}
