//! Registrations that wait, over all tenants: families with their counts, and the people who want them. Read in the
//! staff role only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::intake::{ask as k, family as f, quarantine as q},
};
use narthex_vocab::{ClientId, Environment, Id, Timestamp, kind};

/// Attempts that share a fingerprint, as one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Family {
    /// The name they all give themselves.
    pub(crate) name: String,
    /// Where their redirect addresses lead, for people.
    pub(crate) redirects: String,
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) attempts: i64,
}

/// A person wants an undecided client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) member: Id<kind::Member>,
    pub(crate) scope: String,
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
}

/// The family that one registration belongs to.
pub(crate) async fn family(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    client: &ClientId,
) -> Result<Family, StoreError> {
    let (name, redirects, first_seen, last_seen, attempts) = f::table
        .inner_join(
            q::table.on(q::tenant_id
                .eq(f::tenant_id)
                .and(q::environment.eq(f::environment))
                .and(q::fingerprint.eq(f::fingerprint))),
        )
        .filter(
            q::tenant_id
                .eq(tenant.as_uuid())
                .and(q::environment.eq(environment.as_str())),
        )
        .filter(q::client_id.eq(client.as_str()))
        .select((
            f::client_name,
            f::redirects,
            f::first_seen,
            f::last_seen,
            f::attempts,
        ))
        .first(tx.connection()?)
        .await?;
    Ok(Family {
        name,
        redirects,
        first_seen,
        last_seen,
        attempts,
    })
}

/// Who wants one registration, first asker first.
pub(crate) async fn asks(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    client: &ClientId,
) -> Result<Vec<Asked>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String, Timestamp)> = k::table
        .filter(
            k::tenant_id
                .eq(tenant.as_uuid())
                .and(k::environment.eq(environment.as_str())),
        )
        .filter(k::client_id.eq(client.as_str()))
        .order((k::at, k::ask_id))
        .select((k::member_id, k::scope, k::reason, k::at))
        .load(tx.connection()?)
        .await?;
    let read = |(member, scope, reason, at)| Asked {
        member: Id::from_uuid(member),
        scope,
        reason,
        at,
    };
    Ok(rows.into_iter().map(read).collect())
}
