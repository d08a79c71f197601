//! S10 as tables and properties: what the rules take, what they refuse and by which name, and that a proof, a list
//! entry or a switch each open exactly what they say.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Map, Value, json};

use super::{Admits, MetadataRules as Rules, Widening};
use crate::{
    AppScheme, Breach, ClientMetadata, HostName, HostPattern, MetadataRule as R, OptionalMember,
    RegistrationErrorCode,
};

fn metadata(change: &Value) -> ClientMetadata {
    let whole = json!({
        "client_name": "Notes",
        "redirect_uris": ["https://app.example.com/cb"],
        "client_uri": "https://www.example.com/",
        "logo_uri": "https://cdn.example.net/logo.png",
        "contacts": ["dev@example.com", "ops@mail.example.org"],
        "scope": "notes:read",
        "software_id": "notes",
    });
    let mut whole: Map<String, Value> = whole.as_object().unwrap().clone();
    whole.extend(change.as_object().unwrap().clone());
    ClientMetadata::parse(&whole).unwrap()
}

fn none() -> BTreeSet<HostName> {
    BTreeSet::new()
}

fn listed(patterns: &[&str]) -> BTreeSet<HostPattern> {
    patterns
        .iter()
        .map(|pattern| HostPattern::parse(pattern).unwrap())
        .collect()
}

fn only_hosts(patterns: &[&str]) -> Rules {
    let mut rules = Rules::default();
    rules.hosts.admits = Admits::Listed;
    rules.hosts.listed = listed(patterns);
    rules
}

fn broken(rules: &Rules, metadata: &ClientMetadata) -> Vec<(R, String)> {
    let breach = |breach: &Breach| (breach.rule, breach.member.clone());
    match rules.check(metadata, &none()) {
        Ok(()) => Vec::new(),
        Err(disallowed) => disallowed.breaches().map(breach).collect(),
    }
}

