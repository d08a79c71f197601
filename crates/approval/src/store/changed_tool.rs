//! Tools that have another schema than the one that a client was approved for. It reads, and denies nothing: the token
//! plane does, whatever stands here.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::registry::{
        client as c, entitled_tool as e, resource as res, restriction as r, tools as t,
    },
};
use narthex_vocab::{ClientId, ClientState, Environment, Id, Resource, ToolName, kind};

use crate::{
    reach::ToolRef,
    restriction::{At, Cause},
};

/// A client of a tenant.
pub(crate) type Place = (Id<kind::Tenant>, Environment, ClientId);

/// A tool of a resource that a client may not call any more.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    /// Resource and name, as a cause is about it.
    pub(crate) about: String,
    /// For people.
    pub(crate) tool: String,
    /// For people.
    pub(crate) resource: String,
}

fn about(resource: uuid::Uuid, tool: &str) -> String {
    format!("{} {tool}", Id::<Resource>::from_uuid(resource))
}

/// The changed tools of one client of the transaction's tenant.
pub(crate) async fn of_client(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
) -> Result<Vec<Changed>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String)> = e::table
        .inner_join(
            t::table.on(t::tenant_id
                .eq(e::tenant_id)
                .and(t::environment.eq(e::environment))
                .and(t::resource_id.eq(e::resource_id))
                .and(t::tool.eq(e::tool))),
        )
        .inner_join(
            res::table.on(res::tenant_id
                .eq(e::tenant_id)
                .and(res::environment.eq(e::environment))
                .and(res::resource_id.eq(e::resource_id))),
        )
        .filter(
            e::tenant_id
                .eq(tx.tenant_uuid())
                .and(e::environment.eq(environment.as_str())),
        )
        .filter(
            e::client_id
                .eq(client.as_str())
                .and(e::schema_hash.ne(t::schema_hash)),
        )
        .order((e::resource_id, e::tool))
        .select((e::resource_id, e::tool, res::name))
        .load(tx.connection()?)
        .await?;
    let of = |(id, tool, resource): (uuid::Uuid, String, String)| Changed {
        about: about(id, &tool),
        tool,
        resource,
    };
    Ok(rows.into_iter().map(of).collect())
}

/// The tools that a client was approved for, whatever their schema.
pub(crate) async fn entitled(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
) -> Result<BTreeSet<ToolRef>, StoreError> {
    let rows: Vec<(uuid::Uuid, String)> = e::table
        .filter(
            e::tenant_id
                .eq(tx.tenant_uuid())
                .and(e::environment.eq(environment.as_str())),
        )
        .filter(e::client_id.eq(client.as_str()))
        .select((e::resource_id, e::tool))
        .load(tx.connection()?)
        .await?;
    let of = |(resource, tool): (uuid::Uuid, String)| {
        let corrupt = StoreError::corrupt("registry.entitled_tool", "tool");
        Ok(ToolRef {
            resource: Id::from_uuid(resource),
            tool: ToolName::parse(&tool).map_err(corrupt)?,
        })
    };
    rows.into_iter().map(of).collect()
}

/// Clients with a changed tool that nobody took up, and those of which one was taken up that is as approved again. Shows
/// more than one tenant only to the staff role.
pub(crate) async fn due(tx: &mut TenantTx) -> Result<BTreeSet<Place>, StoreError> {
    type Row = (uuid::Uuid, String, String);
    let over = [ClientState::Expired.as_str(), ClientState::Revoked.as_str()];
    let changed: Vec<(Row, uuid::Uuid, String)> = e::table
        .inner_join(
            t::table.on(t::tenant_id
                .eq(e::tenant_id)
                .and(t::environment.eq(e::environment))
                .and(t::resource_id.eq(e::resource_id))
                .and(t::tool.eq(e::tool))),
        )
        .inner_join(
            c::table.on(c::tenant_id
                .eq(e::tenant_id)
                .and(c::environment.eq(e::environment))
                .and(c::client_id.eq(e::client_id))),
        )
        .filter(e::schema_hash.ne(t::schema_hash).and(c::state.ne_all(over)))
        .select((
            (e::tenant_id, e::environment, e::client_id),
            e::resource_id,
            e::tool,
        ))
        .load(tx.connection()?)
        .await?;
    let noted: Vec<(Row, String)> = r::table
        .filter(r::cause.eq(Cause::Tool("").as_str()))
        .select(((r::tenant_id, r::environment, r::client_id), r::about))
        .load(tx.connection()?)
        .await?;
    let changed = changed
        .into_iter()
        .map(|(client, resource, tool)| (client, about(resource, &tool)));
    let (changed, noted): (BTreeSet<_>, BTreeSet<_>) =
        (changed.collect(), noted.into_iter().collect());
    let place = |((tenant, environment, client), _): &(Row, String)| {
        const TABLE: &str = "registry.entitled_tool";
        Ok((
            Id::from_uuid(*tenant),
            environment
                .parse()
                .map_err(StoreError::corrupt(TABLE, "environment"))?,
            ClientId::parse(client).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        ))
    };
    changed.symmetric_difference(&noted).map(place).collect()
}
