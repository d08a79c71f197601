//! `review.promotion`: which case for production came from which client of the sandbox, and what was known of that client.
//! It never judges how ready that is.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        issue::{issuance as s, tried_address as a},
        registry::{client as c, entitled_tool as et, entitlement as e, integration as i},
        review::{access_request as r, promotion as p},
        tenant::{member as m, session as se},
    },
};
use narthex_vocab::{ClientId, ClientState, Environment, Id, RequestState, Timestamp, kind};
use serde_json::Value;

use crate::{
    readiness::{self, Evidence, Ready},
    request::RequestRef,
};

const TABLE: &str = "review.promotion";

/// Where a case came from, and what was looked at when it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    pub(crate) client_id: ClientId,
    pub(crate) readiness: Vec<Ready>,
    pub(crate) at: Timestamp,
}

/// The case that a client of the sandbox was last promoted by.
#[derive(Debug, Clone)]
pub(crate) struct Promoted {
    pub(crate) request: Id<kind::Request>,
    pub(crate) state: RequestState,
    /// The client in production, when it came to that.
    pub(crate) client_id: Option<ClientId>,
}

/// The other end of a promotion, as a client's page shows it.
#[derive(Debug, Clone)]
pub(crate) enum OtherEnd {
    /// A client of production came from this one of the sandbox.
    From(ClientId),
    /// A client of the sandbox was promoted.
    To(Promoted),
}

/// What a client of the sandbox has.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) integration: Id<kind::Integration>,
    pub(crate) state: ClientState,
    pub(crate) parent: Option<String>,
    pub(crate) metadata: Value,
    pub(crate) scopes: Vec<String>,
    /// Tools by scope and name: their resources are other ones elsewhere.
    pub(crate) tools: Vec<(String, String)>,
}

/// Notes where a case came from.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    at: RequestRef,
    (from, list): (&ClientId, &[Ready]),
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::insert_into(p::table)
        .values((
            p::tenant_id.eq(tx.tenant_uuid()),
            p::environment.eq(at.environment.as_str()),
            p::request_id.eq(at.id.as_uuid()),
            p::version.eq(at.version),
            p::from_environment.eq(Environment::Sandbox.as_str()),
            p::from_client_id.eq(from.as_str()),
            p::readiness.eq(readiness::to_json(list)),
            p::at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Where a case of `tenant` came from; `None` for one that is no promotion.
pub(crate) async fn of_case(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, id): (Environment, Id<kind::Request>),
) -> Result<Option<Origin>, StoreError> {
    let row: Option<(String, Value, Timestamp)> = p::table
        .find((tenant.as_uuid(), environment.as_str(), id.as_uuid()))
        .select((p::from_client_id, p::readiness, p::at))
        .first(tx.connection()?)
        .await
        .optional()?;
    let read = |(client, stored, at): (String, Value, Timestamp)| {
        Ok(Origin {
            client_id: client_id(&client)?,
            readiness: readiness::from_json(&stored).ok_or(StoreError::Corrupt {
                table: TABLE,
                column: "readiness",
            })?,
            at,
        })
    };
    row.map(read).transpose()
}

/// The other end of the promotion that a client of `tenant` has to do with.
pub(crate) async fn other_end(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, client): (Environment, &ClientId),
) -> Result<Option<OtherEnd>, StoreError> {
    match environment {
        Environment::Sandbox => Ok(promoted(tx, tenant, client).await?.map(OtherEnd::To)),
        Environment::Production => {
            let from: Option<String> = p::table
                .inner_join(
                    c::table.on(c::tenant_id
                        .eq(p::tenant_id)
                        .and(c::environment.eq(p::environment))
                        .and(c::request_id.eq(p::request_id))),
                )
                .filter(
                    c::tenant_id
                        .eq(tenant.as_uuid())
                        .and(c::environment.eq(environment.as_str())),
                )
                .filter(c::client_id.eq(client.as_str()))
                .select(p::from_client_id)
                .first(tx.connection()?)
                .await
                .optional()?;
            let from = from.as_deref().map(client_id).transpose()?;
            Ok(from.map(OtherEnd::From))
        }
    }
}

