//! One integration as its tenant reads it: who answers for it, its newest requests, its clients with what they may
//! reach and how they prove themselves. Never a hash of a secret.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx, change_rules,
    schema::{
        issue::last_used as u,
        registry::{
            client as c, credential as k, entitled_tool as et, entitlement as e, integration as i,
            resource as res, scopes as s,
        },
    },
};
use narthex_vocab::{
    ChangeRules, ClientId, ClientMetadata, ClientState, CredentialState, Environment, Id,
    Timestamp, kind,
};
use serde_json::Value;

use super::{
    handover::{self, Asked, Sponsor},
    integration,
    lineage::{self, Line},
    logo, metadata,
    portal_request::{self, Case},
    portal_standing::{self, Standings},
    promotion::{self, OtherEnd},
    restriction::{self, OpenCause},
    warning,
};
use crate::{integration::Integration, logo::Logo, warning::Warned};

/// An integration with everything its page shows.
#[derive(Debug)]
pub(crate) struct Whole {
    /// What is onboarded.
    pub(crate) integration: Integration,
    /// Who answers for it, even when they left.
    pub(crate) sponsor: Option<Sponsor>,
    /// Who is asked to answer for it.
    pub(crate) asked: Option<Asked>,
    /// Since when.
    pub(crate) created_at: Timestamp,
    /// How it stands.
    pub(crate) standings: Standings,
    /// The newest request of each environment.
    pub(crate) cases: BTreeMap<Environment, Case>,
    /// Its clients, newest first.
    pub(crate) clients: Vec<Client>,
}

/// A client.
#[derive(Debug)]
pub(crate) struct Client {
    /// Where it lives.
    pub(crate) environment: Environment,
    /// Its OAuth identifier.
    pub(crate) id: ClientId,
    /// How it stands.
    pub(crate) state: ClientState,
    /// Why, when somebody said.
    pub(crate) reason: Option<String>,
    /// What was approved about it.
    pub(crate) metadata: ClientMetadata,
    /// Its logos, as discovery found them.
    pub(crate) logos: Vec<Logo>,
    /// When its approval ends.
    pub(crate) expires_at: Timestamp,
    /// What it may reach: scope and words.
    pub(crate) scopes: Vec<(String, String)>,
    /// What it may call: tool and resource.
    pub(crate) tools: Vec<(String, String)>,
    /// How it proves itself, newest first.
    pub(crate) credentials: Vec<Credential>,
    /// Who registered it, and whom it registered.
    pub(crate) line: Line,
    /// The warning with which it was approved.
    pub(crate) warned: Option<Warned>,
    /// What it was promoted to or from.
    pub(crate) promotion: Option<OtherEnd>,
    /// What changed under it and was not agreed to.
    pub(crate) causes: Vec<OpenCause>,
    /// What happens when it changes.
    pub(crate) rules: ChangeRules,
}

/// A credential, as far as people may see it.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    /// Its identity.
    pub(crate) id: Id<kind::Credential>,
    /// The last four characters.
    pub(crate) last4: String,
    /// How it stands.
    pub(crate) state: CredentialState,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it ends.
    pub(crate) expires_at: Timestamp,
    /// When it was last accepted.
    pub(crate) last_used: Option<Timestamp>,
}

/// One integration of the transaction's tenant.
pub(crate) async fn load(
    tx: &mut TenantTx,
    id: Id<kind::Integration>,
    now: Timestamp,
) -> Result<Whole, StoreError> {
    let integration = integration::load(tx, tx.tenant(), id).await?;
    let created_at = i::table
        .filter(i::tenant_id.eq(tx.tenant_uuid()))
        .filter(i::integration_id.eq(id.as_uuid()))
        .select(i::created_at)
        .first(tx.connection()?)
        .await?;
    let mut standings = portal_standing::load(tx, Some(id)).await?;
    let standings = standings.remove(&id).unwrap_or_default();
    let mut cases = BTreeMap::new();
    for (environment, standing) in &standings {
        if let Some(asking) = &standing.request {
            let case = portal_request::load(tx, *environment, asking.id).await?;
            cases.insert(*environment, case);
        }
    }
    Ok(Whole {
        sponsor: handover::sponsor(tx, id).await?,
        asked: handover::open(tx, Some(id), None, now).await?.pop(),
        clients: clients(tx, id).await?,
        integration,
        created_at,
        standings,
        cases,
    })
}

/// One client of the transaction's tenant, with the integration it belongs to.
pub(crate) async fn client(
    tx: &mut TenantTx,
    environment: Environment,
    id: &ClientId,
) -> Result<(Integration, Client), StoreError> {
    let integration: uuid::Uuid = c::table
        .filter(c::tenant_id.eq(tx.tenant_uuid()))
        .filter(c::environment.eq(environment.as_str()))
        .filter(c::client_id.eq(id.as_str()))
        .select(c::integration_id)
        .first(tx.connection()?)
        .await?;
    let integration = Id::from_uuid(integration);
    let clients = clients(tx, integration).await?;
    let found = clients
        .into_iter()
        .find(|one| one.environment == environment && one.id == *id);
    let integration = integration::load(tx, tx.tenant(), integration).await?;
    Ok((integration, found.ok_or(StoreError::NotFound)?))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = c)]
