//! What the baseline and the layers on top of it say together: the stricter wins. Whatever a layer says, it can only
//! tighten; a layer that errs, or does not load, means that a person decides.

use std::sync::Arc;

use narthex_vocab::Environment;
use serde_json::Value;

use crate::baseline::{SCREENING, pose};
use crate::finding::{Finding, FindingOutcome};
use crate::layer::{Layer, Whose};
use crate::policies::{Evaluation, Question};
use crate::rule::{Rule, RuleId, RuleOutcome};
use crate::screening::Verdict;

/// A published version as it is in force.
#[derive(Debug, Clone)]
pub struct InForce {
    /// Its number, in whose it is.
    pub number: i32,
    /// Its text as it was read; the error of one that this release does not read.
    pub layer: Result<Arc<Layer>, String>,
}

/// What is in force on top of the baseline.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// The platform's, over all tenants.
    pub platform: Option<InForce>,
    /// The tenant's own.
    pub tenant: Option<InForce>,
}

impl Layers {
    /// Whether anything here is asked of a call. What could not be read may ask anything.
    pub fn ask_of_calls(&self) -> bool {
        let asks = |in_force: &InForce| {
            in_force
                .layer
                .as_ref()
                .map_or(true, |it| it.asks_of_calls())
        };
        self.all().any(|(_, in_force)| asks(in_force))
    }

    /// Those that there are, the platform's first.
    pub(crate) fn all(&self) -> impl Iterator<Item = (Whose, &InForce)> {
        let platform = self.platform.as_ref().map(|it| (Whose::Platform, it));
        let tenant = self.tenant.as_ref().map(|it| (Whose::Tenant, it));
        platform.into_iter().chain(tenant)
    }
}

/// What was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What all of it says.
    pub verdict: Verdict,
    /// The rules that determined it; never empty.
    pub determining: Vec<RuleId>,
    /// The rules among them that want a second person; empty unless the verdict is `NeedsTwo`.
    pub second: Vec<RuleId>,
    /// What the rules of layers saw, as findings that weigh nothing.
    pub findings: Vec<Finding>,
    /// What could not be evaluated, for the log.
    pub errors: Vec<String>,
}

/// A request as policies see it, judged by the baseline.
pub struct Posed<'a> {
    facts: &'a Value,
    request: Result<cedar_policy::Request, String>,
    base: Part,
}

/// What one set said.
#[derive(Debug)]
struct Part {
    verdict: Verdict,
    rules: Vec<(RuleId, RuleOutcome)>,
    errors: Vec<String>,
}

impl<'a> Posed<'a> {
    /// Poses the question to the baseline. `facts` is what [`crate::Screening::facts`] was, now or then.
    pub fn new(environment: Environment, facts: &'a Value) -> Self {
        let (request, evaluation) = pose(&SCREENING, question(environment, facts.clone()));
        Self {
            facts,
            request,
            base: Part::of_baseline(evaluation),
        }
    }

    /// Whether the facts are those that today's policies ask about; ones kept before a new question are not.
    pub fn is_whole(&self) -> bool {
        self.request.is_ok()
    }

    /// What is said with these layers on top.
    pub fn under(&self, layers: &Layers) -> Judged {
        let mut verdict = self.base.verdict;
        let mut rules = self.base.rules.clone();
        let mut errors = self.base.errors.clone();
        let mut findings = Vec::new();
        for (whose, in_force) in layers.all() {
            let part = self.layer((whose, in_force), &mut findings);
            verdict = verdict.or_stricter(part.verdict);
            rules.extend(part.rules);
            errors.extend(part.errors);
        }
        if verdict != Verdict::Allow && self.base.verdict == Verdict::Allow {
            rules.retain(|(_, outcome)| *outcome != RuleOutcome::Allow);
        }
        let two = rules
            .iter()
            .filter(|(_, outcome)| *outcome == RuleOutcome::NeedsTwo);
        let second = two.map(|(id, _)| id.clone()).collect();
        let mut determining: Vec<RuleId> = rules.into_iter().map(|(id, _)| id).collect();
        if !errors.is_empty() {
            determining.insert(0, RuleId::unevaluated());
        } else if determining.is_empty() {
            determining.push(RuleId::nothing_fired());
        }
        Judged {
            verdict,
            determining,
            second: if verdict == Verdict::NeedsTwo {
                second
            } else {
                Vec::new()
            },
            findings,
            errors,
        }
    }

