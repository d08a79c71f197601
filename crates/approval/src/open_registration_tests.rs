//! What an open sandbox gives to everyone.
#![allow(clippy::unwrap_used, reason = "tests")]

use narthex_tenancy::catalogue::ScopeEntry;
use narthex_vocab::Risk;
use rstest::rstest;

use super::*;
use crate::request_fixture::{id, metadata, scope};

#[rstest]
#[case("", &["notes:list", "notes:read"])]
#[case("notes:read", &["notes:read"])]
#[case("notes:read notes:write", &["notes:read"])]
#[case("notes:write mail:read", &[])]
fn only_open_scopes_are_given(#[case] wanted: &str, #[case] given: &[&str]) {
    let entry = |text, open| ScopeEntry {
        scope: scope(text),
        resource: id(7),
        description: "d".to_owned(),
        risk: Risk::Read,
        open,
    };
    let catalogue = Catalogue {
        scopes: vec![
            entry("notes:list", true),
            entry("notes:read", true),
            entry("notes:write", false),
        ],
        ..Catalogue::default()
    };
    let capped = capped(&ScopeSet::parse(wanted).unwrap(), &catalogue);
    assert_eq!(capped.keys().map(Scope::as_str).collect::<Vec<_>>(), given);
}

#[test]
fn the_integration_is_named_after_the_client() {
    let client_id = ClientId::parse("ns_stranger").unwrap();
    let name = name(&metadata("http://127.0.0.1/cb"), &client_id).unwrap();
    assert_eq!(name.as_str(), "Stranger Notes");
}
