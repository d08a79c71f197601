//! Registrations that wait, over all tenants: families with their counts, and the people who want them. Read in the
//! staff role only.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::{ask as k, family as f, quarantine as q},
        review::access_request as r,
        tenant::tenants as t,
    },
};
use narthex_vocab::{
    ClientId, ClientMetadata, Environment, HostName, Id, Label, QuarantineState, ScopeSet,
    TenantSlug, Timestamp, kind,
};
use serde_json::Value;

use super::{
    dashboard_attempts::{self, Logged},
    dashboard_catalogue::{self, Words},
    dashboard_people::{self, People},
    dashboard_tenants::{read_name, read_slug},
    proof,
};

const TABLE: &str = "intake.quarantine";

/// The most rows of one page.
pub(crate) const MOST: i64 = 200;

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

/// Which registrations.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// In this state.
    pub(crate) state: Option<QuarantineState>,
    /// Whose name or identifier has this text.
    pub(crate) text: Option<String>,
    /// Of tenants whose slug or name has this text.
    pub(crate) tenant: Option<String>,
    /// In this environment.
    pub(crate) environment: Option<Environment>,
}

/// One family of the list, with the identifier that it got.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) client_id: ClientId,
    pub(crate) environment: Environment,
    pub(crate) slug: TenantSlug,
    pub(crate) tenant: Label,
    pub(crate) family: Family,
    /// How many people want it.
    pub(crate) asks: usize,
    pub(crate) state: QuarantineState,
    pub(crate) expires_at: Timestamp,
}

/// One registration with all that is known about it.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) client_id: ClientId,
    pub(crate) environment: Environment,
    pub(crate) metadata: ClientMetadata,
    /// What it asked for, in its own words.
    pub(crate) scope: String,
    pub(crate) state: QuarantineState,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) family: Family,
    pub(crate) asks: Vec<Asked>,
    /// The latest calls of the family.
    pub(crate) attempts: Vec<Logged>,
    /// The latest case about it.
    pub(crate) request: Option<Id<kind::Request>>,
    /// The tenant's people, who may answer for it.
    pub(crate) people: People,
    pub(crate) words: Words,
    /// Hosts that the tenant has not proved.
    pub(crate) unproved: Vec<HostName>,
}

impl Registration {
    /// What the registrant and the people asked for; words that are no scopes are left out.
    pub(crate) fn wanted(&self) -> ScopeSet {
        let texts = self
            .asks
            .iter()
            .map(|ask| ask.scope.as_str())
            .chain([self.scope.as_str()]);
        texts
            .filter_map(|text| ScopeSet::parse(text).ok())
            .fold(ScopeSet::default(), |all, one| all.union(&one))
    }
}

type FamilyRow = (String, String, Timestamp, Timestamp, i64);

impl From<FamilyRow> for Family {
    fn from((name, redirects, first_seen, last_seen, attempts): FamilyRow) -> Self {
        Self {
            name,
            redirects,
            first_seen,
            last_seen,
            attempts,
        }
    }
}

/// The list, most recently seen first.
pub(crate) async fn list(tx: &mut TenantTx, wanted: &Wanted) -> Result<Vec<Held>, StoreError> {
    let mut query = q::table
        .inner_join(
            f::table.on(f::tenant_id
                .eq(q::tenant_id)
                .and(f::environment.eq(q::environment))
                .and(f::fingerprint.eq(q::fingerprint))),
        )
        .inner_join(t::table.on(t::tenant_id.eq(q::tenant_id)))
        .into_boxed();
    if let Some(state) = wanted.state {
        query = query.filter(q::state.eq(state.as_str()));
    }
    if let Some(environment) = wanted.environment {
        query = query.filter(q::environment.eq(environment.as_str()));
    }
    if let Some(text) = &wanted.text {
        let like = super::dashboard_search::like(text);
        query = query.filter(
            f::client_name
                .ilike(like.clone())
                .or(q::client_id.ilike(like)),
        );
    }
    if let Some(text) = &wanted.tenant {
        let like = super::dashboard_search::like(text);
        query = query.filter(t::slug.ilike(like.clone()).or(t::name.ilike(like)));
    }
    let rows: Vec<Row> = query
        .order((f::last_seen.desc(), q::client_id.asc()))
        .select((
            (q::client_id, q::environment, q::state, q::expires_at),
            (
                f::client_name,
                f::redirects,
                f::first_seen,
                f::last_seen,
                f::attempts,
            ),
            t::slug,
            t::name,
        ))
        .limit(MOST)
        .load(tx.connection()?)
        .await?;
    let asks = asks_by_client(tx, &rows).await?;
    rows.into_iter().map(|row| held(row, &asks)).collect()
}

