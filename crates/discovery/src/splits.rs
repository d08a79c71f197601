//! Families that were split by network: calls from there are known by the fingerprint and the network, so whatever is kept
//! by fingerprint (identifier, counts, budgets, lists) keeps them apart. Asked at each call, from memory.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;
use narthex_tenancy::StoreError;
use narthex_vocab::{Environment, Fingerprint, Id, Tenant, Timestamp};

use crate::{
    Discovery, candidate::Candidate, pricing::Call, store::attempt::Attempt, store::split,
};

/// How long they are remembered.
const KEPT: chrono::Duration = chrono::Duration::seconds(2);
/// Tenants whose splits are remembered.
const TENANTS: usize = 10_000;

/// The splits of one tenant: environment, family, network.
pub(crate) type Set = HashSet<(Environment, Fingerprint, IpNet)>;

/// The splits of tenants, remembered for a moment.
#[derive(Debug, Default)]
pub struct Splits(Mutex<HashMap<Id<Tenant>, (Timestamp, Arc<Set>)>>);

impl Splits {
    /// The family of a call, if what has this fingerprint and comes from there is one of its own.
    pub(crate) async fn of(
        &self,
        discovery: &Discovery,
        call: Call<'_>,
        family: Fingerprint,
    ) -> Result<Option<Fingerprint>, StoreError> {
        let set = self.remembered(discovery, call).await?;
        let range = call.source.range;
        let split = set.contains(&(call.place.environment, family, range));
        Ok(split.then(|| family.from_network(&range.to_string())))
    }

    /// What a registrant asks for, known by what it is known by here.
    pub(crate) async fn apart(
        &self,
        discovery: &Discovery,
        call: Call<'_>,
        (candidate, attempt): (Candidate, &mut Attempt),
    ) -> Result<Candidate, StoreError> {
        let own = self.of(discovery, call, candidate.fingerprint).await?;
        let fingerprint = own.unwrap_or(candidate.fingerprint);
        attempt.fingerprint = Some(fingerprint);
        Ok(Candidate {
            fingerprint,
            ..candidate
        })
    }

    async fn remembered(
        &self,
        discovery: &Discovery,
        call: Call<'_>,
    ) -> Result<Arc<Set>, StoreError> {
        let (tenant, now) = (call.place.tenant, call.now);
        if let Some(kept) = self.kept(tenant, now) {
            return Ok(kept);
        }
        let database = &discovery.database;
        let read = database.tenant(tenant, async |tx| split::in_force(tx, now).await);
        let set = Arc::new(read.await?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= TENANTS {
            all.clear();
        }
        all.insert(tenant, (now, Arc::clone(&set)));
        Ok(set)
    }

    /// While they are read again, others use what is remembered.
    fn kept(&self, tenant: Id<Tenant>, now: Timestamp) -> Option<Arc<Set>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, set) = all.get_mut(&tenant)?;
        if now - *read_at >= KEPT {
            *read_at = now;
            return None;
        }
        Some(Arc::clone(set))
    }
}
