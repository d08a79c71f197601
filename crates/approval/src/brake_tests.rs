//! Who may lift which brake, and when one holds.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::proposal::{self, ProposalKind, ProposalState};
use narthex_tenancy::ambient;
use rstest::rstest;

fn person(tenant: Id<Tenant>, name: &str) -> Person {
    Person {
        tenant,
        member: Id::new(ambient::now(), &mut ambient::rng()),
        name: name.to_owned(),
    }
}

fn brake(tenant: Id<Tenant>, by: &Person, now: Timestamp) -> Brake {
    Brake {
        id: Id::new(now, &mut ambient::rng()),
        tenant,
        reason: "A flood".to_owned(),
        set_by: by.into(),
        set_at: now,
        ends_at: now + Span::Hour.duration(),
        proposal: None,
        lifted: None,
    }
}

#[test]
fn the_platforms_brake_takes_two_people() {
    let now = ambient::now();
    let (one, other) = (
        person(PLATFORM_TENANT, "Ines"),
        person(PLATFORM_TENANT, "Ada"),
    );
    let mut brake = brake(PLATFORM_TENANT, &one, now);
    assert_eq!(brake.lift(&one, now), Ok(Lifting::Proposed));
    brake.proposal = Some(Proposal {
        id: Id::new(now, &mut ambient::rng()),
        tenant: PLATFORM_TENANT,
        kind: ProposalKind::LiftBrake,
        object: brake.object(),
        change: serde_json::json!({}),
        hash: [0; 32],
        reason: "It is over".to_owned(),
        state: ProposalState::Proposed,
        by: (&one).into(),
        at: now,
        expires_at: now + proposal::LIFETIME,
        answered: None,
    });
    assert_eq!(brake.lift(&one, now), Err(MayNotLift::TakesAnother));
    assert_eq!(brake.lift(&other, now), Ok(Lifting::Lifted));
    let later = now + proposal::LIFETIME;
    brake.ends_at = later + Span::Day.duration();
    assert_eq!(
        brake.lift(&other, later),
        Ok(Lifting::Proposed),
        "the wish lapsed"
    );
}

#[test]
fn a_tenants_brake_takes_one_person_and_staff_keep_theirs() {
    let now = ambient::now();
    let tenant = Id::new(now, &mut ambient::rng());
    let (owner, staff) = (person(tenant, "Olga"), person(PLATFORM_TENANT, "Ines"));
    let own = brake(tenant, &owner, now);
    assert_eq!(own.lift(&owner, now), Ok(Lifting::Lifted));
    assert_eq!(own.lift(&staff, now), Ok(Lifting::Lifted));
    let theirs = brake(tenant, &staff, now);
    assert_eq!(theirs.lift(&owner, now), Err(MayNotLift::SetByStaff));
    assert_eq!(theirs.lift(&staff, now), Ok(Lifting::Lifted));
}

#[rstest]
#[case(-1, false)]
#[case(0, true)]
#[case(3_599, true)]
#[case(3_600, false)]
fn it_holds_from_its_start_to_its_end(#[case] seconds: i64, #[case] holds: bool) {
    let now = ambient::now();
    let brake = brake(PLATFORM_TENANT, &person(PLATFORM_TENANT, "Ines"), now);
    assert_eq!(brake.holds(now + chrono::Duration::seconds(seconds)), holds);
}

#[test]
fn spans_are_read_as_they_are_written() {
    for span in Span::ALL {
        assert_eq!(Span::named(span.as_str()), Some(*span));
    }
    assert_eq!(Span::named("999h"), None);
}