async fn promoted(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    client: &ClientId,
) -> Result<Option<Promoted>, StoreError> {
    let row: Option<(uuid::Uuid, String)> = p::table
        .inner_join(
            r::table.on(r::tenant_id
                .eq(p::tenant_id)
                .and(r::environment.eq(p::environment))
                .and(r::request_id.eq(p::request_id))),
        )
        .filter(
            p::tenant_id
                .eq(tenant.as_uuid())
                .and(p::from_environment.eq(Environment::Sandbox.as_str())),
        )
        .filter(p::from_client_id.eq(client.as_str()))
        .order((p::at.desc(), r::version.desc()))
        .select((p::request_id, r::state))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((request, state)) = row else {
        return Ok(None);
    };
    let live: Option<String> = c::table
        .filter(
            c::tenant_id
                .eq(tenant.as_uuid())
                .and(c::environment.eq(Environment::Production.as_str())),
        )
        .filter(c::request_id.eq(request))
        .select(c::client_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(Some(Promoted {
        request: Id::from_uuid(request),
        state: state
            .parse()
            .map_err(StoreError::corrupt("review.access_request", "state"))?,
        client_id: live.as_deref().map(client_id).transpose()?,
    }))
}

/// A client of the sandbox with all that it has, held for the transaction: two promotions of it come one after the other.
pub(crate) async fn hold(tx: &mut TenantTx, client: &ClientId) -> Result<Held, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let sandbox = Environment::Sandbox.as_str();
    let (integration, state, parent, metadata): (uuid::Uuid, String, Option<String>, Value) =
        c::table
            .find((tenant_id, sandbox, client.as_str()))
            .select((
                c::integration_id,
                c::state,
                c::parent_client_id,
                c::metadata,
            ))
            .for_update()
            .first(tx.connection()?)
            .await?;
    let scopes = e::table
        .filter(e::tenant_id.eq(tenant_id).and(e::environment.eq(sandbox)))
        .filter(e::client_id.eq(client.as_str()))
        .order(e::scope)
        .select(e::scope)
        .load(tx.connection()?)
        .await?;
    let tools = et::table
        .filter(et::tenant_id.eq(tenant_id).and(et::environment.eq(sandbox)))
        .filter(et::client_id.eq(client.as_str()))
        .order((et::scope, et::tool))
        .select((et::scope, et::tool))
        .load(tx.connection()?)
        .await?;
    Ok(Held {
        integration: Id::from_uuid(integration),
        state: state
            .parse()
            .map_err(StoreError::corrupt("registry.client", "state"))?,
        parent,
        metadata,
        scopes,
        tools,
    })
}

/// The case about an integration in production that somebody still works on, else its client there that has not ended.
pub(crate) async fn in_production(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
) -> Result<(Option<Id<kind::Request>>, Option<ClientId>), StoreError> {
    let production = Environment::Production.as_str();
    let open = super::request::OPEN.map(RequestState::as_str);
    let request: Option<uuid::Uuid> = r::table
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(production)),
        )
        .filter(r::integration_id.eq(integration.as_uuid()))
        .filter(r::state.eq_any(open))
        .select(r::request_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    let ended = [ClientState::Expired, ClientState::Revoked].map(ClientState::as_str);
    let live: Option<String> = c::table
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(production)),
        )
        .filter(c::integration_id.eq(integration.as_uuid()))
        .filter(c::state.ne_all(ended))
        .select(c::client_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    let live = live.as_deref().map(client_id).transpose()?;
    Ok((request.map(Id::from_uuid), live))
}

/// What is known of a client of the sandbox and of who answers for it.
pub(crate) async fn evidence(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
    client: &ClientId,
) -> Result<Evidence, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let sandbox = Environment::Sandbox.as_str();
    let last_token: Option<Timestamp> = s::table
        .filter(s::tenant_id.eq(tenant_id).and(s::environment.eq(sandbox)))
        .filter(s::client_id.eq(client.as_str()))
        .order(s::at.desc())
        .select(s::at)
        .first(tx.connection()?)
        .await
        .optional()?;
    let tried: Vec<String> = a::table
        .filter(a::tenant_id.eq(tenant_id).and(a::environment.eq(sandbox)))
        .filter(a::client_id.eq(client.as_str()))
        .select(a::redirect_uri)
        .load(tx.connection()?)
        .await?;
    let sponsor: Option<(uuid::Uuid, String)> = i::table
        .inner_join(
            m::table.on(m::tenant_id
                .eq(i::tenant_id)
                .and(m::member_id.nullable().eq(i::sponsor_id))),
        )
        .filter(
            i::tenant_id
                .eq(tenant_id)
                .and(i::integration_id.eq(integration.as_uuid())),
        )
        .filter(m::state.eq("active"))
        .select((m::member_id, m::name))
        .first(tx.connection()?)
        .await
        .optional()?;
    let signed_in: Option<Timestamp> = match &sponsor {
        None => None,
        Some((member, _)) => {
            se::table
                .filter(se::tenant_id.eq(tenant_id).and(se::member_id.eq(member)))
                .select(diesel::dsl::max(se::created_at))
                .first(tx.connection()?)
                .await?
        }
    };
    Ok(Evidence {
        last_token,
        tried,
        sponsor: sponsor.map(|(_, name)| name),
        signed_in,
    })
}

fn client_id(text: &str) -> Result<ClientId, StoreError> {
    ClientId::parse(text).map_err(StoreError::corrupt(TABLE, "from_client_id"))
}
