//! How far a token reaches, as a table.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use narthex_vocab::{Risk, Scope};
use rstest::rstest;
use uuid::Uuid;

const NOTES: &str = "https://notes.example/mcp";
const MAIL: &str = "https://mail.example";

fn entitlement() -> Entitlement {
    let entry = |scope: &str, number: u128, identifier: &str| EntitledScope {
        scope: Scope::parse(scope).unwrap(),
        resource: Id::from_uuid(Uuid::from_u128(number)),
        identifier: ResourceUri::parse(identifier).unwrap(),
        description: scope.to_owned(),
        risk: Risk::Read,
        expires_at: Timestamp::from_timestamp(2_000_000_000, 0).unwrap(),
        tokens: None,
    };
    Entitlement {
        scopes: vec![
            entry("notes:read", 1, NOTES),
            entry("notes:write", 1, NOTES),
            entry("mail:read", 2, MAIL),
        ],
    }
}

fn wanted(scope: Option<&str>, resource: Option<&str>) -> Wanted {
    Wanted {
        scope: scope.map(|text| ScopeSet::parse(text).unwrap()),
        resource: resource.map(|text| ResourceUri::parse(text).unwrap()),
    }
}

#[rstest]
#[case::all_of_one(None, Some(NOTES), "notes:read notes:write", NOTES)]
#[case::derived(Some("mail:read"), None, "mail:read", MAIL)]
#[case::twin(Some("mail:read"), Some("HTTPS://mail.example/"), "mail:read", MAIL)]
#[case::narrowed(Some("notes:read mail:read"), Some(NOTES), "notes:read", NOTES)]
#[case::offline(Some("notes:read offline_access"), None, "notes:read", NOTES)]
#[case::with_identity(Some("openid notes:read"), None, "notes:read openid", NOTES)]
#[case::identity_alone(
    Some("openid email"),
    None,
    "email openid",
    "https://id.example/t/acme"
)]
fn reaches(
    #[case] scope: Option<&str>,
    #[case] resource: Option<&str>,
    #[case] scopes: &str,
    #[case] audience: &str,
) {
    let reach = narrow(
        &wanted(scope, resource),
        &entitlement(),
        Excess::Refused,
        true,
    )
    .unwrap();
    assert_eq!(reach.scopes.to_string(), scopes);
    let base = url::Url::parse("https://id.example").unwrap();
    let slug = narthex_vocab::TenantSlug::parse("acme").unwrap();
    let issuer = Issuer::new(&base, &slug, narthex_vocab::Environment::Production);
    assert_eq!(reach.audience(&issuer), audience);
}

#[rstest]
#[case::several(None, None, ReachError::SeveralTargets)]
#[case::several_named(Some("notes:read mail:read"), None, ReachError::SeveralTargets)]
#[case::foreign(Some("notes:read"), Some("https://other.example"), ReachError::Target)]
#[case::elsewhere(Some("notes:read"), Some(MAIL), ReachError::Nothing)]
#[case::beyond(Some("notes:read notes:delete"), None, ReachError::Beyond(ScopeSet::parse("notes:delete").unwrap()))]
#[case::nothing(Some(""), None, ReachError::Nothing)]
fn refuses(#[case] scope: Option<&str>, #[case] resource: Option<&str>, #[case] error: ReachError) {
    let result = narrow(
        &wanted(scope, resource),
        &entitlement(),
        Excess::Refused,
        true,
    );
    assert_eq!(result, Err(error));
}

#[test]
fn a_person_is_shown_what_remains() {
    let asked = wanted(Some("notes:read notes:delete"), Some(NOTES));
    let reach = narrow(&asked, &entitlement(), Excess::LeftOut, true).unwrap();
    assert_eq!(reach.scopes.to_string(), "notes:read");
    let asked = wanted(Some("notes:delete"), None);
    assert_eq!(
        narrow(&asked, &entitlement(), Excess::LeftOut, true),
        Err(ReachError::Nothing)
    );
}

#[test]
fn a_client_alone_has_no_identity_of_a_person() {
    let asked = wanted(Some("notes:read openid"), None);
    let beyond = ReachError::Beyond(ScopeSet::parse("openid").unwrap());
    assert_eq!(
        narrow(&asked, &entitlement(), Excess::Refused, false),
        Err(beyond)
    );
}

#[test]
fn an_empty_entitlement_reaches_nothing() {
    let all = wanted(None, None);
    assert_eq!(
        narrow(&all, &Entitlement::default(), Excess::LeftOut, false),
        Err(ReachError::Nothing)
    );
}

#[test]
fn the_shortest_life_that_was_agreed_counts() {
    let mut short = entitlement();
    for (entry, minutes) in short.scopes.iter_mut().zip([5, 2]) {
        entry.tokens = Some(TokenLifetime::from_minutes(minutes).unwrap());
    }
    let lives = |wanted: &Wanted| {
        let reach = narrow(wanted, &short, Excess::LeftOut, false).unwrap();
        reach.resource.map(|at| at.tokens.minutes())
    };
    assert_eq!(lives(&wanted(None, Some(NOTES))), Some(2));
    assert_eq!(lives(&wanted(Some("notes:read"), None)), Some(5));
    assert_eq!(lives(&wanted(None, Some(MAIL))), Some(10));
}
