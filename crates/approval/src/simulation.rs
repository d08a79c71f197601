//! What a text would change: every request of 30 days and every client of today is judged by what is in force now and by
//! the text in its stead, over the facts that were kept. Pure; it decides nothing and reaches no network.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::Duration;
use narthex_policy::{InForce, Judged, Layer, Layers, Posed, RuleId, Verdict, Whose};
use narthex_vocab::{Environment, Id, Tenant, Timestamp, kind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How far back requests are tried.
pub const SPAN: Duration = Duration::days(30);
/// The most cases that one run tries, newest first.
pub const MOST: usize = 50_000;
/// The most changes that a run keeps.
pub const KEPT: usize = 200;

/// A case with the facts of its last judgement.
#[derive(Debug, Clone)]
pub(crate) struct Past {
    pub(crate) tenant: Id<Tenant>,
    pub(crate) environment: Environment,
    pub(crate) request: Id<kind::Request>,
    pub(crate) version: i32,
    /// The client that works by it; none where a past request is tried.
    pub(crate) client: Option<String>,
    pub(crate) name: String,
    pub(crate) facts: Option<Value>,
}

/// What is tried, and beside what.
pub(crate) struct Tried {
    pub(crate) whose: Whose,
    pub(crate) number: i32,
    pub(crate) layer: Arc<Layer>,
    /// What is in force of the platform now.
    pub(crate) platform: Option<InForce>,
    /// What is in force of each tenant now.
    pub(crate) tenants: HashMap<Id<Tenant>, InForce>,
}

/// A case that would be judged otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Whose it is, `ten_…`.
    pub tenant: String,
    /// Where.
    pub environment: Environment,
    /// The request, `req_…`.
    pub request: String,
    /// Its version.
    pub version: i32,
    /// The client that works by it; absent for a request.
    pub client: Option<String>,
    /// What it is, for people.
    pub name: String,
    /// What is said now.
    pub before: String,
    /// What would be said.
    pub after: String,
    /// The rules that would determine it.
    pub rules: Vec<String>,
}

/// How many of a kind would be judged otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Clients, or requests.
    pub clients: bool,
    /// What is said now.
    pub before: String,
    /// What would be said.
    pub after: String,
    /// How many.
    pub count: usize,
}

/// What a run found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Requests that were tried.
    pub requests: usize,
    /// Clients that were tried.
    pub clients: usize,
    /// Cases whose facts were not kept, or lack what is asked today.
    pub unjudged: usize,
    /// By kind of change, the most frequent first.
    pub counts: Vec<Count>,
    /// The first changes.
    pub changes: Vec<Change>,
}

impl Report {
    /// How many would be judged otherwise.
    #[must_use]
    pub fn changed(&self) -> usize {
        self.counts.iter().map(|one| one.count).sum()
    }

    /// Tries a text on these cases.
    pub(crate) fn of(tried: &Tried, cases: &[Past]) -> Self {
        let mut report = Self::default();
        for case in cases {
            match case.client {
                Some(_) => report.clients += 1,
                None => report.requests += 1,
            }
            match tried.judge(case) {
                None => report.unjudged += 1,
                Some((before, after)) if before.verdict != after.verdict => {
                    report.note(case, before.verdict, &after);
                }
                Some(_) => {}
            }
        }
        report.counts.sort_by(|a, b| {
            let key = |one: &Count| (one.clients, one.before.clone(), one.after.clone());
            b.count.cmp(&a.count).then_with(|| key(a).cmp(&key(b)))
        });
        report
    }

    fn note(&mut self, case: &Past, before: Verdict, after: &Judged) {
        let (from, to) = (before.as_str(), after.verdict.as_str());
        let clients = case.client.is_some();
        let known = self.counts.iter_mut().find(|one| {
            (one.clients, one.before.as_str(), one.after.as_str()) == (clients, from, to)
        });
        match known {
            Some(one) => one.count += 1,
            None => self.counts.push(Count {
                clients,
                before: from.to_owned(),
                after: to.to_owned(),
                count: 1,
            }),
        }
        if self.changes.len() < KEPT {
            self.changes.push(Change {
                tenant: case.tenant.to_string(),
                environment: case.environment,
                request: case.request.to_string(),
                version: case.version,
                client: case.client.clone(),
                name: case.name.clone(),
                before: from.to_owned(),
                after: to.to_owned(),
                rules: after.determining.iter().map(RuleId::to_string).collect(),
            });
        }
    }
}

impl Tried {
    /// What is said now, and what would be; nothing where the facts do not answer today's questions.
    fn judge(&self, case: &Past) -> Option<(Judged, Judged)> {
        let posed = Posed::new(case.environment, case.facts.as_ref()?);
        if !posed.is_whole() {
            return None;
        }
        let now = Layers {
            platform: self.platform.clone(),
            tenant: self.tenants.get(&case.tenant).cloned(),
        };
        let instead = Some(InForce {
            number: self.number,
            layer: Ok(Arc::clone(&self.layer)),
        });
        let then = match self.whose {
            Whose::Platform => Layers {
                platform: instead,
                tenant: now.tenant.clone(),
            },
            Whose::Tenant => Layers {
                platform: now.platform.clone(),
                tenant: instead,
            },
        };
        Some((posed.under(&now), posed.under(&then)))
    }
}

/// A run over a version, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// The text that was tried, by its hash.
    pub hash: [u8; 32],
    /// Since when requests were tried.
    pub since: Timestamp,
    /// What it found.
    pub report: Report,
    /// Who had it run.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
#[path = "simulation_tests.rs"]
mod tests;
