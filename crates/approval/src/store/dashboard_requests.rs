//! The queue: cases of all tenants as one list. Read in the staff role only.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        registry::integration as i,
        review::{
            access_request as r, assignment as a, decision as d, finding as f,
            requested_scope as rs,
        },
        tenant::tenants as t,
    },
};
use narthex_vocab::{Environment, Id, Label, RequestState, TenantSlug, Timestamp, kind};

use super::{
    dashboard_people::{self, name_of},
    dashboard_tenants::{read_name, read_slug},
};

use crate::payload_hash::PayloadHash;

const TABLE: &str = "review.access_request";

/// The most rows of one page.
pub(crate) const MOST: i64 = 200;

/// Which cases.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// In one of these states.
    pub(crate) states: Vec<RequestState>,
    /// Of tenants whose slug or name has this text.
    pub(crate) tenant: Option<String>,
    /// For this environment.
    pub(crate) environment: Option<Environment>,
}

/// A part of the list in the order in which cases began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// What comes after this version of a case.
    pub(crate) after: Option<(Id<kind::Request>, i32)>,
    /// How many.
    pub(crate) limit: i64,
}

/// One case of the list.
#[derive(Debug, Clone)]
pub(crate) struct Queued {
    pub(crate) id: Id<kind::Request>,
    pub(crate) environment: Environment,
    pub(crate) slug: TenantSlug,
    pub(crate) tenant: Label,
    pub(crate) integration: Label,
    pub(crate) version: i32,
    pub(crate) state: RequestState,
    pub(crate) score: Option<u8>,
    pub(crate) failed: usize,
    pub(crate) sent: Timestamp,
    /// Who is looking at it, by name.
    pub(crate) taken_by: Option<String>,
}

/// The list, longest waiting first, with the moment of the last decision about anything.
pub(crate) async fn list(
    tx: &mut TenantTx,
    wanted: &Wanted,
) -> Result<(Vec<Queued>, Option<Timestamp>), StoreError> {
    let query = matching(wanted)
        .order((r::submitted_at.asc(), r::request_id.asc()))
        .limit(MOST);
    let queued = read(tx, query).await?;
    let last = d::table
        .select(diesel::dsl::max(d::at))
        .first(tx.connection()?)
        .await?;
    Ok((queued, last))
}

/// A part of the list, in the order in which cases began.
pub(crate) async fn part(
    tx: &mut TenantTx,
    wanted: &Wanted,
    part: Part,
) -> Result<Vec<Queued>, StoreError> {
    let mut query = matching(wanted)
        .order((r::request_id.asc(), r::version.asc()))
        .limit(part.limit);
    if let Some((case, version)) = part.after {
        let later = r::request_id.eq(case.as_uuid()).and(r::version.gt(version));
        query = query.filter(r::request_id.gt(case.as_uuid()).or(later));
    }
    read(tx, query).await
}

/// A case that somebody chose in the queue.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub(crate) tenant_id: Id<kind::Tenant>,
    pub(crate) queued: Queued,
    pub(crate) payload: PayloadHash,
    /// What it asks for.
    pub(crate) scopes: Vec<String>,
}

/// The newest versions of these cases, longest waiting first.
pub(crate) async fn chosen(
    tx: &mut TenantTx,
    ids: &[Id<kind::Request>],
) -> Result<Vec<Chosen>, StoreError> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(Id::as_uuid).collect();
    let query = cases()
        .into_boxed()
        .filter(r::request_id.eq_any(ids.clone()))
        .order((r::created_at.asc(), r::request_id.asc(), r::version.desc()));
    let mut queued = read(tx, query).await?;
    queued.dedup_by_key(|one| (one.id, one.environment));
    let hashes: Vec<(uuid::Uuid, uuid::Uuid, i32, Vec<u8>)> = r::table
        .filter(r::request_id.eq_any(ids.clone()))
        .select((r::tenant_id, r::request_id, r::version, r::payload_hash))
        .load(tx.connection()?)
        .await?;
    let scopes: Vec<(uuid::Uuid, i32, String)> = rs::table
        .filter(rs::request_id.eq_any(ids))
        .order(rs::scope)
        .select((rs::request_id, rs::version, rs::scope))
        .load(tx.connection()?)
        .await?;
    let mut found = Vec::new();
    for queued in queued {
        let at = (queued.id.as_uuid(), queued.version);
        let row = hashes
            .iter()
            .find(|(_, id, version, _)| (*id, *version) == at);
        let Some((tenant, _, _, hash)) = row else {
            continue;
        };
        let hash = <[u8; 32]>::try_from(hash.as_slice());
        let own = scopes
            .iter()
            .filter(|(id, version, _)| (*id, *version) == at);
        found.push(Chosen {
            tenant_id: Id::from_uuid(*tenant),
            payload: hash
                .map(PayloadHash::from_bytes)
                .map_err(StoreError::corrupt(TABLE, "payload_hash"))?,
            scopes: own.map(|(_, _, scope)| scope.clone()).collect(),
            queued,
        });
    }
    Ok(found)
}