    fn layer(&self, (whose, in_force): (Whose, &InForce), findings: &mut Vec<Finding>) -> Part {
        let label = format!("{} version {}", whose.label(), in_force.number);
        let (layer, request) = match (&in_force.layer, &self.request) {
            (Ok(layer), Ok(request)) => (layer, request),
            (Err(error), _) | (_, Err(error)) => return Part::failed(format!("{label}: {error}")),
        };
        let Evaluation { fired, errors, .. } = layer.answer(request);
        findings.extend(
            fired
                .iter()
                .map(|rule| self.finding((&label, whose), layer, rule)),
        );
        Part::of_layer(
            &fired,
            errors
                .into_iter()
                .map(|error| format!("{label}: {error}"))
                .collect(),
        )
    }

    /// Who is entitled to the findings reads which rule of which version fired, and over what.
    fn finding(&self, (label, whose): (&str, Whose), layer: &Layer, rule: &Rule) -> Finding {
        Finding {
            check: rule.id.as_str().to_owned().into(),
            title: whose.label(),
            outcome: match rule.outcome {
                RuleOutcome::Deny => FindingOutcome::Fail,
                RuleOutcome::Allow | RuleOutcome::NeedsPerson | RuleOutcome::NeedsTwo => {
                    FindingOutcome::Attention
                }
            },
            observed: layer.observed(&rule.id, self.facts),
            required: format!("{} ({label})", rule.title),
            fix: rule.fix.clone(),
            weight: 0,
        }
    }
}

impl Part {
    fn failed(error: String) -> Self {
        Self {
            verdict: Verdict::NeedsPerson,
            rules: Vec::new(),
            errors: vec![error],
        }
    }

    /// A deny that fired stands; else what wants two people; else an error needs a person; else a permit alone allows.
    fn of_baseline(evaluation: Evaluation<'_>) -> Self {
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
        Self {
            verdict,
            rules: named(&fired),
            errors,
        }
    }

    /// The strictest rule that fired; nothing to say where none did; an error needs a person.
    fn of_layer(fired: &[&Rule], errors: Vec<String>) -> Self {
        let least = if errors.is_empty() {
            Verdict::Allow
        } else {
            Verdict::NeedsPerson
        };
        let said = fired.iter().map(|rule| match rule.outcome {
            RuleOutcome::Allow => Verdict::Allow,
            RuleOutcome::NeedsPerson => Verdict::NeedsPerson,
            RuleOutcome::NeedsTwo => Verdict::NeedsTwo,
            RuleOutcome::Deny => Verdict::Deny,
        });
        Self {
            verdict: said.fold(least, Verdict::or_stricter),
            rules: named(fired),
            errors,
        }
    }
}

fn named(fired: &[&Rule]) -> Vec<(RuleId, RuleOutcome)> {
    fired
        .iter()
        .map(|rule| (rule.id.clone(), rule.outcome))
        .collect()
}

fn question(environment: Environment, context: Value) -> Question<'static> {
    Question {
        principal: ("Narthex::Integration", "requesting"),
        action: "screen",
        resource: ("Narthex::Environment", environment.as_str()),
        context,
    }
}

#[cfg(test)]
pub(crate) mod whole {
    //! One set alone, as the tests of the baseline ask it.

    use super::*;
    use crate::policies::{Policies, PolicyError};

    /// What a set says of these facts.
    pub(crate) fn judge(
        set: &Result<Policies, PolicyError>,
        environment: Environment,
        facts: &Value,
    ) -> (Verdict, Vec<RuleId>, Vec<String>) {
        let (_, evaluation) = pose(set, question(environment, facts.clone()));
        let posed = Posed {
            facts,
            request: Err(String::new()),
            base: Part::of_baseline(evaluation),
        };
        let judged = posed.under(&Layers::default());
        (judged.verdict, judged.determining, judged.errors)
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
