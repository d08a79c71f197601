//! Who may approve what on which basis: the whole table.
#![allow(clippy::unwrap_used, reason = "tests")]

use narthex_policy::Origin;
use rstest::rstest;

use super::*;
use crate::request_fixture::{asked, id, in_review, scope};

const LOOPBACK: &str = "http://127.0.0.1/callback";
const HOSTED: &str = "https://app.example/callback";

fn basis(verdict: Verdict, decided_by: DecidedBy) -> Basis {
    Basis {
        run: id(10),
        verdict,
        decision: id(11),
        decided_by,
        offer: None,
    }
}

fn two(first: u128, second: u128) -> DecidedBy {
    DecidedBy::Two {
        first: id(first),
        second: id(second),
        confirmation: id(12),
    }
}

#[rstest]
#[case(Verdict::Allow, DecidedBy::Rule, Ok(()))]
#[case(Verdict::Allow, DecidedBy::Person(id(9)), Ok(()))]
#[case(Verdict::NeedsPerson, DecidedBy::Person(id(9)), Ok(()))]
#[case(Verdict::NeedsPerson, DecidedBy::Rule, Err(NotApprovable::NeedsPerson))]
#[case(
    Verdict::NeedsPerson,
    DecidedBy::Person(id(3)),
    Err(NotApprovable::ByWhoAsked)
)]
#[case(
    Verdict::Allow,
    DecidedBy::Person(id(3)),
    Err(NotApprovable::ByWhoAsked)
)]
#[case(Verdict::Deny, DecidedBy::Rule, Err(NotApprovable::AgainstPolicy))]
#[case(
    Verdict::Deny,
    DecidedBy::Person(id(9)),
    Err(NotApprovable::AgainstPolicy)
)]
#[case(Verdict::NeedsTwo, two(9, 8), Ok(()))]
#[case(Verdict::NeedsPerson, two(9, 8), Ok(()))]
#[case(
    Verdict::NeedsTwo,
    DecidedBy::Person(id(9)),
    Err(NotApprovable::NeedsSecond)
)]
#[case(Verdict::NeedsTwo, DecidedBy::Rule, Err(NotApprovable::NeedsPerson))]
#[case(Verdict::NeedsTwo, two(9, 9), Err(NotApprovable::NeedsSecond))]
#[case(Verdict::NeedsTwo, two(9, 3), Err(NotApprovable::ByWhoAsked))]
#[case(Verdict::NeedsTwo, two(3, 9), Err(NotApprovable::ByWhoAsked))]
#[case(Verdict::Deny, two(9, 8), Err(NotApprovable::AgainstPolicy))]
fn a_basis_holds_or_not(
    #[case] verdict: Verdict,
    #[case] by: DecidedBy,
    #[case] expected: Result<(), NotApprovable>,
) {
    let request = in_review(Environment::Production, Origin::Quarantine, LOOPBACK);
    let reach = request.asked.reach();
    let approved = Approved::new(&request, basis(verdict, by), &reach, &Proofs::default());
    assert_eq!(approved.map(drop), expected);
}

#[rstest]
#[case(Environment::Production, false)]
#[case(Environment::Sandbox, true)]
fn production_wants_every_host_proved(#[case] environment: Environment, #[case] without: bool) {
    let request = in_review(environment, Origin::Portal, HOSTED);
    let host = HostName::parse("app.example").unwrap();
    let basis = basis(Verdict::NeedsPerson, DecidedBy::Person(id(9)));
    let reach = request.asked.reach();
    let unproved = Err(NotApprovable::Unproved {
        hosts: vec![host.clone()],
    });
    let result = Approved::new(&request, basis, &reach, &Proofs::default()).map(drop);
    assert_eq!(result, if without { Ok(()) } else { unproved });

    let proofs: Proofs = [(host.clone(), id(20))].into_iter().collect();
    let approved = Approved::new(&request, basis, &reach, &proofs).unwrap();
    assert_eq!(approved.proofs(), [(host, id(20))]);
}

#[test]
fn a_second_person_is_wanted_last_of_all() {
    let request = in_review(Environment::Production, Origin::Portal, HOSTED);
    let alone = basis(Verdict::NeedsTwo, DecidedBy::Person(id(9)));
    let reach = request.asked.reach();
    let refused = Approved::new(&request, alone, &reach, &Proofs::default()).map(drop);
    assert!(matches!(refused, Err(NotApprovable::Unproved { .. })));
    let proofs: Proofs = [(HostName::parse("app.example").unwrap(), id(20))]
        .into_iter()
        .collect();
    let refused = Approved::new(&request, alone, &reach, &proofs).map(drop);
    assert_eq!(refused, Err(NotApprovable::NeedsSecond));
}

#[test]
fn nothing_is_agreed_that_was_not_asked_for() {
    let request = in_review(Environment::Sandbox, Origin::Portal, LOOPBACK);
    let basis = basis(Verdict::NeedsPerson, DecidedBy::Person(id(9)));
    let mut reach = Reach {
        scopes: [scope("notes:read")].into_iter().collect(),
        ..Reach::default()
    };
    let approved = Approved::new(&request, basis, &reach, &Proofs::default()).unwrap();
    assert_eq!(
        approved.agreed().scopes.get(&scope("notes:read")),
        asked().scopes.get(&scope("notes:read"))
    );
    assert_eq!(approved.agreed().reach(), reach);

    reach.scopes = [scope("notes:admin")].into_iter().collect();
    let refused = Approved::new(&request, basis, &reach, &Proofs::default()).map(drop);
    let beyond = NotAsked {
        scopes: vec![scope("notes:admin")],
        ..NotAsked::default()
    };
    assert_eq!(refused, Err(NotApprovable::NotAsked(beyond)));
}
