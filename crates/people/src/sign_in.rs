//! Signing in with e-mail address and password, and for staff with a one-time code too. One refusal for every wrong
//! thing; throttled per account and per source; a recovery code takes the place of a one-time code. Where people of a portal sign
//! in at providers alone, only an owner with a second factor gets in. It decides nothing about what the person may do.

use narthex_tenancy::{
    StoreError, TenantTx,
    budget::{Answer, Bucket},
    member,
    permission::Role,
};
use narthex_vocab::{Email, HashKey, Id, Secret, SecretHash, Timestamp, kind};
use rand_core::CryptoRng;
use std::time::Duration;

use crate::{
    People,
    password::{HashFailed, Password},
    recovery,
    session::{self, Begun, Surface, Whence, Word},
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
    /// The one-time code, or a recovery code; ignored where the person has no second factor.
    pub code: String,
    /// From where: the source throttles, and the session tells both.
    pub from: Whence,
}

/// Somebody proved who they are.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub member: Id<kind::Member>,
    /// The cookie's value.
    pub session: Secret,
    /// An owner signed in by a password where people sign in at providers alone.
    pub against_rule: bool,
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

/// Right for whoever typed it, and nobody signed in yet. Only [`check`] makes one.
#[derive(Debug)]
pub struct Checked {
    tenant: Id<kind::Tenant>,
    surface: Surface,
    from: Whence,
    account: store::account::Account,
    factor: Option<Factor>,
    renewed: Option<String>,
    tries: [Bucket; 2],
}

