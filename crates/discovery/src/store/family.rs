//! `intake.family`: attempts that share a fingerprint, counted.

use diesel::{prelude::*, sql_types::Timestamptz, upsert::excluded};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::family as f};
use narthex_vocab::{ClientName, Environment, Fingerprint, RedirectUri, Timestamp};

use crate::candidate::Candidate;

/// Counts one more attempt of the family, or the first.
pub(crate) async fn count(
    tx: &mut TenantTx,
    environment: Environment,
    candidate: &Candidate,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(f::table)
        .values((
            f::tenant_id.eq(tenant_id),
            f::environment.eq(environment.as_str()),
            f::fingerprint.eq(candidate.fingerprint.as_bytes().to_vec()),
            f::client_name.eq(candidate
                .metadata
                .client_name()
                .map_or("", ClientName::as_str)),
            f::redirects.eq(redirects(candidate.metadata.redirect_uris())),
            f::first_seen.eq(now),
            f::last_seen.eq(now),
        ))
        .on_conflict((f::tenant_id, f::environment, f::fingerprint))
        .do_update()
        .set((
            f::attempts.eq(f::attempts + 1),
            f::last_seen.eq(excluded(f::last_seen)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// The later of the two.
    fn greatest(one: Timestamptz, other: Timestamptz) -> Timestamptz;
}

/// A family, with how many calls came and when the last did.
pub(crate) type Counted = ((Environment, Fingerprint), (i64, Timestamp));

/// Counts what came of known families, in one order for every process.
pub(crate) async fn add(tx: &mut TenantTx, families: &[Counted]) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let mut families = families.to_vec();
    families.sort_unstable();
    for ((environment, fingerprint), (calls, last_seen)) in families {
        diesel::update(f::table)
            .filter(
                f::tenant_id
                    .eq(tenant_id)
                    .and(f::environment.eq(environment.as_str())),
            )
            .filter(f::fingerprint.eq(fingerprint.as_bytes().to_vec()))
            .set((
                f::attempts.eq(f::attempts + calls),
                f::last_seen.eq(greatest(f::last_seen, last_seen)),
            ))
            .execute(tx.connection()?)
            .await?;
    }
    Ok(())
}

/// Where the redirects lead, for people: hosts, or this computer.
fn redirects(uris: &[RedirectUri]) -> String {
    let mut places: Vec<String> = uris
        .iter()
        .map(|uri| match uri.host() {
            Some(host) if host.is_loopback() => "this computer".to_owned(),
            Some(host) => host.to_string(),
            None => "an app on this device".to_owned(),
        })
        .collect();
    places.sort();
    places.dedup();
    places.join(", ")
}
