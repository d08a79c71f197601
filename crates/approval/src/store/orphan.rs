//! Integrations whose sponsor has left, with what they have. It reads and limits nothing.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        registry::{client as c, integration as i, restriction as r},
        tenant::member as m,
    },
};
use narthex_vocab::{ClientId, ClientState, Environment, Id, kind};

/// An integration that nobody answers for any more.
#[derive(Debug, Clone)]
pub(crate) struct Orphan {
    pub(crate) integration: Id<kind::Integration>,
    pub(crate) name: String,
    pub(crate) sponsor: Id<kind::Member>,
    pub(crate) sponsor_name: String,
}

/// The states of a client that is over.
fn over() -> [&'static str; 2] {
    [ClientState::Expired.as_str(), ClientState::Revoked.as_str()]
}

/// Those of the transaction's tenant that have a client.
pub(crate) async fn list(tx: &mut TenantTx) -> Result<Vec<Orphan>, StoreError> {
    let living = c::table
        .filter(
            c::tenant_id
                .eq(i::tenant_id)
                .and(c::integration_id.eq(i::integration_id)),
        )
        .filter(c::state.ne_all(over()));
    let rows: Vec<(uuid::Uuid, String, uuid::Uuid, String)> = i::table
        .inner_join(
            m::table.on(m::tenant_id
                .eq(i::tenant_id)
                .and(m::member_id.nullable().eq(i::sponsor_id))),
        )
        .filter(i::tenant_id.eq(tx.tenant_uuid()).and(m::state.eq("left")))
        .filter(diesel::dsl::exists(living))
        .order(i::integration_id)
        .select((i::integration_id, i::name, m::member_id, m::name))
        .load(tx.connection()?)
        .await?;
    let of = |(integration, name, sponsor, sponsor_name)| Orphan {
        integration: Id::from_uuid(integration),
        name,
        sponsor: Id::from_uuid(sponsor),
        sponsor_name,
    };
    Ok(rows.into_iter().map(of).collect())
}

/// Whether something is limited because nobody answered for this integration.
pub(crate) async fn is_limited(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
) -> Result<bool, StoreError> {
    let limited = r::table
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::cause.eq("sponsor")),
        )
        .filter(r::about.eq(integration.to_string()));
    Ok(diesel::select(diesel::dsl::exists(limited))
        .get_result(tx.connection()?)
        .await?)
}

/// The names of what a person of the transaction's tenant answers for.
pub(crate) async fn answered_for(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
) -> Result<Vec<String>, StoreError> {
    Ok(i::table
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::sponsor_id.eq(member.as_uuid())),
        )
        .order((i::name, i::integration_id))
        .select(i::name)
        .load(tx.connection()?)
        .await?)
}

/// The clients of an integration that have not ended.
pub(crate) async fn clients(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
) -> Result<Vec<(Environment, ClientId)>, StoreError> {
    let rows: Vec<(String, String)> = c::table
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::integration_id.eq(integration.as_uuid())),
        )
        .filter(c::state.ne_all(over()))
        .order((c::environment, c::client_id))
        .select((c::environment, c::client_id))
        .load(tx.connection()?)
        .await?;
    let read = |(environment, client): (String, String)| {
        let corrupt = |column| StoreError::corrupt("registry.client", column);
        Ok((
            environment
                .parse()
                .map_err(StoreError::corrupt("registry.client", "environment"))?,
            ClientId::parse(&client).map_err(corrupt("client_id"))?,
        ))
    };
    rows.into_iter().map(read).collect()
}

/// The tenants that have a client which nobody answers for and which is not limited for it, over all tenants.
pub(crate) async fn due(tx: &mut TenantTx) -> Result<Vec<Id<kind::Tenant>>, StoreError> {
    let limited = r::table
        .filter(
            r::tenant_id
                .eq(c::tenant_id)
                .and(r::environment.eq(c::environment)),
        )
        .filter(r::client_id.eq(c::client_id).and(r::cause.eq("sponsor")));
    let rows: Vec<uuid::Uuid> = i::table
        .inner_join(
            m::table.on(m::tenant_id
                .eq(i::tenant_id)
                .and(m::member_id.nullable().eq(i::sponsor_id))),
        )
        .inner_join(
            c::table.on(c::tenant_id
                .eq(i::tenant_id)
                .and(c::integration_id.eq(i::integration_id))),
        )
        .filter(m::state.eq("left").and(c::state.ne_all(over())))
        .filter(diesel::dsl::not(diesel::dsl::exists(limited)))
        .select(i::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    Ok(rows.into_iter().map(Id::from_uuid).collect())
}
