//! The keys of an issuer take turns. A key is published a day before it signs, and stays published for two days after it
//! signed last, so that whoever checks a token finds its key at any moment. Which step is due follows from the rows alone;
//! whoever uses the keys of an issuer takes it, once among all processes. Nobody rotates what nobody uses.

use chrono::Duration;
use narthex_tenancy::{
    StoreError, TenantTx, ambient,
    ledger::{self, Act, Actor},
};
use narthex_vocab::Timestamp;
use serde_json::json;

use crate::Token;
use crate::keys::{self, KeysError};
use crate::memory::At;
use crate::store::signing_key::{self as store, KeyRow, KeyState};

/// How long a key signs.
pub(crate) const TURN: Duration = Duration::days(90);
/// How long a key is published before its turn: longer than anybody may keep a key set.
pub(crate) const SHOWN_BEFORE: Duration = Duration::days(1);
/// How long a key is published after its turn: longer than any token that it signed lives.
pub(crate) const SHOWN_AFTER: Duration = Duration::days(2);

/// What is to be done about the keys of one algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// A key is to be made and shown.
    Show,
    /// The key that is shown begins to sign.
    Begin,
}

/// Why keys are rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Their time has come.
    Schedule,
    /// An operator wants new ones: they sign at once, and those before are shown as long as after any turn.
    Operator,
    /// The private keys are in the wrong hands: all that are shown are withdrawn, and every token they signed with them.
    Compromised,
}

/// The step that is due for one algorithm, and until when none is. An issuer without keys gets them elsewhere.
pub(crate) fn due(keys: &[KeyRow], now: Timestamp) -> (Option<Turn>, Timestamp) {
    let of = |state| keys.iter().find(|key| key.state == state);
    let Some(since) = of(KeyState::Current).and_then(|key| key.current_since) else {
        return (None, now + TURN);
    };
    let end = since + TURN;
    let (turn, at) = match of(KeyState::Next) {
        None => (Turn::Show, end - SHOWN_BEFORE),
        Some(next) => (Turn::Begin, end.max(next.created_at + SHOWN_BEFORE)),
    };
    ((at <= now).then_some(turn), at)
}

/// Takes the steps that are due, or those that somebody wants; how many were taken.
pub async fn rotate(token: &Token, at: At, why: Why) -> Result<usize, RotateError> {
    let (now, mut rng) = (ambient::now(), ambient::rng());
    // Made before the transaction: a pair of RSA keys takes a while.
    let made = keys::make_pairs(token, at, &mut rng).await?;
    let (tenant, environment) = at;
    let steps = token
        .database
        .tenant(tenant, async |tx| {
            let mut steps = 0;
            if why == Why::Compromised {
                store::withdraw_all(tx, environment, now).await?;
            }
            for new in made {
                let keys = store::lock(tx, environment, new.algorithm).await?;
                steps += usize::from(step(tx, at, (&keys, new, why), now).await?);
            }
            if steps > 0 {
                record(tx, at, (why, steps), now).await?;
            }
            Ok::<_, StoreError>(steps)
        })
        .await
        .map_err(KeysError::from)?;
    if steps > 0 {
        tracing::info!(%tenant, %environment, steps, ?why, "keys took turns");
    }
    Ok(steps)
}

/// One step for one algorithm; whether there was one.
async fn step(
    tx: &mut TenantTx,
    (_, environment): At,
    (keys, new, why): (&[KeyRow], store::NewKey, Why),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let turn = match why {
        Why::Schedule => due(keys, now).0,
        Why::Operator | Why::Compromised => Some(Turn::Begin),
    };
    let of = |state| keys.iter().find(|key| key.state == state);
    match turn {
        None => Ok(false),
        Some(Turn::Show) => store::show(tx, environment, new, now).await.map(|()| true),
        Some(Turn::Begin) => {
            // A key that was shown may be in the same wrong hands.
            let next = of(KeyState::Next).filter(|_| why != Why::Compromised);
            let kid = if let Some(next) = next {
                next.kid.clone()
            } else {
                let kid = new.kid.clone();
                if let Some(old) = of(KeyState::Next) {
                    store::retire(tx, (environment, &old.kid), now).await?;
                }
                store::show(tx, environment, new, now).await?;
                kid
            };
            if let Some(current) = of(KeyState::Current) {
                let shown = if why == Why::Compromised {
                    Duration::zero()
                } else {
                    SHOWN_AFTER
                };
                store::retire(tx, (environment, &current.kid), now + shown).await?;
            }
            store::begin(tx, (environment, &kid), now).await?;
            Ok(true)
        }
    }
}

