//! What a person changes about how they prove who they are: the password, the second factor, the recovery codes. Each rests
//! on a proof made just now. It writes no ledger and no session: whoever calls does, in the same transaction.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, Timestamp, kind};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    People,
    password::{HashFailed, Password},
    recovery::{self, Code},
    session::{Surface, Word},
    sign_in, store,
    totp::Seed,
};

/// Who proves that they are who their session says.
#[derive(Debug)]
pub struct Prove {
    /// The tenant of the session.
    pub tenant: Id<kind::Tenant>,
    /// Where the session counts.
    pub surface: Surface,
    /// Whose it is.
    pub member: Id<kind::Member>,
    /// By what: a password, or that a provider confirmed it.
    pub by: By,
    /// The one-time code or a recovery code; ignored where the person has no second factor.
    pub code: String,
    /// The source prefix of the caller, for throttling.
    pub source: String,
}

/// What somebody shows.
#[derive(Debug)]
pub enum By {
    /// The password.
    Password(Password),
    /// The provider of the session, where they signed in anew.
    Provider(Word),
}

/// How long a provider's confirmation counts.
pub const CONFIRMED: Duration = Duration::minutes(5);

impl Word {
    /// Whether the person signed in at the provider a moment ago.
    #[must_use]
    pub fn is_confirmed(&self, now: Timestamp) -> bool {
        self.confirmed_at.is_some_and(|at| at + CONFIRMED > now)
    }
}

/// Somebody proved it a moment ago. Only [`prove`] makes one, and an act takes it.
#[derive(Debug)]
pub struct Proved {
    member: Id<kind::Member>,
}

impl Proved {
    /// Who.
    #[must_use]
    pub const fn member(&self) -> Id<kind::Member> {
        self.member
    }
}

/// Why nothing is proved.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The password or the code: which one is not said.
    #[error("the password or the code is wrong")]
    Wrong,
    /// Too many tries.
    #[error("too many tries; again in {retry_after} s")]
    Throttled {
        /// Seconds until the next try.
        retry_after: u32,
    },
    /// The machine could not hash.
    #[error(transparent)]
    Hash(#[from] HashFailed),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks password, or a provider's confirmation, and second factor of somebody who is signed in; throttled as codes are.
pub async fn prove(people: &People, command: Prove, now: Timestamp) -> Result<Proved, ProveError> {
    let Prove {
        tenant,
        surface,
        member,
        by,
        code,
        source,
    } = command;
    let tries = sign_in::code_bucket(member);
    sign_in::throttle_code(people, (tenant, &tries), &source, now)
        .await
        .map_err(|retry_after| ProveError::Throttled { retry_after })?;
    let load = people
        .database
        .tenant(tenant, async |tx| store::account::load(tx, member).await);
    let account = load.await?;
    let right = match by {
        By::Password(password) => {
            let stored = account.password_hash.clone();
            people.passwords.verify(password, stored).await?
        }
        By::Provider(word) => word.is_confirmed(now),
    };
    if !right {
        return Err(ProveError::Wrong);
    }
    let factor = sign_in::second_factor(people, surface, &account, &code, now)
        .map_err(|_| ProveError::Wrong)?;
    if let Some(factor) = factor {
        let spend = people
            .database
            .tenant(tenant, async |tx| factor.spend(tx, member, now).await);
        if !spend.await? {
            return Err(ProveError::Wrong);
        }
    }
    people.budgets.forgive(tenant, &[tries]).await;
    Ok(Proved { member })
}

/// What a person has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factors {
    /// A second factor is on.
    pub second: bool,
    /// Recovery codes that can still be used.
    pub recovery_codes: i64,
}

/// What the person has now.
pub async fn factors(tx: &mut TenantTx, member: Id<kind::Member>) -> Result<Factors, StoreError> {
    let account = store::account::load(tx, member).await?;
    Ok(Factors {
        second: account.totp_sealed.is_some(),
        recovery_codes: recovery::left(tx, member).await?,
    })
}

