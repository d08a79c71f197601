//! One registration that waits, with its family's counts and the people who want it. Read in the staff role only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::{ask as k, family as f, quarantine as q},
        review::access_request as r,
    },
};
use narthex_vocab::{
    ClientId, ClientMetadata, Environment, Fingerprint, HostName, Id, QuarantineState, ScopeSet,
    Timestamp, kind,
};
use serde_json::Value;

use crate::logo::Logo;

use super::{
    dashboard_attempts::{self, Logged},
    dashboard_catalogue::{self, Words},
    dashboard_people::{self, People},
    proof,
};

const TABLE: &str = "intake.quarantine";

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

/// One registration with all that is known about it.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) client_id: ClientId,
    pub(crate) environment: Environment,
    /// What its family has in common.
    pub(crate) fingerprint: Fingerprint,
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
    /// Its logos, as discovery found them.
    pub(crate) logos: Vec<Logo>,
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
    let print = <[u8; 32]>::try_from(fingerprint.as_slice())
        .map(Fingerprint::from_bytes)
        .map_err(StoreError::corrupt(TABLE, "fingerprint"))?;
    let proofs = proof::in_force(tx, tenant, now).await?;
    Ok(Registration {
        logos: super::logo::load(tx, tenant, (environment, &metadata)).await?,
        unproved: proofs.missing(&metadata, Some(&client_id)),
        metadata,
        scope,
        state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
        created_at,
        expires_at,
        family: family(tx, tenant, environment, &client_id).await?,
        asks: asks(tx, tenant, environment, &client_id).await?,
        fingerprint: print,
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
