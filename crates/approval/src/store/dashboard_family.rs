//! One family with all that is known about it: its registrations, what came of its calls and from where, who wants it,
//! what the tenant was asked, and which lists name it. Read in the staff role only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::intake::{
        ask as k, family_day as d, family_network as n, initial_access_token as t, listing as l,
        quarantine as q,
    },
};
use narthex_vocab::{
    AttemptOutcome, ClientId, Environment, Fingerprint, Id, PLATFORM_TENANT, QuarantineState,
    Timestamp, kind,
};

use super::{
    claim::{self, Claim},
    dashboard_attempts::{self, Logged},
    dashboard_families::{self, Line},
    dashboard_known,
    dashboard_people::{self, People},
    dashboard_quarantine::Asked,
    family_split::{self, SplitOff},
    listing, logo,
};
use crate::{listing::Listing, logo::Logo, similarity};

const TABLE: &str = "intake.quarantine";
/// Registrations and asks of one look.
const MOST: i64 = 100;
/// Days of one look.
const DAYS: i64 = 14;
/// Networks of one look.
const NETWORKS: i64 = 10;

/// An identifier of the family.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub(crate) client_id: ClientId,
    pub(crate) state: QuarantineState,
    /// Taken out of the family.
    pub(crate) apart: bool,
    /// The token that brought it: its label and last characters; none for the one that strangers share.
    pub(crate) token: Option<(String, String)>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Calls of one day with one outcome.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    pub(crate) at: Timestamp,
    pub(crate) outcome: AttemptOutcome,
    pub(crate) calls: i64,
}

/// Calls from one network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network {
    pub(crate) range: IpNet,
    pub(crate) calls: i64,
    pub(crate) last_seen: Timestamp,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) line: Line,
    pub(crate) registrations: Vec<Registration>,
    pub(crate) days: Vec<Day>,
    pub(crate) networks: Vec<Network>,
    /// The latest calls.
    pub(crate) latest: Vec<Logged>,
    pub(crate) asks: Vec<Asked>,
    /// The tenant's people, by whom asks are named.
    pub(crate) people: People,
    pub(crate) claims: Vec<Claim>,
    /// Lines of the lists that name its fingerprint and hold.
    pub(crate) listings: Vec<Listing>,
    /// What it looks like.
    pub(crate) similar: Vec<String>,
    /// Its logos, as discovery found them.
    pub(crate) logos: Vec<Logo>,
    /// What was split off it by network, and what it was split from.
    pub(crate) splits: Vec<SplitOff>,
}

/// One family, whatever became of it.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, fingerprint): (Environment, &Fingerprint),
    now: Timestamp,
) -> Result<Family, StoreError> {
    let at = (environment, fingerprint);
    let line = dashboard_families::find(tx, tenant, at).await?;
    let registrations = registrations(tx, tenant, at).await?;
    let clients: Vec<&str> = registrations
        .iter()
        .map(|one| one.client_id.as_str())
        .collect();
    let known = dashboard_known::load(tx, [tenant.as_uuid()].into()).await?;
    let metadata = line.metadata.as_ref();
    let similar = metadata.map(|metadata| similarity::similar(metadata, known.of(tenant)));
    let print = fingerprint.as_bytes().to_vec();
    let logos = match metadata {
        Some(metadata) => logo::load(tx, tenant, (environment, metadata)).await?,
        None => Vec::new(),
    };
    Ok(Family {
        splits: family_split::about(tx, tenant, at, now).await?,
        logos,
        asks: asks(tx, tenant, (environment, &clients)).await?,
        claims: claim::about(tx, tenant, (environment, &clients)).await?,
        days: days(tx, tenant, at, now).await?,
        networks: networks(tx, tenant, at).await?,
        latest: dashboard_attempts::of_family(tx, tenant, environment, print).await?,
        people: dashboard_people::of_tenant(tx, tenant).await?,
        listings: listings(tx, tenant, fingerprint, now).await?,
        similar: similar.unwrap_or_default(),
        registrations,
        line,
    })
}

