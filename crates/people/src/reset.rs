//! A new password for somebody who forgot theirs: by a single-use link that only their mailbox gets. Whoever asks learns
//! nothing about who has an account: the same row is written for every address, and the worker looks later. A second factor
//! is asked for all the same.

use std::time::Duration as Span;

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx, budget::Bucket};
use narthex_vocab::{Email, HashKey, Id, Secret, SecretKind, Timestamp, kind};
use rand_core::CryptoRng;

use crate::{
    People, account, leaving,
    password::{HashFailed, Password},
    session::Surface,
    sign_in::{self, Factor},
    store,
};

/// How long a link works, from when it was asked for.
pub const LIFETIME: Duration = Duration::minutes(30);

const WINDOW: Span = Span::from_secs(3_600);

/// Whether this address, this source and this tenant may ask once more; the error is when to try again, in seconds. In an
/// hour: three wishes for an address from one source and twelve from all, twenty of a source, five hundred of a tenant. So
/// one stranger who asks does not keep out whose address it is, and nobody's mailbox fills.
pub async fn may_ask(
    people: &People,
    (tenant, email): (Id<kind::Tenant>, &Email),
    source: &str,
    now: Timestamp,
) -> Result<(), u32> {
    let everywhere = format!("reset/account/{}", email.folded());
    let buckets = [
        Bucket::new(format!("{everywhere}/{source}"), 3, WINDOW),
        Bucket::new(everywhere, 12, WINDOW),
        Bucket::new(format!("reset/source/{source}"), 20, WINDOW),
        Bucket::new("reset".to_owned(), 500, WINDOW),
    ];
    sign_in::spend(people, tenant, &buckets, now).await
}

/// Writes down that somebody asked, whoever has this address.
pub async fn ask(
    tx: &mut TenantTx,
    email: &Email,
    (now, rng): (Timestamp, &mut dyn CryptoRng),
) -> Result<(), StoreError> {
    let id = Id::new(now, rng);
    store::password_reset::insert(tx, (id, email), (now, now + LIFETIME)).await
}

/// A wish that is over is kept so long.
const KEPT: Duration = Duration::days(1);

/// The tenants that have wishes which nobody needs any more; for the staff role.
pub async fn forgettable(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Id<kind::Tenant>>, StoreError> {
    store::password_reset::tenants_before(tx, now - KEPT).await
}

/// Deletes the wishes that nobody needs any more; how many.
pub async fn forget(tx: &mut TenantTx, now: Timestamp) -> Result<usize, StoreError> {
    store::password_reset::delete_before(tx, now - KEPT).await
}

/// What was asked for at every tenant and not looked at yet; for the staff role.
pub async fn waiting(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<(Id<kind::Tenant>, Id<kind::PasswordReset>)>, StoreError> {
    store::password_reset::waiting(tx, now).await
}

/// Whom to send which link.
#[derive(Debug)]
pub struct Answered {
    /// The person.
    pub member: Id<kind::Member>,
    /// Their address.
    pub email: Email,
    /// The link's token, which is not stored.
    pub token: Secret,
}

/// Looks whose account it is. `None` when it is nobody's, or somebody looked already.
pub async fn answer(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    reset: Id<kind::PasswordReset>,
    (now, rng): (Timestamp, &mut dyn CryptoRng),
) -> Result<Option<Answered>, StoreError> {
    let token = Secret::generate(SecretKind::PasswordReset, rng);
    let hash = token.hash(hash_key);
    let whose = store::password_reset::answer(tx, (reset, &hash), now).await?;
    Ok(whose.map(|(member, email)| Answered {
        member,
        email,
        token,
    }))
}

/// A reset whose link works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reset {
    /// Its identity.
    pub id: Id<kind::PasswordReset>,
    /// Whose password it sets.
    pub member: Id<kind::Member>,
}

/// Why the password is as before.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// Unknown, used or too late: not told apart.
    #[error("this link has been used or has expired")]
    Gone,
    /// The code of the second factor.
    #[error("the code is wrong")]
    WrongCode,
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

/// The reset behind a link, for its page.
pub async fn open(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    token: &str,
    now: Timestamp,
) -> Result<Reset, ResetError> {
    let token = Secret::parse(SecretKind::PasswordReset, token).map_err(|_| ResetError::Gone)?;
    let found = store::password_reset::find(tx, &token.hash(hash_key), now).await?;
    found.ok_or(ResetError::Gone)
}

/// What somebody typed on the page of a link.
#[derive(Debug)]
pub struct NewPassword {
    /// The tenant of the path.
    pub tenant: Id<kind::Tenant>,
    /// The reset behind the link.
    pub reset: Reset,
    /// The password to set.
    pub password: Password,
    /// A one-time code or a recovery code; ignored where the person has no second factor.
    pub code: String,
    /// The source prefix of the caller, for throttling.
    pub source: String,
}

/// A reset that can be carried out: the code fits, the password is hashed. Only [`prepare`] makes one.
#[derive(Debug)]
pub struct Prepared {
    reset: Reset,
    account: store::account::Account,
    factor: Option<Factor>,
    hash: String,
}

/// Checks the second factor and hashes the password; changes nothing. Throttled as codes are.
pub async fn prepare(
    people: &People,
    command: NewPassword,
    now: Timestamp,
) -> Result<Prepared, ResetError> {
    let NewPassword {
        tenant,
        reset,
        password,
        code,
        source,
    } = command;
    let tries = sign_in::code_bucket(reset.member);
    sign_in::throttle_code(people, (tenant, &tries), &source, now)
        .await
        .map_err(|retry_after| ResetError::Throttled { retry_after })?;
    let load = people.database.tenant(tenant, async |tx| {
        store::account::load(tx, reset.member).await
    });
    let account = load.await?;
    let factor = sign_in::second_factor(people, Surface::Portal, &account, &code, now)
        .map_err(|_| ResetError::WrongCode)?;
    let hash = people.passwords.hash(password).await?;
    Ok(Prepared {
        reset,
        account,
        factor,
        hash,
    })
}

/// Sets the password and ends every session of the person; whose it is, and how many ended. The link is used up with it,
/// and so are the others that the person has.
pub async fn carry_out(
    tx: &mut TenantTx,
    prepared: &Prepared,
    now: Timestamp,
) -> Result<(Id<kind::Member>, usize), ResetError> {
    let Reset { id, member } = prepared.reset;
    // Hashing took a while: who left meanwhile, or has another password, is not given this one.
    let unchanged = store::account::still_has(tx, Surface::Portal, &prepared.account).await?;
    if !unchanged || !store::password_reset::use_up(tx, id, now).await? {
        return Err(ResetError::Gone);
    }
    if let Some(factor) = &prepared.factor
        && !factor.spend(tx, member, now).await?
    {
        return Err(ResetError::WrongCode);
    }
    account::set_password(tx, (member, &prepared.hash), now).await?;
    let ended = leaving::end_all(tx, member, now).await?;
    Ok((member, ended.sessions))
}
