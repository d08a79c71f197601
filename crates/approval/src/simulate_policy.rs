//! A draft is tried on the requests of 30 days and today's clients, over the facts that were kept. It is read in one
//! transaction, judged in none, and kept in another, where the draft has to be the same text still.

use narthex_policy::{Layer, Whose};
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, PLATFORM_TENANT, Tenant, Timestamp};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    draft_policy::may_write,
    policy_version::{PolicyVersion, VersionState},
    simulation::{Past, Report, SPAN, Tried},
    store,
};

/// A draft, and all that it is tried on.
pub struct Trial {
    version: PolicyVersion,
    tried: Tried,
    cases: Vec<Past>,
    since: Timestamp,
}

/// What a trial found.
#[derive(Debug, Clone)]
pub struct Found {
    number: i32,
    hash: [u8; 32],
    since: Timestamp,
    /// What it found.
    pub report: Report,
}

/// Why nothing was kept.
#[derive(Debug, thiserror::Error)]
pub enum SimulatePolicyError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Only what is still written is tried.
    #[error("the version is no draft any more")]
    NotADraft,
    /// Somebody has written the draft anew meanwhile.
    #[error("the draft was written anew meanwhile")]
    Stale,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a draft of a tenant and what it is tried on: of the tenant; of all, in the role of staff, for the platform's.
pub async fn read(
    tx: &mut TenantTx,
    (tenant, number): (Id<Tenant>, i32),
    now: Timestamp,
) -> Result<Trial, StoreError> {
    let version = store::policy::load(tx, (tenant, number)).await?;
    let whose = version.whose();
    let layer = Layer::published(whose, &version.source).map_err(|_| StoreError::Corrupt {
        table: "review.policy_version",
        column: "source",
    })?;
    let mut tenants = store::policy::everywhere(tx).await?;
    let platform = tenants.remove(&PLATFORM_TENANT);
    let since = now - SPAN;
    let mut cases = store::simulation::requests(tx, since).await?;
    cases.extend(store::simulation::clients(tx).await?);
    if whose == Whose::Tenant {
        cases.retain(|case| case.tenant == tenant);
    }
    Ok(Trial {
        tried: Tried {
            whose,
            number,
            layer,
            platform,
            tenants,
        },
        version,
        cases,
        since,
    })
}

impl Trial {
    /// Judges every case. It takes a while: not for a thread that serves others.
    #[must_use]
    pub fn run(self) -> Found {
        Found {
            number: self.version.number,
            hash: self.version.hash,
            since: self.since,
            report: Report::of(&self.tried, &self.cases),
        }
    }
}

/// Keeps what a trial found beside its draft.
pub async fn simulate_policy(
    tx: &mut TenantTx,
    found: &Found,
    acting: &mut Acting<'_>,
) -> Result<(), SimulatePolicyError> {
    let person = may_write(tx, acting)?;
    let version = store::policy::lock(tx, found.number).await?;
    if version.state != VersionState::Draft {
        return Err(SimulatePolicyError::NotADraft);
    }
    if version.hash != found.hash {
        return Err(SimulatePolicyError::Stale);
    }
    let (report, hash) = (&found.report, &found.hash);
    let by = (&person.into(), acting.now);
    store::simulation::save(tx, (found.number, hash), (report, found.since), by).await?;
    let deed = Deed {
        action: "policy.simulate",
        object: found.number.to_string(),
        environment: None,
        reason: "",
        detail: json!({
            "hash": hex::encode(hash), "requests": report.requests, "clients": report.clients,
            "changed": report.changed(), "unjudged": report.unjudged,
        }),
    };
    Ok(acting.record(tx, deed).await?)
}
