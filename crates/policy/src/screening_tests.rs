//! Tables and properties for screening. They never build a context by hand but to break it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use narthex_vocab::{
    Admits, AuthMethod, Brand, ClientMetadata, Disallowed, Environment, GrantType, Host,
    HostPattern, Imitation, Label, MarkKind, MetadataRules, Risk,
};
use rstest::rstest;

use super::fixture::{open, portal, scope};
use super::*;
use crate::baseline::SCREEN_SCHEMA as SCHEMA;
use crate::facts::{Descent, LogoFact, NamesElsewhere, Origin, Past, ScopeFact};
use crate::finding::FindingOutcome;
use crate::judge::whole::judge;
use crate::policies::{Policies, PolicyError};
use crate::risk_score::RiskLevel;

/// A redirect address that an environment with an empty list does not take.
fn off_the_list() -> Disallowed {
    let sent = json!({ "redirect_uris": ["https://evil.example/cb"] });
    let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    let mut rules = MetadataRules::default();
    rules.hosts.admits = Admits::Listed;
    rules.check(&metadata, &BTreeSet::new()).unwrap_err()
}

/// It calls itself by a known name, leads to a host that looks like that name's, mixes scripts and has a logo there.
fn evil_slack() -> Imitation {
    let sent = json!({
        "client_name": "Ѕlack",
        "redirect_uris": ["https://slack-login.example/cb"],
        "logo_uri": "https://slack-login.example/logo.png",
    });
    let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    let slack = Brand {
        name: Label::parse("Slack").unwrap(),
        hosts: BTreeSet::from([HostPattern::parse("slack.com").unwrap()]),
    };
    let name = Label::parse("Partner").unwrap();
    Imitation::of((&name, &metadata), &BTreeSet::new(), &[slack])
}

/// By the baseline alone.
fn screen(facts: &ScreeningFacts) -> Screening {
    super::screen(facts, &Layers::default())
}

fn judged(
    set: &Result<Policies, PolicyError>,
    facts: &Value,
) -> (Verdict, Vec<RuleId>, Vec<String>) {
    judge(set, Environment::Sandbox, facts)
}

fn names(rules: &[RuleId]) -> Vec<&str> {
    rules.iter().map(RuleId::as_str).collect()
}

fn finding<'a>(screening: &'a Screening, check: &str) -> &'a Finding {
    screening
        .findings
        .iter()
        .find(|finding| finding.check == check)
        .unwrap()
}

type F = ScreeningFacts;

