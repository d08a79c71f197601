//! A host that a tenant says is its own: how far its proof has come, when it is looked at again, and what a look means
//! for it. It never looks.

use chrono::Duration;
use narthex_vocab::{Challenge, DomainState, HostName, Id, ProofMethod, Sighting, Timestamp, kind};

/// How long a proof is good for; looking again in time makes a new one.
pub const PROOF_LIFETIME: Duration = Duration::days(90);
/// With less than this left, a look that sees the value makes a new proof.
pub const RENEW_BELOW: Duration = Duration::days(60);
/// How long the value may be missing at first.
pub const PENDING_LIMIT: Duration = Duration::days(30);
/// How long it may be missing afterwards.
pub const GRACE: Duration = Duration::days(7);
/// The least time between two looks.
pub const PAUSE: Duration = Duration::seconds(30);
/// The most domains of one tenant.
pub const MOST: i64 = 200;

/// A domain of a tenant.
#[derive(Debug, Clone)]
pub struct Domain {
    /// Its identity.
    pub id: Id<kind::Domain>,
    /// The host.
    pub host: HostName,
    /// What to publish there.
    pub challenge: Challenge,
    /// How far the proof has come.
    pub state: DomainState,
    /// What the last look saw, in words.
    pub last_seen: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last looked at.
    pub checked_at: Option<Timestamp>,
    /// When it is looked at by itself.
    pub next_check_at: Option<Timestamp>,
    /// Since when a proved host no longer shows the value.
    pub failing_since: Option<Timestamp>,
}

/// What a look means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// The value is there.
    Seen(ProofMethod),
    /// It is not: the state that follows.
    NotSeen(DomainState),
}

impl Conclusion {
    /// The state of the domain after the look.
    pub const fn state(self) -> DomainState {
        match self {
            Self::Seen(_) => DomainState::Verified,
            Self::NotSeen(state) => state,
        }
    }
}

impl Domain {
    /// What this look means for the domain. A look without an answer takes nothing away from a proved host.
    pub fn conclude(&self, seen: &Sighting, now: Timestamp) -> Conclusion {
        if let Some(method) = seen.proof(&self.challenge) {
            return Conclusion::Seen(method);
        }
        Conclusion::NotSeen(match self.state {
            DomainState::Pending | DomainState::Checking => {
                if now - self.created_at >= PENDING_LIMIT {
                    DomainState::Failed
                } else {
                    DomainState::Pending
                }
            }
            DomainState::Verified if seen.is_conclusive() => DomainState::Failing,
            DomainState::Failing => match self.failing_since {
                Some(since) if now - since >= GRACE => DomainState::Lapsed,
                Some(_) | None => DomainState::Failing,
            },
            unmoved @ (DomainState::Verified | DomainState::Lapsed | DomainState::Failed) => {
                unmoved
            }
        })
    }

    /// When it is looked at by itself after a look that left it in `state`: less often the longer it takes.
    pub fn next_check(&self, state: DomainState, now: Timestamp) -> Option<Timestamp> {
        let age = now - self.created_at;
        let pause = match state {
            DomainState::Pending if age < Duration::hours(1) => Duration::minutes(5),
            DomainState::Pending if age < Duration::days(1) => Duration::minutes(30),
            DomainState::Pending => Duration::hours(6),
            DomainState::Verified => Duration::days(1),
            DomainState::Failing => Duration::hours(1),
            DomainState::Checking | DomainState::Lapsed | DomainState::Failed => return None,
        };
        Some(now + pause)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use narthex_vocab::{Glimpse, ResolverSaw, Saw};

    use super::*;

    const VALUE: &str = "narthex=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn at(days: i64) -> Timestamp {
        Timestamp::from_timestamp(days * 86_400, 0).unwrap()
    }

    fn domain(state: DomainState, failing_since: Option<i64>) -> Domain {
        Domain {
            id: Id::from_uuid(uuid::Uuid::from_u128(1)),
            host: HostName::parse("app.example").unwrap(),
            challenge: Challenge::parse(VALUE).unwrap(),
            state,
            last_seen: None,
            created_at: at(0),
            checked_at: None,
            next_check_at: None,
            failing_since: failing_since.map(at),
        }
    }

    fn sighting(saw: Saw) -> Sighting {
        let resolver = Glimpse::from("one");
        let file = Saw::failed("no answer");
        Sighting {
            dns: vec![ResolverSaw { resolver, saw }],
            file,
        }
    }

    #[test]
    fn a_look_moves_along_the_arrows() {
        use DomainState as S;
        let (none, down) = (|| Saw::found([]), || Saw::failed("no answer"));
        let table = [
            (S::Checking, None, none(), 1, S::Pending),
            (S::Checking, None, down(), 1, S::Pending),
            (S::Checking, None, none(), 30, S::Failed),
            (S::Verified, None, none(), 40, S::Failing),
            (S::Verified, None, down(), 40, S::Verified),
            (S::Failing, Some(40), none(), 46, S::Failing),
            (S::Failing, Some(40), none(), 47, S::Lapsed),
            (S::Failing, Some(40), down(), 47, S::Lapsed),
        ];
        for (state, since, saw, day, follows) in table {
            let conclusion = domain(state, since).conclude(&sighting(saw), at(day));
            assert_eq!(
                conclusion,
                Conclusion::NotSeen(follows),
                "{state} day {day}"
            );
            assert!(state == follows || state.may_become(follows));
        }
        for state in [S::Checking, S::Verified, S::Failing] {
            let conclusion = domain(state, None).conclude(&sighting(Saw::found([VALUE])), at(50));
            assert_eq!(conclusion, Conclusion::Seen(ProofMethod::DnsTxt));
        }
    }

    #[test]
    fn proved_hosts_are_looked_at_daily_and_finished_ones_never() {
        let domain = domain(DomainState::Checking, None);
        assert_eq!(domain.next_check(DomainState::Verified, at(3)), Some(at(4)));
        assert_eq!(domain.next_check(DomainState::Failed, at(3)), None);
        assert_eq!(domain.next_check(DomainState::Lapsed, at(3)), None);
        assert!(
            domain.next_check(DomainState::Pending, at(0))
                < domain.next_check(DomainState::Pending, at(2))
        );
    }
}
