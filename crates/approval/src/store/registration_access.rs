//! `intake.registration_access`: what a client is told when it reads its registration, and whether it has deleted it.
//! Written with the client's answer, and again when the client is put on another approval; no hash can be read back.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::registration_access as a};
use narthex_vocab::{ClientId, Environment, Id, SecretHash, Timestamp, kind};
use serde_json::{Map, Value};

/// The secret that comes with a registration, as the public plane may recognise it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownSecret {
    pub(crate) credential: Id<kind::Credential>,
    pub(crate) hash: SecretHash,
}

/// Lets a client manage its registration with the token of this hash.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    (environment, client): (Environment, &ClientId),
    (token, secret): (&SecretHash, Option<KnownSecret>),
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
            a::secret_hash.eq(secret.map(|secret| secret.hash.as_bytes().to_vec())),
            a::credential_id.eq(secret.map(|secret| secret.credential.as_uuid())),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What is about the registration and not of the client's metadata.
const KEPT: [&str; 3] = [
    "client_id",
    "client_id_issued_at",
    "registration_client_uri",
];

/// Has a client that manages its registration read what is in force from now on.
pub(crate) async fn tell(
    tx: &mut TenantTx,
    (environment, client): (Environment, &ClientId),
    mut in_force: Map<String, Value>,
) -> Result<(), StoreError> {
    let key = (tx.tenant_uuid(), environment.as_str(), client.as_str());
    let told: Option<Value> = a::table
        .find(key)
        .select(a::information)
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some(told) = told else {
        return Ok(());
    };
    for member in KEPT {
        let value = told.get(member).cloned();
        in_force.extend(value.map(|value| (member.to_owned(), value)));
    }
    diesel::update(a::table.find(key))
        .set(a::information.eq(Value::Object(in_force)))
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
