//! `intake.statement_keys`: the keys at the addresses of issuers of software statements. Keys are replaced by keys alone.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::intake::statement_keys as k,
    statement_issuer::{self, IssuerKeys, StatementIssuer},
};
use narthex_vocab::{Environment, Glimpse, IssuerName, KeySet, Timestamp, WebUri};

/// The least time between two looks at one address.
const AGAIN: Duration = Duration::minutes(1);
/// What is told of an address until its first look ends.
const BEGUN: &str = "it is being read";

/// Keys that shall be read.
#[derive(Debug)]
pub(crate) struct KeysAt {
    pub(crate) issuer: IssuerName,
    pub(crate) url: WebUri,
}

/// The addresses whose turn it is, of all issuers or of one; nobody else looks at them for a minute.
pub(crate) async fn claim(
    tx: &mut TenantTx,
    (environment, only): (Environment, Option<&IssuerName>),
    now: Timestamp,
) -> Result<Vec<KeysAt>, StoreError> {
    let mut claimed = Vec::new();
    for StatementIssuer { issuer, keys, .. } in statement_issuer::trusted(tx, environment).await? {
        let IssuerKeys::At { url, .. } = keys else {
            continue;
        };
        if only.is_some_and(|only| *only != issuer) {
            continue;
        }
        let at = KeysAt { issuer, url };
        if begin(tx, environment, &at, now).await? {
            claimed.push(at);
        }
    }
    Ok(claimed)
}

async fn begin(
    tx: &mut TenantTx,
    environment: Environment,
    at: &KeysAt,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (tenant, issuer, url) = (tx.tenant_uuid(), at.issuer.as_str(), at.url.as_str());
    let again = k::table
        .find((tenant, environment.as_str(), issuer, url))
        .filter(k::looked_at.le(now - AGAIN));
    let again = diesel::update(again).set(k::looked_at.eq(now));
    if again.execute(tx.connection()?).await? == 1 {
        return Ok(true);
    }
    let first = diesel::insert_into(k::table)
        .values((
            k::tenant_id.eq(tenant),
            k::environment.eq(environment.as_str()),
            k::issuer.eq(issuer),
            k::url.eq(url),
            k::looked_at.eq(now),
            k::refusal.eq(BEGUN),
        ))
        .on_conflict_do_nothing();
    Ok(first.execute(tx.connection()?).await? == 1)
}

/// Keeps the keys, or remembers that a look found none; what was found before stays. An issuer that was removed
/// meanwhile has no row.
pub(crate) async fn keep(
    tx: &mut TenantTx,
    environment: Environment,
    (at, looked): (&KeysAt, &Result<KeySet, Glimpse>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let key = (
        tx.tenant_uuid(),
        environment.as_str(),
        at.issuer.as_str(),
        at.url.as_str(),
    );
    let row = diesel::update(k::table.find(key));
    match looked {
        Ok(keys) => {
            let found = (
                k::keys.eq(keys.to_json()),
                k::fetched_at.eq(now),
                k::refusal.eq(None::<&str>),
            );
            row.set(found).execute(tx.connection()?).await?;
        }
        Err(why) => {
            let refusal = k::refusal.eq(why.as_str());
            row.set(refusal).execute(tx.connection()?).await?;
        }
    }
    Ok(())
}