struct ClientRow {
    environment: String,
    client_id: String,
    approval_id: uuid::Uuid,
    state: String,
    state_reason: Option<String>,
    metadata: Value,
    expires_at: Timestamp,
}

async fn clients(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
) -> Result<Vec<Client>, StoreError> {
    let rows: Vec<ClientRow> = c::table
        .filter(c::tenant_id.eq(tx.tenant_uuid()))
        .filter(c::integration_id.eq(integration.as_uuid()))
        .order((c::environment, c::created_at.desc()))
        .select(ClientRow::as_select())
        .load(tx.connection()?)
        .await?;
    let mut clients = Vec::new();
    for row in rows {
        clients.push(whole(tx, row).await?);
    }
    Ok(clients)
}

async fn whole(tx: &mut TenantTx, row: ClientRow) -> Result<Client, StoreError> {
    const TABLE: &str = "registry.client";
    let environment = row
        .environment
        .parse()
        .map_err(StoreError::corrupt(TABLE, "environment"))?;
    let id = ClientId::parse(&row.client_id).map_err(StoreError::corrupt(TABLE, "client_id"))?;
    let approval = Id::from_uuid(row.approval_id);
    let metadata = metadata(TABLE, row.metadata)?;
    Ok(Client {
        logos: logo::load(tx, tx.tenant(), (environment, &metadata)).await?,
        warned: warning::of_own(tx, (environment, &id), approval).await?,
        promotion: promotion::other_end(tx, tx.tenant(), (environment, &id)).await?,
        scopes: scopes(tx, environment, &id).await?,
        tools: tools(tx, environment, &id).await?,
        credentials: credentials(tx, environment, &id).await?,
        line: lineage::line(tx, (tx.tenant(), environment), &id).await?,
        causes: restriction::open(tx, (tx.tenant(), environment), Some(&id)).await?,
        rules: change_rules::load(tx, environment).await?,
        environment,
        id,
        state: row
            .state
            .parse()
            .map_err(StoreError::corrupt(TABLE, "state"))?,
        reason: row.state_reason,
        metadata,
        expires_at: row.expires_at,
    })
}

async fn scopes(
    tx: &mut TenantTx,
    environment: Environment,
    id: &ClientId,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(e::table
        .inner_join(
            s::table.on(s::tenant_id
                .eq(e::tenant_id)
                .and(s::environment.eq(e::environment))
                .and(s::scope.eq(e::scope))),
        )
        .filter(e::tenant_id.eq(tx.tenant_uuid()))
        .filter(e::environment.eq(environment.as_str()))
        .filter(e::client_id.eq(id.as_str()))
        .order(e::scope)
        .select((e::scope, s::description))
        .load(tx.connection()?)
        .await?)
}

async fn tools(
    tx: &mut TenantTx,
    environment: Environment,
    id: &ClientId,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(et::table
        .inner_join(
            res::table.on(res::tenant_id
                .eq(et::tenant_id)
                .and(res::environment.eq(et::environment))
                .and(res::resource_id.eq(et::resource_id))),
        )
        .filter(et::tenant_id.eq(tx.tenant_uuid()))
        .filter(et::environment.eq(environment.as_str()))
        .filter(et::client_id.eq(id.as_str()))
        .order((et::tool, res::name))
        .select((et::tool, res::name))
        .load(tx.connection()?)
        .await?)
}

type CredentialRow = (
    uuid::Uuid,
    String,
    String,
    Timestamp,
    Timestamp,
    Option<Timestamp>,
);

async fn credentials(
    tx: &mut TenantTx,
    environment: Environment,
    id: &ClientId,
) -> Result<Vec<Credential>, StoreError> {
    let rows: Vec<CredentialRow> = k::table
        .left_join(
            u::table.on(u::tenant_id
                .eq(k::tenant_id)
                .and(u::environment.eq(k::environment))
                .and(u::client_id.eq(k::client_id))
                .and(u::credential_id.eq(k::credential_id))),
        )
        .filter(k::tenant_id.eq(tx.tenant_uuid()))
        .filter(k::environment.eq(environment.as_str()))
        .filter(k::client_id.eq(id.as_str()))
        .order(k::credential_id.desc())
        .select((
            k::credential_id,
            k::last4,
            k::state,
            k::created_at,
            k::expires_at,
            u::at.nullable(),
        ))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(id, last4, state, created_at, expires_at, last_used)| {
            Ok(Credential {
                id: Id::from_uuid(id),
                last4,
                state: state
                    .parse()
                    .map_err(StoreError::corrupt("registry.credential", "state"))?,
                created_at,
                expires_at,
                last_used,
            })
        })
        .collect()
}
