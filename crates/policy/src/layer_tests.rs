//! What a published text may be, and how it is told what it may not be. Hostile texts are refused or bounded.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::source::{LONGEST, MOST_POLICIES};

fn policy(id: &str, condition: &str) -> String {
    format!(
        "@id(\"{id}\")\n@reason(\"No such reach\")\n@outcome(\"deny\")\nforbid (principal, action, resource)\nwhen {{ {condition} }};\n"
    )
}

#[test]
fn a_layer_names_its_rules_and_what_they_saw() {
    let text = format!(
        "// Ours.\n{}{}",
        policy(
            "T-risk",
            "context.risk_score > 20 && context.origin == Narthex::Origin::\"open\""
        ),
        "@id(\"T-all\") @reason(\"Two look\") @outcome(\"needs_two\") @fix(\"Wait.\") forbid (principal, action, resource);"
    );
    let layer = Layer::parse(Whose::Tenant, &text).unwrap();
    let rules: Vec<_> = layer
        .rules()
        .map(|rule| (rule.id.as_str(), rule.outcome))
        .collect();
    assert_eq!(
        rules,
        [
            ("T-risk", RuleOutcome::Deny),
            ("T-all", RuleOutcome::NeedsTwo)
        ]
    );
    let facts = json!({ "risk_score": 40, "origin": { "type": "Narthex::Origin", "id": "open" }, "sponsor": true });
    let observed = |id| layer.observed(&RuleId::parse(id).unwrap(), &facts);
    assert_eq!(observed("T-risk"), "Origin is open; risk score is 40.");
    assert_eq!(observed("T-all"), "It holds for every such request.");
    assert_eq!(layer.hash(), &Layer::hash_of(&text));
}

#[test]
fn a_layer_may_be_empty() {
    for text in ["", "\n", "// nothing is forbidden\n"] {
        assert_eq!(
            Layer::parse(Whose::Platform, text).unwrap().rules().count(),
            0
        );
    }
}

#[rstest]
#[case::permit_all("permit (principal, action, resource);", 1, 1, "only forbids")]
#[case::permit(
    "@id(\"T-ab\") @reason(\"r\")\n@outcome(\"deny\") permit (principal, action, resource);",
    1,
    1,
    "only forbids"
)]
#[case::syntax("@id(\"T-ab\")\nforbid (principal, action;", 2, 26, "unexpected token")]
#[case::unknown_fact(
    "\n\n@id(\"T-ab\") @reason(\"r\") @outcome(\"deny\")\nforbid (principal, action, resource) when { context.famous };",
    4,
    45,
    "famous"
)]
#[case::wrong_type(
    "@id(\"T-ab\") @reason(\"r\") @outcome(\"deny\") forbid (principal, action, resource)\nwhen { context.risk_score == \"high\" };",
    2,
    8,
    "types"
)]
#[case::unknown_word(
    "@id(\"T-ab\") @reason(\"r\") @outcome(\"deny\") forbid (principal, action, resource == Narthex::Environment::\"staging\");",
    1,
    82,
    "staging"
)]
#[case::call_and_person(
    "@id(\"T-ab\") @reason(\"r\") @outcome(\"needs_person\") forbid (principal, action == Narthex::Action::\"call\", resource);",
    1,
    1,
    "Of a call"
)]
#[case::call_asks_of_a_request(
    "@id(\"T-ab\") @reason(\"r\") @outcome(\"deny\")\nforbid (principal, action == Narthex::Action::\"call\", resource) when { context.sponsor };",
    2,
    72,
    "sponsor"
)]
#[case::call_without_has(
    "@id(\"T-ab\") @reason(\"r\") @outcome(\"deny\")\nforbid (principal, action == Narthex::Action::\"call\", resource) when { context.signed_in_seconds > 5 };",
    2,
    72,
    "signed_in_seconds"
)]
#[case::request_asks_of_a_call(
    "@id(\"T-ab\") @reason(\"r\") @outcome(\"deny\")\nforbid (principal, action, resource) when { context.person };",
    2,
    45,
    "person"
)]
#[case::permits_a_call(
    "@id(\"T-ab\") @reason(\"r\") @outcome(\"deny\") permit (principal, action == Narthex::Action::\"call\", resource);",
    1,
    1,
    "only forbids"
)]
#[case::never(
    "@id(\"T-ab\") @reason(\"r\") @outcome(\"deny\") forbid (principal, action, resource) when { false };",
    1,
    1,
    "impossible"
)]
#[case::no_id(
    "@reason(\"r\") @outcome(\"deny\") forbid (principal, action, resource);",
    1,
    1,
    "@id(\"T-…\")"
)]
#[case::id_of_the_platform(
    "@id(\"P-ab\") @reason(\"r\") @outcome(\"deny\") forbid (principal, action, resource);",
    1,
    1,
    "@id(\"T-…\")"
)]
#[case::id_of_the_baseline(
    "@id(\"R-01\") @reason(\"r\") @outcome(\"deny\") forbid (principal, action, resource);",
    1,
    1,
    "@id(\"T-…\")"
)]
#[case::no_reason(
    "@id(\"T-ab\") @outcome(\"deny\") forbid (principal, action, resource);",
    1,
    1,
    "@reason"
)]
#[case::empty_reason(
    "@id(\"T-ab\") @reason(\"  \") @outcome(\"deny\") forbid (principal, action, resource);",
    1,
    1,
    "@reason"
)]
#[case::no_outcome(
    "@id(\"T-ab\") @reason(\"r\") forbid (principal, action, resource);",
    1,
    1,
    "@outcome"
)]
#[case::allow(
    "@id(\"T-ab\") @reason(\"r\") @outcome(\"allow\") forbid (principal, action, resource);",
    1,
    1,
    "@outcome"
)]
#[case::mistyped(
    "@id(\"T-ab\") @reasons(\"r\") @reason(\"r\") @outcome(\"deny\") forbid (principal, action, resource);",
    1,
    1,
    "@reasons is none"
)]
#[case::template(
    "@id(\"T-ab\") @reason(\"r\") @outcome(\"deny\") forbid (principal == ?principal, action, resource);",
    1,
    1,
    "?principal"
)]
fn a_text_that_is_not_whole_is_refused_with_its_place(
    #[case] text: &str,
    #[case] line: usize,
    #[case] column: usize,
    #[case] words: &str,
) {
    let problems = Layer::parse(Whose::Tenant, text).unwrap_err();
    let found = problems.iter().find(|one| one.message.contains(words));
    let found = found.unwrap_or_else(|| panic!("{problems:?}"));
    assert_eq!((found.line, found.column), (line, column), "{problems:?}");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let text = format!(
        "{}{}permit (principal, action, resource);",
        policy("T-one", "true"),
        policy("T-one", "context.sponsor")
    );
    let problems = Layer::parse(Whose::Tenant, &text).unwrap_err();
    let lines: Vec<_> = problems.iter().map(|one| one.line).collect();
    assert!(lines.contains(&6) && lines.contains(&11), "{problems:?}");
    assert!(
        problems
            .iter()
            .any(|one| one.message == "Two policies are called T-one")
    );
}

