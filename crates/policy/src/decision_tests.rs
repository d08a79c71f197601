//! Tables for the decision on one call. They never build a context by hand but to break it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use rstest::rstest;

use super::*;
use crate::baseline::CALL_SCHEMA as SCHEMA;
use crate::layer::Layer;
use crate::policies::Policies;

fn tool() -> ToolFact {
    ToolFact {
        name: "list_notes".to_owned(),
        entitled: true,
        schema_matches: true,
    }
}

/// The tenant's version 3.
fn layers(text: &str) -> Layers {
    Layers {
        platform: None,
        tenant: Some(InForce {
            number: 3,
            layer: Layer::published(Whose::Tenant, text),
        }),
    }
}

/// A policy for calls.
fn forbid(id: &str, head: &str, condition: &str) -> String {
    format!(
        "@id(\"{id}\") @reason(\"Ours\") @outcome(\"deny\") @fix(\"Ask us.\")
forbid ({head}, action == Narthex::Action::\"call\", resource) when {{ {condition} }};"
    )
}

fn scopes(text: &str) -> ScopeSet {
    if text.is_empty() {
        ScopeSet::default()
    } else {
        ScopeSet::parse(text).unwrap()
    }
}

fn approved() -> CallFacts {
    CallFacts {
        client: "np_notes".to_owned(),
        resource: "https://notes.example/mcp".to_owned(),
        environment: Environment::Production,
        behind: Behind {
            person: true,
            on_behalf: false,
            signed_in_seconds: Some(60),
        },
        client_active: true,
        audience_matches: true,
        token_scopes: scopes("notes.read notes.write"),
        required_scopes: scopes("notes.read"),
        tool: Some(tool()),
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
#[case::not_entitled(|f: &mut CallFacts| f.tool = Some(ToolFact { entitled: false, ..tool() }), false, &["C-04"])]
#[case::changed_tool(|f: &mut CallFacts| f.tool = Some(ToolFact { schema_matches: false, ..tool() }), false, &["C-05"])]
#[case::nothing_named(|f: &mut CallFacts| { f.tool = None; f.required_scopes = scopes(""); }, false, &["C-06"])]
#[case::all_wrong(
    |f: &mut CallFacts| {
        *f = CallFacts {
            client_active: false,
            audience_matches: false,
            token_scopes: scopes(""),
            tool: Some(ToolFact { entitled: false, schema_matches: false, ..tool() }),
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
    let decision = decide(&facts, &Layers::default());
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
#[case("environment")]
#[case("person")]
#[case("on_behalf")]
fn a_missing_fact_is_a_refusal(#[case] missing: &str) {
    let mut broken = context(&approved());
    broken.as_object_mut().unwrap().remove(missing).unwrap();
    let facts = approved();
    let (_, evaluation) = pose(&CALL, question(&facts, broken));
    let decision = answer(evaluation, version(&CALL));
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
    let facts = approved();
    let (_, evaluation) = pose(&CALL, question(&facts, broken));
    let decision = answer(evaluation, version(&CALL));
    assert!(!decision.allow);
    assert_eq!(names(&decision), ["R-00"]);
}

#[test]
fn a_set_that_permits_nothing_refuses() {
    let set = Policies::parse("test", SCHEMA, "");
    let facts = approved();
    let (_, evaluation) = pose(&set, question(&facts, context(&facts)));
    let decision = answer(evaluation, version(&set));
    assert!(!decision.allow);
    assert_eq!(names(&decision), ["R-99"]);
}

#[test]
fn a_set_that_did_not_load_refuses() {
    let set = Policies::parse("test", SCHEMA, "permit");
    let facts = approved();
    let (_, evaluation) = pose(&set, question(&facts, context(&facts)));
    let decision = answer(evaluation, version(&set));
    assert!(!decision.allow);
    assert_eq!(
        (names(&decision), decision.policy_version.as_str()),
        (vec!["R-00"], "unloaded")
    );
}

#[rstest]
#[case::tool("principal", "context has tool && context.tool.name == \"list_notes\"")]
#[case::client("principal == Narthex::Client::\"np_notes\"", "true")]
#[case::scope("principal", "context.required_scopes.contains(\"notes.read\")")]
#[case::place(
    "principal",
    "context.environment == Narthex::Environment::\"production\""
)]
#[case::stale(
    "principal",
    "context has signed_in_seconds && context.signed_in_seconds > 30"
)]
#[case::person("principal", "context.person && !context.on_behalf")]
fn a_layer_takes_away(#[case] head: &str, #[case] condition: &str) {
    let layers = layers(&forbid("T-no", head, condition));
    let decision = decide(&approved(), &layers);
    assert!(!decision.allow);
    assert_eq!(names(&decision), ["T-no"]);
    assert_eq!(
        (decision.platform_policy, decision.tenant_policy),
        (None, Some(3))
    );
    assert_eq!(decision.reasons[0].fix.as_deref(), Some("Ask us."));
    // Another client, of another name, at another place.
    let other = CallFacts {
        client: "ns_other".to_owned(),
        environment: Environment::Sandbox,
        behind: Behind {
            person: false,
            on_behalf: false,
            signed_in_seconds: None,
        },
        required_scopes: scopes("notes.write"),
        tool: Some(ToolFact {
            name: "add_note".to_owned(),
            ..tool()
        }),
        ..approved()
    };
    let decision = decide(&other, &layers);
    assert_eq!((decision.allow, names(&decision)), (true, vec!["C-20"]));
}

#[test]
fn a_layer_gives_nothing_that_the_baseline_refuses() {
    let texts = [
        String::new(),
        forbid(
            "T-no",
            "principal",
            "context.token_scopes.contains(\"other\")",
        ),
        // Of a request, and not of a call.
        "@id(\"T-all\") @reason(\"r\") @outcome(\"deny\") forbid (principal, action, resource);"
            .to_owned(),
    ];
    for text in texts {
        let layers = layers(&text);
        let beyond = CallFacts {
            tool: Some(ToolFact {
                entitled: false,
                ..tool()
            }),
            ..approved()
        };
        let decision = decide(&beyond, &layers);
        assert_eq!(
            (decision.allow, names(&decision)),
            (false, vec!["C-04"]),
            "{text}"
        );
        assert!(decide(&approved(), &layers).allow, "{text}");
    }
}

#[test]
fn a_layer_that_errs_or_does_not_load_refuses() {
    // Whole numbers have an end.
    let errs = forbid(
        "T-far",
        "principal",
        "context has signed_in_seconds && context.signed_in_seconds * 9223372036854775807 > 1",
    );
    for text in [
        errs.as_str(),
        "permit (principal, action, resource);",
        "forbid",
    ] {
        let layers = layers(text);
        assert!(layers.ask_of_calls());
        let decision = decide(&approved(), &layers);
        assert!(!decision.allow, "{text}");
        assert_eq!(names(&decision), ["R-00"], "{text}");
        assert_eq!(
            decision.reasons[0].title,
            "Tenant policy version 3 could not be evaluated"
        );
        assert!(!decision.errors.is_empty());
    }
    // What asks nothing of a call cannot err over one.
    let silent = layers(
        "@id(\"T-all\") @reason(\"r\") @outcome(\"deny\") forbid (principal, action, resource);",
    );
    assert!(!silent.ask_of_calls());
}