#[rstest]
#[case::all_listed(&["*.example.com", "cdn.example.net"], &[])]
#[case::exact_is_not_below(&["example.com", "cdn.example.net"], &[(R::RedirectHost, "redirect_uris[0]"), (R::PageHost, "client_uri")])]
#[case::one(&["app.example.com"], &[(R::PageHost, "client_uri"), (R::PageHost, "logo_uri")])]
#[case::nothing_listed(&[], &[(R::RedirectHost, "redirect_uris[0]"), (R::PageHost, "client_uri"), (R::PageHost, "logo_uri")])]
fn s10_hosts(#[case] patterns: &[&str], #[case] expected: &[(R, &str)]) {
    let found = broken(&only_hosts(patterns), &metadata(&json!({})));
    let expected: Vec<_> = expected
        .iter()
        .map(|(r, m)| (*r, (*m).to_owned()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn s10_a_proved_host_counts_as_listed_and_none_below_it() {
    let rules = only_hosts(&[]);
    let plain = json!({ "client_uri": null, "logo_uri": null });
    let proved = |host| BTreeSet::from([HostName::parse(host).unwrap()]);
    assert!(
        rules
            .check(&metadata(&plain), &proved("app.example.com"))
            .is_ok()
    );
    assert!(
        rules
            .check(&metadata(&plain), &proved("example.com"))
            .is_err()
    );
}

#[rstest]
#[case("http://127.0.0.1:4711/cb", R::Loopback)]
#[case("http://localhost/cb", R::Loopback)]
#[case("http://[::1]/cb", R::Loopback)]
#[case("com.example.app:/cb", R::AppScheme)]
fn s10_switches(#[case] redirect: &str, #[case] rule: R) {
    let sent = metadata(&json!({ "redirect_uris": [redirect] }));
    let mut rules = Rules {
        loopback: false,
        ..Rules::default()
    };
    assert_eq!(
        broken(&rules, &sent),
        [(rule, "redirect_uris[0]".to_owned())]
    );
    rules.loopback = true;
    rules.app_schemes.admits = Admits::Any;
    assert_eq!(broken(&rules, &sent), []);
    rules.app_schemes.admits = Admits::Listed;
    rules.app_schemes.listed = BTreeSet::from([AppScheme::parse("COM.example.app").unwrap()]);
    assert_eq!(broken(&rules, &sent), []);
    rules.app_schemes.listed = BTreeSet::from([AppScheme::parse("com.example.other").unwrap()]);
    let refused = broken(&rules, &sent);
    assert_eq!(refused.is_empty(), rule == R::Loopback, "{refused:?}");
}

#[test]
fn s10_members_and_contacts() {
    let mut rules = Rules {
        members: BTreeSet::from([OptionalMember::Contacts, OptionalMember::Scope]),
        ..Rules::default()
    };
    rules.contacts.admits = Admits::Listed;
    rules.contacts.listed = listed(&["example.com"]);
    let sent = metadata(&json!({ "contacts": ["dev@Example.COM", "ops@mail.example.org", "Ana"] }));
    let found = broken(&rules, &sent);
    let members = ["client_uri", "logo_uri", "software_id"];
    let members = members.map(|member| (R::Member, member.to_owned()));
    let contacts = [1, 2].map(|at| (R::Contact, format!("contacts[{at}]")));
    let expected: Vec<_> = members.into_iter().chain(contacts).collect();
    assert_eq!(found, expected);
}

#[test]
fn s10_a_member_and_its_hosts_are_held_to_the_rules_in_every_language() {
    let mut rules = only_hosts(&["*.example.com", "cdn.example.net"]);
    rules.members.remove(&OptionalMember::TosUri);
    let sent = metadata(&json!({
        "client_name#ja": "ノート",
        "logo_uri#ja": "https://evil.example/logo.png",
        "policy_uri#ja": "https://www.example.com/ja",
        "tos_uri#ja": "https://www.example.com/ja",
    }));
    let expected = [(R::PageHost, "logo_uri#ja"), (R::Member, "tos_uri#ja")];
    let expected = expected.map(|(rule, member)| (rule, member.to_owned()));
    assert_eq!(broken(&rules, &sent), expected);
}

#[test]
fn s10_a_new_environment_takes_what_a_proof_can_still_stop() {
    let rules = Rules::default();
    assert_eq!(broken(&rules, &metadata(&json!({}))), []);
    let native = metadata(&json!({ "redirect_uris": ["http://127.0.0.1/cb"] }));
    assert_eq!(broken(&rules, &native), []);
    let app = metadata(&json!({ "redirect_uris": ["com.example.app:/cb"] }));
    assert_eq!(
        broken(&rules, &app),
        [(R::AppScheme, "redirect_uris[0]".to_owned())]
    );
}

#[test]
fn s10_a_refusal_has_one_coarse_code_and_says_the_rest_to_those_entitled() {
    let sent =
        metadata(&json!({ "redirect_uris": ["https://evil.example/cb", "http://127.0.0.1/"] }));
    let refused = only_hosts(&["*.example.com", "cdn.example.net"])
        .check(&sent, &none())
        .unwrap_err();
    assert_eq!(refused.code(), RegistrationErrorCode::InvalidRedirectUri);
    assert_eq!(
        refused.to_string(),
        "M-01 redirect_uris[0]: evil.example is neither on the list nor proved"
    );
    for rule in R::ALL {
        assert!(
            !rule.required().is_empty() && rule.fix().ends_with('.'),
            "{rule}"
        );
    }
    let refused = only_hosts(&["app.example.com"]).check(&metadata(&json!({})), &none());
    let code = refused.unwrap_err().code();
    assert_eq!(code, RegistrationErrorCode::InvalidClientMetadata);
}

#[test]
fn s10_what_opens_up_is_named() {
    let tight = Rules {
        loopback: false,
        members: BTreeSet::new(),
        ..only_hosts(&["app.example.com"])
    };
    assert_eq!(
        tight.widened_by(&Rules::default()),
        BTreeSet::from([Widening::AnyHost, Widening::Loopback, Widening::Members])
    );
    assert_eq!(Rules::default().widened_by(&tight), BTreeSet::new());
    let more = only_hosts(&["app.example.com", "b.example.com"]);
    assert_eq!(
        only_hosts(&["app.example.com"]).widened_by(&more),
        BTreeSet::new()
    );
}

proptest! {
    #[test]
    fn s10_the_rules_look_at_the_result_and_not_at_the_way_to_it(
        hosts in prop::collection::vec("[a-c]\\.(example|partner)\\.(com|org)", 1..5),
        patterns in prop::collection::btree_set("(\\*\\.)?([a-c]\\.)?(example|partner)\\.(com|org)", 0..4),
    ) {
        let redirects: Vec<_> = hosts.iter().map(|host| format!("https://{host}/cb")).collect();
        let sent = metadata(&json!({ "redirect_uris": redirects, "client_uri": null, "logo_uri": null }));
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let rules = only_hosts(&patterns);
        let covered = |host: &String| {
            let host = HostName::parse(host).unwrap();
            rules.hosts.listed.iter().any(|pattern| pattern.covers(&host))
        };
        // Every address counts, whichever stands first.
        prop_assert_eq!(rules.check(&sent, &none()).is_ok(), hosts.iter().all(covered));
        // What a registration gets back would pass, or fail, just the same.
        let again = ClientMetadata::parse(&sent.to_json()).unwrap();
        prop_assert_eq!(rules.check(&sent, &none()), rules.check(&again, &none()));
        // Proving every host is always enough.
        let proved = hosts.iter().map(|host| HostName::parse(host).unwrap()).collect();
        prop_assert!(rules.check(&sent, &proved).is_ok());
    }
}
