//! What a finding says of each sign: the rule, what was seen, what helps. No other tenant is ever in it.

use super::*;

#[test]
fn s10_a_finding_names_the_rule_what_was_seen_and_what_helps() {
    let facts = ScreeningFacts {
        disallowed: Some(off_the_list()),
        ..portal()
    };
    let screening = screen(&facts);
    assert_eq!(screening.verdict, Verdict::Deny);
    let seen = finding(&screening, "R-10");
    assert_eq!(seen.outcome, FindingOutcome::Fail);
    assert_eq!(
        seen.observed,
        "M-01 redirect_uris[0]: evil.example is neither on the list nor proved."
    );
    assert_eq!(
        seen.required,
        "A redirect address is at a listed or a proved host."
    );
    assert!(seen.fix.as_ref().unwrap().contains("prove the host"));
}

#[test]
fn s13_each_sign_is_a_finding_that_names_no_tenant() {
    let facts = ScreeningFacts {
        imitation: evil_slack(),
        reused: BTreeSet::from([MarkKind::Key, MarkKind::Logo]),
        names: NamesElsewhere {
            imitates: true,
            imitated: false,
        },
        ..portal()
    };
    let screening = screen(&facts);
    let saw = |check: &str| finding(&screening, check).observed.clone();
    assert_eq!(
        saw("R-13"),
        "It calls itself Slack and leads to slack-login.example, which is not Slack."
    );
    assert_eq!(
        saw("R-14"),
        "These look like a known host and are not: slack-login.example (like Slack)."
    );
    assert_eq!(
        saw("R-15"),
        "Another tenant uses the same: a key, the logo."
    );
    assert_eq!(
        saw("R-16"),
        "Its logo is at slack-login.example, which is not proved. Nobody but reviewers sees it."
    );
    assert_eq!(
        saw("R-23"),
        "Another tenant has a client that looks like this name, with proved hosts."
    );
    assert_eq!(saw("R-17"), "Letters of several scripts: “Ѕlack”.");
    assert_eq!(screening.risk.level, RiskLevel::Critical);
}
