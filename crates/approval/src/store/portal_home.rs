//! What the home page of the portal counts and lists. It reads and never decides who has to act.

use std::collections::BTreeMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::quarantine as q,
        registry::{integration as i, resource as r},
    },
};
use narthex_vocab::{Environment, Id, QuarantineState, Timestamp, kind};

use super::{
    handover::{self, Asked},
    orphan::{self, Orphan},
    portal_claim,
    portal_standing::{self, Standings},
};

/// What a tenant has and what waits for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overview {
    /// How many resources each environment has.
    pub(crate) resources: BTreeMap<Environment, u64>,
    /// Every integration by name, with how it stands.
    pub(crate) integrations: Vec<(Id<kind::Integration>, String, Standings)>,
    /// How many registrations wait in quarantine in each environment.
    pub(crate) quarantined: BTreeMap<Environment, u64>,
    /// How many registrations may be its own and wait for its answer.
    pub(crate) claims: u64,
    /// What this person is asked to answer for.
    pub(crate) asked: Vec<Asked>,
    /// What nobody answers for, with a client that is limited.
    pub(crate) orphans: Vec<Orphan>,
}

/// Reads the overview of the transaction's tenant.
pub(crate) async fn load(
    tx: &mut TenantTx,
    person: Id<kind::Member>,
    now: Timestamp,
) -> Result<Overview, StoreError> {
    let tenant = tx.tenant_uuid();
    let resources: Vec<(String, i64)> = r::table
        .filter(r::tenant_id.eq(tenant))
        .group_by(r::environment)
        .select((r::environment, count_star()))
        .load(tx.connection()?)
        .await?;
    let quarantined: Vec<(String, i64)> = q::table
        .filter(q::tenant_id.eq(tenant))
        .filter(q::state.eq(QuarantineState::Quarantined.as_str()))
        .group_by(q::environment)
        .select((q::environment, count_star()))
        .load(tx.connection()?)
        .await?;
    let named: Vec<(uuid::Uuid, String)> = i::table
        .filter(i::tenant_id.eq(tenant))
        .order((i::name, i::integration_id))
        .select((i::integration_id, i::name))
        .load(tx.connection()?)
        .await?;
    let mut standings = portal_standing::load(tx, None).await?;
    let integrations = named.into_iter().map(|(id, name)| {
        let id = Id::from_uuid(id);
        (id, name, standings.remove(&id).unwrap_or_default())
    });
    Ok(Overview {
        resources: by_environment(resources, "registry.resource")?,
        integrations: integrations.collect(),
        quarantined: by_environment(quarantined, "intake.quarantine")?,
        claims: portal_claim::open(tx, now).await?,
        asked: handover::open(tx, None, Some(person), now).await?,
        orphans: orphan::list(tx).await?,
    })
}

fn by_environment(
    rows: Vec<(String, i64)>,
    table: &'static str,
) -> Result<BTreeMap<Environment, u64>, StoreError> {
    rows.into_iter()
        .map(|(environment, count)| {
            let environment = environment
                .parse()
                .map_err(StoreError::corrupt(table, "environment"))?;
            Ok((environment, u64::try_from(count).unwrap_or_default()))
        })
        .collect()
}
