//! `registry.credential`, `registry.resource_credential`, `issue.last_used`: how clients and resources prove
//! themselves. Only hashes and public keys are here.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        issue::last_used as l,
        registry::{credential as c, resource as r, resource_credential as rc},
    },
};
use narthex_vocab::{
    ClientId, Credential, Environment, Id, PublicKey, Resource, ResourceUri, SecretHash, Timestamp,
};
use serde_json::Value;

/// A credential of a client that is in force.
pub(crate) struct ClientCredential {
    /// `None` for a key that was approved with the client.
    pub(crate) id: Option<Id<Credential>>,
    pub(crate) proof: Proof,
}

/// What it proves itself by.
pub(crate) enum Proof {
    Secret(SecretHash),
    Key(Box<PublicKey>),
}

/// The live credentials of a client, at most two.
pub(crate) async fn of_client(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    now: Timestamp,
) -> Result<Vec<ClientCredential>, StoreError> {
    let rows: Vec<(uuid::Uuid, Option<Vec<u8>>, Option<Value>)> = c::table
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(environment.as_str()))
                .and(c::client_id.eq(client.as_str())),
        )
        .filter(c::state.eq_any(["active", "retiring"]))
        .filter(c::expires_at.gt(now))
        .select((c::credential_id, c::secret_hash, c::public_jwk))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(id, hash, jwk)| {
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
            let id = Some(Id::from_uuid(id));
            Ok(ClientCredential { id, proof })
        })
        .collect()
}

/// Remembers that a credential was accepted.
pub(crate) async fn used(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    credential: Id<Credential>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(l::table)
        .values((
            l::tenant_id.eq(tenant_id),
            l::environment.eq(environment.as_str()),
            l::client_id.eq(client.as_str()),
            l::credential_id.eq(credential.as_uuid()),
            l::at.eq(now),
        ))
        .on_conflict((l::tenant_id, l::environment, l::client_id, l::credential_id))
        .do_update()
        .set(l::at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// A resource with the hashes of its live secrets.
pub(crate) struct ResourceCredentials {
    pub(crate) identifier: ResourceUri,
    pub(crate) hashes: Vec<SecretHash>,
}

/// The live secrets of a resource; none for an unknown one.
pub(crate) async fn of_resource(
    tx: &mut TenantTx,
    environment: Environment,
    resource: Id<Resource>,
    now: Timestamp,
) -> Result<Option<ResourceCredentials>, StoreError> {
    let rows: Vec<(String, Vec<u8>)> = rc::table
        .inner_join(
            r::table.on(r::tenant_id
                .eq(rc::tenant_id)
                .and(r::environment.eq(rc::environment))
                .and(r::resource_id.eq(rc::resource_id))),
        )
        .filter(
            rc::tenant_id
                .eq(tx.tenant_uuid())
                .and(rc::environment.eq(environment.as_str()))
                .and(rc::resource_id.eq(resource.as_uuid())),
        )
        .filter(rc::state.eq("active").and(rc::expires_at.gt(now)))
        .select((r::identifier, rc::secret_hash))
        .load(tx.connection()?)
        .await?;
    let Some((identifier, _)) = rows.as_slice().first() else {
        return Ok(None);
    };
    let identifier = ResourceUri::parse(identifier)
        .map_err(StoreError::corrupt("registry.resource", "identifier"))?;
    let hashes = rows
        .into_iter()
        .map(|(_, hash)| read_hash(hash, "registry.resource_credential"))
        .collect::<Result<_, _>>()?;
    Ok(Some(ResourceCredentials { identifier, hashes }))
}

fn read_hash(bytes: Vec<u8>, table: &'static str) -> Result<SecretHash, StoreError> {
    <[u8; 32]>::try_from(bytes)
        .map(SecretHash::from_bytes)
        .map_err(StoreError::corrupt(table, "secret_hash"))
}