#[rstest]
#[case::read_and_open(|_: &mut F| {}, Verdict::Allow, &["R-20"])]
#[case::no_scope(|f: &mut F| f.requested.clear(), Verdict::Allow, &["R-20"])]
#[case::loopback(|f: &mut F| { f.loopback_only = true; f.hosts_unproved.clear(); }, Verdict::Allow, &["R-20"])]
#[case::not_open(|f: &mut F| f.requested[0].open = false, Verdict::NeedsPerson, &["R-08"])]
#[case::change(|f: &mut F| f.requested[0].risk = Risk::Change, Verdict::NeedsPerson, &["R-08"])]
#[case::delete(|f: &mut F| f.requested[0].risk = Risk::Delete, Verdict::NeedsPerson, &["R-07", "R-08"])]
#[case::one_of_two(|f: &mut F| f.requested.push(scope("a", Risk::Admin, true)), Verdict::NeedsPerson, &["R-07", "R-08"])]
#[case::off_the_list(|f: &mut F| f.disallowed = Some(off_the_list()), Verdict::Deny, &["R-10"])]
#[case::imitates(|f: &mut F| f.imitation = evil_slack(), Verdict::NeedsPerson, &["R-13", "R-14"])]
#[case::name_of_another_tenant(|f: &mut F| f.names.imitates = true, Verdict::NeedsPerson, &["R-23"])]
#[case::name_that_others_show(|f: &mut F| f.names.imitated = true, Verdict::Allow, &["R-20"])]
#[case::look_alike(|f: &mut F| f.name_conflict = true, Verdict::NeedsPerson, &["R-06"])]
#[case::for_itself(|f: &mut F| { f.grants.insert(GrantType::ClientCredentials); }, Verdict::Deny, &["R-05"])]
#[case::quarantine(|f: &mut F| { f.origin = Origin::Quarantine; f.sponsor = true; }, Verdict::NeedsPerson, &["R-03"])]
#[case::approval(|f: &mut F| { f.origin = Origin::Approval; f.sponsor = true; }, Verdict::NeedsPerson, &["R-03"])]
#[case::portal(|f: &mut F| { f.origin = Origin::Portal; f.sponsor = true; }, Verdict::NeedsPerson, &["R-02"])]
#[case::token(|f: &mut F| { f.origin = Origin::Token; f.sponsor = true; }, Verdict::NeedsPerson, &["R-22"])]
#[case::trusted(|f: &mut F| { f.origin = Origin::Trust; f.sponsor = true; f.trusted = Some("yes".to_owned()); }, Verdict::Allow, &["R-30"])]
#[case::trusted_no_more(|f: &mut F| { f.origin = Origin::Trust; f.sponsor = true; }, Verdict::NeedsPerson, &["R-32"])]
#[case::trusted_alone(|f: &mut F| { f.origin = Origin::Trust; f.trusted = Some("yes".to_owned()); }, Verdict::NeedsPerson, &["R-04"])]
#[case::trusted_for_more(|f: &mut F| { f.origin = Origin::Trust; f.sponsor = true; f.trusted = Some("yes".to_owned()); f.requested.push(scope("notes.write", Risk::Change, false)); }, Verdict::NeedsPerson, &["R-31"])]
#[case::trusted_in_production(|f: &mut F| { f.origin = Origin::Trust; f.sponsor = true; f.trusted = Some("yes".to_owned()); f.environment = Environment::Production; f.hosts_unproved.clear(); }, Verdict::NeedsPerson, &["R-01"])]
#[case::blocked_before(|f: &mut F| f.past.blocks = 1, Verdict::NeedsPerson, &["R-51"])]
#[case::revoked_before(|f: &mut F| f.past.revocations = 1, Verdict::NeedsPerson, &["R-51"])]
#[case::rejected_before(|f: &mut F| f.past.rejections = 3, Verdict::Allow, &["R-20"])]
#[case::within(|f: &mut F| f.descent = Descent::Within, Verdict::Allow, &["R-20"])]
#[case::beyond(|f: &mut F| f.descent = Descent::Beyond, Verdict::Deny, &["R-21"])]
#[case::crowded(|f: &mut F| f.descent = Descent::Crowded, Verdict::Deny, &["R-25"])]
#[case::parent_stopped(|f: &mut F| f.descent = Descent::Stopped, Verdict::Deny, &["R-21"])]
#[case::no_sponsor(|f: &mut F| f.origin = Origin::Portal, Verdict::NeedsPerson, &["R-02", "R-04"])]
#[case::production(|f: &mut F| f.environment = Environment::Production, Verdict::NeedsTwo, &["R-01", "R-12", "R-45"])]
fn open_registration(#[case] change: fn(&mut F), #[case] verdict: Verdict, #[case] rules: &[&str]) {
    let mut facts = open();
    change(&mut facts);
    let screening = screen(&facts);
    assert_eq!(
        (screening.verdict, names(&screening.determining)),
        (verdict, rules.to_vec())
    );
    assert_eq!(screening.errors, Vec::<String>::new());
}

