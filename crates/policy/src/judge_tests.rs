//! That a layer can only tighten, whatever it says and whatever the facts are; and that what errs needs a person.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::screening::fixture::{open, portal};
use crate::screening::screen;
use crate::screening::tests::every::every_request;

fn layer(whose: Whose, text: &str) -> InForce {
    InForce {
        number: 7,
        layer: Ok(Arc::new(Layer::parse(whose, text).unwrap())),
    }
}

fn tenants(text: &str) -> Layers {
    Layers {
        platform: None,
        tenant: Some(layer(Whose::Tenant, text)),
    }
}

fn rule(id: &str, outcome: &str, condition: &str) -> String {
    format!(
        "@id(\"{id}\") @reason(\"Ours\") @outcome(\"{outcome}\") @fix(\"Ask.\") forbid (principal, action, resource) when {{ {condition} }};"
    )
}

fn texts(rules: &[RuleId]) -> Vec<&str> {
    rules.iter().map(RuleId::as_str).collect()
}

#[rstest]
#[case("needs_person", Verdict::NeedsPerson, &["T-it"])]
#[case("needs_two", Verdict::NeedsTwo, &["T-it"])]
#[case("deny", Verdict::Deny, &["T-it"])]
fn a_tenant_tightens_what_the_baseline_allows(
    #[case] outcome: &str,
    #[case] verdict: Verdict,
    #[case] rules: &[&str],
) {
    let layers = tenants(&rule("T-it", outcome, "context.scope_count > 0"));
    let screening = screen(&open(), &layers);
    assert_eq!(
        (screening.verdict, texts(&screening.determining)),
        (verdict, rules.to_vec())
    );
    assert_eq!(screening.layers, (None, Some(7)));
    let seen = screening
        .findings
        .iter()
        .find(|finding| finding.check == "T-it")
        .unwrap();
    assert_eq!(seen.observed, "Scope count is 1.");
    assert_eq!(seen.required, "Ours (Tenant policy version 7)");
    assert_eq!((seen.fix.as_deref(), seen.weight), (Some("Ask."), 0));
    let without = screen(&open(), &Layers::default());
    assert_eq!(without.risk, screening.risk);
}

#[test]
fn a_layer_that_has_nothing_to_say_changes_nothing() {
    let layers = tenants(&rule("T-it", "deny", "context.scope_count > 10"));
    for facts in [open(), portal()] {
        let (with, without) = (screen(&facts, &layers), screen(&facts, &Layers::default()));
        assert_eq!(
            (with.verdict, with.determining),
            (without.verdict, without.determining)
        );
    }
}

#[test]
fn every_layer_that_fired_is_named() {
    let layers = Layers {
        platform: Some(layer(Whose::Platform, &rule("P-it", "needs_two", "true"))),
        tenant: Some(layer(Whose::Tenant, &rule("T-it", "needs_person", "true"))),
    };
    let screening = screen(&open(), &layers);
    assert_eq!(texts(&screening.determining), ["P-it", "T-it"]);
    assert_eq!(
        (screening.verdict, texts(&screening.second)),
        (Verdict::NeedsTwo, vec!["P-it"])
    );
}

#[rstest]
#[case::overflow("context.scope_count * 9223372036854775807 * 2 > 5")]
#[case::overflow_beside_a_deny_that_does_not_fire(
    "context.scope_count + 9223372036854775807 > 5 && context.scope_count > 10"
)]
fn a_layer_that_errs_needs_a_person(#[case] condition: &str) {
    let screening = screen(&open(), &tenants(&rule("T-it", "deny", condition)));
    assert_eq!(
        (screening.verdict, texts(&screening.determining)),
        (Verdict::NeedsPerson, vec!["R-00"])
    );
    assert!(
        screening.errors[0].starts_with("Tenant policy version 7: "),
        "{:?}",
        screening.errors
    );
}

#[test]
fn a_deny_stands_beside_an_error_of_the_same_layer() {
    let text = rule(
        "T-err",
        "deny",
        "context.scope_count * 9223372036854775807 * 2 > 5",
    ) + &rule("T-deny", "deny", "true");
    let screening = screen(&open(), &tenants(&text));
    assert_eq!(
        (screening.verdict, texts(&screening.determining)),
        (Verdict::Deny, vec!["R-00", "T-deny"])
    );
}

