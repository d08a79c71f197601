//! A person makes an initial access token (RFC 7591 section 3), shown once, and answers for whatever it registers. It
//! gives no reach: what it registers is a case, asks for no more than its ceiling, and is decided like any other.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx, catalogue, permission::Action};
use narthex_vocab::{
    ClientId, Environment, HashKey, Id, InitialAccess, Label, Scope, ScopeSet, Secret, SecretKind,
    Timestamp,
};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    lineage::DEEPEST,
    store::{self, initial_access_token::NewToken},
};

/// How often and how long a token works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    uses: i32,
    days: i64,
}

/// What to make.
#[derive(Debug)]
pub struct CreateInitialAccessToken<'a> {
    /// The environment it registers in.
    pub environment: Environment,
    /// What it is for, in lists.
    pub label: Label,
    /// The most that it can ask for.
    pub ceiling: ScopeSet,
    /// The client that registers others with it, if one does.
    pub parent: Option<ClientId>,
    /// How often and how long.
    pub allowance: Allowance,
    /// Under which tokens are hashed.
    pub hash_key: &'a HashKey,
}

/// A new token.
#[derive(Debug)]
pub struct CreatedInitialAccessToken {
    /// Its identity in lists.
    pub id: Id<InitialAccess>,
    /// Shown once.
    pub secret: Secret,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum CreateInitialAccessTokenError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The ceiling is empty, or names what the environment does not have.
    #[error("the environment does not have {0:?}")]
    UnknownScope(Vec<Scope>),
    /// The client that shall register others is not there, or does not work.
    #[error("the client does not work")]
    ParentStopped,
    /// The client that shall register others is as deep as clients may be.
    #[error("the client is as deep as clients may be")]
    TooDeep,
    /// The ceiling is above what that client has.
    #[error("the client has not {0:?}")]
    BeyondParent(Vec<Scope>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Allowance {
    /// The most uses of one token.
    pub const MOST_USES: i32 = 1_000;
    /// The most days of one token.
    pub const MOST_DAYS: i64 = 90;

    /// One use at least, one day at least, and no more than the most of each.
    #[must_use]
    pub fn new(uses: i32, days: i64) -> Option<Self> {
        let within = (1..=Self::MOST_USES).contains(&uses) && (1..=Self::MOST_DAYS).contains(&days);
        within.then_some(Self { uses, days })
    }
}

/// Makes a token; the person who makes it is its sponsor.
pub async fn create_initial_access_token(
    tx: &mut TenantTx,
    command: CreateInitialAccessToken<'_>,
    acting: &mut Acting<'_>,
) -> Result<CreatedInitialAccessToken, CreateInitialAccessTokenError> {
    let sponsor = acting.member(tx, Action::EditIntegration)?.member;
    let CreateInitialAccessToken {
        environment,
        label,
        ceiling,
        parent,
        allowance,
        hash_key,
    } = command;
    known(tx, environment, &ceiling).await?;
    if let Some(parent) = &parent {
        within_parent(tx, (environment, parent), &ceiling).await?;
    }
    let secret = Secret::generate(SecretKind::InitialAccessToken, &mut *acting.rng);
    let kept = NewToken {
        id: acting.id(),
        environment,
        hash: secret.hash(hash_key),
        last4: secret.last4(),
        label: &label,
        sponsor,
        parent: parent.as_ref(),
        ceiling: &ceiling,
        uses: allowance.uses,
        expires_at: acting.now + Duration::days(allowance.days),
    };
    store::initial_access_token::insert(tx, &kept, acting.now).await?;
    let (id, expires_at) = (kept.id, kept.expires_at);
    let deed = Deed {
        action: "initial_access_token.create",
        object: id.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({
            "label": label, "ceiling": ceiling, "uses": allowance.uses, "expires_at": expires_at, "parent": parent,
        }),
    };
    acting.record(tx, deed).await?;
    Ok(CreatedInitialAccessToken {
        id,
        secret,
        expires_at,
    })
}

async fn known(
    tx: &mut TenantTx,
    environment: Environment,
    ceiling: &ScopeSet,
) -> Result<(), CreateInitialAccessTokenError> {
    let catalogue = catalogue::load(tx, environment).await?;
    let unknown: Vec<_> = ceiling
        .iter()
        .filter(|scope| catalogue.scope(scope).is_none())
        .cloned()
        .collect();
    if ceiling.is_empty() || !unknown.is_empty() {
        return Err(CreateInitialAccessTokenError::UnknownScope(unknown));
    }
    Ok(())
}

async fn within_parent(
    tx: &mut TenantTx,
    (environment, parent): (Environment, &ClientId),
    ceiling: &ScopeSet,
) -> Result<(), CreateInitialAccessTokenError> {
    let parent = match store::lineage::load(tx, environment, parent).await {
        Ok(parent) if parent.works() => parent,
        Ok(_) | Err(StoreError::NotFound) => {
            return Err(CreateInitialAccessTokenError::ParentStopped);
        }
        Err(error) => return Err(error.into()),
    };
    if parent.depth >= DEEPEST {
        return Err(CreateInitialAccessTokenError::TooDeep);
    }
    let beyond = ceiling.difference(&parent.scopes);
    if beyond.is_empty() {
        Ok(())
    } else {
        let beyond = beyond.iter().cloned().collect();
        Err(CreateInitialAccessTokenError::BeyondParent(beyond))
    }
}

#[cfg(test)]
mod tests {
    use super::Allowance;

    #[test]
    fn an_allowance_has_ends() {
        assert!(Allowance::new(1, 1).is_some() && Allowance::new(1_000, 90).is_some());
        for (uses, days) in [(0, 1), (-1, 1), (1_001, 1), (1, 0), (1, -1), (1, 91)] {
            assert_eq!(Allowance::new(uses, days), None, "{uses} {days}");
        }
    }
}
