//! Every client of every tenant and environment: what it has, how it proves itself, what it was given. Read in the staff
//! role only; never a secret's hash.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx, change_rules,
    schema::{
        issue::last_used as u,
        registry::{
            client as c, credential as cr, entitled_tool as et, entitlement as en,
            integration as i, resource as rs,
        },
        tenant::tenants as t,
    },
};
use narthex_vocab::{
    ChangeRules, ClientId, ClientMetadata, ClientState, CredentialState, Environment, Id, Label,
    Scope, TenantSlug, Timestamp, kind,
};
use serde_json::Value;

use super::{
    dashboard_acts::{self, Act},
    dashboard_catalogue::{self, Words},
    dashboard_connected::{self, Connected},
    dashboard_documents::{self, Shown},
    dashboard_issued::{self, Issued},
    dashboard_people::{self, People},
    dashboard_search::like,
    dashboard_tenants::{read_name, read_slug},
    integration,
    lineage::{self, Line},
    logo,
    promotion::{self, OtherEnd},
    restriction::{self, OpenCause},
    warning,
};
use crate::{integration::Integration, logo::Logo, warning::Warned};

const TABLE: &str = "registry.client";

/// The most rows of one page.
pub(crate) const MOST: i64 = 200;

/// Which clients.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// In this state.
    pub(crate) state: Option<ClientState>,
    /// Whose identifier or integration has this text.
    pub(crate) text: Option<String>,
    /// Of tenants whose slug or name has this text.
    pub(crate) tenant: Option<String>,
    /// In this environment.
    pub(crate) environment: Option<Environment>,
    /// What comes after the client of this time and identifier.
    pub(crate) after: Option<(Timestamp, String)>,
    /// How many; [`MOST`] when nobody says.
    pub(crate) limit: Option<i64>,
}

/// One client of the list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) client_id: ClientId,
    pub(crate) environment: Environment,
    pub(crate) slug: TenantSlug,
    pub(crate) tenant: Label,
    pub(crate) integration: Label,
    pub(crate) state: ClientState,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// One client with all that staff may know.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: ClientId,
    pub(crate) environment: Environment,
    pub(crate) integration: Integration,
    pub(crate) request: Id<kind::Request>,
    pub(crate) state: ClientState,
    pub(crate) state_reason: Option<String>,
    pub(crate) metadata: ClientMetadata,
    /// Its logos, as discovery found them.
    pub(crate) logos: Vec<Logo>,
    pub(crate) created_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) scopes: Vec<(Scope, Timestamp)>,
    /// Tools with the name of the resource that has them.
    pub(crate) tools: Vec<(String, String)>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) issued: Issued,
    pub(crate) acts: Vec<Act>,
    /// Who registered it, and whom it registered.
    pub(crate) line: Line,
    pub(crate) people: People,
    pub(crate) words: Words,
    /// Its document, when its identifier is an address.
    pub(crate) document: Option<Shown>,
    /// The warning with which it was approved.
    pub(crate) warned: Option<Warned>,
    /// The people who use it.
    pub(crate) connected: Connected,
    /// What it was promoted to or from.
    pub(crate) promotion: Option<OtherEnd>,
    /// What changed under it and was not agreed to.
    pub(crate) causes: Vec<OpenCause>,
    /// What happens when it changes.
    pub(crate) rules: ChangeRules,
}

/// A credential without what it proves.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) kind: String,
    pub(crate) last4: String,
    pub(crate) state: CredentialState,
    pub(crate) created_by: Id<kind::Member>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) last_used: Option<Timestamp>,
}

