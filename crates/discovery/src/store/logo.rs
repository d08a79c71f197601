//! `intake.logo`: the pictures at the addresses of logos. A picture is replaced by a picture alone; that it is another one
//! the database notes itself.

use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::logo as l};
use narthex_vocab::{Glimpse, Picture, Timestamp};

use crate::logo::LogoAt;

/// Keeps the picture, or remembers that a look found none; what was found before stays.
pub(crate) async fn looked_at(
    tx: &mut TenantTx,
    (at, looked): (&LogoAt, &Result<Picture, Glimpse>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let found = looked.as_ref().ok();
    let row = (
        l::tenant_id.eq(tenant_id),
        l::environment.eq(at.environment.as_str()),
        l::url.eq(at.url.as_str()),
        l::image.eq(found.map(|picture| picture.png().to_vec())),
        l::image_hash.eq(found.map(|picture| picture.hash().as_bytes().to_vec())),
        l::shape.eq(found.and_then(|picture| picture.shape().map(Vec::from))),
        l::fetched_at.eq(found.map(|_| now)),
        l::looked_at.eq(now),
        l::refusal.eq(looked.as_ref().err().map(Glimpse::as_str)),
    );
    let insert = diesel::insert_into(l::table).values(row);
    let key = (l::tenant_id, l::environment, l::url);
    let looked = (
        l::looked_at.eq(excluded(l::looked_at)),
        l::refusal.eq(excluded(l::refusal)),
    );
    if found.is_some() {
        let picture = (
            l::image.eq(excluded(l::image)),
            l::image_hash.eq(excluded(l::image_hash)),
            l::shape.eq(excluded(l::shape)),
            l::fetched_at.eq(excluded(l::fetched_at)),
        );
        insert
            .on_conflict(key)
            .do_update()
            .set((looked, picture))
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
