//! The discovery plane has looked at a host: what it saw becomes a proof, or it does not. Only here is what was seen
//! compared with what should be; nobody's word makes a proof.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{DomainState, HostName, Id, ProofMethod, Sighting, Timestamp, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    domain::{Conclusion, Domain, PROOF_LIFETIME, RENEW_BELOW},
    restriction::{self, Cause, Found},
    store::{self, domain::After, proof::NewProof},
};

/// Which order was answered.
#[derive(Debug, Clone, Copy)]
pub struct SettleProof {
    /// The order.
    pub order: Id<kind::Order>,
}

/// What became of the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledProof {
    /// The host.
    pub host: HostName,
    /// Its state now.
    pub state: DomainState,
    /// What was seen, in words.
    pub seen: String,
}

/// Why nothing was settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleProofError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Draws the conclusion from an answered order; `None` when it is not answered, or somebody has drawn it.
pub async fn settle_proof(
    tx: &mut TenantTx,
    command: SettleProof,
    acting: &mut Acting<'_>,
) -> Result<Option<SettledProof>, SettleProofError> {
    acting.itself()?;
    let Some((domain, seen)) = store::fetch_order::settle(tx, command.order, acting.now).await?
    else {
        return Ok(None);
    };
    let domain = store::domain::lock(tx, domain).await?;
    let conclusion = domain.conclude(&seen, acting.now);
    let (state, words) = (conclusion.state(), seen.words(&domain.challenge));
    let after = After {
        state,
        last_seen: &words,
        checked_at: acting.now,
        next_check_at: domain.next_check(state, acting.now),
        failing_since: failing_since(&domain, state, acting.now),
    };
    if !store::domain::settle(tx, &domain, after).await? {
        return Err(StoreError::NotFound.into());
    }
    store::proof::follow(tx, domain.id, state).await?;
    if let Conclusion::Seen(method) = conclusion {
        prove(tx, &domain, (command.order, method, &seen), acting).await?;
    }
    if state != domain.state {
        record(tx, &domain, (state, &words), acting).await?;
        follow(tx, &domain.host, state, acting).await?;
    }
    Ok(Some(SettledProof {
        host: domain.host,
        state,
        seen: words,
    }))
}

fn failing_since(domain: &Domain, state: DomainState, now: Timestamp) -> Option<Timestamp> {
    (state == DomainState::Failing).then(|| domain.failing_since.unwrap_or(now))
}

/// Writes a proof, unless one in force lasts long enough.
async fn prove(
    tx: &mut TenantTx,
    domain: &Domain,
    (order, method, seen): (Id<kind::Order>, ProofMethod, &Sighting),
    acting: &mut Acting<'_>,
) -> Result<(), StoreError> {
    if store::proof::lasts_until(tx, domain.id).await? >= Some(acting.now + RENEW_BELOW) {
        return Ok(());
    }
    let proof = NewProof {
        id: acting.id(),
        domain,
        order,
        method,
        evidence: seen.words(&domain.challenge),
        verified_at: acting.now,
        expires_at: acting.now + PROOF_LIFETIME,
    };
    store::proof::insert(tx, &proof).await?;
    let deed = Deed {
        action: "domain.prove",
        object: domain.id.to_string(),
        environment: None,
        reason: "",
        detail: json!({
            "host": domain.host,
            "proof": proof.id,
            "order": order,
            "method": method,
            "seen": seen,
            "expires_at": proof.expires_at,
        }),
    };
    acting.record(tx, deed).await
}

/// For clients that rest on a host which is not proved any more their environment's choice holds, until it is again.
async fn follow(
    tx: &mut TenantTx,
    host: &HostName,
    state: DomainState,
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let lapsed = match state {
        DomainState::Lapsed => true,
        DomainState::Verified => false,
        DomainState::Pending
        | DomainState::Checking
        | DomainState::Failing
        | DomainState::Failed => return Ok(()),
    };
    let reason = format!("The proof that {host} is its owner\u{2019}s has lapsed.");
    for (environment, client_id) in store::restriction::resting_on(tx, host).await? {
        let at = (environment, &client_id);
        let cause = Cause::Proof(host);
        let action = if lapsed {
            let found = Found::of(cause, &reason);
            let effect = restriction::limit(tx, at, found, acting.now).await?;
            effect.map(restriction::action)
        } else {
            let gone = restriction::lift(tx, at, cause, acting.now).await?;
            gone.then_some("client.unrestrict")
        };
        if let Some(action) = action {
            let deed = Deed {
                action,
                object: client_id.to_string(),
                environment: Some(environment),
                reason: "",
                detail: json!({ "host": host, "domain": state }),
            };
            acting.record(tx, deed).await?;
        }
    }
    Ok(())
}

/// Says in the ledger where the domain stands now; a look that changed nothing is not an act.
async fn record(
    tx: &mut TenantTx,
    domain: &Domain,
    (state, words): (DomainState, &str),
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let action = match state {
        DomainState::Verified => "domain.verify",
        DomainState::Failing => "domain.miss",
        DomainState::Lapsed => "domain.lapse",
        DomainState::Failed => "domain.fail",
        DomainState::Pending | DomainState::Checking => return Ok(()),
    };
    let deed = Deed {
        action,
        object: domain.id.to_string(),
        environment: None,
        reason: "",
        detail: json!({ "host": domain.host, "before": domain.state, "seen": words }),
    };
    acting.record(tx, deed).await
}
