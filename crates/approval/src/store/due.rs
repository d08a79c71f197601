//! Where work is due, over all tenants: which registrations of open sandboxes wait, and which tenants have something
//! that is over. Read in the staff role by the workers; it names rows and never shows their content.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::quarantine as q,
        registry::{client as c, credential as k},
        review::offer as o,
        tenant::environments as e,
    },
};
use narthex_vocab::{
    ClientId, Environment, Id, QuarantineState, RegistrationMode, Timestamp, kind,
};

/// The most registrations of one look.
const MOST: i64 = 500;

/// Registrations that wait in open sandboxes, the longest waiting first.
pub(crate) async fn open_registrations(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<(Id<kind::Tenant>, ClientId)>, StoreError> {
    let rows: Vec<(uuid::Uuid, String)> = q::table
        .inner_join(
            e::table.on(e::tenant_id
                .eq(q::tenant_id)
                .and(e::environment.eq(q::environment))),
        )
        .filter(q::environment.eq(Environment::Sandbox.as_str()))
        .filter(e::registration_mode.eq(RegistrationMode::Open.as_str()))
        .filter(
            q::state
                .eq(QuarantineState::Quarantined.as_str())
                .and(q::expires_at.gt(now)),
        )
        .order(q::created_at)
        .limit(MOST)
        .select((q::tenant_id, q::client_id))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(tenant, client)| {
            let client = ClientId::parse(&client)
                .map_err(StoreError::corrupt("intake.quarantine", "client_id"))?;
            Ok((Id::from_uuid(tenant), client))
        })
        .collect()
}

/// Tenants that have something whose time is over.
pub(crate) async fn tenants(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Id<kind::Tenant>>, StoreError> {
    let mut tenants: Vec<uuid::Uuid> = q::table
        .filter(
            q::state
                .eq_any(["quarantined", "linked"])
                .and(q::expires_at.le(now)),
        )
        .select(q::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    let offers: Vec<uuid::Uuid> = o::table
        .filter(o::state.eq("offered").and(o::expires_at.le(now)))
        .select(o::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    let clients: Vec<uuid::Uuid> = c::table
        .filter(
            c::state
                .eq_any(super::client::ending())
                .and(c::expires_at.le(now)),
        )
        .select(c::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    let credentials: Vec<uuid::Uuid> = k::table
        .filter(
            k::state
                .eq_any(["active", "retiring"])
                .and(k::expires_at.le(now)),
        )
        .select(k::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    tenants.extend(offers.into_iter().chain(clients).chain(credentials));
    tenants.sort_unstable();
    tenants.dedup();
    Ok(tenants.into_iter().map(Id::from_uuid).collect())
}