type Row = (
    (String, String, String, Timestamp),
    FamilyRow,
    String,
    String,
);

/// How many people want each; an identifier belongs to one tenant and environment for life.
async fn asks_by_client(
    tx: &mut TenantTx,
    rows: &[Row],
) -> Result<HashMap<String, usize>, StoreError> {
    let ids: Vec<&str> = rows.iter().map(|row| row.0.0.as_str()).collect();
    let found: Vec<String> = k::table
        .filter(k::client_id.eq_any(ids))
        .select(k::client_id)
        .load(tx.connection()?)
        .await?;
    let mut counts = HashMap::new();
    for client in found {
        *counts.entry(client).or_insert(0) += 1;
    }
    Ok(counts)
}

fn held(
    ((client, environment, state, expires_at), family, slug, tenant): Row,
    asks: &HashMap<String, usize>,
) -> Result<Held, StoreError> {
    Ok(Held {
        asks: asks.get(&client).copied().unwrap_or_default(),
        client_id: ClientId::parse(&client).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        environment: environment
            .parse()
            .map_err(StoreError::corrupt(TABLE, "environment"))?,
        slug: read_slug(&slug)?,
        tenant: read_name(&tenant)?,
        family: family.into(),
        state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
        expires_at,
    })
}

/// One registration, whatever became of it.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, client_id): (Environment, ClientId),
    now: Timestamp,
) -> Result<Registration, StoreError> {
    type Stored = (Value, String, String, Timestamp, Timestamp, Vec<u8>);
    let (stored, scope, state, created_at, expires_at, fingerprint): Stored = q::table
        .filter(
            q::tenant_id
                .eq(tenant.as_uuid())
                .and(q::environment.eq(environment.as_str())),
        )
        .filter(q::client_id.eq(client_id.as_str()))
        .select((
            q::metadata,
            q::scope,
            q::state,
            q::created_at,
            q::expires_at,
            q::fingerprint,
        ))
        .first(tx.connection()?)
        .await?;
    let metadata = super::metadata(TABLE, stored)?;
    let proofs = proof::in_force(tx, tenant, now).await?;
    Ok(Registration {
        unproved: proofs.missing(&metadata, Some(&client_id)),
        metadata,
        scope,
        state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
        created_at,
        expires_at,
        family: family(tx, tenant, environment, &client_id).await?,
        asks: asks(tx, tenant, environment, &client_id).await?,
        attempts: dashboard_attempts::of_family(tx, tenant, environment, fingerprint).await?,
        request: request(tx, tenant, environment, &client_id).await?,
        people: dashboard_people::of_tenant(tx, tenant).await?,
        words: dashboard_catalogue::words(tx, tenant, environment).await?,
        client_id,
        environment,
    })
}

/// The latest case about one registration.
async fn request(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    client: &ClientId,
) -> Result<Option<Id<kind::Request>>, StoreError> {
    let found: Option<uuid::Uuid> = r::table
        .filter(
            r::tenant_id
                .eq(tenant.as_uuid())
                .and(r::environment.eq(environment.as_str())),
        )
        .filter(r::client_id.eq(client.as_str()))
        .order(r::created_at.desc())
        .select(r::request_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(found.map(Id::from_uuid))
}

/// The family that one registration belongs to.
pub(crate) async fn family(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    client: &ClientId,
) -> Result<Family, StoreError> {
    let row: FamilyRow = f::table
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
    Ok(row.into())
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
