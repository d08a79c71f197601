//! `intake.registration_access`: what a client is told when it reads its registration, and whether it has deleted it.
//! Written once with the client's answer; the hash of the token cannot be read back.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::registration_access as a};
use narthex_vocab::{ClientId, Environment, SecretHash, Timestamp};
use serde_json::{Map, Value};

/// Lets a client manage its registration with the token of this hash.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    (environment, client): (Environment, &ClientId),
    token: &SecretHash,
    information: Map<String, Value>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(a::table)
        .values((
            a::tenant_id.eq(tenant_id),
            a::environment.eq(environment.as_str()),
            a::client_id.eq(client.as_str()),
            a::token_hash.eq(token.as_bytes().to_vec()),
            a::information.eq(Value::Object(information)),
            a::created_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Whether the registration of this client was deleted, or has ended in another way.
pub(crate) async fn has_ended(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<bool, StoreError> {
    let ended = a::table
        .filter(
            a::tenant_id
                .eq(tx.tenant_uuid())
                .and(a::environment.eq(environment.as_str())),
        )
        .filter(
            a::client_id
                .eq(client.as_str())
                .and(diesel::dsl::not(a::live)),
        )
        // Not every column is this plane's to read.
        .select(a::client_id);
    Ok(diesel::select(diesel::dsl::exists(ended))
        .get_result(tx.connection()?)
        .await?)
}
