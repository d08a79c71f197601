//! Tokens of the management API: each belongs to a person, says whether it may act, ends, and is stored as a keyed hash.
//! What its person may do is read anew at each call; acting needs a one-time code given with the token not long ago.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{HashKey, Id, Label, Secret, SecretKind, Timestamp, kind};
use rand_core::CryptoRng;

use crate::{People, session::Surface, sign_in, store};

/// The longest that a token is good for.
pub const LONGEST: Duration = Duration::days(90);

/// How long a one-time code lets a token act.
pub const FRESH: Duration = Duration::minutes(15);

/// The most tokens of a person that are in force.
pub const MOST: usize = 20;

/// What a token may do of what its person may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum May {
    /// Look.
    Read,
    /// Look and act.
    Act,
}

impl May {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Read, Self::Act];

    /// As stored and as forms send it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Act => "act",
        }
    }

    /// The words that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Read => "Look",
            Self::Act => "Look and act",
        }
    }
}

/// The text names neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither read nor act")]
pub struct NotAMay;

impl std::str::FromStr for May {
    type Err = NotAMay;

    fn from_str(text: &str) -> Result<Self, NotAMay> {
        let named = |may: &Self| may.as_str() == text;
        Self::ALL.into_iter().find(named).ok_or(NotAMay)
    }
}

/// A token, without what it is shown by.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// Its identity.
    pub id: Id<kind::ApiToken>,
    /// Whose it is.
    pub member: Id<kind::Member>,
    /// What its person calls it.
    pub name: Label,
    /// What it may do.
    pub may: May,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// When a one-time code was last given with it.
    pub second_factor_at: Option<Timestamp>,
}

impl ApiToken {
    /// Whether a one-time code was given with it not long ago.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.second_factor_at.is_some_and(|at| at + FRESH > now)
    }
}

/// What a new token shall be.
#[derive(Debug)]
pub struct Create {
    /// Whose.
    pub member: Id<kind::Member>,
    /// What its person calls it.
    pub name: Label,
    /// What it may do.
    pub may: May,
    /// How long it lives; [`LONGEST`] at most.
    pub lifetime: Duration,
}

/// Why there is no new token.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// It would end at once, or too late.
    #[error("a token lives between a day and {} days", LONGEST.num_days())]
    Lifetime,
    /// The person has as many as they may.
    #[error("there are {MOST} tokens already")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a token and returns it with what it is shown by, which is not stored.
pub async fn create(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    command: Create,
    (now, rng): (Timestamp, &mut dyn CryptoRng),
) -> Result<(ApiToken, Secret), CreateError> {
    if command.lifetime < Duration::days(1) || command.lifetime > LONGEST {
        return Err(CreateError::Lifetime);
    }
    if store::api_token::of(tx, command.member, now).await?.len() >= MOST {
        return Err(CreateError::TooMany);
    }
    let secret = Secret::generate(SecretKind::ApiToken, rng);
    let token = ApiToken {
        id: Id::new(now, rng),
        member: command.member,
        name: command.name,
        may: command.may,
        created_at: now,
        expires_at: now + command.lifetime,
        used_at: None,
        second_factor_at: None,
    };
    store::api_token::insert(tx, &token, &secret.hash(hash_key)).await?;
    Ok((token, secret))
}

/// The token that is shown by `text`, if it is in force.
pub async fn find(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    text: &str,
    now: Timestamp,
) -> Result<Option<ApiToken>, StoreError> {
    let Ok(secret) = Secret::parse(SecretKind::ApiToken, text) else {
        return Ok(None);
    };
    let found = store::api_token::find(tx, &secret.hash(hash_key), now).await?;
    if let Some(token) = &found {
        // Once a minute is enough to know that it is used.
        let seen = token
            .used_at
            .is_some_and(|at| now - at < Duration::minutes(1));
        if !seen {
            store::api_token::used(tx, token.id, now).await?;
        }
    }
    Ok(found)
}

/// The tokens of a person that are in force, newest first.
pub async fn of(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
    now: Timestamp,
) -> Result<Vec<ApiToken>, StoreError> {
    store::api_token::of(tx, member, now).await
}

/// Ends a token of this person; `false` when they have none such in force.
pub async fn end(
    tx: &mut TenantTx,
    (member, token): (Id<kind::Member>, Id<kind::ApiToken>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    store::api_token::end(tx, (member, token), now).await
}

/// Why a token does not act.
#[derive(Debug, thiserror::Error)]
pub enum StepUpError {
    /// The code is wrong, or was used, or the person has no second factor: which is not said.
    #[error("the code is wrong")]
    Wrong,
    /// Too many tries.
    #[error("too many tries; again in {retry_after} s")]
    Throttled {
        /// Seconds until the next try.
        retry_after: u32,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a one-time code of the token's person: the token may act for [`FRESH`] from now. Throttled as sign-in is.
pub async fn step_up(
    people: &People,
    (tenant, token): (Id<kind::Tenant>, &ApiToken),
    (code, source): (&str, &str),
    now: Timestamp,
) -> Result<(), StepUpError> {
    let tries = sign_in::code_bucket(token.member);
    sign_in::throttle_code(people, (tenant, &tries), source, now)
        .await
        .map_err(|retry_after| StepUpError::Throttled { retry_after })?;
    people
        .database
        .tenant(tenant, async |tx| {
            let account = store::account::load(tx, token.member).await?;
            let factor = sign_in::second_factor(people, Surface::Staff, &account, code, now)
                .ok()
                .flatten()
                .ok_or(StepUpError::Wrong)?;
            if !factor.spend(tx, token.member, now).await? {
                return Err(StepUpError::Wrong);
            }
            Ok(store::api_token::stepped_up(tx, token.id, now).await?)
        })
        .await?;
    people.budgets.forgive(tenant, &[tries]).await;
    Ok(())
}
