//! The log of tokens issued over all tenants, newest first. Read in the staff role only; it is a stream of its own and
//! knows nothing of registrations.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{issue::issuance as s, tenant::tenants as t},
};
use narthex_vocab::{Environment, Label, TenantSlug, Timestamp};

use super::{
    dashboard_search::{Before, like},
    dashboard_tenants::{read_name, read_slug},
};

/// The rows of one page.
pub(crate) const PAGE: i64 = 50;

/// Which tokens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Whose client, subject or request id has this text.
    pub(crate) text: Option<String>,
    /// Of tenants whose slug or name has this text.
    pub(crate) tenant: Option<String>,
    /// In this environment.
    pub(crate) environment: Option<Environment>,
    /// Older than this one.
    pub(crate) before: Option<Before>,
}

/// One access token that left.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) slug: TenantSlug,
    pub(crate) tenant: Label,
    pub(crate) environment: Environment,
    pub(crate) jti: uuid::Uuid,
    pub(crate) at: Timestamp,
    pub(crate) client_id: String,
    pub(crate) grant_type: String,
    pub(crate) subject: String,
    pub(crate) scope: String,
    pub(crate) audience: String,
    pub(crate) expires_at: Timestamp,
}

type Columns = (
    uuid::Uuid,
    Timestamp,
    String,
    String,
    String,
    String,
    String,
    Timestamp,
);

const COLUMNS: (
    s::jti,
    s::at,
    s::client_id,
    s::grant_type,
    s::subject,
    s::scope,
    s::audience,
    s::expires_at,
) = (
    s::jti,
    s::at,
    s::client_id,
    s::grant_type,
    s::subject,
    s::scope,
    s::audience,
    s::expires_at,
);

/// One page of the log; one row more than a page when there are older ones.
pub(crate) async fn list(tx: &mut TenantTx, wanted: &Wanted) -> Result<Vec<Issued>, StoreError> {
    let mut query = s::table
        .inner_join(t::table.on(t::tenant_id.eq(s::tenant_id)))
        .into_boxed();
    if let Some(environment) = wanted.environment {
        query = query.filter(s::environment.eq(environment.as_str()));
    }
    if let Some(text) = &wanted.text {
        let like = like(text);
        query = query.filter(
            s::client_id
                .ilike(like.clone())
                .or(s::subject.ilike(like.clone()))
                .or(s::request_id.ilike(like)),
        );
    }
    if let Some(text) = &wanted.tenant {
        let like = like(text);
        query = query.filter(t::slug.ilike(like.clone()).or(t::name.ilike(like)));
    }
    if let Some(before) = wanted.before {
        query = query.filter(
            s::at
                .lt(before.at)
                .or(s::at.eq(before.at).and(s::jti.lt(before.id))),
        );
    }
    let rows: Vec<(Columns, String, String, String)> = query
        .order((s::at.desc(), s::jti.desc()))
        .select((COLUMNS, s::environment, t::slug, t::name))
        .limit(PAGE + 1)
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(issued).collect()
}

fn issued(
    (columns, environment, slug, tenant): (Columns, String, String, String),
) -> Result<Issued, StoreError> {
    let (jti, at, client_id, grant_type, subject, scope, audience, expires_at) = columns;
    Ok(Issued {
        slug: read_slug(&slug)?,
        tenant: read_name(&tenant)?,
        environment: environment
            .parse()
            .map_err(StoreError::corrupt("issue.issuance", "environment"))?,
        jti,
        at,
        client_id,
        grant_type,
        subject,
        scope,
        audience,
        expires_at,
    })
}
