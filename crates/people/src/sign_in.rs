//! Signing in with e-mail address and password, and for staff with a one-time code too. One refusal for every wrong
//! thing; throttled per account and per source. It decides nothing about what the person may do.

use narthex_tenancy::{
    StoreError,
    budget::{Answer, Bucket},
};
use narthex_vocab::{Email, Id, Secret, Timestamp, kind};
use rand_core::CryptoRng;
use std::time::Duration;

use crate::{
    People,
    password::{HashFailed, Password},
    session::{self, Begun, Surface},
    store,
    totp::Seed,
};

/// What somebody typed, and where.
#[derive(Debug)]
pub struct SignIn {
    /// The tenant from the path; the platform for staff.
    pub tenant: Id<kind::Tenant>,
    /// The pages it was typed on.
    pub surface: Surface,
    /// The address, if it parses as one.
    pub email: Option<Email>,
    /// The password.
    pub password: Password,
    /// The one-time code; ignored where the person has no second factor.
    pub code: String,
    /// The source prefix of the caller, for throttling.
    pub source: String,
}

/// Somebody proved who they are.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub member: Id<kind::Member>,
    /// The cookie's value.
    pub session: Secret,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address, password or code: which one is not said.
    #[error("the address, the password or the code is wrong")]
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

const WINDOW: Duration = Duration::from_secs(300);

/// Checks what was typed and begins a session.
pub async fn sign_in(
    people: &People,
    command: SignIn,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<SignedIn, SignInError> {
    throttle(people, &command, now).await?;
    let tries = account_buckets(&command);
    let SignIn {
        tenant,
        surface,
        email,
        password,
        code,
        ..
    } = command;

    let account = match &email {
        Some(email) => {
            people
                .database
                .tenant(tenant, async |tx| {
                    store::account::find(tx, surface, email).await
                })
                .await?
        }
        None => None,
    };
    let stored = account
        .as_ref()
        .and_then(|account| account.password_hash.clone());
    let right = people.passwords.verify(password, stored).await?;
    let account = account.filter(|_| right).ok_or(SignInError::Wrong)?;
    let step = second_factor(people, surface, &account, &code, now)?;

    let signed_in = people
        .database
        .tenant(tenant, async |tx| {
            if let Some(step) = step
                && !store::account::use_step(tx, account.member, step).await?
            {
                return Err(SignInError::Wrong);
            }
            let begun = Begun {
                surface,
                member: account.member,
                second_factor: step.is_some(),
            };
            let session = session::start(tx, &people.hash_key, begun, now, rng).await?;
            Ok(SignedIn {
                member: account.member,
                session,
            })
        })
        .await?;
    people.budgets.forgive(tenant, &tries).await;
    Ok(signed_in)
}

/// In five minutes: ten wrong tries for an account from one source and a hundred from all, a hundred tries for a source
/// and three thousand for a tenant. So one stranger who tries cannot keep out whose account it is.
async fn throttle(people: &People, command: &SignIn, now: Timestamp) -> Result<(), SignInError> {
    let source = format!(
        "sign-in/{}/source/{}",
        command.surface.as_str(),
        command.source
    );
    let all = format!("sign-in/{}", command.surface.as_str());
    let [here, everywhere] = account_buckets(command);
    let buckets = [
        here,
        everywhere,
        Bucket::new(source, 100, WINDOW),
        Bucket::new(all, 3_000, WINDOW),
    ];
    spend(people, command.tenant, &buckets, now)
        .await
        .map_err(|retry_after| SignInError::Throttled { retry_after })
}

/// Spends from all of the buckets; in memory while Redis is away. The error is when to try again, in seconds.
async fn spend(
    people: &People,
    tenant: Id<kind::Tenant>,
    buckets: &[Bucket],
    now: Timestamp,
) -> Result<(), u32> {
    let answer = match people.budgets.spend(tenant, buckets).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(%error, "sign-in is throttled in memory");
            people.fallback.spend(tenant, buckets, now)
        }
    };
    match answer {
        Answer::Allowed => Ok(()),
        Answer::Limited { retry_after } => Err(retry_after),
    }
}

/// Emptied by a right try, so that nobody is locked out by signing in often.
fn account_buckets(command: &SignIn) -> [Bucket; 2] {
    let account = command.email.as_ref().map_or("-", Email::folded);
    let everywhere = format!("sign-in/{}/account/{account}", command.surface.as_str());
    let here = format!("{everywhere}/{}", command.source);
    [
        Bucket::new(here, 10, WINDOW),
        Bucket::new(everywhere, 100, WINDOW),
    ]
}

/// Tries of a code by somebody who is known already: ten in five minutes.
pub(crate) fn code_bucket(member: Id<kind::Member>) -> Bucket {
    Bucket::new(format!("code/{member}"), 10, WINDOW)
}

/// Spends a try of a code: of the person, and one of a hundred of the source.
pub(crate) async fn throttle_code(
    people: &People,
    (tenant, tries): (Id<kind::Tenant>, &Bucket),
    source: &str,
    now: Timestamp,
) -> Result<(), u32> {
    let source = Bucket::new(format!("code/source/{source}"), 100, WINDOW);
    spend(people, tenant, &[tries.clone(), source], now).await
}

/// The step of the one-time code: required of staff, and of everybody who has a second factor where codes can be read.
pub(crate) fn second_factor(
    people: &People,
    surface: Surface,
    account: &store::account::Account,
    code: &str,
    now: Timestamp,
) -> Result<Option<i64>, SignInError> {
    let Some(sealed) = &account.totp_sealed else {
        return if surface == Surface::Staff {
            Err(SignInError::Wrong)
        } else {
            Ok(None)
        };
    };
    let key = people.totp_key.as_ref().ok_or(SignInError::Wrong)?;
    let seed = Seed::open(key, account.member, sealed).map_err(|_| SignInError::Wrong)?;
    seed.check(code, account.totp_last_step, now)
        .map(Some)
        .ok_or(SignInError::Wrong)
}
