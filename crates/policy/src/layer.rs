//! What somebody published on top of the baseline: Cedar policies that only forbid. What they do not forbid is decided as
//! before, so that a layer can only tighten. Those of the action `call` are asked for each call, all others for each access
//! request. A text is read whole or refused with every problem and its place.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use cedar_policy::{
    ActionConstraint, Effect, Policy, PolicyId, PolicySet, Request, Schema, ValidationMode,
    Validator,
};
use miette::Diagnostic;
use quick_cache::sync::Cache;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::baseline::{CALL_SCHEMA, SCREEN_SCHEMA};
use crate::policies::{Evaluation, Policies};
use crate::reads::{attributes, words};
use crate::rule::{Rule, RuleId, RuleOutcome};
use crate::source::{Problem, Source};

/// Who published a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// The platform, over all tenants.
    Platform,
    /// A tenant, over its own requests.
    Tenant,
}

impl Whose {
    /// How the names of its rules begin.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Platform => "P-",
            Self::Tenant => "T-",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Platform => "Platform policy",
            Self::Tenant => "Tenant policy",
        }
    }
}

/// A text that was read: its rules, and what each of them asks about.
pub struct Layer {
    /// What is asked of an access request.
    policies: Policies,
    /// What is asked of a call, where anything is.
    calls: Option<Policies>,
    reads: Vec<(RuleId, BTreeSet<String>)>,
    hash: [u8; 32],
}

impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Layer({})", hex::encode(self.hash))
    }
}

static SCREENING: LazyLock<Option<Schema>> = LazyLock::new(|| schema(SCREEN_SCHEMA));
static CALLS: LazyLock<Option<Schema>> = LazyLock::new(|| schema(CALL_SCHEMA));

fn schema(text: &str) -> Option<Schema> {
    let read = Schema::from_cedarschema_str(text).ok();
    read.map(|(schema, _)| schema)
}

/// Texts that are kept as they were read: one of the platform and one of each busy tenant.
const ROOM: usize = 512;

/// By whose it is and the hash of its text.
type Kept = Cache<(Whose, [u8; 32]), Arc<Layer>>;

/// A text never changes, so that nothing here grows stale.
static READ: LazyLock<Kept> = LazyLock::new(|| Cache::new(ROOM));

/// Annotations that a policy may have.
const ANNOTATIONS: [&str; 4] = ["id", "reason", "outcome", "fix"];
/// The longest text of an annotation, in characters.
const LONGEST_WORDS: usize = 300;

impl Layer {
    /// A published text as it is read, once for all who ask; the first problem of one that this release does not read.
    pub fn published(whose: Whose, text: &str) -> Result<Arc<Self>, String> {
        let key = (whose, Self::hash_of(text));
        READ.get_or_insert_with(&key, || {
            let read = Self::parse(whose, text).map(Arc::new);
            read.map_err(|problems| {
                let first = problems.first();
                first.map_or_else(|| "it does not load".to_owned(), ToString::to_string)
            })
        })
    }

    /// Reads a text: parsed, strictly validated against what may be asked about a request or a call, each policy with `@id`
    /// (which begins as [`Whose::prefix`] says), `@reason`, `@outcome` (`deny`, `needs_two` or `needs_person`; of calls
    /// `deny` alone) and, if one likes, `@fix`.
    pub fn parse(whose: Whose, text: &str) -> Result<Self, Vec<Problem>> {
        let source = Source::read(text)?;
        let set = PolicySet::from_str(text).map_err(|errors| {
            sorted(
                errors
                    .iter()
                    .map(|error| located(&source, error, error))
                    .collect(),
            )
        })?;
        let mut problems = Vec::new();
        if set.templates().next().is_some() {
            problems.push(source.at(0, "A policy here has no ?principal and no ?resource"));
        }
        let policies = in_order(&set);
        let rules = named(whose, (&source, &policies), &mut problems);
        let (calls, requests): (Vec<_>, Vec<_>) = policies.iter().partition(|it| is_of_calls(it));
        let sets = [(requests, &SCREENING), (calls, &CALLS)].map(|(policies, schema)| {
            let part = Part::of(&source, &policies, schema.as_ref());
            part.map_err(|found| problems.extend(found)).ok()
        });
        let [Some(requests), Some(calls)] = sets else {
            return Err(sorted(problems));
        };
        if !problems.is_empty() {
            return Err(sorted(problems));
        }
        let reads = |policy: &&Policy| {
            let (_, rule) = rules.iter().find(|(id, _)| id == policy.id())?;
            Some((rule.id.clone(), attributes(policy)))
        };
        Ok(Self {
            reads: policies.iter().filter_map(reads).collect(),
            calls: (!calls.set.is_empty()).then(|| calls.with(&rules)),
            policies: requests.with(&rules),
            hash: Self::hash_of(text),
        })
    }

