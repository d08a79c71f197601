//! Who registered whom, from `registry.client` and the tokens that brought them. It never writes.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx, registration_limits,
    schema::{
        intake::{initial_access_token as t, quarantine as q},
        registry::{client as c, entitled_tool as et, entitlement as e, integration as i},
        review::access_request as r,
    },
};
use narthex_vocab::{
    ClientId, ClientState, Environment, Id, QuarantineState, RequestState, SchemaHash, Scope,
    ScopeSet, Timestamp, ToolName, kind,
};

use crate::{
    limits::Limits,
    lineage::{DEEPEST, Parent},
    reach::ToolRef,
    request::AccessRequest,
};

const TABLE: &str = "registry.client";

/// A client of a line, as people read it.
#[derive(Debug, Clone)]
pub(crate) struct Kin {
    pub(crate) client_id: ClientId,
    pub(crate) integration: Id<kind::Integration>,
    pub(crate) name: String,
    pub(crate) state: ClientState,
}

/// The clients above a client, the first of the line first, and those right below it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    pub(crate) above: Vec<Kin>,
    pub(crate) below: Vec<Kin>,
}

/// The client whose token brought this case; `None` for a case that no client registered.
pub(crate) async fn parent_of(
    tx: &mut TenantTx,
    request: &AccessRequest,
) -> Result<Option<Parent>, StoreError> {
    let Some(client_id) = &request.client_id else {
        return Ok(None);
    };
    let parent: Option<Option<String>> = q::table
        .inner_join(
            t::table.on(t::tenant_id
                .eq(q::tenant_id)
                .and(t::environment.eq(q::environment))
                .and(t::initial_access_id.nullable().eq(q::initial_access_id))),
        )
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(request.at.environment.as_str())),
        )
        .filter(q::client_id.eq(client_id.as_str()))
        .select(t::parent_client_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    match parent.flatten() {
        None => Ok(None),
        Some(parent) => {
            let parent = ClientId::parse(&parent).map_err(StoreError::corrupt(
                "intake.initial_access_token",
                "parent_client_id",
            ))?;
            let crowded = crowded(tx, request.at.environment, (&parent, client_id)).await?;
            let parent = load(tx, request.at.environment, &parent).await?;
            Ok(Some(Parent { crowded, ..parent }))
        }
    }
}

/// Whether `parent` has as many right below it as it may beside `client`: those that have not ended, and those that are
/// an open case. Whoever is there already is never one too many.
async fn crowded(
    tx: &mut TenantTx,
    environment: Environment,
    (parent, client): (&ClientId, &ClientId),
) -> Result<bool, StoreError> {
    let most = registration_limits::load(tx, environment).await?;
    let own = c::tenant_id
        .eq(tx.tenant_uuid())
        .and(c::environment.eq(environment.as_str()));
    let born = c::table
        .filter(own)
        .filter(c::client_id.eq(client.as_str()));
    let born = diesel::select(diesel::dsl::exists(born));
    if born.get_result(tx.connection()?).await? {
        return Ok(false);
    }
    let ended = [ClientState::Expired.as_str(), ClientState::Revoked.as_str()];
    let living: i64 = c::table
        .filter(own)
        .filter(c::parent_client_id.eq(parent.as_str()))
        .filter(c::state.ne_all(ended))
        .count()
        .get_result(tx.connection()?)
        .await?;
    let cases = r::table
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(environment.as_str())),
        )
        .filter(r::state.eq_any(super::request::OPEN.map(RequestState::as_str)))
        .select(r::client_id);
    let waiting: i64 = q::table
        .inner_join(
            t::table.on(t::tenant_id
                .eq(q::tenant_id)
                .and(t::environment.eq(q::environment))
                .and(t::initial_access_id.nullable().eq(q::initial_access_id))),
        )
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(environment.as_str())),
        )
        .filter(t::parent_client_id.eq(parent.as_str()))
        .filter(q::client_id.ne(client.as_str()))
        .filter(q::client_id.nullable().eq_any(cases))
        .filter(q::state.eq(QuarantineState::Linked.as_str()))
        .count()
        .get_result(tx.connection()?)
        .await?;
    Ok(living + waiting >= most.most_children())
}

/// One client as a parent.
pub(crate) async fn load(
    tx: &mut TenantTx,
    environment: Environment,
    client_id: &ClientId,
) -> Result<Parent, StoreError> {
    let (state, depth, expires_at): (String, i16, Timestamp) = c::table
        .find((tx.tenant_uuid(), environment.as_str(), client_id.as_str()))
        .select((c::state, c::depth, c::expires_at))
        .first(tx.connection()?)
        .await?;
    let scopes: Vec<ScopeRow> = e::table
        .filter(
            e::tenant_id
                .eq(tx.tenant_uuid())
                .and(e::environment.eq(environment.as_str())),
        )
        .filter(e::client_id.eq(client_id.as_str()))
        .select((e::scope, e::expires_at, e::lifetime_minutes))
        .load(tx.connection()?)
        .await?;
    let tools: Vec<ToolRow> = et::table
        .filter(
            et::tenant_id
                .eq(tx.tenant_uuid())
                .and(et::environment.eq(environment.as_str())),
        )
        .filter(et::client_id.eq(client_id.as_str()))
        .select((et::resource_id, et::tool, et::schema_hash, et::until))
        .load(tx.connection()?)
        .await?;
    let mut parent = Parent {
        state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
        depth,
        expires_at,
        scopes: ScopeSet::default(),
        tools: BTreeSet::new(),
        limits: Limits::default(),
        crowded: false,
    };
    for (scope, end, minutes) in scopes {
        let scope =
            Scope::parse(&scope).map_err(StoreError::corrupt("registry.entitlement", "scope"))?;
        parent.limits.scopes.insert(scope.clone(), end);
        parent.limits.tokens = super::token_lifetime("registry.entitlement", minutes)?;
        parent.scopes = std::iter::once(scope).chain(parent.scopes).collect();
    }
    for row in tools {
        let until = row.3;
        let (tool, hash) = tool(row)?;
        if let Some(until) = until {
            parent.limits.tools.insert(tool.clone(), until);
        }
        parent.tools.insert((tool, hash));
    }
    Ok(parent)
}

