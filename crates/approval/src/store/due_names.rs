//! Requests and clients whose names nobody kept, over all tenants. Read in the staff role by the workers; it names rows
//! and never shows their content.

use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        registry::client as c,
        review::{access_request as r, approval_host as h, mark as k, verified_name as v},
    },
};
use narthex_vocab::{ClientId, ClientState, Environment, Id, kind};

use crate::{remember_names::RememberNames, request::RequestRef};

/// The most of each of one look.
const MOST: i64 = 500;

/// What waits to be remembered.
pub(crate) async fn unnamed(
    tx: &mut TenantTx,
) -> Result<Vec<(Id<kind::Tenant>, RememberNames)>, StoreError> {
    let mut found = requests(tx).await?;
    found.extend(clients(tx).await?);
    Ok(found)
}

/// Every request shows a name at least: its integration's.
async fn requests(tx: &mut TenantTx) -> Result<Vec<(Id<kind::Tenant>, RememberNames)>, StoreError> {
    let named = k::table
        .filter(
            k::tenant_id
                .eq(r::tenant_id)
                .and(k::environment.eq(r::environment)),
        )
        .filter(
            k::request_id
                .eq(r::request_id)
                .and(k::version.eq(r::version)),
        )
        .filter(k::kind.eq("name"));
    let rows: Vec<(uuid::Uuid, String, uuid::Uuid, i32)> = r::table
        .filter(diesel::dsl::not(exists(named)))
        .filter(r::state.ne("draft"))
        .order((r::request_id, r::version))
        .limit(MOST)
        .select((r::tenant_id, r::environment, r::request_id, r::version))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(tenant, environment, id, version)| {
            let environment = environment
                .parse()
                .map_err(StoreError::corrupt("review.access_request", "environment"))?;
            let id = Id::from_uuid(id);
            let at = RequestRef {
                environment,
                id,
                version,
            };
            Ok((Id::from_uuid(tenant), RememberNames::Request(at)))
        })
        .collect()
}

/// Those of production that have not ended, and whose approval rests on a proof or whose identifier is an address.
async fn clients(tx: &mut TenantTx) -> Result<Vec<(Id<kind::Tenant>, RememberNames)>, StoreError> {
    let production = Environment::Production;
    let named = v::table
        .filter(
            v::tenant_id
                .eq(c::tenant_id)
                .and(v::environment.eq(c::environment)),
        )
        .filter(v::client_id.eq(c::client_id));
    let proved = h::table
        .filter(
            h::tenant_id
                .eq(c::tenant_id)
                .and(h::environment.eq(c::environment)),
        )
        .filter(h::approval_id.eq(c::approval_id));
    let ended = [ClientState::Revoked, ClientState::Expired].map(ClientState::as_str);
    let rows: Vec<(uuid::Uuid, String)> = c::table
        .filter(c::environment.eq(production.as_str()))
        .filter(c::state.ne_all(ended))
        .filter(diesel::dsl::not(exists(named)))
        .filter(exists(proved).or(c::client_id.like("https://%")))
        .order((c::tenant_id, c::client_id))
        .limit(MOST)
        .select((c::tenant_id, c::client_id))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(tenant, client)| {
            let client = ClientId::parse(&client)
                .map_err(StoreError::corrupt("registry.client", "client_id"))?;
            let command = RememberNames::Client(production, client);
            Ok((Id::from_uuid(tenant), command))
        })
        .collect()
}
