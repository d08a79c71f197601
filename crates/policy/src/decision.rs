//! May this client make this call now? Asked for every call, never inferred from a
//! registration: of the baseline, and of what was published on top of it. It never widens, and an error is a refusal.

use cedar_policy::Request;
use narthex_vocab::{Environment, ScopeSet};
use serde_json::{Map, Value, json};

use crate::baseline::{CALL, pose, version};
use crate::judge::{InForce, Layers};
use crate::layer::Whose;
use crate::policies::{Evaluation, Question};
use crate::rule::{Rule, RuleId};

/// What is known about one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFacts {
    /// The identifier of the client.
    pub client: String,
    /// The identifier of the resource.
    pub resource: String,
    /// Where.
    pub environment: Environment,
    /// Who stands behind the client.
    pub behind: Behind,
    /// Whether the client's state allows calls (active, not suspended, expired or revoked).
    pub client_active: bool,
    /// Whether the resource that is called is an audience of the token.
    pub audience_matches: bool,
    /// The scopes in the token.
    pub token_scopes: ScopeSet,
    /// The scopes that the call needs; may be empty for a tool call.
    pub required_scopes: ScopeSet,
    /// The tool, when a tool is called.
    pub tool: Option<ToolFact>,
}

/// Who stands behind the client that calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// Whether a person does.
    pub person: bool,
    /// Whether another client registered this one, or the token stands on one of another client.
    pub on_behalf: bool,
    /// How long ago the person signed in, where one did.
    pub signed_in_seconds: Option<i64>,
}

/// What is known about the tool that is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolFact {
    /// Its name.
    pub name: String,
    /// Whether an approval in force gave the tool to the client.
    pub entitled: bool,
    /// Whether the tool's schema hash is the one that was approved; false when either is unknown.
    pub schema_matches: bool,
}

/// The answer, with the rules that determined it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether the call may go ahead.
    pub allow: bool,
    /// Why; never empty.
    pub reasons: Vec<DecisionReason>,
    /// The exact text of the baseline.
    pub policy_version: String,
    /// The platform's version that was asked too.
    pub platform_policy: Option<i32>,
    /// The tenant's own version that was asked too.
    pub tenant_policy: Option<i32>,
    /// What could not be evaluated, for the log; empty in a sound system.
    pub errors: Vec<String>,
}

/// One rule that determined a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionReason {
    /// The rule.
    pub rule: RuleId,
    /// What it asks for.
    pub title: String,
    /// What the caller can do about it.
    pub fix: Option<String>,
}

/// Decides one call; fails closed. What was published on top of the baseline takes away and gives nothing.
pub fn decide(facts: &CallFacts, layers: &Layers) -> Decision {
    let (request, evaluation) = pose(&CALL, question(facts, context(facts)));
    let mut decision = answer(evaluation, version(&CALL));
    for layer in layers.all() {
        tighten(&mut decision, layer, &request);
    }
    decision
}

/// Adds what a layer forbids, and what it could not say.
fn tighten(
    decision: &mut Decision,
    (whose, in_force): (Whose, &InForce),
    request: &Result<Request, String>,
) {
    let number = Some(in_force.number);
    match whose {
        Whose::Platform => decision.platform_policy = number,
        Whose::Tenant => decision.tenant_policy = number,
    }
    let evaluation = match (&in_force.layer, request) {
        (Ok(layer), Ok(request)) => layer.answer_call(request),
        (Err(error), _) | (Ok(_), Err(error)) => Some(Evaluation::failed(error.clone())),
    };
    let Some(Evaluation { fired, errors, .. }) = evaluation else {
        return;
    };
    let label = format!("{} version {}", whose.label(), in_force.number);
    let mut reasons = Vec::new();
    if !errors.is_empty() {
        let words = format!("{label} could not be evaluated");
        reasons.push(unexplained(RuleId::unevaluated(), &words));
    }
    reasons.extend(fired.into_iter().map(explained));
    if reasons.is_empty() {
        return;
    }
    if decision.allow {
        decision.allow = false;
        decision.reasons.clear();
    }
    decision.reasons.extend(reasons);
    let errors = errors.iter().map(|error| format!("{label}: {error}"));
    decision.errors.extend(errors);
}

fn question(facts: &CallFacts, context: Value) -> Question<'_> {
    Question {
        principal: ("Narthex::Client", &facts.client),
        action: "call",
        resource: ("Narthex::Resource", &facts.resource),
        context,
    }
}

fn context(facts: &CallFacts) -> Value {
    let texts = |scopes: &ScopeSet| -> Value { scopes.iter().map(ToString::to_string).collect() };
    let mut context = Map::new();
    let mut say = |name: &str, value: Value| context.insert(name.to_owned(), value);
    say("client_active", facts.client_active.into());
    say("audience_matches", facts.audience_matches.into());
    say("token_scopes", texts(&facts.token_scopes));
    say("required_scopes", texts(&facts.required_scopes));
    let place = facts.environment.as_str();
    say(
        "environment",
        json!({ "type": "Narthex::Environment", "id": place }),
    );
    say("person", facts.behind.person.into());
    say("on_behalf", facts.behind.on_behalf.into());
    if let Some(seconds) = facts.behind.signed_in_seconds {
        say("signed_in_seconds", seconds.into());
    }
    if let Some(ToolFact {
        name,
        entitled,
        schema_matches,
    }) = &facts.tool
    {
        let tool = json!({ "name": name, "entitled": entitled, "schema_matches": schema_matches });
        say("tool", tool);
    }
    Value::Object(context)
}

fn answer(evaluation: Evaluation<'_>, policy_version: String) -> Decision {
    let Evaluation {
        permitted,
        fired,
        errors,
    } = evaluation;
    let mut reasons: Vec<DecisionReason> = fired.into_iter().map(explained).collect();
    if !errors.is_empty() {
        reasons.insert(
            0,
            unexplained(RuleId::unevaluated(), "The policy could not be evaluated"),
        );
    } else if reasons.is_empty() {
        reasons.push(unexplained(
            RuleId::nothing_fired(),
            "No rule permits the call",
        ));
    }
    Decision {
        allow: permitted,
        reasons,
        policy_version,
        platform_policy: None,
        tenant_policy: None,
        errors,
    }
}

fn explained(rule: &Rule) -> DecisionReason {
    DecisionReason {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        fix: rule.fix.clone(),
    }
}

fn unexplained(rule: RuleId, title: &str) -> DecisionReason {
    DecisionReason {
        rule,
        title: title.to_owned(),
        fix: None,
    }
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