/// What parses, validates and evaluates must not exhaust the stack or take long.
#[rstest]
#[case::brackets(format!("forbid (principal, action, resource) when {{ {}true{} }};", "(".repeat(9000), ")".repeat(9000)))]
#[case::nots(format!("forbid (principal, action, resource) when {{ {}true }};", "!".repeat(9000)))]
#[case::chain(format!("forbid (principal, action, resource) when {{ true{} }};", " && true".repeat(3000)))]
#[case::ifs(format!("forbid (principal, action, resource) when {{ {} true }};", "if true then true else ".repeat(1200)))]
#[case::many("forbid (principal, action, resource);".repeat(800))]
#[case::thousand((0..1000).map(|n| policy(&format!("T-{n:04}"), "context.sponsor")).collect::<String>())]
#[case::huge(format!("// {}", "x".repeat(LONGEST)))]
#[case::open_string("@id(\"".to_owned())]
#[case::open_escape("@id(\"\\".to_owned())]
#[case::bytes("\u{1f600}".repeat(2000))]
fn a_hostile_text_is_refused(#[case] text: String) {
    let problems = Layer::parse(Whose::Tenant, &text).unwrap_err();
    assert!(!problems.is_empty() && problems.len() < 200);
}

#[test]
fn as_many_policies_as_there_may_be_are_read_and_evaluated() {
    let text: String = (0..MOST_POLICIES)
        .map(|n| {
            policy(
                &format!("T-{n:02}x"),
                &format!("context.risk_score > {n} && context.unproved_hosts.contains(\"h{n}\")"),
            )
        })
        .collect();
    assert!(text.len() <= LONGEST, "{}", text.len());
    let layer = Layer::parse(Whose::Tenant, &text).unwrap();
    assert_eq!(layer.rules().count(), MOST_POLICIES);
}

/// Whatever the text, it is read or refused.
#[test]
fn any_text_is_read_or_refused() {
    use proptest::prelude::*;
    let words = prop::sample::select(vec![
        "forbid",
        "permit",
        "(",
        ")",
        "principal",
        "action",
        "resource",
        "when",
        "unless",
        "{",
        "}",
        ";",
        "context",
        ".",
        "risk_score",
        ">",
        "1",
        "\"x\"",
        "@id(\"T-ab\")",
        "@reason(\"r\")",
        "@outcome(\"deny\")",
        "&&",
        "!",
        "é",
        "//",
        "\n",
        "like",
        "*",
        "9223372036854775807",
        "has",
        "in",
        "if",
        "then",
        "else",
        "[",
        "]",
        ",",
        "==",
        "is",
        "::",
    ]);
    let text = prop::collection::vec(words, 0..40).prop_map(|all| all.join(" "));
    proptest!(ProptestConfig::with_cases(512), |(text in text)| {
        match Layer::parse(Whose::Tenant, &text) {
            Ok(layer) => prop_assert!(layer.rules().all(|rule| rule.outcome != RuleOutcome::Allow)),
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
    });
}