type ScopeRow = (String, Timestamp, Option<i16>);
type ToolRow = (uuid::Uuid, String, Vec<u8>, Option<Timestamp>);

fn tool((resource, tool, hash, _): ToolRow) -> Result<(ToolRef, SchemaHash), StoreError> {
    const TOOLS: &str = "registry.entitled_tool";
    let tool = ToolRef {
        resource: Id::from_uuid(resource),
        tool: ToolName::parse(&tool).map_err(StoreError::corrupt(TOOLS, "tool"))?,
    };
    let hash: [u8; 32] = hash.try_into().map_err(|_| StoreError::Corrupt {
        table: TOOLS,
        column: "schema_hash",
    })?;
    Ok((tool, SchemaHash::from_bytes(hash)))
}

/// The person who answers for a client; `None` where nobody does.
pub(crate) async fn sponsor_of(
    tx: &mut TenantTx,
    environment: Environment,
    client_id: &ClientId,
) -> Result<Option<Id<kind::Member>>, StoreError> {
    let sponsor: Option<uuid::Uuid> = c::table
        .inner_join(
            i::table.on(i::tenant_id
                .eq(c::tenant_id)
                .and(i::integration_id.eq(c::integration_id))),
        )
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(c::client_id.eq(client_id.as_str()))
        .select(i::sponsor_id)
        .first(tx.connection()?)
        .await?;
    Ok(sponsor.map(Id::from_uuid))
}

/// The clients of an environment that may register others, by name.
pub(crate) async fn possible_parents(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<Vec<Kin>, StoreError> {
    let rows: Vec<Row> = c::table
        .inner_join(
            i::table.on(i::tenant_id
                .eq(c::tenant_id)
                .and(i::integration_id.eq(c::integration_id))),
        )
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(
            c::state
                .eq(ClientState::Active.as_str())
                .and(c::depth.lt(DEEPEST)),
        )
        .order((i::name, c::client_id))
        .select((c::client_id, c::state, i::integration_id, i::name))
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(kin_of).collect()
}

/// Every client below one of `tenant`, the nearest first.
pub(crate) async fn below(
    tx: &mut TenantTx,
    (tenant, environment): (Id<kind::Tenant>, Environment),
    client_id: &ClientId,
) -> Result<Vec<Kin>, StoreError> {
    let mut found = Vec::new();
    let mut above = vec![client_id.as_str().to_owned()];
    for _ in 1..DEEPEST {
        let children = children(tx, (tenant, environment), &above).await?;
        above = children
            .iter()
            .map(|kin| kin.client_id.as_str().to_owned())
            .collect();
        found.extend(children);
    }
    Ok(found)
}

/// The line that a client of `tenant` is in.
pub(crate) async fn line(
    tx: &mut TenantTx,
    (tenant, environment): (Id<kind::Tenant>, Environment),
    client_id: &ClientId,
) -> Result<Line, StoreError> {
    let mut above = Vec::new();
    let mut parent = parent_id(tx, (tenant, environment), client_id.as_str()).await?;
    while let Some(id) = parent {
        let of = c::client_id.eq(id.clone());
        let kin: Row = c::table
            .inner_join(
                i::table.on(i::tenant_id
                    .eq(c::tenant_id)
                    .and(i::integration_id.eq(c::integration_id))),
            )
            .filter(
                c::tenant_id
                    .eq(tenant.as_uuid())
                    .and(c::environment.eq(environment.as_str())),
            )
            .filter(of)
            .select((c::client_id, c::state, i::integration_id, i::name))
            .first(tx.connection()?)
            .await?;
        above.insert(0, kin_of(kin)?);
        parent = parent_id(tx, (tenant, environment), &id).await?;
    }
    let own = [client_id.as_str().to_owned()];
    let below = children(tx, (tenant, environment), &own).await?;
    Ok(Line { above, below })
}

async fn parent_id(
    tx: &mut TenantTx,
    (tenant, environment): (Id<kind::Tenant>, Environment),
    client_id: &str,
) -> Result<Option<String>, StoreError> {
    Ok(c::table
        .find((tenant.as_uuid(), environment.as_str(), client_id))
        .select(c::parent_client_id)
        .first(tx.connection()?)
        .await?)
}

type Row = (String, String, uuid::Uuid, String);

async fn children(
    tx: &mut TenantTx,
    (tenant, environment): (Id<kind::Tenant>, Environment),
    above: &[String],
) -> Result<Vec<Kin>, StoreError> {
    let rows: Vec<Row> = c::table
        .inner_join(
            i::table.on(i::tenant_id
                .eq(c::tenant_id)
                .and(i::integration_id.eq(c::integration_id))),
        )
        .filter(
            c::tenant_id
                .eq(tenant.as_uuid())
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(c::parent_client_id.eq_any(above))
        .order((c::created_at, c::client_id))
        .select((c::client_id, c::state, i::integration_id, i::name))
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(kin_of).collect()
}

fn kin_of((client_id, state, integration, name): Row) -> Result<Kin, StoreError> {
    Ok(Kin {
        client_id: ClientId::parse(&client_id).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        integration: Id::from_uuid(integration),
        name,
        state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
    })
}
