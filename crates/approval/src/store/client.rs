//! `registry.client` and its entitlements. Only `activate` inserts and renews; the state moves from the state the caller saw.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::registry::{client as c, entitled_tool as t, entitlement as e},
};
use narthex_vocab::{ClientId, ClientMetadata, ClientState, Environment, Id, Timestamp, kind};
use serde_json::Value;

use super::{approval::Term, metadata};
use crate::{approved::Approved, limits::Limits, request::RequestRef};

const TABLE: &str = "registry.client";

/// A client as it is born.
pub(crate) struct Newborn<'a> {
    pub(crate) id: &'a ClientId,
    pub(crate) state: ClientState,
    pub(crate) metadata: Value,
    /// What of its reach ends early: as agreed, and no later than what is above it.
    pub(crate) limits: Limits,
}

/// Writes a client with its entitlements.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    approved: &Approved<'_>,
    term: Term,
    newborn: Newborn<'_>,
) -> Result<(), StoreError> {
    let (tenant_id, request) = (tx.tenant_uuid(), approved.request());
    diesel::insert_into(c::table)
        .values((
            c::tenant_id.eq(tenant_id),
            c::environment.eq(request.at.environment.as_str()),
            c::client_id.eq(newborn.id.as_str()),
            c::integration_id.eq(request.integration.as_uuid()),
            c::request_id.eq(request.at.id.as_uuid()),
            c::version.eq(request.at.version),
            c::approval_id.eq(term.id.as_uuid()),
            c::state.eq(newborn.state.as_str()),
            c::metadata.eq(&newborn.metadata),
            c::created_at.eq(term.at),
            c::changed_at.eq(term.at),
            c::expires_at.eq(term.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    insert_entitlements(tx, approved, term, &newborn).await
}

/// Puts a client on another approval: it is what was approved now, and reaches that and nothing else.
pub(crate) async fn renew(
    tx: &mut TenantTx,
    approved: &Approved<'_>,
    term: Term,
    renewed: Newborn<'_>,
) -> Result<(), StoreError> {
    let (tenant_id, request) = (tx.tenant_uuid(), approved.request());
    let (environment, client) = (request.at.environment.as_str(), renewed.id.as_str());
    diesel::delete(t::table)
        .filter(
            t::tenant_id
                .eq(tenant_id)
                .and(t::environment.eq(environment)),
        )
        .filter(t::client_id.eq(client))
        .execute(tx.connection()?)
        .await?;
    diesel::delete(e::table)
        .filter(
            e::tenant_id
                .eq(tenant_id)
                .and(e::environment.eq(environment)),
        )
        .filter(e::client_id.eq(client))
        .execute(tx.connection()?)
        .await?;
    diesel::update(c::table.find((tenant_id, environment, client)))
        .set((
            c::integration_id.eq(request.integration.as_uuid()),
            c::request_id.eq(request.at.id.as_uuid()),
            c::version.eq(request.at.version),
            c::approval_id.eq(term.id.as_uuid()),
            c::state.eq(renewed.state.as_str()),
            c::state_reason.eq(None::<&str>),
            c::metadata.eq(&renewed.metadata),
            c::changed_at.eq(term.at),
            c::expires_at.eq(term.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    insert_entitlements(tx, approved, term, &renewed).await
}

async fn insert_entitlements(
    tx: &mut TenantTx,
    approved: &Approved<'_>,
    term: Term,
    Newborn { id, limits, .. }: &Newborn<'_>,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let environment = approved.request().at.environment.as_str();
    let minutes = limits.tokens.map(|tokens| i16::from(tokens.minutes()));
    let scopes: Vec<_> = approved
        .agreed()
        .scopes
        .keys()
        .map(|scope| {
            (
                e::tenant_id.eq(tenant_id),
                e::environment.eq(environment),
                e::client_id.eq(id.as_str()),
                e::scope.eq(scope.as_str()),
                e::approval_id.eq(term.id.as_uuid()),
                e::expires_at.eq(limits
                    .scopes
                    .get(scope)
                    .map_or(term.expires_at, |end| *end.min(&term.expires_at))),
                e::lifetime_minutes.eq(minutes),
            )
        })
        .collect();
    diesel::insert_into(e::table)
        .values(scopes)
        .execute(tx.connection()?)
        .await?;
    let tools: Vec<_> = approved
        .agreed()
        .tools
        .iter()
        .map(|(tool, asked)| {
            (
                t::tenant_id.eq(tenant_id),
                t::environment.eq(environment),
                t::client_id.eq(id.as_str()),
                t::resource_id.eq(tool.resource.as_uuid()),
                t::tool.eq(tool.tool.as_str()),
                t::scope.eq(asked.scope.as_str()),
                t::approval_id.eq(term.id.as_uuid()),
                t::schema_hash.eq(asked.schema_hash.as_bytes().to_vec()),
                t::until.eq(limits.tools.get(tool).copied()),
            )
        })
        .collect();
    diesel::insert_into(t::table)
        .values(tools)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What the verbs of a client's life need to know of it.
pub(crate) struct Standing {
    pub(crate) state: ClientState,
    /// Staff suspended it: its tenant cannot let it go on.
    pub(crate) held_by_staff: bool,
    pub(crate) metadata: ClientMetadata,
    pub(crate) approval: Id<kind::Approval>,
    pub(crate) expires_at: Timestamp,
}

type StandingRow = (String, bool, Value, uuid::Uuid, Timestamp);

/// How a client of the transaction's tenant stands.
pub(crate) async fn load(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<Standing, StoreError> {
    let (state, held_by_staff, stored, approval, expires_at): StandingRow = c::table
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(c::client_id.eq(client.as_str()))
        .select((
            c::state,
            c::held_by_staff,
            c::metadata,
            c::approval_id,
            c::expires_at,
        ))
        .first(tx.connection()?)
        .await?;
    Ok(Standing {
        state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
        held_by_staff,
        metadata: metadata(TABLE, stored)?,
        approval: Id::from_uuid(approval),
        expires_at,
    })
}

/// The client that a version of this case led to.
pub(crate) async fn of_case(
    tx: &mut TenantTx,
    at: RequestRef,
) -> Result<Option<ClientId>, StoreError> {
    let found: Option<String> = c::table
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(at.environment.as_str())),
        )
        .filter(c::request_id.eq(at.id.as_uuid()))
        .select(c::client_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    let read = |id: String| ClientId::parse(&id).map_err(StoreError::corrupt(TABLE, "client_id"));
    found.map(read).transpose()
}

/// The version of a case that a client rests on.
pub(crate) async fn case_of(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<RequestRef, StoreError> {
    let (id, version): (uuid::Uuid, i32) = c::table
        .find((tx.tenant_uuid(), environment.as_str(), client.as_str()))
        .select((c::request_id, c::version))
        .first(tx.connection()?)
        .await?;
    Ok(RequestRef {
        environment,
        id: Id::from_uuid(id),
        version,
    })
}

/// An arrow of a client, with the reason that people read.
pub(crate) struct Arrow<'a> {
    pub(crate) from: ClientState,
    pub(crate) to: ClientState,
    pub(crate) reason: Option<&'a str>,
    /// Whether only staff lead back from it.
    pub(crate) held_by_staff: bool,
}

/// Moves a client along an arrow; false when it was not in the arrow's first state any more.
pub(crate) async fn advance(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    arrow: Arrow<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let moved = diesel::update(c::table)
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(
            c::client_id
                .eq(client.as_str())
                .and(c::state.eq(arrow.from.as_str())),
        )
        .set((
            c::state.eq(arrow.to.as_str()),
            c::state_reason.eq(arrow.reason),
            c::held_by_staff.eq(arrow.held_by_staff),
            c::changed_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(moved == 1)
}

/// Marks a client as changed, so that the token plane reads it again.
pub(crate) async fn touch(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(c::table)
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(c::client_id.eq(client.as_str()))
        .set(c::changed_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The states that end when their time is over.
pub(crate) fn ending() -> Vec<&'static str> {
    let may = |state: &&ClientState| state.may_become(ClientState::Expired);
    let all = ClientState::ALL.iter().filter(may);
    all.map(|state| state.as_str()).collect()
}

/// Ends the clients whose time is over, those that never began or are suspended too.
pub(crate) async fn expire(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<String>, StoreError> {
    Ok(diesel::update(c::table)
        .filter(c::tenant_id.eq(tx.tenant_uuid()).and(c::expires_at.le(now)))
        .filter(c::state.eq_any(ending()))
        .set((
            c::state.eq(ClientState::Expired.as_str()),
            c::held_by_staff.eq(false),
            c::changed_at.eq(now),
        ))
        .returning(c::client_id)
        .get_results(tx.connection()?)
        .await?)
}
