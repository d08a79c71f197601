//! Two people of the platform trust a domain for a tenant's environment: one proposes it with the person of the tenant who
//! answers for what comes of it, another confirms. What it opens is what an owner's own trust opens; the owner may end
//! it, and so may one person of the platform.

use narthex_tenancy::{StoreError, TenantTx, member, permission::Action};
use narthex_vocab::{Environment, HostName, Id, Timestamp, kind};
use serde_json::{Value, json};

use crate::{
    acting::{Acting, Deed, NotPermitted},
    proposal::{Proposal, ProposalKind, Wish},
    propose::propose,
    prose::Reason,
    store::{self, trusted_domain::Trust},
    trust_domain::MOST,
};

/// Which domain to trust for the transaction's tenant.
#[derive(Debug, Clone)]
pub struct ProposeTrust {
    /// Where.
    pub environment: Environment,
    /// The domain, with all hosts of it.
    pub domain: HostName,
    /// Until when, to the second; a year at most.
    pub until: Timestamp,
    /// The person of the tenant who answers for what comes of it.
    pub sponsor: Id<kind::Member>,
    /// Why.
    pub reason: Reason,
}

/// Why it is not proposed.
#[derive(Debug, thiserror::Error)]
pub enum ProposeTrustError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is no domain that somebody can register: a public suffix, or a host below one's own.
    #[error("trust a domain as it is registered, such as example.com")]
    NotRegistrable,
    /// The sponsor is no active person of the tenant.
    #[error("the sponsor is no active person of the tenant")]
    UnknownSponsor,
    /// It is trusted already.
    #[error("the domain is trusted already")]
    Trusted,
    /// Somebody proposed it already.
    #[error("somebody proposed this already")]
    Proposed,
    /// There are as many as there may be.
    #[error("there are {MOST} domains already")]
    TooMany,
    /// The end is not ahead, or more than a year away.
    #[error("trust ends within a year")]
    End,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for ProposeTrustError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("one_proposal_at_a_time") => Self::Proposed,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// What is proposed, as its row keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) environment: Environment,
    pub(crate) domain: HostName,
    pub(crate) until: Timestamp,
    pub(crate) sponsor: Id<kind::Member>,
}

impl Change {
    fn json(&self) -> Value {
        json!({
            "environment": self.environment,
            "domain": self.domain,
            "until": self.until,
            "sponsor": self.sponsor.as_uuid(),
        })
    }

    /// From a row.
    pub(crate) fn read(stored: &Value) -> Result<Self, StoreError> {
        let text = |member: &str| stored.get(member).and_then(Value::as_str).unwrap_or("");
        let read = || {
            Some(Self {
                environment: text("environment").parse().ok()?,
                domain: HostName::parse(text("domain")).ok()?,
                until: text("until").parse().ok()?,
                sponsor: Id::from_uuid(text("sponsor").parse().ok()?),
            })
        };
        read().ok_or(StoreError::Corrupt {
            table: "review.proposal",
            column: "change",
        })
    }
}

/// Proposes to trust a domain.
pub async fn propose_trust(
    tx: &mut TenantTx,
    command: ProposeTrust,
    acting: &mut Acting<'_>,
) -> Result<Id<kind::Proposal>, ProposeTrustError> {
    let person = acting.staff(tx, Action::TrustForTenant)?;
    let ProposeTrust {
        environment,
        domain,
        until,
        sponsor,
        reason,
    } = command;
    if domain.is_loopback() || domain.registrable().as_ref() != Some(&domain) {
        return Err(ProposeTrustError::NotRegistrable);
    }
    if until <= acting.now || until > acting.now + chrono::Duration::days(366) {
        return Err(ProposeTrustError::End);
    }
    if !answers(tx, sponsor).await? {
        return Err(ProposeTrustError::UnknownSponsor);
    }
    if store::trusted_domain::count(tx, environment).await? >= MOST {
        return Err(ProposeTrustError::TooMany);
    }
    let covering = store::trusted_domain::covering(tx, environment, &domain, acting.now).await?;
    if covering.is_some() {
        return Err(ProposeTrustError::Trusted);
    }
    let change = Change {
        environment,
        domain,
        until,
        sponsor,
    };
    let wish = wish(tx, &change, acting.now).await?;
    // One whose time is over makes room.
    let about = (wish.kind, wish.object.as_str());
    store::proposal::lock_waiting(tx, about, acting.now).await?;
    Ok(propose(tx, &wish, (person, &reason), acting).await?)
}

/// What was proposed, with the domain and the sponsor as they are now.
pub(crate) async fn as_it_is(
    tx: &mut TenantTx,
    proposal: &Proposal,
    now: Timestamp,
) -> Result<Wish, StoreError> {
    wish(tx, &Change::read(&proposal.change)?, now).await
}

/// Trusts what was confirmed.
pub(crate) async fn carry_out(
    tx: &mut TenantTx,
    proposal: &Proposal,
    acting: &mut Acting<'_>,
) -> Result<(), StoreError> {
    let Change {
        environment,
        domain,
        until,
        sponsor,
    } = Change::read(&proposal.change)?;
    store::trusted_domain::end_what_is_over(tx, environment, (sponsor, acting.now)).await?;
    let trust = Trust {
        id: acting.id(),
        tenant: tx.tenant(),
        environment,
        domain,
        sponsor,
        proposal: Some(proposal.id),
        reason: proposal.reason.clone(),
        created_at: acting.now,
        expires_at: until,
    };
    store::trusted_domain::insert(tx, &trust).await?;
    let deed = Deed {
        action: "domain.trust",
        object: trust.id.to_string(),
        environment: Some(environment),
        reason: &trust.reason,
        detail: json!({
            "domain": trust.domain, "expires_at": until, "sponsor": sponsor, "proposal": proposal.id,
        }),
    };
    acting.record(tx, deed).await
}

async fn wish(tx: &mut TenantTx, change: &Change, now: Timestamp) -> Result<Wish, StoreError> {
    let Change {
        environment,
        domain,
        sponsor,
        until,
    } = change;
    let trusted = store::trusted_domain::covering(tx, *environment, domain, now).await?;
    Ok(Wish {
        kind: ProposalKind::TrustDomain,
        object: format!("{environment} {domain}"),
        change: change.json(),
        seen: json!({
            "trusted": trusted.map(|trust| trust.id),
            "answers": answers(tx, *sponsor).await?,
            "over": *until <= now,
        }),
    })
}

/// Whether the person is one of the tenant.
async fn answers(tx: &mut TenantTx, sponsor: Id<kind::Member>) -> Result<bool, StoreError> {
    match member::load_end_user(tx, sponsor).await {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}
