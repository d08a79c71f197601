//! What is known in tenants that a registration could look like: their names, the hosts that they proved, and the names
//! that people trust. Read in the staff role only, for a page of registrations at once.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        registry::{domain as d, integration as i},
        tenant::tenants as t,
    },
};
use narthex_vocab::{Brand, DomainState, HostName, Id, Label, kind};

use crate::similarity::Known;

/// The most names of one look.
const MOST: i64 = 5_000;

/// What is known in some tenants.
#[derive(Debug, Default)]
pub(crate) struct KnownIn {
    brands: Vec<Brand>,
    names: HashMap<uuid::Uuid, Vec<Label>>,
    proved: HashMap<uuid::Uuid, BTreeSet<HostName>>,
    nothing: BTreeSet<HostName>,
}

impl KnownIn {
    /// What is known in one of them.
    pub(crate) fn of(&self, tenant: Id<kind::Tenant>) -> Known<'_> {
        let tenant = tenant.as_uuid();
        Known {
            brands: &self.brands,
            names: self.names.get(&tenant).map_or(&[], Vec::as_slice),
            proved: self.proved.get(&tenant).unwrap_or(&self.nothing),
        }
    }
}

/// Reads what is known in these tenants.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenants: BTreeSet<uuid::Uuid>,
) -> Result<KnownIn, StoreError> {
    let tenants: Vec<uuid::Uuid> = tenants.into_iter().collect();
    let mut known = KnownIn {
        brands: super::brand::known(tx).await?,
        ..KnownIn::default()
    };
    let own: Vec<(uuid::Uuid, String)> = t::table
        .filter(t::tenant_id.eq_any(&tenants))
        .select((t::tenant_id, t::name))
        .load(tx.connection()?)
        .await?;
    let integrations: Vec<(uuid::Uuid, String)> = i::table
        .filter(i::tenant_id.eq_any(&tenants))
        .filter(i::sponsor_id.is_not_null())
        .order(i::created_at)
        .limit(MOST)
        .select((i::tenant_id, i::name))
        .load(tx.connection()?)
        .await?;
    for (tenant, name) in own.into_iter().chain(integrations) {
        let name =
            Label::parse(&name).map_err(StoreError::corrupt("registry.integration", "name"))?;
        known.names.entry(tenant).or_default().push(name);
    }
    let hosts: Vec<(uuid::Uuid, String)> = d::table
        .filter(d::tenant_id.eq_any(&tenants))
        .filter(d::state.eq(DomainState::Verified.as_str()))
        .limit(MOST)
        .select((d::tenant_id, d::host))
        .load(tx.connection()?)
        .await?;
    for (tenant, host) in hosts {
        let host =
            HostName::parse(&host).map_err(StoreError::corrupt("registry.domain", "host"))?;
        known.proved.entry(tenant).or_default().insert(host);
    }
    Ok(known)
}
