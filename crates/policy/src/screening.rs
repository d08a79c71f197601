//! The automatic answer to an access request: a verdict with the rules that determined it, and
//! the findings that explain it. It never allows in production, and never after an error.

use serde_json::{Value, json};

use crate::baseline::{SCREENING, version};
use crate::check;
use crate::facts::ScreeningFacts;
use crate::finding::Finding;
use crate::imitation;
use crate::judge::{Judged, Layers, Posed};
use crate::risk_score::RiskScore;
use crate::rule::RuleId;

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

    /// How much stands between a request and a client.
    pub const fn strictness(self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::NeedsPerson => 1,
            Self::NeedsTwo => 2,
            Self::Deny => 3,
        }
    }

    /// The stricter of both.
    #[must_use]
    pub const fn or_stricter(self, other: Self) -> Self {
        if other.strictness() > self.strictness() {
            other
        } else {
            self
        }
    }
}

crate::word::closed_word!(Verdict, "verdict");

/// The result of screening one version of an access request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screening {
    /// What the policy says.
    pub verdict: Verdict,
    /// The exact text of the baseline.
    pub policy_version: String,
    /// The numbers of the versions in force on top of it: the platform's, and the tenant's.
    pub layers: (Option<i32>, Option<i32>),
    /// All that the policies could ask about: kept, it can be judged again by others.
    pub facts: Value,
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

/// Screens the whole resulting object, by the baseline and what is in force on top of it. Every write path calls this one
/// function.
pub fn screen(facts: &ScreeningFacts, layers: &Layers) -> Screening {
    let mut findings = check::all(facts);
    let risk = RiskScore::of(sorted(&mut findings));
    let context = context(facts, risk.score);
    let Judged {
        verdict,
        determining,
        second,
        findings: by_layers,
        errors,
    } = Posed::new(facts.environment, &context).under(layers);
    findings.extend(by_layers);
    sorted(&mut findings);
    let number = |layer: &Option<crate::judge::InForce>| layer.as_ref().map(|it| it.number);
    Screening {
        verdict,
        policy_version: version(&SCREENING),
        layers: (number(&layers.platform), number(&layers.tenant)),
        facts: context,
        determining,
        second,
        findings,
        risk,
        errors,
    }
}

/// Worst first.
fn sorted(findings: &mut [Finding]) -> &[Finding] {
    findings.sort_by(|a, b| {
        b.outcome
            .cmp(&a.outcome)
            .then(b.weight.cmp(&a.weight))
            .then_with(|| a.check.cmp(&b.check))
    });
    findings
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
        "sandbox_first": facts.sandbox_first,
        "new_scopes": texts(&mut facts.new_scopes.iter().map(ToString::to_string)),
        "tenant_age_days": facts.tenant_age_days,
        "earlier_rejections": facts.past.rejections,
        "earlier_blocks": facts.past.blocks,
        "earlier_revocations": facts.past.revocations,
    })
}

#[cfg(test)]
#[path = "screening_fixture.rs"]
pub(crate) mod fixture;

#[cfg(test)]
#[path = "screening_tests.rs"]
pub(crate) mod tests;
