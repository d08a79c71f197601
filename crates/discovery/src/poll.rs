//! A registrant asks whether its registration is decided (draft-dellaert-oauth-approval-based-dcr). The
//! answer is opened with the code that it brings, given once and destroyed; this plane could not read it before.

use ipnet::IpNet;
use narthex_tenancy::{
    StoreError, TenantTx,
    budget::{Answer, Bucket},
    sealed_answer::{self, AnswerKey},
};
use narthex_vocab::{DeferralState, Secret, SecretKind, Timestamp};
use serde_json::{Map, Value};
use std::time::Duration;

use crate::{
    Discovery,
    place::Place,
    store::deferral::{self, Deferral},
};

/// By how much each poll that comes too early raises the interval, and the most it becomes; in seconds.
const PENALTY: i32 = 5;
const SLOWEST: i32 = 3_600;
/// How much earlier a poll may come, for the way through the network.
const TOLERANCE: chrono::Duration = chrono::Duration::seconds(1);

/// One call with a registration code.
#[derive(Debug)]
pub struct Poll<'a> {
    /// The tenant's environment, from the path.
    pub place: &'a Place,
    /// The code, as sent.
    pub code: &'a str,
    /// The caller's /32 or /64.
    pub source: IpNet,
}

/// What the registrant hears.
#[derive(Debug)]
pub enum Polled {
    /// 202: not decided yet.
    Pending,
    /// 201: the client information response, this once.
    Answered(Map<String, Value>),
    /// 429: too early; the interval is longer from now on.
    TooEarly {
        /// Seconds to wait.
        retry_after: u32,
    },
}

/// Why a registration goes no further.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// The code is unknown, used up, given up or no code at all: not told apart.
    #[error("there is no such registration")]
    Unknown,
    /// Somebody, or the policy, refused the registration.
    #[error("the registration was refused")]
    Refused,
    /// Its time is over.
    #[error("the registration was not decided in time")]
    Expired,
    /// A budget is used up.
    #[error("too many calls")]
    Limited {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// Budgets cannot be kept.
    #[error("registration is closed for the moment")]
    Closed {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers a poll. Two at once are one after the other: the row is locked.
pub async fn poll(
    discovery: &Discovery,
    command: Poll<'_>,
    now: Timestamp,
) -> Result<Polled, PollError> {
    let code = admitted(discovery, &command).await?;
    let place = command.place;
    discovery
        .database
        .tenant(place.tenant, async |tx| {
            let deferral = open(discovery, tx, place, (&code, now)).await?;
            if deferral.is_early(now) {
                return slow_down(tx, place, &deferral, now).await;
            }
            let Some(sealed) = &deferral.answer else {
                deferral::polled(tx, place, &deferral, (deferral.interval, now)).await?;
                return Ok(Polled::Pending);
            };
            let at = sealed_answer::place(place.tenant, place.environment, deferral.id);
            let answer = read(&code, sealed, &at)?;
            deferral::end(tx, place, &deferral, DeferralState::Consumed).await?;
            Ok(Polled::Answered(answer))
        })
        .await
}

/// The code, when the caller's budget allows another one to be tried.
pub(crate) async fn admitted(discovery: &Discovery, call: &Poll<'_>) -> Result<Secret, PollError> {
    let minute = Duration::from_secs(60);
    let buckets = [
        Bucket::new(format!("register/poll/source/{}", call.source), 600, minute),
        Bucket::new("register/poll/tenant", 12_000, minute),
    ];
    match discovery.budgets.spend(call.place.tenant, &buckets).await {
        Ok(Answer::Allowed) => {}
        Ok(Answer::Limited { retry_after }) => return Err(PollError::Limited { retry_after }),
        Err(error) => {
            tracing::warn!(%error, "polls are refused while budgets cannot be kept");
            return Err(PollError::Closed { retry_after: 5 });
        }
    }
    Secret::parse(SecretKind::RegistrationCode, call.code).map_err(|_| PollError::Unknown)
}

/// The registration behind a code, locked, when it can still go on.
pub(crate) async fn open(
    discovery: &Discovery,
    tx: &mut TenantTx,
    place: &Place,
    (code, now): (&Secret, Timestamp),
) -> Result<Deferral, PollError> {
    let found = deferral::lock(tx, place, &code.hash(&discovery.hash_key)).await?;
    let deferral = found.ok_or(PollError::Unknown)?;
    match deferral.state {
        DeferralState::Consumed | DeferralState::Cancelled => Err(PollError::Unknown),
        DeferralState::Rejected => Err(PollError::Refused),
        DeferralState::Expired => Err(PollError::Expired),
        DeferralState::Pending
        | DeferralState::Confirmed
        | DeferralState::Activated
        | DeferralState::Answered
            if deferral.expires_at <= now =>
        {
            Err(PollError::Expired)
        }
        DeferralState::Pending
        | DeferralState::Confirmed
        | DeferralState::Activated
        | DeferralState::Answered => Ok(deferral),
    }
}

async fn slow_down(
    tx: &mut TenantTx,
    place: &Place,
    deferral: &Deferral,
    now: Timestamp,
) -> Result<Polled, PollError> {
    let slower = (deferral.interval + PENALTY).min(SLOWEST);
    deferral::polled(tx, place, deferral, (slower, now)).await?;
    let retry_after = u32::try_from(slower).unwrap_or(u32::MAX);
    Ok(Polled::TooEarly { retry_after })
}

fn read(code: &Secret, sealed: &[u8], at: &str) -> Result<Map<String, Value>, StoreError> {
    let corrupt = |_: &dyn std::error::Error| StoreError::Corrupt {
        table: "intake.deferral",
        column: "answer",
    };
    let key = AnswerKey::of(code).map_err(|error| corrupt(&error))?;
    let plain = key.open(sealed, at).map_err(|error| corrupt(&error))?;
    serde_json::from_slice(&plain).map_err(|error| corrupt(&error))
}

impl Deferral {
    fn is_early(&self, now: Timestamp) -> bool {
        let interval = chrono::Duration::seconds(self.interval.into()) - TOLERANCE;
        self.polled_at.is_some_and(|last| now < last + interval)
    }
}
