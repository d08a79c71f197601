//! `registry.credential`: how clients prove themselves, and `issue.last_used`: when they did. Only hashes and public keys
//! are here.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use narthex_tenancy::{StoreError, TenantTx, schema::registry::credential as c};
use narthex_vocab::{
    ClientId, Credential, Environment, Id, PublicKey, SecretHash, Tenant, Timestamp,
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::client::{ClientCredential, Proof};

type Row = (Uuid, Option<Vec<u8>>, Option<Value>, Timestamp);

#[diesel::declare_sql_function]
extern "SQL" {
    /// Of one tenant, all at once.
    #[sql_name = "issue.write_uses"]
    fn write_uses(whose: diesel::sql_types::Uuid, rows: diesel::sql_types::Jsonb);
}

/// The credentials of a client that were not retired or revoked, with their ends.
pub(crate) async fn of_client(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<Vec<ClientCredential>, StoreError> {
    let rows: Vec<Row> = c::table
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(environment.as_str()))
                .and(c::client_id.eq(client.as_str())),
        )
        .filter(c::state.eq_any(["active", "retiring"]))
        .select((
            c::credential_id,
            c::secret_hash,
            c::public_jwk,
            c::expires_at,
        ))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(id, hash, jwk, until)| {
            let proof = match (hash, jwk) {
                (Some(hash), _) => Proof::Secret(read_hash(hash, "registry.credential")?),
                (None, Some(jwk)) => Proof::Key(Box::new(
                    PublicKey::parse(&jwk)
                        .map_err(StoreError::corrupt("registry.credential", "public_jwk"))?,
                )),
                (None, None) => {
                    return Err(StoreError::Corrupt {
                        table: "registry.credential",
                        column: "secret_hash",
                    });
                }
            };
            Ok(ClientCredential {
                id: Some(Id::from_uuid(id)),
                proof,
                until: Some(until),
            })
        })
        .collect()
}

/// A credential was accepted.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Use {
    pub(crate) environment: Environment,
    pub(crate) client_id: ClientId,
    pub(crate) credential_id: Uuid,
    pub(crate) at: Timestamp,
}

impl Use {
    pub(crate) fn new(
        environment: Environment,
        client: &ClientId,
        credential: Id<Credential>,
        at: Timestamp,
    ) -> Self {
        Self {
            environment,
            client_id: client.clone(),
            credential_id: credential.as_uuid(),
            at,
        }
    }
}

/// Remembers when credentials were accepted, in one round trip.
pub(crate) async fn used(
    connection: &mut AsyncPgConnection,
    tenant: Id<Tenant>,
    uses: &[Use],
) -> Result<(), StoreError> {
    let rows = serde_json::to_value(uses).map_err(StoreError::corrupt("issue.last_used", "*"))?;
    diesel::select(write_uses(tenant.as_uuid(), rows))
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) fn read_hash(bytes: Vec<u8>, table: &'static str) -> Result<SecretHash, StoreError> {
    <[u8; 32]>::try_from(bytes)
        .map(SecretHash::from_bytes)
        .map_err(StoreError::corrupt(table, "secret_hash"))
}