#[diesel::dsl::auto_type]
fn cases() -> _ {
    let integration = i::tenant_id
        .eq(r::tenant_id)
        .and(i::integration_id.eq(r::integration_id));
    let assignment = a::tenant_id
        .eq(r::tenant_id)
        .and(a::environment.eq(r::environment))
        .and(a::request_id.eq(r::request_id))
        .and(a::version.eq(r::version));
    r::table
        .inner_join(i::table.on(integration))
        .inner_join(t::table.on(t::tenant_id.eq(r::tenant_id)))
        .left_join(a::table.on(assignment))
}

type Cases = diesel::dsl::IntoBoxed<'static, cases, diesel::pg::Pg>;

fn matching(wanted: &Wanted) -> Cases {
    let states: Vec<&'static str> = wanted.states.iter().map(|state| state.as_str()).collect();
    let mut query = cases().into_boxed().filter(r::state.eq_any(states));
    if let Some(environment) = wanted.environment {
        query = query.filter(r::environment.eq(environment.as_str()));
    }
    if let Some(text) = &wanted.tenant {
        let like = super::dashboard_search::like(text);
        query = query.filter(t::slug.ilike(like.clone()).or(t::name.ilike(like)));
    }
    query
}

async fn read(tx: &mut TenantTx, query: Cases) -> Result<Vec<Queued>, StoreError> {
    let rows: Vec<Row> = query
        .select((
            (
                r::request_id,
                r::environment,
                r::version,
                r::state,
                r::risk_score,
                r::created_at,
            ),
            i::name,
            t::slug,
            t::name,
            a::taken_by.nullable(),
        ))
        .load(tx.connection()?)
        .await?;
    let failed = failed(tx, &rows).await?;
    let takers = rows.iter().filter_map(|row| row.4.map(Id::from_uuid));
    let people = dashboard_people::named(tx, takers).await?;
    let one = |row: Row| {
        let taken_by = row.4.map(|by| name_of(&people, Id::from_uuid(by)));
        queued(row, &failed, taken_by)
    };
    rows.into_iter().map(one).collect()
}

type Row = (
    (uuid::Uuid, String, i32, String, Option<i16>, Timestamp),
    String,
    String,
    String,
    Option<uuid::Uuid>,
);

/// How many checks failed, by case and version.
async fn failed(
    tx: &mut TenantTx,
    rows: &[Row],
) -> Result<HashMap<(uuid::Uuid, i32), usize>, StoreError> {
    let ids: Vec<uuid::Uuid> = rows.iter().map(|row| row.0.0).collect();
    let found: Vec<(uuid::Uuid, i32)> = f::table
        .filter(f::request_id.eq_any(ids).and(f::outcome.eq("fail")))
        .select((f::request_id, f::version))
        .load(tx.connection()?)
        .await?;
    let mut counts = HashMap::new();
    for case in found {
        *counts.entry(case).or_insert(0) += 1;
    }
    Ok(counts)
}

fn queued(
    ((id, environment, version, state, score, sent), integration, slug, tenant, _): Row,
    failed: &HashMap<(uuid::Uuid, i32), usize>,
    taken_by: Option<String>,
) -> Result<Queued, StoreError> {
    Ok(Queued {
        id: Id::from_uuid(id),
        environment: environment
            .parse()
            .map_err(StoreError::corrupt(TABLE, "environment"))?,
        slug: read_slug(&slug)?,
        tenant: read_name(&tenant)?,
        integration: Label::parse(&integration)
            .map_err(StoreError::corrupt("registry.integration", "name"))?,
        version,
        state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
        score: score.and_then(|score| u8::try_from(score).ok()),
        failed: failed.get(&(id, version)).copied().unwrap_or_default(),
        sent,
        taken_by,
    })
}