/// A second factor that is not on yet. Nothing of it is stored: the form carries it, sealed for this session.
pub struct Offered {
    /// What an authenticator reads: an `otpauth` address. Show it once.
    pub uri: Zeroizing<String>,
    /// What a person types into an authenticator.
    pub base32: Zeroizing<String>,
    /// For the form.
    pub sealed: String,
}

/// Where second factors cannot be, or what came back is not what was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such offer of a second factor")]
pub struct NoOffer;

/// Offers a new second factor to the person of this session, under these words in their authenticator.
pub fn offer(
    people: &People,
    whose: (Id<kind::Member>, Id<kind::Session>),
    (issuer, account): (&str, &str),
    rng: &mut dyn CryptoRng,
) -> Result<Offered, NoOffer> {
    let key = people.totp_key.as_ref().ok_or(NoOffer)?;
    let seed = Seed::generate(rng);
    let sealed = seed
        .seal_for(key, &place(whose), rng)
        .map_err(|_| NoOffer)?;
    Ok(Offered {
        uri: seed.uri(issuer, account).map_err(|_| NoOffer)?,
        base32: seed.to_base32(),
        sealed: URL_SAFE_NO_PAD.encode(sealed),
    })
}

/// The offer again, as the form sent it back.
pub fn offered(
    people: &People,
    whose: (Id<kind::Member>, Id<kind::Session>),
    (issuer, account): (&str, &str),
    sealed: &str,
) -> Result<Offered, NoOffer> {
    let seed = open(people, whose, sealed)?;
    Ok(Offered {
        uri: seed.uri(issuer, account).map_err(|_| NoOffer)?,
        base32: seed.to_base32(),
        sealed: sealed.to_owned(),
    })
}

/// Why the second factor is as before.
#[derive(Debug, thiserror::Error)]
pub enum TurnOnError {
    /// Not what was offered to this session.
    #[error(transparent)]
    NoOffer(#[from] NoOffer),
    /// The code is not of the offered factor.
    #[error("the code is wrong")]
    Wrong,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Turns the offered second factor on, when `code` shows that the authenticator has it, in the place of the one before.
/// The recovery codes are new.
pub async fn turn_on(
    tx: &mut TenantTx,
    people: &People,
    (member, session): (Id<kind::Member>, Id<kind::Session>),
    (sealed, code): (&str, &str),
    (now, rng): (Timestamp, &mut dyn CryptoRng),
) -> Result<Vec<Code>, TurnOnError> {
    let seed = open(people, (member, session), sealed)?;
    let step = seed.check(code, None, now).ok_or(TurnOnError::Wrong)?;
    let key = people.totp_key.as_ref().ok_or(NoOffer)?;
    let at_rest = seed.seal(key, member, rng).map_err(|_| NoOffer)?;
    store::account::set_totp(tx, member, &at_rest).await?;
    store::account::use_step(tx, member, step).await?;
    Ok(recovery::renew(tx, &people.hash_key, member, (now, rng)).await?)
}

/// Turns the second factor off; its recovery codes are gone with it.
pub async fn turn_off(tx: &mut TenantTx, member: Id<kind::Member>) -> Result<(), StoreError> {
    store::account::clear_totp(tx, member).await?;
    store::recovery_code::forget(tx, member).await
}

/// Sets the password of a person (already hashed). Links that would set another lead nowhere from now on.
pub async fn set_password(
    tx: &mut TenantTx,
    (member, hash): (Id<kind::Member>, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    store::password_reset::void(tx, member, now).await?;
    store::account::set_password(tx, member, hash).await
}

/// Gives a person a second factor (its sealed seed), without an offer: for administration and seeding.
pub async fn set_second_factor(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
    sealed: &[u8],
) -> Result<(), StoreError> {
    store::account::set_totp(tx, member, sealed).await
}

fn open(
    people: &People,
    whose: (Id<kind::Member>, Id<kind::Session>),
    sealed: &str,
) -> Result<Seed, NoOffer> {
    let key = people.totp_key.as_ref().ok_or(NoOffer)?;
    let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| NoOffer)?;
    Seed::open_from(key, &place(whose), &sealed).map_err(|_| NoOffer)
}

fn place((member, session): (Id<kind::Member>, Id<kind::Session>)) -> String {
    format!("second factor offered/{member}/{session}")
}
