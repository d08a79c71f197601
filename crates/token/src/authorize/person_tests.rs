//! Whether who is signed in will do.
#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use narthex_http::Params;
use narthex_people::session::Session;
use narthex_tenancy::member::Member as Known;
use narthex_vocab::{Email, Label};
use rstest::rstest;
use uuid::Uuid;

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
}

fn person(seconds_ago: i64) -> SignedIn {
    SignedIn {
        session: Session {
            id: Id::from_uuid(Uuid::from_u128(1)),
            member: Id::from_uuid(Uuid::from_u128(2)),
            created_at: now() - Duration::seconds(seconds_ago),
            second_factor_at: None,
            word: None,
        },
        member: Known {
            id: Id::from_uuid(Uuid::from_u128(2)),
            email: Email::parse("sam@acme.example").unwrap(),
            name: Label::parse("Sam").unwrap(),
            role: None,
        },
    }
}

#[rstest]
#[case(None, "", "sign in")]
#[case(None, "prompt=none", "login_required")]
#[case(Some(10), "", "go on")]
#[case(Some(10), "prompt=none", "go on")]
#[case(Some(10), "prompt=login", "sign in")]
#[case(Some(10), "max_age=0", "sign in")]
#[case(Some(10), "max_age=9", "sign in")]
#[case(Some(10), "max_age=10", "go on")]
#[case(Some(10), "prompt=none&max_age=9", "login_required")]
fn the_person(#[case] ago: Option<i64>, #[case] query: &str, #[case] step: &str) {
    let prompt = Prompt::read(&Params::parse(query.as_bytes()).unwrap()).unwrap();
    let taken = match step_in(ago.map(person), (&prompt, None), now()) {
        StepIn::GoOn(_) => "go on",
        StepIn::SignIn => "sign in",
        StepIn::Refused(refusal) => refusal.code.as_str(),
    };
    assert_eq!(taken, step);
}

#[rstest]
#[case(2, "", "go on")]
#[case(3, "", "sign in")]
#[case(3, "prompt=none", "login_required")]
fn the_one_that_is_meant(#[case] subject: u128, #[case] query: &str, #[case] step: &str) {
    let prompt = Prompt::read(&Params::parse(query.as_bytes()).unwrap()).unwrap();
    let subject = Some(Id::from_uuid(Uuid::from_u128(subject)));
    let taken = match step_in(Some(person(10)), (&prompt, subject), now()) {
        StepIn::GoOn(_) => "go on",
        StepIn::SignIn => "sign in",
        StepIn::Refused(refusal) => refusal.code.as_str(),
    };
    assert_eq!(taken, step);
}