#[rstest]
#[case::clean(|_: &mut F| {}, Verdict::NeedsPerson, &["R-01", "R-02"])]
#[case::sandbox(|f: &mut F| f.environment = Environment::Sandbox, Verdict::NeedsPerson, &["R-02"])]
#[case::host(|f: &mut F| f.hosts_unproved = vec![Host::parse("app.example").unwrap()], Verdict::NeedsPerson, &["R-01", "R-02", "R-12"])]
#[case::loopback_host(|f: &mut F| f.hosts_unproved = vec![Host::parse("127.0.0.1").unwrap()], Verdict::NeedsPerson, &["R-01", "R-02"])]
#[case::sponsor(|f: &mut F| f.sponsor = false, Verdict::NeedsPerson, &["R-01", "R-02", "R-04"])]
#[case::admin(|f: &mut F| f.requested = vec![scope("a", Risk::Admin, false)], Verdict::NeedsTwo, &["R-01", "R-02", "R-07", "R-45", "R-46"])]
#[case::key_of_the_sandbox(|f: &mut F| f.shared_key = true, Verdict::Deny, &["R-01", "R-02", "R-45", "R-60"])]
#[case::delete(|f: &mut F| f.requested = vec![scope("a", Risk::Delete, false)], Verdict::NeedsTwo, &["R-01", "R-02", "R-07", "R-46"])]
#[case::delete_in_the_sandbox(|f: &mut F| { f.requested = vec![scope("a", Risk::Delete, false)]; f.environment = Environment::Sandbox; }, Verdict::NeedsPerson, &["R-02", "R-07"])]
#[case::much_at_once(|f: &mut F| { f.name_conflict = true; f.requested = vec![scope("a", Risk::Change, false)]; }, Verdict::NeedsTwo, &["R-01", "R-02", "R-06", "R-45"])]
#[case::for_itself_with_key(|f: &mut F| { f.grants.insert(GrantType::ClientCredentials); }, Verdict::NeedsPerson, &["R-01", "R-02"])]
#[case::for_itself_without(
    |f: &mut F| { f.grants.insert(GrantType::ClientCredentials); f.auth_method = AuthMethod::None; },
    Verdict::Deny,
    &["R-01", "R-02", "R-05", "R-45"]
)]
fn portal_request(#[case] change: fn(&mut F), #[case] verdict: Verdict, #[case] rules: &[&str]) {
    let mut facts = portal();
    change(&mut facts);
    let screening = screen(&facts);
    assert_eq!(
        (screening.verdict, names(&screening.determining)),
        (verdict, rules.to_vec())
    );
}

#[test]
fn findings_come_worst_first_and_explain_themselves() {
    let facts = ScreeningFacts {
        hosts_unproved: ["a.example", "b.example", "127.0.0.1"]
            .map(|host| Host::parse(host).unwrap())
            .to_vec(),
        requested: vec![scope("notes.delete", Risk::Delete, false)],
        ..portal()
    };
    let screening = screen(&facts);
    let hosts = &screening.findings[0];
    assert_eq!(
        (&*hosts.check, hosts.outcome),
        ("R-12", FindingOutcome::Fail)
    );
    assert_eq!(hosts.observed, "Not proved: a.example, b.example.");
    assert_eq!(hosts.fix.as_deref(), Some("Prove the host."));
    assert_eq!(
        finding(&screening, "R-07").observed,
        "Delete scope: notes.delete."
    );
    assert_eq!(
        (screening.risk.score, screening.risk.level),
        (85, RiskLevel::Critical)
    );
    assert_eq!(screening.risk.reasons[0].check, "R-07");
}

#[test]
fn a_clean_request_has_no_risk() {
    let screening = screen(&portal());
    assert_eq!(
        (screening.risk.score, screening.risk.level),
        (0, RiskLevel::Low)
    );
    assert!(
        screening
            .findings
            .iter()
            .all(|finding| finding.outcome == FindingOutcome::Pass)
    );
}

