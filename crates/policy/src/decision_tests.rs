//! Tables for the decision on one call. They never build a context by hand but to break it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use rstest::rstest;

use super::*;
use crate::baseline::CALL_SCHEMA as SCHEMA;
use crate::policies::Policies;

const TOOL: ToolFact = ToolFact {
    entitled: true,
    schema_matches: true,
};

fn scopes(text: &str) -> ScopeSet {
    if text.is_empty() {
        ScopeSet::default()
    } else {
        ScopeSet::parse(text).unwrap()
    }
}

fn approved() -> CallFacts {
    CallFacts {
        client_active: true,
        audience_matches: true,
        token_scopes: scopes("notes.read notes.write"),
        required_scopes: scopes("notes.read"),
        tool: Some(TOOL),
    }
}

fn names(decision: &Decision) -> Vec<&str> {
    decision
        .reasons
        .iter()
        .map(|reason| reason.rule.as_str())
        .collect()
}

#[rstest]
#[case::within_reach(|_: &mut CallFacts| {}, true, &["C-20"])]
#[case::no_tool(|f: &mut CallFacts| f.tool = None, true, &["C-20"])]
#[case::tool_without_scope(|f: &mut CallFacts| f.required_scopes = scopes(""), true, &["C-20"])]
#[case::inactive(|f: &mut CallFacts| f.client_active = false, false, &["C-01"])]
#[case::other_audience(|f: &mut CallFacts| f.audience_matches = false, false, &["C-02"])]
#[case::scope_missing(|f: &mut CallFacts| f.required_scopes = scopes("notes.read notes.delete"), false, &["C-03"])]
#[case::no_scope_in_token(|f: &mut CallFacts| f.token_scopes = scopes(""), false, &["C-03"])]
#[case::scope_prefix(|f: &mut CallFacts| f.required_scopes = scopes("notes"), false, &["C-03"])]
#[case::not_entitled(|f: &mut CallFacts| f.tool = Some(ToolFact { entitled: false, ..TOOL }), false, &["C-04"])]
#[case::changed_tool(|f: &mut CallFacts| f.tool = Some(ToolFact { schema_matches: false, ..TOOL }), false, &["C-05"])]
#[case::nothing_named(|f: &mut CallFacts| { f.tool = None; f.required_scopes = scopes(""); }, false, &["C-06"])]
#[case::all_wrong(
    |f: &mut CallFacts| {
        *f = CallFacts {
            client_active: false,
            audience_matches: false,
            token_scopes: scopes(""),
            tool: Some(ToolFact { entitled: false, schema_matches: false }),
            ..approved()
        }
    },
    false,
    &["C-01", "C-02", "C-03", "C-04", "C-05"]
)]
fn each_rule_decides(
    #[case] change: fn(&mut CallFacts),
    #[case] allow: bool,
    #[case] rules: &[&str],
) {
    let mut facts = approved();
    change(&mut facts);
    let decision = decide(&facts);
    assert_eq!(decision.allow, allow);
    assert_eq!(names(&decision), rules);
    assert_eq!(decision.errors, Vec::<String>::new());
    assert!(
        decision.policy_version.starts_with("call-"),
        "{}",
        decision.policy_version
    );
}

#[rstest]
#[case("client_active")]
#[case("audience_matches")]
#[case("token_scopes")]
#[case("required_scopes")]
fn a_missing_fact_is_a_refusal(#[case] missing: &str) {
    let mut broken = context(&approved());
    broken.as_object_mut().unwrap().remove(missing).unwrap();
    let decision = answer(evaluate(&CALL, question(broken)), version(&CALL));
    assert!(!decision.allow);
    assert_eq!(names(&decision), ["R-00"]);
    assert!(
        decision.errors[0].contains(missing),
        "{:?}",
        decision.errors
    );
}

#[rstest]
#[case("client_active", json!("true"))]
#[case("token_scopes", json!("notes.read"))]
#[case("tool", json!({ "entitled": true }))]
#[case("tool", json!(null))]
#[case("trusted", json!(true))]
fn a_malformed_fact_is_a_refusal(#[case] name: &str, #[case] value: Value) {
    let mut broken = context(&approved());
    broken
        .as_object_mut()
        .unwrap()
        .insert(name.to_owned(), value);
    let decision = answer(evaluate(&CALL, question(broken)), version(&CALL));
    assert!(!decision.allow);
    assert_eq!(names(&decision), ["R-00"]);
}

#[test]
fn a_set_that_permits_nothing_refuses() {
    let set = Policies::parse("test", SCHEMA, "");
    let decision = answer(
        evaluate(&set, question(context(&approved()))),
        version(&set),
    );
    assert!(!decision.allow);
    assert_eq!(names(&decision), ["R-99"]);
}

#[test]
fn a_set_that_did_not_load_refuses() {
    let set = Policies::parse("test", SCHEMA, "permit");
    let decision = answer(
        evaluate(&set, question(context(&approved()))),
        version(&set),
    );
    assert!(!decision.allow);
    assert_eq!(
        (names(&decision), decision.policy_version.as_str()),
        (vec!["R-00"], "unloaded")
    );
}