/// The list, newest first.
pub(crate) async fn list(tx: &mut TenantTx, wanted: &Wanted) -> Result<Vec<Listed>, StoreError> {
    let mut query = c::table
        .inner_join(
            i::table.on(i::tenant_id
                .eq(c::tenant_id)
                .and(i::integration_id.eq(c::integration_id))),
        )
        .inner_join(t::table.on(t::tenant_id.eq(c::tenant_id)))
        .into_boxed();
    if let Some(state) = wanted.state {
        query = query.filter(c::state.eq(state.as_str()));
    }
    if let Some(environment) = wanted.environment {
        query = query.filter(c::environment.eq(environment.as_str()));
    }
    if let Some(text) = &wanted.text {
        let like = like(text);
        query = query.filter(c::client_id.ilike(like.clone()).or(i::name.ilike(like)));
    }
    if let Some(text) = &wanted.tenant {
        let like = like(text);
        query = query.filter(t::slug.ilike(like.clone()).or(t::name.ilike(like)));
    }
    if let Some((at, id)) = &wanted.after {
        let same = c::created_at.eq(at).and(c::client_id.gt(id));
        query = query.filter(c::created_at.lt(at).or(same));
    }
    let rows: Vec<Row> = query
        .order((c::created_at.desc(), c::client_id.asc()))
        .select((
            (
                c::client_id,
                c::environment,
                c::state,
                c::created_at,
                c::expires_at,
            ),
            i::name,
            t::slug,
            t::name,
        ))
        .limit(wanted.limit.unwrap_or(MOST))
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(listed).collect()
}

type Row = (
    (String, String, String, Timestamp, Timestamp),
    String,
    String,
    String,
);

fn listed(
    ((client, environment, state, created_at, expires_at), integration, slug, tenant): Row,
) -> Result<Listed, StoreError> {
    Ok(Listed {
        client_id: ClientId::parse(&client).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        environment: environment
            .parse()
            .map_err(StoreError::corrupt(TABLE, "environment"))?,
        slug: read_slug(&slug)?,
        tenant: read_name(&tenant)?,
        integration: Label::parse(&integration)
            .map_err(StoreError::corrupt("registry.integration", "name"))?,
        state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
        created_at,
        expires_at,
    })
}

/// Which client of which tenant.
#[derive(Debug, Clone)]
pub(crate) struct Which {
    pub(crate) tenant: Id<kind::Tenant>,
    pub(crate) environment: Environment,
    pub(crate) client_id: ClientId,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = c)]
struct Stored {
    integration_id: uuid::Uuid,
    request_id: uuid::Uuid,
    approval_id: uuid::Uuid,
    state: String,
    state_reason: Option<String>,
    metadata: Value,
    created_at: Timestamp,
    changed_at: Timestamp,
    expires_at: Timestamp,
}

/// One client.
pub(crate) async fn load(
    tx: &mut TenantTx,
    which: Which,
    now: Timestamp,
) -> Result<Client, StoreError> {
    let stored: Stored = c::table
        .filter(c::tenant_id.eq(which.tenant.as_uuid()))
        .filter(c::environment.eq(which.environment.as_str()))
        .filter(c::client_id.eq(which.client_id.as_str()))
        .select(Stored::as_select())
        .first(tx.connection()?)
        .await?;
    let integration =
        integration::load(tx, which.tenant, Id::from_uuid(stored.integration_id)).await?;
    let credentials = credentials(tx, &which).await?;
    let wanted = credentials.iter().map(|credential| credential.created_by);
    let people = dashboard_people::named(tx, wanted.chain(integration.sponsor)).await?;
    let metadata = super::metadata(TABLE, stored.metadata)?;
    let approval = Id::from_uuid(stored.approval_id);
    let (place, id) = ((which.tenant, which.environment), &which.client_id);
    Ok(Client {
        logos: logo::load(tx, place.0, (place.1, &metadata)).await?,
        warned: warning::of_any(tx, place, (id, approval)).await?,
        connected: dashboard_connected::of(tx, (place.0, place.1, id), now).await?,
        document: dashboard_documents::load(tx, &which, &metadata).await?,
        integration,
        request: Id::from_uuid(stored.request_id),
        state: stored
            .state
            .parse()
            .map_err(StoreError::corrupt(TABLE, "state"))?,
        state_reason: stored.state_reason,
        metadata,
        created_at: stored.created_at,
        changed_at: stored.changed_at,
        expires_at: stored.expires_at,
        scopes: scopes(tx, &which).await?,
        tools: tools(tx, &which).await?,
        credentials,
        issued: dashboard_issued::issued(tx, &which, now).await?,
        acts: dashboard_acts::about(tx, which.tenant, which.client_id.as_str()).await?,
        line: lineage::line(tx, place, id).await?,
        promotion: promotion::other_end(tx, place.0, (place.1, id)).await?,
        causes: restriction::open(tx, place, Some(id)).await?,
        rules: change_rules::load_of(tx, place.0, place.1).await?,
        people,
        words: dashboard_catalogue::words(tx, which.tenant, which.environment).await?,
        environment: which.environment,
        id: which.client_id,
    })
}

