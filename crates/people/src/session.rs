//! Sessions: a random cookie, hashed at rest, made anew at each sign-in, with idle and absolute limits, ended by its
//! holder or by the store. A session of one surface is worth nothing on another.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{HashKey, Id, Secret, SecretKind, Timestamp, kind};
use rand_core::CryptoRng;

use crate::store;

/// Where a session counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// The tenant portal.
    Portal,
    /// The staff dashboard; needs a second factor.
    Staff,
    /// The sign-in and consent pages of a tenant's end users, one session for both environments.
    User,
}

impl Surface {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Staff => "staff",
            Self::User => "user",
        }
    }

    /// Not seen for so long: over.
    const fn idle(self) -> Duration {
        match self {
            Self::Portal => Duration::hours(8),
            Self::Staff => Duration::hours(2),
            Self::User => Duration::hours(24),
        }
    }

    /// Over in any case after so long.
    pub(crate) const fn absolute(self) -> Duration {
        match self {
            Self::Portal => Duration::days(7),
            Self::Staff => Duration::hours(12),
            Self::User => Duration::days(30),
        }
    }
}

/// A session that is in force.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its identity, for lists and for ending it.
    pub id: Id<kind::Session>,
    /// Whose it is.
    pub member: Id<kind::Member>,
    /// When the person signed in: `auth_time`.
    pub created_at: Timestamp,
    /// When a second factor was given, if one was.
    pub second_factor_at: Option<Timestamp>,
    /// By whose word it began, unless by a password.
    pub word: Option<Word>,
}

/// A provider's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// The provider.
    pub provider: Id<kind::IdentityProvider>,
    /// When the person signed in there anew, where they had to.
    pub confirmed_at: Option<Timestamp>,
}

/// Begins a session and returns the cookie's value, which is not stored.
pub async fn start(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    begun: Begun,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<Secret, StoreError> {
    let token = Secret::generate(SecretKind::SessionToken, rng);
    let id = Id::new(now, rng);
    store::session::insert(tx, (id, &token.hash(hash_key)), &begun, now).await?;
    Ok(token)
}

/// What a new session records.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Where it counts.
    pub surface: Surface,
    /// Whose it is.
    pub member: Id<kind::Member>,
    /// Whether a second factor was given just now.
    pub second_factor: bool,
    /// By whose word, unless by a password.
    pub word: Option<Word>,
    /// From where.
    pub from: Whence,
}

/// From where somebody signed in, for them to recognise it. Nothing that a browser wrote is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whence {
    /// The network, as `192.0.2.0/24`; at most 64 characters.
    pub source: String,
    /// Browser and system in words of ours, as `Firefox on Linux`; at most 64 characters.
    pub agent: String,
}

/// A session in the list of its person.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its identity, by which it is ended.
    pub id: Id<kind::Session>,
    /// When its person signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// From where it began.
    pub from: Whence,
}

/// The sessions of a person that are in force on `surface`, the last used first.
pub async fn of(
    tx: &mut TenantTx,
    (surface, member): (Surface, Id<kind::Member>),
    now: Timestamp,
) -> Result<Vec<Listed>, StoreError> {
    store::session::of(tx, (surface, member), now, now - surface.idle()).await
}

/// Ends a session of this person; `false` when they have none such in force.
pub async fn end_own(
    tx: &mut TenantTx,
    (member, session): (Id<kind::Member>, Id<kind::Session>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    store::session::end_own(tx, (member, session), now).await
}

/// Ends every session of a person but one; how many were in force.
pub async fn end_others(
    tx: &mut TenantTx,
    (member, but): (Id<kind::Member>, Id<kind::Session>),
    now: Timestamp,
) -> Result<usize, StoreError> {
    store::session::end_all(tx, (member, Some(but)), now).await
}

/// The session behind a cookie, if it is in force on `surface`; being seen keeps it from idling out.
pub async fn resume(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    surface: Surface,
    cookie: &str,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let Ok(token) = Secret::parse(SecretKind::SessionToken, cookie) else {
        return Ok(None);
    };
    let found = store::session::find(
        tx,
        surface,
        &token.hash(hash_key),
        now,
        now - surface.idle(),
    )
    .await?;
    let Some((session, seen_at)) = found else {
        return Ok(None);
    };
    // Once a minute is enough to know that somebody is there.
    if now - seen_at > Duration::minutes(1) {
        store::session::seen(tx, session.id, now).await?;
    }
    Ok(Some(session))
}

/// The same for what goes on by itself: it looks whether the session is in force, and does not keep it from idling out.
pub async fn peek(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    surface: Surface,
    cookie: &str,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let Ok(token) = Secret::parse(SecretKind::SessionToken, cookie) else {
        return Ok(None);
    };
    let hash = token.hash(hash_key);
    let found = store::session::find(tx, surface, &hash, now, now - surface.idle()).await?;
    Ok(found.map(|(session, _)| session))
}

/// Ends a session. Ending it twice is no error.
pub async fn end(
    tx: &mut TenantTx,
    session: Id<kind::Session>,
    now: Timestamp,
) -> Result<(), StoreError> {
    store::session::end(tx, session, now).await
}
