//! The automatic answer to an access request: a verdict with the rules that determined it, and
//! the findings that explain it. It never allows in production, and never after an error.

use serde_json::{Value, json};

use crate::baseline::{SCREENING, evaluate, version};
use crate::check;
use crate::facts::ScreeningFacts;
use crate::finding::Finding;
use crate::imitation;
use crate::policies::{Evaluation, Question};
use crate::risk_score::RiskScore;
use crate::rule::{Rule, RuleId, RuleOutcome};

/// What the policy says about an access request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// A named rule approves it without a person.
    Allow,
    /// A rule refuses it; no person can approve it as it is.
    Deny,
    /// A person decides.
    NeedsPerson,
    /// One person decides and another confirms.
    NeedsTwo,
}

impl Verdict {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Allow, Self::Deny, Self::NeedsPerson, Self::NeedsTwo];

    /// The text form, as in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::NeedsPerson => "needs_person",
            Self::NeedsTwo => "needs_two",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
            Self::NeedsPerson => "Needs a person",
            Self::NeedsTwo => "Needs two people",
        }
    }
}

crate::word::closed_word!(Verdict, "verdict");

/// The result of screening one version of an access request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    /// What the policy says.
    pub verdict: Verdict,
    /// The exact policy text that said it.
    pub policy_version: String,
    /// The rules that determined the verdict, by name; never empty.
    pub determining: Vec<RuleId>,
    /// The rules among them that want a second person; empty unless the verdict is `NeedsTwo`.
    pub second: Vec<RuleId>,
    /// What the checks saw, worst first.
    pub findings: Vec<Finding>,
    /// How much a reviewer has to worry.
    pub risk: RiskScore,
    /// What could not be evaluated, for the log; empty in a sound system.
    pub errors: Vec<String>,
}

/// Screens the whole resulting object. Every write path calls this one function.
pub fn screen(facts: &ScreeningFacts) -> Screening {
    let mut findings = check::all(facts);
    findings.sort_by(|a, b| {
        b.outcome
            .cmp(&a.outcome)
            .then(b.weight.cmp(&a.weight))
            .then(a.check.cmp(b.check))
    });
    let risk = RiskScore::of(&findings);
    let evaluation = evaluate(&SCREENING, question(facts, context(facts, risk.score)));
    let second = wanting_two(&evaluation.fired);
    let (verdict, determining, errors) = judge(evaluation);
    Screening {
        verdict,
        policy_version: version(&SCREENING),
        determining,
        second,
        findings,
        risk,
        errors,
    }
}

fn question(facts: &ScreeningFacts, context: Value) -> Question {
    Question {
        principal: ("Narthex::Integration", "requesting"),
        action: "screen",
        resource: ("Narthex::Environment", facts.environment.as_str()),
        context,
    }
}

fn context(facts: &ScreeningFacts, risk_score: u8) -> Value {
    let texts = |all: &mut dyn Iterator<Item = String>| -> Vec<String> { all.collect() };
    json!({
        "origin": { "type": "Narthex::Origin", "id": facts.origin.as_str() },
        "descent": { "type": "Narthex::Descent", "id": facts.descent.as_str() },
        "auth_method": facts.auth_method.as_str(),
        "grants": facts.grants.iter().map(|grant| grant.as_str()).collect::<Vec<_>>(),
        "risks": facts.requested.iter().map(|fact| fact.risk.as_str()).collect::<Vec<_>>(),
        "risk_score": risk_score,
        "scope_count": facts.requested.len(),
        "trusted": facts.trusted.is_some(),
        "closed_scopes": texts(&mut facts.closed_scopes().map(|fact| fact.scope.to_string())),
        "unproved_hosts": texts(&mut facts.ownable_hosts().map(ToString::to_string)),
        "broken_rules": texts(&mut facts.broken_rules()),
        "loopback_only": facts.loopback_only,
        "sponsor": facts.sponsor,
        "name_conflict": facts.name_conflict,
        "imitates": texts(&mut imitation::words(facts)),
        "first_request": facts.first_request,
        "shared_key": facts.shared_key,
    })
}

/// A deny that fired stands; else what wants two people; else an error needs a person; else a permit alone allows.
fn judge(evaluation: Evaluation<'_>) -> (Verdict, Vec<RuleId>, Vec<String>) {
    let Evaluation {
        permitted,
        fired,
        errors,
    } = evaluation;
    let any = |outcome| fired.iter().any(|rule| rule.outcome == outcome);
    let (denied, two) = (any(RuleOutcome::Deny), any(RuleOutcome::NeedsTwo));
    let verdict = match (denied, two, permitted) {
        (true, _, _) => Verdict::Deny,
        (false, true, _) => Verdict::NeedsTwo,
        (false, false, true) => Verdict::Allow,
        (false, false, false) => Verdict::NeedsPerson,
    };
    let mut determining: Vec<RuleId> = fired.iter().map(|rule| rule.id.clone()).collect();
    if !errors.is_empty() {
        determining.insert(0, RuleId::unevaluated());
    } else if determining.is_empty() {
        determining.push(RuleId::nothing_fired());
    }
    (verdict, determining, errors)
}

/// The rules that want a second person, unless one denies anyway.
fn wanting_two(fired: &[&Rule]) -> Vec<RuleId> {
    if fired.iter().any(|rule| rule.outcome == RuleOutcome::Deny) {
        return Vec::new();
    }
    let two = fired
        .iter()
        .filter(|rule| rule.outcome == RuleOutcome::NeedsTwo);
    two.map(|rule| rule.id.clone()).collect()
}

#[cfg(test)]
#[path = "screening_tests.rs"]
mod tests;
