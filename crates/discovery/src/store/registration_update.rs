//! `intake.registration_update`: what clients want their registrations to say instead, one row a client. This plane
//! writes wishes, and never reads what came of one.

use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::registration_update as u};
use narthex_vocab::{ClientId, Fingerprint, Timestamp};
use serde_json::Value;

use crate::{candidate::Candidate, place::Place};

const TABLE: &str = "intake.registration_update";

/// What the newest wish of a client is known by.
pub(crate) async fn newest(
    tx: &mut TenantTx,
    place: &Place,
    client: &ClientId,
) -> Result<Option<Fingerprint>, StoreError> {
    let key = (
        tx.tenant_uuid(),
        place.environment.as_str(),
        client.as_str(),
    );
    let found: Option<Vec<u8>> = u::table
        .find(key)
        .select(u::content_hash)
        .first(tx.connection()?)
        .await
        .optional()?;
    let bytes = found.map(<[u8; 32]>::try_from).transpose();
    let bytes = bytes.map_err(StoreError::corrupt(TABLE, "content_hash"))?;
    Ok(bytes.map(Fingerprint::from_bytes))
}

/// Keeps a wish in the place of the one before; the same again leaves the row as it is.
pub(crate) async fn keep(
    tx: &mut TenantTx,
    place: &Place,
    (client, candidate): (&ClientId, &Candidate),
    now: Timestamp,
) -> Result<(), StoreError> {
    let vouched = candidate.vouched.as_ref();
    let row = (
        u::tenant_id.eq(tx.tenant_uuid()),
        u::environment.eq(place.environment.as_str()),
        u::client_id.eq(client.as_str()),
        u::metadata.eq(Value::Object(candidate.metadata.to_json())),
        u::vouched_by.eq(vouched.map(|vouched| &*vouched.issuer)),
        u::statement.eq(vouched.map(|vouched| &*vouched.text)),
        u::content_hash.eq(candidate.fingerprint.as_bytes().to_vec()),
        u::sent_at.eq(now),
    );
    diesel::insert_into(u::table)
        .values(row)
        .on_conflict((u::tenant_id, u::environment, u::client_id))
        .do_update()
        .set((
            u::metadata.eq(excluded(u::metadata)),
            u::vouched_by.eq(excluded(u::vouched_by)),
            u::statement.eq(excluded(u::statement)),
            u::content_hash.eq(excluded(u::content_hash)),
            u::sent_at.eq(excluded(u::sent_at)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
