//! `intake.key_set`, and keys in approved metadata: how a client proves itself that brought its keys. Only keys that were
//! approved with it, and for a client with a document those at the address that was.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::key_set as k};
use narthex_vocab::{ClientId, ClientMetadata, Environment, KeySet, PublicKey, Timestamp};
use serde_json::Value;

use crate::client::{ClientCredential, Proof};

/// Keys that nobody could fetch again for so long count no more.
const LIMIT: Duration = Duration::days(7);

/// The keys of a client, by its approved metadata; only for one whose identifier is an address are any fetched.
pub(crate) async fn of_client(
    tx: &mut TenantTx,
    environment: Environment,
    (client, metadata): (&ClientId, &ClientMetadata),
) -> Result<Vec<ClientCredential>, StoreError> {
    let fetched = match metadata.jwks_uri() {
        Some(_) if client.document_url().is_none() => None,
        Some(url) => at(tx, environment, (client, url.as_str())).await?,
        None => None,
    };
    let (keys, until) = match (metadata.jwks(), &fetched) {
        (Some(own), _) => (own.keys(), None),
        (None, Some((keys, until))) => (keys.keys(), Some(*until)),
        (None, None) => return Ok(Vec::new()),
    };
    let credential = |key: &PublicKey| ClientCredential {
        id: None,
        proof: Proof::Key(Box::new(key.clone())),
        until,
    };
    Ok(keys.iter().map(credential).collect())
}

async fn at(
    tx: &mut TenantTx,
    environment: Environment,
    (client, url): (&ClientId, &str),
) -> Result<Option<(KeySet, Timestamp)>, StoreError> {
    let key = (tx.tenant_uuid(), environment.as_str(), client.as_str(), url);
    let row: Option<(Option<Value>, Option<Timestamp>)> = k::table
        .find(key)
        .select((k::keys, k::fetched_at))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((Some(keys), Some(fetched_at))) = row else {
        return Ok(None);
    };
    let keys = KeySet::parse(&keys).map_err(StoreError::corrupt("intake.key_set", "keys"))?;
    Ok(Some((keys, fetched_at + LIMIT)))
}
