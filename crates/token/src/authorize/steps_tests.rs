//! The steps that look at nothing stored: the target, the person, and names that come twice.
#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use narthex_people::session::Session;
use narthex_tenancy::member::Member;
use narthex_vocab::{Email, Id, Label};
use rstest::rstest;
use serde_json::json;
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
        },
        member: Member {
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
#[case(Some(10), "prompt=none", "consent_required")]
#[case(Some(10), "prompt=login", "sign in")]
#[case(Some(10), "max_age=0", "sign in")]
#[case(Some(10), "max_age=9", "sign in")]
#[case(Some(10), "max_age=10", "go on")]
#[case(Some(10), "prompt=none&max_age=9", "login_required")]
fn the_person(#[case] ago: Option<i64>, #[case] query: &str, #[case] step: &str) {
    let prompt = Prompt::read(&Params::parse(query.as_bytes()).unwrap()).unwrap();
    let taken = match step_in(ago.map(person), prompt, now()) {
        StepIn::GoOn(_) => "go on",
        StepIn::SignIn => "sign in",
        StepIn::Refused(refusal) => refusal.code,
    };
    assert_eq!(taken, step);
}

fn metadata(redirects: &[&str]) -> ClientMetadata {
    let sent = json!({ "redirect_uris": redirects, "token_endpoint_auth_method": "none" });
    ClientMetadata::parse(sent.as_object().unwrap()).unwrap()
}

#[rstest]
#[case(&["https://a.example/cb"], "", Some("https://a.example/cb"))]
#[case(&["https://a.example/cb"], "redirect_uri=https://a.example/cb", Some("https://a.example/cb"))]
#[case(&["https://a.example/cb"], "redirect_uri=https://a.example/cb/", None)]
#[case(&["https://a.example/cb"], "redirect_uri=https://evil.example/cb", None)]
#[case(&["https://a.example/cb", "https://a.example/2"], "", None)]
#[case(&["http://127.0.0.1/cb"], "redirect_uri=http://127.0.0.1:4000/cb", Some("http://127.0.0.1:4000/cb"))]
#[case(&["http://127.0.0.1/cb"], "", None)]
fn the_target(#[case] own: &[&str], #[case] query: &str, #[case] expected: Option<&str>) {
    let params = Params::parse(query.as_bytes()).unwrap();
    let found = target(&metadata(own), &params).ok();
    assert_eq!(found.as_ref().map(RedirectUri::as_str), expected);
}

#[test]
fn a_repeated_name_or_address_leads_nowhere() {
    let twice = Params::parse(b"client_id=a&client_id=b").unwrap();
    assert!(matches!(identify(&twice), Err(PageError::Params(_))));
    let query = b"redirect_uri=https://a.example/cb&redirect_uri=https://a.example/cb";
    let twice = Params::parse(query).unwrap();
    let own = metadata(&["https://a.example/cb"]);
    assert!(matches!(target(&own, &twice), Err(PageError::Params(_))));
}
