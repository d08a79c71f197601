//! Names of people over all tenants, by id. Read in the staff role only.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    permission::Role,
    schema::tenant::{member as m, membership as ms},
};
use narthex_vocab::{Id, kind};

/// A person as a page names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) email: String,
    /// What they may do in their tenant's portal; none for somebody who only signs in to its apps.
    pub(crate) role: Option<Role>,
}

/// People by id.
pub(crate) type People = HashMap<Id<kind::Member>, Named>;

/// The people with these ids; one who is not there is left out.
pub(crate) async fn named(
    tx: &mut TenantTx,
    wanted: impl IntoIterator<Item = Id<kind::Member>>,
) -> Result<People, StoreError> {
    let ids: Vec<uuid::Uuid> = wanted.into_iter().map(|id| id.as_uuid()).collect();
    read(tx, m::table.filter(m::member_id.eq_any(ids)).into_boxed()).await
}

/// Every active person of one tenant.
pub(crate) async fn of_tenant(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
) -> Result<People, StoreError> {
    let of = m::table.filter(m::tenant_id.eq(tenant.as_uuid()).and(m::state.eq("active")));
    read(tx, of.into_boxed()).await
}

async fn read(
    tx: &mut TenantTx,
    query: m::BoxedQuery<'_, diesel::pg::Pg>,
) -> Result<People, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String)> = query
        .select((m::member_id, m::name, m::email))
        .limit(500)
        .load(tx.connection()?)
        .await?;
    let ids = rows.iter().map(|(id, _, _)| *id);
    let roles: Vec<(uuid::Uuid, String)> = ms::table
        .filter(ms::member_id.eq_any(ids))
        .select((ms::member_id, ms::role))
        .load(tx.connection()?)
        .await?;
    let roles: HashMap<uuid::Uuid, String> = roles.into_iter().collect();
    rows.into_iter()
        .map(|(id, name, email)| {
            let role = roles.get(&id).map(|role| role.parse()).transpose();
            let role = role.map_err(StoreError::corrupt("tenant.membership", "role"))?;
            Ok((Id::from_uuid(id), Named { name, email, role }))
        })
        .collect()
}

/// The name of a person, or that they are not known any more.
pub(crate) fn name_of(people: &People, id: Id<kind::Member>) -> String {
    people.get(&id).map_or_else(
        || "Somebody who left".to_owned(),
        |person| person.name.clone(),
    )
}