/// Checks what was typed and begins a session.
pub async fn sign_in(
    people: &People,
    command: SignIn,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<SignedIn, SignInError> {
    let checked = check(people, command, now).await?;
    let begin =
        async |tx: &mut TenantTx| checked.begin(tx, &people.hash_key, (now, &mut *rng)).await;
    let signed_in = people.database.tenant(checked.tenant, begin).await?;
    checked.forgive(people).await;
    Ok(signed_in)
}

/// Checks what was typed, throttled. Nothing is changed.
pub async fn check(
    people: &People,
    command: SignIn,
    now: Timestamp,
) -> Result<Checked, SignInError> {
    throttle(people, &command, now).await?;
    let tries = account_buckets(&command);
    let SignIn {
        tenant,
        surface,
        email,
        password,
        code,
        from,
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
    let right = people.passwords.verify(password.clone(), stored).await?;
    let account = account.filter(|_| right).ok_or(SignInError::Wrong)?;
    let factor = second_factor(people, surface, &account, &code, now)?;
    let renewed = renewed_hash(people, surface, &account, password).await?;
    Ok(Checked {
        tenant,
        surface,
        from,
        account,
        factor,
        renewed,
        tries,
    })
}

impl Checked {
    /// Whose password and code they were.
    pub const fn member(&self) -> Id<kind::Member> {
        self.account.member
    }

    /// Begins a session by the password. Where people of a portal sign in at providers alone, an owner's with a second factor
    /// counts all the same, and the outcome says so: whoever calls lets it be heard.
    pub async fn begin(
        &self,
        tx: &mut TenantTx,
        hash_key: &HashKey,
        (now, rng): (Timestamp, &mut dyn CryptoRng),
    ) -> Result<SignedIn, SignInError> {
        let against_rule =
            self.surface == Surface::Portal && store::provider::only(tx, true).await?;
        if against_rule && !self.breaks_glass(tx).await? {
            return Err(SignInError::Wrong);
        }
        self.spend(tx, now).await?;
        let session = self.start(tx, hash_key, None, (now, rng)).await?;
        Ok(SignedIn {
            member: self.account.member,
            session,
            against_rule,
        })
    }

    /// Begins a session by a provider's word, for a person who proved by the password that it is theirs.
    pub async fn begin_by(
        &self,
        tx: &mut TenantTx,
        hash_key: &HashKey,
        word: Word,
        (now, rng): (Timestamp, &mut dyn CryptoRng),
    ) -> Result<Secret, SignInError> {
        self.spend(tx, now).await?;
        self.start(tx, hash_key, Some(word), (now, rng)).await
    }

    /// A right try takes nothing from those that are left.
    pub async fn forgive(&self, people: &People) {
        people.budgets.forgive(self.tenant, &self.tries).await;
    }

    async fn breaks_glass(&self, tx: &mut TenantTx) -> Result<bool, StoreError> {
        if self.factor.is_none() {
            return Ok(false);
        }
        let role = member::load(tx, self.account.member).await?.role;
        Ok(role == Some(Role::Owner))
    }

    async fn spend(&self, tx: &mut TenantTx, now: Timestamp) -> Result<(), SignInError> {
        let member = self.account.member;
        // Hashing took a while: whose password was set anew meanwhile has no session by the old one.
        if !store::account::still_has(tx, self.surface, &self.account).await? {
            return Err(SignInError::Wrong);
        }
        if let Some(factor) = &self.factor
            && !factor.spend(tx, member, now).await?
        {
            return Err(SignInError::Wrong);
        }
        if let Some(hash) = &self.renewed {
            store::account::set_password(tx, member, hash).await?;
        }
        Ok(())
    }

    async fn start(
        &self,
        tx: &mut TenantTx,
        hash_key: &HashKey,
        word: Option<Word>,
        (now, rng): (Timestamp, &mut dyn CryptoRng),
    ) -> Result<Secret, SignInError> {
        let begun = Begun {
            surface: self.surface,
            member: self.account.member,
            second_factor: self.factor.is_some(),
            word,
            from: self.from.clone(),
        };
        Ok(session::start(tx, hash_key, begun, now, rng).await?)
    }
}

/// In five minutes: ten wrong tries for an account from one source and a hundred from all, a hundred tries for a source
/// and three thousand for a tenant. So one stranger who tries cannot keep out whose account it is.
async fn throttle(people: &People, command: &SignIn, now: Timestamp) -> Result<(), SignInError> {
    let source = format!(
        "sign-in/{}/source/{}",
        command.surface.as_str(),
        command.from.source
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
pub(crate) async fn spend(
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
    let here = format!("{everywhere}/{}", command.from.source);
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

/// A second factor that fits, to be spent in the transaction that rests on it.
#[derive(Debug)]
pub(crate) enum Factor {
    /// A one-time code of this step.
    Code(i64),
    /// The hash of a recovery code; only the store knows whether there is one.
    Recovery(SecretHash),
}

impl Factor {
    /// Uses it up; `false` when it does not exist or was used.
    pub(crate) async fn spend(
        &self,
        tx: &mut TenantTx,
        member: Id<kind::Member>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        match self {
            Self::Code(step) => store::account::use_step(tx, member, *step).await,
            Self::Recovery(hash) => store::recovery_code::use_up(tx, (member, hash), now).await,
        }
    }
}

/// The second factor in `code`: required of staff, and of everybody who has one where codes can be read.
pub(crate) fn second_factor(
    people: &People,
    surface: Surface,
    account: &store::account::Account,
    code: &str,
    now: Timestamp,
) -> Result<Option<Factor>, SignInError> {
    let Some(sealed) = &account.totp_sealed else {
        return if surface == Surface::Staff {
            Err(SignInError::Wrong)
        } else {
            Ok(None)
        };
    };
    if let Some(code) = recovery::Code::parse(code) {
        let hash = code.hash(&people.hash_key, account.member);
        return Ok(Some(Factor::Recovery(hash)));
    }
    let key = people.totp_key.as_ref().ok_or(SignInError::Wrong)?;
    let seed = Seed::open(key, account.member, sealed).map_err(|_| SignInError::Wrong)?;
    seed.check(code, account.totp_last_step, now)
        .map(|step| Some(Factor::Code(step)))
        .ok_or(SignInError::Wrong)
}

/// The password hashed anew, when it was hashed by other parameters than those of today. End users' accounts are written
/// by no sign-in.
async fn renewed_hash(
    people: &People,
    surface: Surface,
    account: &store::account::Account,
    password: Password,
) -> Result<Option<String>, HashFailed> {
    let stored = account.password_hash.as_deref().unwrap_or_default();
    if surface == Surface::User || people.passwords.is_current(stored) {
        return Ok(None);
    }
    people.passwords.hash(password).await.map(Some)
}
