//! The log of registration attempts over all tenants, newest first, those of a flood as counts. Read in the staff role
//! only; it is a stream of its own and knows nothing of tokens.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{intake::attempt_log as a, tenant::tenants as t},
};
use narthex_vocab::{AttemptOutcome, Environment, Id, Label, TenantSlug, Timestamp, kind};

use super::{
    dashboard_search::{Before, like},
    dashboard_tenants::{read_name, read_slug},
};

const TABLE: &str = "intake.attempt";

/// The rows of one page.
pub(crate) const PAGE: i64 = 50;

/// Which attempts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// With this outcome.
    pub(crate) outcome: Option<AttemptOutcome>,
    /// Whose name, identifier or request id has this text.
    pub(crate) text: Option<String>,
    /// Of tenants whose slug or name has this text.
    pub(crate) tenant: Option<String>,
    /// In this environment.
    pub(crate) environment: Option<Environment>,
    /// Older than this one.
    pub(crate) before: Option<Before>,
}

/// One call on a public registration surface, or many alike.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) id: uuid::Uuid,
    pub(crate) at: Timestamp,
    pub(crate) outcome: AttemptOutcome,
    pub(crate) source: IpNet,
    pub(crate) client_id: Option<String>,
    pub(crate) client_name: Option<String>,
    /// What the caller was told.
    pub(crate) error: Option<String>,
    /// What really happened.
    pub(crate) reason: String,
    pub(crate) request_id: String,
    /// How many calls this stands for: of a flood many are one line.
    pub(crate) calls: i64,
}

/// An attempt with whose surface it called.
#[derive(Debug, Clone)]
pub(crate) struct OfTenant {
    pub(crate) slug: TenantSlug,
    pub(crate) tenant: Label,
    pub(crate) environment: Environment,
    pub(crate) logged: Logged,
}

type Columns = (
    uuid::Uuid,
    Timestamp,
    String,
    IpNet,
    Option<String>,
    Option<String>,
    Option<String>,
    String,
    String,
    i64,
);

const COLUMNS: (
    a::log_id,
    a::at,
    a::outcome,
    a::source,
    a::client_id,
    a::client_name,
    a::error,
    a::reason,
    a::request_id,
    a::calls,
) = (
    a::log_id,
    a::at,
    a::outcome,
    a::source,
    a::client_id,
    a::client_name,
    a::error,
    a::reason,
    a::request_id,
    a::calls,
);

/// One page of the log; one row more than a page when there are older ones.
pub(crate) async fn list(tx: &mut TenantTx, wanted: &Wanted) -> Result<Vec<OfTenant>, StoreError> {
    let mut query = a::table
        .inner_join(t::table.on(t::tenant_id.eq(a::tenant_id)))
        .into_boxed();
    if let Some(outcome) = wanted.outcome {
        query = query.filter(a::outcome.eq(outcome.as_str()));
    }
    if let Some(environment) = wanted.environment {
        query = query.filter(a::environment.eq(environment.as_str()));
    }
    if let Some(text) = &wanted.text {
        let like = like(text);
        query = query.filter(
            a::client_name
                .ilike(like.clone())
                .or(a::client_id.ilike(like.clone()))
                .or(a::request_id.ilike(like).nullable()),
        );
    }
    if let Some(text) = &wanted.tenant {
        let like = like(text);
        query = query.filter(t::slug.ilike(like.clone()).or(t::name.ilike(like)));
    }
    if let Some(before) = wanted.before {
        query = query.filter(
            a::at
                .lt(before.at)
                .or(a::at.eq(before.at).and(a::log_id.lt(before.id))),
        );
    }
    let rows: Vec<(Columns, String, String, String)> = query
        .order((a::at.desc(), a::log_id.desc()))
        .select((COLUMNS, a::environment, t::slug, t::name))
        .limit(PAGE + 1)
        .load(tx.connection()?)
        .await?;
    let read = |(columns, environment, slug, tenant): (Columns, String, String, String)| {
        Ok(OfTenant {
            slug: read_slug(&slug)?,
            tenant: read_name(&tenant)?,
            environment: environment
                .parse()
                .map_err(StoreError::corrupt(TABLE, "environment"))?,
            logged: logged(columns)?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The latest attempts of one family.
pub(crate) async fn of_family(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    fingerprint: Vec<u8>,
) -> Result<Vec<Logged>, StoreError> {
    let rows: Vec<Columns> = a::table
        .filter(
            a::tenant_id
                .eq(tenant.as_uuid())
                .and(a::environment.eq(environment.as_str())),
        )
        .filter(a::fingerprint.eq(fingerprint))
        .order((a::at.desc(), a::log_id.desc()))
        .select(COLUMNS)
        .limit(10)
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(logged).collect()
}

fn logged(
    (id, at, outcome, source, client_id, client_name, error, reason, request_id, calls): Columns,
) -> Result<Logged, StoreError> {
    let outcome = outcome
        .parse()
        .map_err(StoreError::corrupt(TABLE, "outcome"))?;
    Ok(Logged {
        id,
        at,
        outcome,
        source,
        client_id,
        client_name,
        error,
        reason,
        request_id,
        calls,
    })
}
