//! Budgets spent from memory: a process takes a hundredth of a bucket at once and gives it out call by call, so that most
//! calls ask nobody. What was taken counts as spent, so no process gives out more than there is; what it does not give
//! out within a minute is lost to all. Near the limit every call asks.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::Duration;
use narthex_vocab::{Id, Timestamp, kind};

use crate::budget::{Answer, Bucket, Budgets, BudgetsUnavailable, key};

/// Which part of its bucket a lease is.
const PART: u32 = 100;
/// What a lease does not give out within this time is lost.
const LIFE: Duration = Duration::seconds(60);
/// Leases held at once; who finds no place pays call by call.
const MOST: usize = 10_000;

/// What this process has taken and not given out.
#[derive(Debug, Default)]
pub struct Leases {
    held: Mutex<HashMap<String, Lease>>,
}

#[derive(Debug)]
struct Lease {
    left: u32,
    until: Timestamp,
}

impl Leases {
    fn held(&self) -> MutexGuard<'_, HashMap<String, Lease>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a call's cost from what is held; returns the buckets of which too little is.
    fn take<'a>(
        &self,
        keyed: &'a [(String, &Bucket)],
        now: Timestamp,
    ) -> Vec<&'a (String, &'a Bucket)> {
        let mut held = self.held();
        let mut lacking = Vec::new();
        for pair in keyed {
            let (key, bucket) = pair;
            match held.get_mut(key) {
                Some(lease) if lease.until > now && lease.left >= bucket.cost => {
                    lease.left -= bucket.cost;
                }
                Some(_) | None => lacking.push(pair),
            }
        }
        lacking
    }

    /// Keeps what was taken beyond the call's cost.
    fn keep(&self, leased: &[(String, u32)], now: Timestamp) {
        let mut held = self.held();
        if held.len() >= MOST {
            held.retain(|_, lease| lease.until > now && lease.left > 0);
        }
        let full = held.len() >= MOST;
        for (key, left) in leased {
            let until = now + LIFE;
            // Calls that come together take a lease each: what is in force is added to.
            match held.get_mut(key) {
                Some(lease) if lease.until > now => {
                    lease.left = lease.left.saturating_add(*left);
                    lease.until = until;
                }
                Some(lease) => *lease = Lease { left: *left, until },
                None if full => {}
                None => {
                    held.insert(key.clone(), Lease { left: *left, until });
                }
            }
        }
    }

    /// A call that was refused has taken nothing.
    fn give_back(&self, taken: &[&(String, &Bucket)]) {
        let mut held = self.held();
        for (key, bucket) in taken.iter().copied() {
            if let Some(lease) = held.get_mut(key) {
                lease.left = lease.left.saturating_add(bucket.cost);
            }
        }
    }
}

impl Budgets {
    /// As [`Budgets::spend`], and mostly from memory.
    pub async fn spend_leased(
        &self,
        leases: &Leases,
        tenant: Id<kind::Tenant>,
        buckets: &[Bucket],
        now: Timestamp,
    ) -> Result<Answer, BudgetsUnavailable> {
        let keyed: Vec<_> = buckets
            .iter()
            .map(|bucket| (key(tenant, bucket), bucket))
            .collect();
        let lacking = leases.take(&keyed, now);
        if lacking.is_empty() {
            return Ok(Answer::Allowed);
        }
        let whole: Vec<Bucket> = lacking
            .iter()
            .map(|(_, bucket)| (*bucket).clone().costing(size(bucket)))
            .collect();
        let mut answer = self.spend(tenant, &whole).await;
        if matches!(answer, Ok(Answer::Allowed)) {
            let left =
                |(key, bucket): &&(String, &Bucket)| (key.clone(), size(bucket) - bucket.cost);
            leases.keep(&lacking.iter().map(left).collect::<Vec<_>>(), now);
            return answer;
        }
        if whole.iter().any(|bucket| bucket.cost > 1) && answer.is_ok() {
            let single: Vec<Bucket> = lacking
                .iter()
                .map(|(_, bucket)| (*bucket).clone())
                .collect();
            answer = self.spend(tenant, &single).await;
        }
        if !matches!(answer, Ok(Answer::Allowed)) {
            let taken = |pair: &&(String, &Bucket)| !lacking.iter().any(|(key, _)| *key == pair.0);
            leases.give_back(&keyed.iter().filter(taken).collect::<Vec<_>>());
        }
        answer
    }
}

/// What is taken at once, never less than the call costs.
fn size(bucket: &Bucket) -> u32 {
    (bucket.burst / PART).max(bucket.cost)
}