async fn registrations(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, fingerprint): (Environment, &Fingerprint),
) -> Result<Vec<Registration>, StoreError> {
    type Row = (
        (String, String, bool, Timestamp, Timestamp),
        Option<(String, String)>,
    );
    let rows: Vec<Row> = q::table
        .left_join(
            t::table.on(t::tenant_id
                .eq(q::tenant_id)
                .and(t::environment.eq(q::environment))
                .and(t::initial_access_id.nullable().eq(q::initial_access_id))),
        )
        .filter(
            q::tenant_id
                .eq(tenant.as_uuid())
                .and(q::environment.eq(environment.as_str())),
        )
        .filter(q::fingerprint.eq(fingerprint.as_bytes().to_vec()))
        .order((
            q::state.eq(QuarantineState::Expired.as_str()).asc(),
            q::created_at.desc(),
        ))
        .limit(MOST)
        .select((
            (
                q::client_id,
                q::state,
                q::apart,
                q::created_at,
                q::expires_at,
            ),
            (t::label, t::last4).nullable(),
        ))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|((client, state, apart, created_at, expires_at), token)| {
            Ok(Registration {
                client_id: ClientId::parse(&client)
                    .map_err(StoreError::corrupt(TABLE, "client_id"))?,
                state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
                apart,
                token,
                created_at,
                expires_at,
            })
        })
        .collect()
}

async fn asks(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, clients): (Environment, &[&str]),
) -> Result<Vec<Asked>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String, Timestamp)> = k::table
        .filter(
            k::tenant_id
                .eq(tenant.as_uuid())
                .and(k::environment.eq(environment.as_str())),
        )
        .filter(k::client_id.eq_any(clients))
        .order((k::at, k::ask_id))
        .limit(MOST)
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

async fn days(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, fingerprint): (Environment, &Fingerprint),
    now: Timestamp,
) -> Result<Vec<Day>, StoreError> {
    let rows: Vec<(Timestamp, String, i64)> = d::table
        .filter(
            d::tenant_id
                .eq(tenant.as_uuid())
                .and(d::environment.eq(environment.as_str())),
        )
        .filter(d::fingerprint.eq(fingerprint.as_bytes().to_vec()))
        .filter(d::day.gt(now - chrono::Duration::days(DAYS)))
        .order((d::day.desc(), d::outcome))
        .select((d::day, d::outcome, d::calls))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(day, outcome, calls)| {
            Ok(Day {
                at: day,
                outcome: outcome
                    .parse()
                    .map_err(StoreError::corrupt("intake.attempt", "outcome"))?,
                calls,
            })
        })
        .collect()
}

async fn networks(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, fingerprint): (Environment, &Fingerprint),
) -> Result<Vec<Network>, StoreError> {
    let rows: Vec<(IpNet, i64, Timestamp)> = n::table
        .filter(
            n::tenant_id
                .eq(tenant.as_uuid())
                .and(n::environment.eq(environment.as_str())),
        )
        .filter(n::fingerprint.eq(fingerprint.as_bytes().to_vec()))
        .order((n::calls.desc(), n::network))
        .limit(NETWORKS)
        .select((n::network, n::calls, n::last_seen))
        .load(tx.connection()?)
        .await?;
    let read = |(range, calls, last_seen)| Network {
        range,
        calls,
        last_seen,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The lines of the tenant's and the platform's lists that name the fingerprint.
async fn listings(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    fingerprint: &Fingerprint,
    now: Timestamp,
) -> Result<Vec<Listing>, StoreError> {
    let ids: Vec<uuid::Uuid> = l::table
        .filter(l::tenant_id.eq_any([tenant.as_uuid(), PLATFORM_TENANT.as_uuid()]))
        .filter(l::fingerprint.eq(fingerprint.as_bytes().to_vec()))
        .filter(l::ended_at.is_null().and(l::expires_at.gt(now)))
        .order(l::expires_at.desc())
        .limit(5)
        .select(l::listing_id)
        .load(tx.connection()?)
        .await?;
    let mut found = Vec::new();
    for id in ids {
        found.push(listing::anywhere(tx, Id::from_uuid(id)).await?);
    }
    Ok(found)
}