#[rstest]
#[case("origin")]
#[case("auth_method")]
#[case("grants")]
#[case("risks")]
#[case("scope_count")]
#[case("closed_scopes")]
#[case("unproved_hosts")]
#[case("broken_rules")]
#[case("loopback_only")]
#[case("sponsor")]
#[case("name_conflict")]
#[case("imitates")]
#[case("first_request")]
#[case("sandbox_first")]
#[case("new_scopes")]
#[case("tenant_age_days")]
#[case("earlier_rejections")]
#[case("earlier_blocks")]
#[case("earlier_revocations")]
fn a_missing_fact_needs_a_person(#[case] missing: &str) {
    let mut broken = context(&open(), 0);
    broken.as_object_mut().unwrap().remove(missing).unwrap();
    let (verdict, rules, errors) = judged(&SCREENING, &broken);
    assert_eq!(
        (verdict, names(&rules)),
        (Verdict::NeedsPerson, vec!["R-00"])
    );
    assert!(errors[0].contains(missing), "{errors:?}");
}

#[test]
fn a_missing_word_about_trust_needs_a_person() {
    let facts = ScreeningFacts {
        origin: Origin::Trust,
        sponsor: true,
        ..open()
    };
    let mut broken = context(&facts, 0);
    broken.as_object_mut().unwrap().remove("trusted").unwrap();
    let (verdict, rules, _) = judged(&SCREENING, &broken);
    assert_eq!(
        (verdict, names(&rules)),
        (Verdict::NeedsPerson, vec!["R-00"])
    );
}

#[rstest]
#[case("origin", json!({ "type": "Narthex::Origin", "id": "import" }))]
#[case("name_conflict", json!("false"))]
#[case("risks", json!(null))]
#[case("approved", json!(true))]
fn a_malformed_fact_needs_a_person(#[case] name: &str, #[case] value: Value) {
    let mut broken = context(&open(), 0);
    broken
        .as_object_mut()
        .unwrap()
        .insert(name.to_owned(), value);
    let (verdict, rules, _) = judged(&SCREENING, &broken);
    assert_eq!(
        (verdict, names(&rules)),
        (Verdict::NeedsPerson, vec!["R-00"])
    );
}

const PERMIT_ALL: &str = r#"@id("R-20") @title("t") permit (principal, action, resource);"#;
const OVERFLOWS: &str = r#"@id("R-50") @title("t") @outcome("deny")
    forbid (principal, action == Narthex::Action::"screen", resource)
    when { (context.scope_count + 9223372036854775807) * 2 > 0 };"#;

#[test]
fn a_rule_that_errs_never_lets_a_permit_through() {
    let set = Policies::parse("test", SCHEMA, &format!("{PERMIT_ALL}{OVERFLOWS}"));
    let (verdict, rules, errors) = judged(&set, &context(&open(), 0));
    assert_eq!(
        (verdict, names(&rules)),
        (Verdict::NeedsPerson, vec!["R-00", "R-20"])
    );
    assert!(errors[0].contains("overflow"), "{errors:?}");
}

#[test]
fn a_deny_stands_beside_an_error() {
    let deny = r#"@id("R-51") @title("t") @outcome("deny") forbid (principal, action, resource);"#;
    let set = Policies::parse("test", SCHEMA, &format!("{PERMIT_ALL}{OVERFLOWS}{deny}"));
    let (verdict, rules, _) = judged(&set, &context(&open(), 0));
    assert_eq!(
        (verdict, names(&rules)),
        (Verdict::Deny, vec!["R-00", "R-51"])
    );
}

#[test]
fn an_empty_or_unloaded_set_needs_a_person() {
    let empty = Policies::parse("test", SCHEMA, "");
    let (verdict, rules, _) = judged(&empty, &context(&open(), 0));
    assert_eq!(
        (verdict, names(&rules)),
        (Verdict::NeedsPerson, vec!["R-99"])
    );
    let unloaded = Policies::parse("test", SCHEMA, "permit");
    let (verdict, rules, _) = judged(&unloaded, &context(&open(), 0));
    assert_eq!(
        (verdict, names(&rules)),
        (Verdict::NeedsPerson, vec!["R-00"])
    );
}

#[path = "screening_every_tests.rs"]
pub(crate) mod every;
#[path = "screening_signs_tests.rs"]
mod signs;
