//! `intake.key_set`, and keys in approved metadata: how a client proves itself that brought its keys. Only keys that were
//! approved with it, and for a client with a document those at the address that was.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::key_set as k};
use narthex_vocab::{ClientId, ClientMetadata, Environment, KeySet, PublicKey, Timestamp};
use serde_json::Value;

use super::credential::{ClientCredential, Proof};

/// Keys that nobody could fetch again for so long count no more.
const LIMIT: Duration = Duration::days(7);

/// The keys of a client, by its approved metadata; only for one whose identifier is an address are any fetched.
pub(crate) async fn of_client(
    tx: &mut TenantTx,
    environment: Environment,
    (client, metadata): (&ClientId, &ClientMetadata),
    now: Timestamp,
) -> Result<Vec<ClientCredential>, StoreError> {
    let fetched = match metadata.jwks_uri() {
        Some(_) if client.document_url().is_none() => None,
        Some(url) => at(tx, environment, (client, url.as_str()), now).await?,
        None => None,
    };
    let own = metadata.jwks().or(fetched.as_ref());
    let keys = own.map(KeySet::keys).unwrap_or_default();
    let credential = |key: &PublicKey| ClientCredential {
        id: None,
        proof: Proof::Key(Box::new(key.clone())),
    };
    Ok(keys.iter().map(credential).collect())
}

async fn at(
    tx: &mut TenantTx,
    environment: Environment,
    (client, url): (&ClientId, &str),
    now: Timestamp,
) -> Result<Option<KeySet>, StoreError> {
    let key = (tx.tenant_uuid(), environment.as_str(), client.as_str(), url);
    let keys: Option<Option<Value>> = k::table
        .find(key)
        .filter(k::fetched_at.gt(now - LIMIT))
        .select(k::keys)
        .first(tx.connection()?)
        .await
        .optional()?;
    keys.flatten()
        .map(|keys| KeySet::parse(&keys).map_err(StoreError::corrupt("intake.key_set", "keys")))
        .transpose()
}