#[test]
fn a_version_that_this_release_does_not_read_needs_a_person() {
    let broken = InForce {
        number: 3,
        layer: Err("it asks about something else".to_owned()),
    };
    let layers = Layers {
        platform: Some(broken),
        tenant: None,
    };
    let screening = screen(&open(), &layers);
    assert_eq!(
        (screening.verdict, texts(&screening.determining)),
        (Verdict::NeedsPerson, vec!["R-00"])
    );
    assert_eq!(screening.layers, (Some(3), None));
}

#[test]
fn facts_that_lack_what_is_asked_need_a_person_under_any_layer() {
    let whole = screen(&open(), &Layers::default()).facts;
    for name in whole.as_object().unwrap().keys() {
        let mut facts = whole.clone();
        facts.as_object_mut().unwrap().remove(name);
        let posed = Posed::new(Environment::Sandbox, &facts);
        assert!(!posed.is_whole(), "{name}");
        for layers in [
            Layers::default(),
            tenants(""),
            tenants(&rule("T-it", "deny", "false || context.scope_count > 99")),
        ] {
            let judged = posed.under(&layers);
            assert_eq!(
                (judged.verdict, judged.determining[0].as_str()),
                (Verdict::NeedsPerson, "R-00"),
                "{name}"
            );
        }
    }
    let facts = json!("nothing");
    assert!(!Posed::new(Environment::Sandbox, &facts).is_whole());
}

#[test]
fn what_is_kept_is_judged_again_as_it_was() {
    for facts in every_request().iter().step_by(7) {
        let screening = screen(facts, &Layers::default());
        let again = Posed::new(facts.environment, &screening.facts).under(&Layers::default());
        assert_eq!(
            (again.verdict, again.determining),
            (screening.verdict, screening.determining)
        );
    }
}

/// A policy of any outcome over any condition that validates.
fn any_rule() -> impl Strategy<Value = String> {
    let outcome = prop::sample::select(vec!["deny", "needs_two", "needs_person"]);
    let condition = prop::sample::select(vec![
        "context.risk_score > 10",
        "context.sponsor",
        "!context.sponsor",
        "context.origin == Narthex::Origin::\"portal\"",
        "context.origin in [Narthex::Origin::\"open\", Narthex::Origin::\"trust\"]",
        "context.risks.contains(\"change\")",
        "context.closed_scopes.isEmpty()",
        "context.scope_count * 9223372036854775807 > 5",
        "context.risk_score + 9223372036854775807 < 0",
        "resource == Narthex::Environment::\"production\"",
        "if context.trusted then context.first_request else context.loopback_only",
        "context.unproved_hosts.contains(\"app.example\")",
        "context.auth_method like \"p*k*\"",
        "true",
    ]);
    (outcome, condition, prop::bool::ANY).prop_map(|(outcome, condition, unless)| {
        // What can never fire is no policy.
        let word = if unless && condition != "true" { "unless" } else { "when" };
        format!("@reason(\"r\") @outcome(\"{outcome}\") forbid (principal, action, resource) {word} {{ {condition} }};")
    })
}

fn any_layer(whose: Whose) -> impl Strategy<Value = Option<InForce>> {
    prop::option::of(prop::collection::vec(any_rule(), 0..5)).prop_map(move |rules| {
        rules.map(|rules| {
            let named = rules
                .iter()
                .enumerate()
                .map(|(n, rule)| format!("@id(\"{}n{n}\") {rule}", whose.prefix()));
            layer(whose, &named.collect::<Vec<_>>().join("\n"))
        })
    })
}

/// The property that tenants and the platform's people rest on: whatever is published, nothing gets easier.
#[test]
fn no_layer_ever_loosens() {
    let requests = every_request();
    let layers = (any_layer(Whose::Platform), any_layer(Whose::Tenant));
    proptest!(ProptestConfig::with_cases(200), |(
        (platform, tenant) in layers,
        picks in prop::collection::vec(0..requests.len(), 20)
    )| {
        let both = Layers { platform: platform.clone(), tenant: tenant.clone() };
        let one = Layers { platform, tenant: None };
        for pick in picks {
            let facts = &requests[pick];
            let base = screen(facts, &Layers::default()).verdict.strictness();
            let with_one = screen(facts, &one);
            let with_both = screen(facts, &both);
            prop_assert!(base <= with_one.verdict.strictness());
            prop_assert!(with_one.verdict.strictness() <= with_both.verdict.strictness());
            prop_assert!(!with_both.determining.is_empty());
            prop_assert!(with_both.errors.is_empty() || with_both.verdict != Verdict::Allow);
            prop_assert_eq!(with_both.second.is_empty(), with_both.verdict != Verdict::NeedsTwo);
        }
    });
}
