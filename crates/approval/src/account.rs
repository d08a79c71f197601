//! A person changes how they prove who they are: each act rests on a proof made just now, and is in the ledger of their
//! tenant. Nobody changes it for somebody else.

use narthex_people::account::{self, Proved, TurnOnError};
use narthex_people::recovery::{self, Code};
use narthex_people::{People, session};
use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{HashKey, Id, kind};
use rand_core::CryptoRng;
use serde_json::{Value, json};

use crate::acting::{Acting, Deed, NotPermitted};
use crate::letter::Notice;

/// Why nothing is changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The permit is for another act, or the proof is somebody else's.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The second factor that was offered, or its code.
    #[error(transparent)]
    TurnOn(#[from] TurnOnError),
    /// The person has no such session in force.
    #[error("there is no such session in force")]
    NoSession,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets the password (already hashed) and ends every other session of the person; how many ended.
pub async fn change_password(
    tx: &mut TenantTx,
    (proved, hash, session): (&Proved, &str, Id<kind::Session>),
    (action, acting): (Action, &mut Acting<'_>),
) -> Result<usize, AccountError> {
    let member = own(tx, proved, (action, acting))?;
    account::set_password(tx, (member, hash), acting.now).await?;
    let ended = session::end_others(tx, (member, session), acting.now).await?;
    record(
        tx,
        "account.password",
        json!({ "sessions_ended": ended }),
        (member, acting),
    )
    .await?;
    acting.notice(tx, member, Notice::PasswordChanged).await?;
    Ok(ended)
}

/// What came back of an offer of a second factor.
#[derive(Debug)]
pub struct TurnOn<'a> {
    /// The proof of who turns it on.
    pub proved: &'a Proved,
    /// The session that it was offered to.
    pub session: Id<kind::Session>,
    /// The offer, sealed.
    pub sealed: &'a str,
    /// A code of the new factor.
    pub code: &'a str,
}

/// Turns a second factor on, in the place of the one before, with new recovery codes. Other sessions end: they were begun
/// without it.
pub async fn turn_on_second_factor(
    tx: &mut TenantTx,
    people: &People,
    command: TurnOn<'_>,
    (action, acting): (Action, &mut Acting<'_>),
) -> Result<Vec<Code>, AccountError> {
    let member = own(tx, command.proved, (action, acting))?;
    let shown = (command.sealed, command.code);
    let rng: &mut dyn CryptoRng = &mut *acting.rng;
    let with = (acting.now, rng);
    let codes = account::turn_on(tx, people, (member, command.session), shown, with).await?;
    let ended = session::end_others(tx, (member, command.session), acting.now).await?;
    let detail = json!({ "second_factor": "on", "sessions_ended": ended });
    record(tx, "account.second_factor", detail, (member, acting)).await?;
    acting.notice(tx, member, Notice::SecondFactorOn).await?;
    Ok(codes)
}

/// Turns the second factor off. Whoever needs one cannot.
pub async fn turn_off_second_factor(
    tx: &mut TenantTx,
    proved: &Proved,
    acting: &mut Acting<'_>,
) -> Result<(), AccountError> {
    // People of the platform cannot be without.
    let member = own(tx, proved, (Action::ReadTenant, acting))?;
    account::turn_off(tx, member).await?;
    let detail = json!({ "second_factor": "off" });
    record(tx, "account.second_factor", detail, (member, acting)).await?;
    Ok(acting.notice(tx, member, Notice::SecondFactorOff).await?)
}

/// Makes new recovery codes in the place of those before.
pub async fn renew_recovery_codes(
    tx: &mut TenantTx,
    (proved, hash_key): (&Proved, &HashKey),
    (action, acting): (Action, &mut Acting<'_>),
) -> Result<Vec<Code>, AccountError> {
    let member = own(tx, proved, (action, acting))?;
    let rng: &mut dyn CryptoRng = &mut *acting.rng;
    let with = (acting.now, rng);
    let codes = recovery::renew(tx, hash_key, member, with).await?;
    record(tx, "account.recovery_codes", json!({}), (member, acting)).await?;
    acting.notice(tx, member, Notice::RecoveryCodes).await?;
    Ok(codes)
}

/// Ends one session of the person who acts.
pub async fn end_session(
    tx: &mut TenantTx,
    session: Id<kind::Session>,
    (action, acting): (Action, &mut Acting<'_>),
) -> Result<(), AccountError> {
    let member = acting.member(tx, action)?.member;
    if !session::end_own(tx, (member, session), acting.now).await? {
        return Err(AccountError::NoSession);
    }
    let detail = json!({ "session": session });
    Ok(record(tx, "account.end_session", detail, (member, acting)).await?)
}

/// Ends every session of the person who acts but the one they act by; how many ended.
pub async fn end_other_sessions(
    tx: &mut TenantTx,
    session: Id<kind::Session>,
    (action, acting): (Action, &mut Acting<'_>),
) -> Result<usize, AccountError> {
    let member = acting.member(tx, action)?.member;
    let ended = session::end_others(tx, (member, session), acting.now).await?;
    let detail = json!({ "sessions_ended": ended });
    record(tx, "account.end_session", detail, (member, acting)).await?;
    Ok(ended)
}

/// The person who acts, when the proof is theirs.
fn own(
    tx: &TenantTx,
    proved: &Proved,
    (action, acting): (Action, &Acting<'_>),
) -> Result<Id<kind::Member>, NotPermitted> {
    let person = acting.member(tx, action)?;
    (person.member == proved.member())
        .then_some(person.member)
        .ok_or(NotPermitted)
}

async fn record(
    tx: &mut TenantTx,
    action: &'static str,
    detail: Value,
    (member, acting): (Id<kind::Member>, &Acting<'_>),
) -> Result<(), StoreError> {
    let deed = Deed {
        action,
        object: member.to_string(),
        environment: None,
        reason: "",
        detail,
    };
    acting.record(tx, deed).await
}
