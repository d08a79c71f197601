//! An owner trusts a registrable domain: clients whose document is at a host of it are let in by a named rule in the
//! sandbox, with the scopes that it gives to everyone, and become a case that says so in production. Trust ends, and it
//! replaces no proof and no decision.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Environment, HostName, Id, Timestamp, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::Reason,
    store::{self, trusted_domain::Trust},
};

/// The most domains of one environment.
pub const MOST: i64 = 50;

/// Which domain to trust.
#[derive(Debug, Clone)]
pub struct TrustDomain {
    /// Where.
    pub environment: Environment,
    /// The domain, with all hosts of it.
    pub domain: HostName,
    /// Until when; a year at most.
    pub until: Timestamp,
    /// Why; needed for production alone.
    pub because: Option<Reason>,
}

/// Why it is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum TrustDomainError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is no domain that somebody can register: a public suffix, or a host below one's own.
    #[error("trust a domain as it is registered, such as example.com")]
    NotRegistrable,
    /// Production would be told of strangers as trusted, and nobody said why.
    #[error("this is for production: say why")]
    OpensProduction,
    /// It is trusted already.
    #[error("the domain is trusted already")]
    Trusted,
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

impl From<StoreError> for TrustDomainError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("one_trust_per_domain") => Self::Trusted,
            Some("trust_ends") => Self::End,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Trusts a domain; the owner who does answers for what is let in by it.
pub async fn trust_domain(
    tx: &mut TenantTx,
    command: TrustDomain,
    acting: &mut Acting<'_>,
) -> Result<(), TrustDomainError> {
    let person = acting.member(tx, Action::EditSettings)?;
    let TrustDomain {
        environment,
        domain,
        until,
        because,
    } = command;
    if domain.is_loopback() || domain.registrable().as_ref() != Some(&domain) {
        return Err(TrustDomainError::NotRegistrable);
    }
    if environment == Environment::Production && because.is_none() {
        return Err(TrustDomainError::OpensProduction);
    }
    let over = (person.member, acting.now);
    store::trusted_domain::end_what_is_over(tx, environment, over).await?;
    if store::trusted_domain::count(tx, environment).await? >= MOST {
        return Err(TrustDomainError::TooMany);
    }
    let reason = because.as_ref().map_or("", Reason::as_str);
    let trust = Trust {
        id: acting.id(),
        tenant: tx.tenant(),
        environment,
        domain,
        sponsor: person.member,
        proposal: None,
        reason: reason.to_owned(),
        created_at: acting.now,
        expires_at: until,
    };
    store::trusted_domain::insert(tx, &trust).await?;
    let deed = Deed {
        action: "domain.trust",
        object: trust.id.to_string(),
        environment: Some(environment),
        reason,
        detail: json!({ "domain": trust.domain, "expires_at": until }),
    };
    Ok(acting.record(tx, deed).await?)
}

/// Which trust to end.
#[derive(Debug, Clone)]
pub struct DistrustDomain {
    /// Where.
    pub environment: Environment,
    /// Which.
    pub trust: Id<kind::TrustedDomain>,
    /// Why; staff say it.
    pub because: Option<Reason>,
}

/// Why it is as before.
#[derive(Debug, thiserror::Error)]
pub enum DistrustDomainError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It is not trusted any more.
    #[error("the domain is not trusted")]
    Over,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends the trust, whoever set it: the owner does, or one person of the platform. What was let in by it goes on; what comes is decided as any other.
pub async fn distrust_domain(
    tx: &mut TenantTx,
    command: DistrustDomain,
    acting: &mut Acting<'_>,
) -> Result<(), DistrustDomainError> {
    let person = acting
        .member(tx, Action::EditSettings)
        .or_else(|_| acting.staff(tx, Action::TrustForTenant))?;
    let DistrustDomain {
        environment,
        trust,
        because,
    } = command;
    let by = (person, acting.now);
    if !store::trusted_domain::end(tx, (environment, trust), by).await? {
        return Err(DistrustDomainError::Over);
    }
    let deed = Deed {
        action: "domain.distrust",
        object: trust.to_string(),
        environment: Some(environment),
        reason: because.as_ref().map_or("", Reason::as_str),
        detail: json!({}),
    };
    Ok(acting.record(tx, deed).await?)
}
