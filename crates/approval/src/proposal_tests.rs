//! Who may answer which proposal, and when it is void.
#![allow(clippy::unwrap_used, reason = "tests")]

use narthex_tenancy::ambient;
use narthex_vocab::PLATFORM_TENANT;

use super::*;

fn person(name: &str) -> Person {
    Person {
        tenant: PLATFORM_TENANT,
        member: Id::new(ambient::now(), &mut ambient::rng()),
        name: name.to_owned(),
    }
}

fn wish(seen: &str) -> Wish {
    Wish {
        kind: ProposalKind::TrustDomain,
        object: "sandbox app.example".to_owned(),
        change: json!({ "domain": "app.example" }),
        seen: json!(seen),
    }
}

fn proposal(by: &Person, now: Timestamp) -> Proposal {
    let wish = wish("as it was");
    Proposal {
        id: Id::new(now, &mut ambient::rng()),
        tenant: PLATFORM_TENANT,
        kind: wish.kind,
        object: wish.object.clone(),
        change: wish.change.clone(),
        hash: wish.hash(),
        reason: "We know them".to_owned(),
        state: ProposalState::Proposed,
        by: by.into(),
        at: now,
        expires_at: now + LIFETIME,
        answered: None,
    }
}

#[test]
fn another_person_confirms_in_time_what_is_as_it_was() {
    let (now, one, other) = (ambient::now(), person("Ines"), person("Ada"));
    let proposal = proposal(&one, now);
    let was = wish("as it was");
    let confirm = |who: &Person, seen: &Wish, at| proposal.confirm(who, seen, at);
    assert_eq!(confirm(&other, &was, now), Ok(Confirming::Stands));
    assert_eq!(confirm(&one, &was, now), Err(MayNotAnswer::TakesAnother));
    assert_eq!(confirm(&other, &wish("other"), now), Ok(Confirming::Void));
    let late = now + LIFETIME;
    assert_eq!(confirm(&other, &was, late), Err(MayNotAnswer::Over));
    assert_eq!(confirm(&one, &was, late), Err(MayNotAnswer::Over));
}

#[test]
fn what_was_answered_is_over() {
    let (now, one, other) = (ambient::now(), person("Ines"), person("Ada"));
    for state in ProposalState::ALL {
        if state == ProposalState::Proposed {
            continue;
        }
        let proposal = Proposal {
            state,
            ..proposal(&one, now)
        };
        let confirmed = proposal.confirm(&other, &wish("as it was"), now);
        assert_eq!(confirmed, Err(MayNotAnswer::Over), "{state:?}");
        let refused = proposal.refuse(&other, now);
        assert_eq!(refused, Err(MayNotAnswer::Over), "{state:?}");
    }
}

#[test]
fn who_proposed_takes_back_and_another_refuses() {
    let (now, one, other) = (ambient::now(), person("Ines"), person("Ada"));
    let proposal = proposal(&one, now);
    assert_eq!(proposal.refuse(&one, now), Ok(ProposalState::Withdrawn));
    assert_eq!(proposal.refuse(&other, now), Ok(ProposalState::Refused));
}

#[test]
fn words_are_read_as_they_are_written() {
    for kind in ProposalKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
    for state in ProposalState::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
    }
}
