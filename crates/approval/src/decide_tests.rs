//! What a reviewer may decide about a case, before anything is written.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use narthex_policy::Origin;
use narthex_vocab::Environment;
use rstest::rstest;

use super::*;
use crate::request_fixture::{in_review, scope};

const LOOPBACK: &str = "http://127.0.0.1/callback";

fn case(origin: Origin) -> AccessRequest {
    in_review(Environment::Production, origin, LOOPBACK)
}

fn command(request: &AccessRequest, outcome: Outcome) -> Decide {
    Decide {
        request: request.at,
        seen: request.payload,
        outcome,
        warning: None,
        reason: Reason::parse("It is needed.").unwrap(),
    }
}

fn now() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn offer(reach: Reach) -> Outcome {
    Outcome::Offer(reach.into())
}

fn part() -> Reach {
    Reach {
        scopes: [scope("notes:read")].into_iter().collect(),
        ..Reach::default()
    }
}

#[test]
fn an_offer_gives_a_part() {
    let request = case(Origin::Portal);
    let judged = judge(&request, &command(&request, offer(part())), now());
    assert!(judged.is_ok(), "{judged:?}");
}

#[rstest]
#[case::a_tenant_has_to_think(Origin::Portal, 14, false)]
#[case::and_then_it_is_worth_something(Origin::Portal, 15, true)]
#[case::a_registrant_has_agreed(Origin::Quarantine, 1, true)]
#[case::over_before_it_began(Origin::Quarantine, 0, false)]
fn a_part_that_ends_is_still_worth_something(
    #[case] origin: Origin,
    #[case] days: i64,
    #[case] fits: bool,
) {
    let request = case(origin);
    let mut short = part();
    let end = now() + chrono::Duration::days(days);
    short.limits.scopes.insert(scope("notes:read"), end);
    match judge(&request, &command(&request, offer(short)), now()) {
        Ok(()) => assert!(fits),
        Err(DecideError::TooShort(found)) => assert!(!fits && found == end),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn nothing_is_limited_that_is_not_given() {
    let request = case(Origin::Portal);
    let mut odd = part();
    odd.limits.scopes.insert(scope("notes:write"), now());
    let refused = judge(&request, &command(&request, offer(odd)), now());
    assert!(matches!(
        refused,
        Err(DecideError::NotApprovable(NotApprovable::NotAsked(_)))
    ));
}

#[test]
fn an_offer_of_everything_is_an_approval() {
    let request = case(Origin::Portal);
    let all = offer(request.asked.reach());
    let refused = judge(&request, &command(&request, all), now());
    assert!(matches!(refused, Err(DecideError::NothingNarrowed)));
}

#[test]
fn an_offer_never_adds() {
    let request = case(Origin::Portal);
    let more = Reach {
        scopes: [scope("notes:admin")].into_iter().collect(),
        ..part()
    };
    let refused = judge(&request, &command(&request, offer(more)), now());
    assert!(matches!(
        refused,
        Err(DecideError::NotApprovable(NotApprovable::NotAsked(_)))
    ));
}

#[test]
fn another_payload_is_stale() {
    let request = case(Origin::Portal);
    let mut command = command(&request, Outcome::Approve);
    command.seen = PayloadHash::from_bytes([0; 32]);
    assert!(matches!(
        judge(&request, &command, now()),
        Err(DecideError::Stale)
    ));
}

#[rstest]
#[case(Origin::Portal, false)]
#[case(Origin::Quarantine, true)]
#[case(Origin::Approval, false)]
#[case(Origin::Token, true)]
#[case(Origin::Open, true)]
fn only_a_registration_can_be_blocked(#[case] origin: Origin, #[case] possible: bool) {
    let request = case(origin);
    let judged = judge(&request, &command(&request, Outcome::RejectAndBlock), now());
    assert_eq!(judged.is_ok(), possible);
}

#[test]
fn only_a_case_in_review_is_decided() {
    for state in RequestState::ALL.iter().copied() {
        let request = AccessRequest {
            state,
            ..case(Origin::Quarantine)
        };
        for outcome in [
            Outcome::Approve,
            offer(part()),
            Outcome::AskForChanges,
            Outcome::Reject,
            Outcome::RejectAndBlock,
        ] {
            match judge(&request, &command(&request, outcome), now()) {
                Ok(()) => assert_eq!(state, RequestState::InReview),
                Err(DecideError::NotInReview(found)) => {
                    assert_eq!(found, state);
                    assert_ne!(state, RequestState::InReview);
                }
                Err(other) => panic!("{state}: {other}"),
            }
        }
    }
}