async fn scopes(tx: &mut TenantTx, which: &Which) -> Result<Vec<(Scope, Timestamp)>, StoreError> {
    let rows: Vec<(String, Timestamp)> = en::table
        .filter(en::tenant_id.eq(which.tenant.as_uuid()))
        .filter(en::environment.eq(which.environment.as_str()))
        .filter(en::client_id.eq(which.client_id.as_str()))
        .order(en::scope)
        .select((en::scope, en::expires_at))
        .load(tx.connection()?)
        .await?;
    let read = |(scope, expires_at): (String, Timestamp)| {
        let corrupt = StoreError::corrupt("registry.entitlement", "scope");
        Ok((Scope::parse(&scope).map_err(corrupt)?, expires_at))
    };
    rows.into_iter().map(read).collect()
}

async fn tools(tx: &mut TenantTx, which: &Which) -> Result<Vec<(String, String)>, StoreError> {
    let rows = et::table
        .inner_join(
            rs::table.on(rs::tenant_id
                .eq(et::tenant_id)
                .and(rs::environment.eq(et::environment))
                .and(rs::resource_id.eq(et::resource_id))),
        )
        .filter(et::tenant_id.eq(which.tenant.as_uuid()))
        .filter(et::environment.eq(which.environment.as_str()))
        .filter(et::client_id.eq(which.client_id.as_str()))
        .order((rs::name, et::tool))
        .select((et::tool, rs::name))
        .load(tx.connection()?)
        .await?;
    Ok(rows)
}

async fn credentials(tx: &mut TenantTx, which: &Which) -> Result<Vec<Credential>, StoreError> {
    type Row = (
        String,
        String,
        String,
        uuid::Uuid,
        (Timestamp, Timestamp, Option<Timestamp>),
    );
    let rows: Vec<Row> = cr::table
        .left_join(
            u::table.on(u::tenant_id
                .eq(cr::tenant_id)
                .and(u::environment.eq(cr::environment))
                .and(u::client_id.eq(cr::client_id))
                .and(u::credential_id.eq(cr::credential_id))),
        )
        .filter(cr::tenant_id.eq(which.tenant.as_uuid()))
        .filter(cr::environment.eq(which.environment.as_str()))
        .filter(cr::client_id.eq(which.client_id.as_str()))
        .order(cr::created_at.desc())
        .select((
            cr::kind,
            cr::last4,
            cr::state,
            cr::created_by,
            (cr::created_at, cr::expires_at, u::at.nullable()),
        ))
        .load(tx.connection()?)
        .await?;
    let read = |(kind, last4, state, created_by, (created_at, expires_at, last_used)): Row| {
        Ok(Credential {
            kind,
            last4,
            state: state
                .parse()
                .map_err(StoreError::corrupt("registry.credential", "state"))?,
            created_by: Id::from_uuid(created_by),
            created_at,
            expires_at,
            last_used,
        })
    };
    rows.into_iter().map(read).collect()
}