async fn record(
    tx: &mut TenantTx,
    (_, environment): At,
    (why, taken): (Why, usize),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (actor, reason) = match why {
        Why::Schedule => ("the token plane", "their time has come"),
        Why::Operator => ("the administrator", "an operator wants new ones"),
        Why::Compromised => (
            "the administrator",
            "the private keys are in the wrong hands",
        ),
    };
    let act = Act {
        actor: Actor::System(actor),
        action: "keys.rotate",
        object: environment.to_string(),
        environment: Some(environment),
        reason,
        detail: json!({ "keys": taken, "withdrawn": why == Why::Compromised }),
        request_id: "keys",
    };
    ledger::record(tx, act, now).await.map(drop)
}

/// Why keys did not take turns.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct RotateError(#[from] KeysError);

/// An issuer by its tenant's name; `None` when there is no such active tenant.
pub async fn issuer(
    token: &Token,
    slug: &narthex_vocab::TenantSlug,
    environment: narthex_vocab::Environment,
) -> Result<Option<At>, StoreError> {
    let tenant = token.database.resolve(slug).await?;
    Ok(tenant.map(|tenant| (tenant, environment)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rstest::rstest;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000, 0).unwrap() + Duration::days(day)
    }

    fn key(state: KeyState, created: i64, current_since: Option<i64>) -> KeyRow {
        KeyRow {
            kid: "k".to_owned(),
            state,
            created_at: day(created),
            current_since: current_since.map(day),
        }
    }

    #[rstest]
    // None waits: one is shown a day before the turn of the one that signs ends.
    #[case(None, 0, None)]
    #[case(None, 88, None)]
    #[case(None, 89, Some(Turn::Show))]
    #[case(None, 400, Some(Turn::Show))]
    // One waits: it begins when the turn ends, and when it was shown for a day.
    #[case(Some(89), 89, None)]
    #[case(Some(89), 90, Some(Turn::Begin))]
    #[case(Some(400), 400, None)]
    #[case(Some(400), 401, Some(Turn::Begin))]
    #[case(Some(1), 89, None)]
    fn the_step(#[case] next: Option<i64>, #[case] today: i64, #[case] turn: Option<Turn>) {
        let current = key(KeyState::Current, 0, Some(0));
        let next = next.map(|created| key(KeyState::Next, created, None));
        let retired = key(KeyState::Retired, -90, Some(-90));
        let keys: Vec<_> = [Some(current), next, Some(retired)]
            .into_iter()
            .flatten()
            .collect();
        let (found, at) = due(&keys, day(today));
        assert_eq!(found, turn);
        assert_eq!(found.is_some(), at <= day(today));
    }

    #[test]
    fn nobody_waits_for_keys_that_are_not_there() {
        assert_eq!(due(&[], day(1)).0, None);
        assert_eq!(due(&[key(KeyState::Retired, 0, Some(0))], day(500)).0, None);
    }

    /// The rule itself: at every moment the key of a token that was signed then is shown as long as the token lives.
    #[test]
    fn a_key_is_shown_before_it_signs_and_while_its_tokens_live() {
        let mut keys = vec![key(KeyState::Current, 0, Some(0))];
        for hour in 0..24 * 400 {
            let now = day(0) + Duration::hours(hour);
            match due(&keys, now).0 {
                None => {}
                Some(Turn::Show) => keys.push(KeyRow {
                    created_at: now,
                    ..key(KeyState::Next, 0, None)
                }),
                Some(Turn::Begin) => {
                    keys.retain(|key| key.state == KeyState::Next);
                    let next = keys.first_mut().unwrap();
                    assert!(now - next.created_at >= SHOWN_BEFORE);
                    next.state = KeyState::Current;
                    next.current_since = Some(now);
                }
            }
            let current = keys
                .iter()
                .find(|key| key.state == KeyState::Current)
                .unwrap();
            assert!(now - current.current_since.unwrap() <= TURN);
        }
    }
}