    /// The SHA-256 of a text: by it a version, a run of the simulator and a proposal are about the same.
    pub fn hash_of(text: &str) -> [u8; 32] {
        Sha256::digest(text).into()
    }

    /// The SHA-256 of its text.
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Its rules, by name.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let calls = self.calls.iter().flat_map(Policies::rules);
        self.policies.rules().chain(calls)
    }

    /// Whether anything here is asked of a call.
    pub const fn asks_of_calls(&self) -> bool {
        self.calls.is_some()
    }

    /// What is said of an access request.
    pub(crate) fn answer(&self, request: &Request) -> Evaluation<'_> {
        self.policies.answer(request)
    }

    /// What is said of a call; nothing where nothing is asked.
    pub(crate) fn answer_call(&self, request: &Request) -> Option<Evaluation<'_>> {
        self.calls.as_ref().map(|calls| calls.answer(request))
    }

    /// What a rule asked about, with what it saw.
    pub(crate) fn observed(&self, rule: &RuleId, facts: &Value) -> String {
        let reads = self.reads.iter().find(|(id, _)| id == rule);
        let said: Vec<String> = reads
            .into_iter()
            .flat_map(|(_, names)| names)
            .filter_map(|name| {
                Some(format!(
                    "{} is {}",
                    name.replace('_', " "),
                    words(facts.get(name)?)
                ))
            })
            .collect();
        if said.is_empty() {
            return "It holds for every such request.".to_owned();
        }
        let said = said.join("; ");
        let mut letters = said.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        format!("{}{}.", first.unwrap_or_default(), letters.as_str())
    }
}

/// Policies of one schema, which they fit.
struct Part {
    schema: Schema,
    set: PolicySet,
}

impl Part {
    fn of(
        source: &Source<'_>,
        policies: &[&&Policy],
        schema: Option<&Schema>,
    ) -> Result<Self, Vec<Problem>> {
        let broken = |words: String| vec![source.at(0, words)];
        let schema = schema
            .cloned()
            .ok_or_else(|| broken("The schema does not load".to_owned()))?;
        let set = PolicySet::from_policies(policies.iter().map(|policy| (**policy).clone()))
            .map_err(|error| broken(error.to_string()))?;
        let problems = against_schema(source, &set, schema.clone());
        if problems.is_empty() {
            Ok(Self { schema, set })
        } else {
            Err(problems)
        }
    }

    fn with(self, rules: &[(PolicyId, Rule)]) -> Policies {
        let own = rules.iter().filter(|(id, _)| self.set.policy(id).is_some());
        let own = own.cloned().collect();
        Policies::of(self.schema, self.set, own)
    }
}

/// The policies as they stand in the text.
fn in_order(set: &PolicySet) -> Vec<&Policy> {
    let mut policies: Vec<&Policy> = set.policies().collect();
    policies.sort_by_key(|policy| number(policy.id()));
    policies
}

/// The names of the policies, each once.
fn named(
    whose: Whose,
    (source, policies): (&Source<'_>, &[&Policy]),
    problems: &mut Vec<Problem>,
) -> Vec<(PolicyId, Rule)> {
    let mut rules: Vec<(PolicyId, Rule)> = Vec::new();
    for policy in policies {
        let at = source.start_of(number(policy.id()));
        match rule(whose, policy) {
            Ok(rule) if rules.iter().any(|(_, other)| other.id == rule.id) => {
                let words = format!("Two policies are called {}", rule.id);
                problems.push(source.at(at, words));
            }
            Ok(rule) => rules.push((policy.id().clone(), rule)),
            Err(wrong) => problems.extend(wrong.into_iter().map(|words| source.at(at, words))),
        }
    }
    rules
}

/// Whether a policy is asked of a call.
fn is_of_calls(policy: &Policy) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Eq(action) => action.id().unescaped() == "call",
        ActionConstraint::Any | ActionConstraint::In(_) => false,
    }
}

fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort();
    problems.dedup();
    problems
}

/// Cedar names policies by their place in the text: `policy0` and so on.
fn number(id: &PolicyId) -> usize {
    let text: &str = id.as_ref();
    text.trim_start_matches("policy").parse().unwrap_or(0)
}

/// A problem where the error points to, with its help.
fn located(
    source: &Source<'_>,
    error: &dyn std::fmt::Display,
    diagnostic: &dyn Diagnostic,
) -> Problem {
    let offset = diagnostic
        .labels()
        .and_then(|mut labels| labels.next())
        .map_or(0, |label| label.offset());
    let help = diagnostic.help().map(|help| format!(" ({help})"));
    let words = error.to_string();
    // The place says which policy it is; Cedar's number of it says nothing to people.
    let rest = words.strip_prefix("for policy `policy");
    let rest = rest
        .and_then(|rest| rest.split_once('`'))
        .map(|(_, rest)| rest);
    let words = rest.map_or(words.as_str(), |rest| {
        rest.trim_start_matches([',', ':', ' '])
    });
    source.at(offset, format!("{words}{}", help.unwrap_or_default()))
}

fn against_schema(source: &Source<'_>, set: &PolicySet, schema: Schema) -> Vec<Problem> {
    let checked = Validator::new(schema).validate(set, ValidationMode::Strict);
    let errors = checked.validation_errors().map(|error| {
        let mut problem = located(source, error, error);
        if error.labels().is_none() {
            let at = source.start_of(number(error.policy_id()));
            problem = source.at(at, problem.message);
        }
        problem
    });
    let warnings = checked.validation_warnings().map(|warning| {
        let at = source.start_of(number(warning.policy_id()));
        let mut problem = located(source, warning, warning);
        if warning.labels().is_none() {
            problem = source.at(at, problem.message);
        }
        problem
    });
    errors.chain(warnings).collect()
}

fn rule(whose: Whose, policy: &Policy) -> Result<Rule, Vec<String>> {
    let mut wrong = Vec::new();
    if policy.effect() == Effect::Permit {
        wrong.push(
            "A policy here only forbids: what nothing forbids is decided as before".to_owned(),
        );
    }
    for (name, _) in policy.annotations() {
        if !ANNOTATIONS.contains(&name) {
            wrong.push(format!(
                "@{name} is none of @id, @reason, @outcome and @fix"
            ));
        }
    }
    let prefix = whose.prefix();
    let id = policy.annotation("id").filter(|id| id.starts_with(prefix));
    let id = id.and_then(|id| RuleId::parse(id).ok());
    if id.is_none() {
        wrong.push(format!(
            "It needs @id(\"{prefix}…\"): 2 to 32 small letters, digits and hyphens after {prefix}"
        ));
    }
    let outcome = match policy.annotation("outcome") {
        Some("deny") => Some(RuleOutcome::Deny),
        Some("needs_two") => Some(RuleOutcome::NeedsTwo),
        Some("needs_person") => Some(RuleOutcome::NeedsPerson),
        Some(_) | None => None,
    };
    if outcome.is_none() {
        wrong.push("It needs @outcome: \"deny\", \"needs_two\" or \"needs_person\"".to_owned());
    } else if is_of_calls(policy) && outcome != Some(RuleOutcome::Deny) {
        wrong.push("Of a call @outcome is \"deny\": nobody is asked while it waits".to_owned());
    }
    let words = |name: &str| policy.annotation(name).map(str::trim);
    let short = |text: &&str| (1..=LONGEST_WORDS).contains(&text.chars().count());
    let reason = words("reason").filter(short);
    if reason.is_none() {
        wrong.push(format!(
            "It needs @reason: what it asks for, in 1 to {LONGEST_WORDS} characters"
        ));
    }
    let fix = words("fix");
    if fix.is_some_and(|fix| !short(&fix)) {
        wrong.push(format!("@fix has 1 to {LONGEST_WORDS} characters"));
    }
    match (id, outcome, reason) {
        (Some(id), Some(outcome), Some(reason)) if wrong.is_empty() => Ok(Rule {
            id,
            title: reason.to_owned(),
            outcome,
            fix: fix.map(str::to_owned),
        }),
        _ => Err(wrong),
    }
}

#[cfg(test)]
#[path = "layer_tests.rs"]
mod tests;
