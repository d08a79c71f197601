//! May this client make this call now? Asked for every call, never inferred from a
//! registration. It never widens, and an error is a refusal.

use narthex_vocab::ScopeSet;
use serde_json::{Map, Value, json};

use crate::baseline::{CALL, evaluate, version};
use crate::policies::{Evaluation, Question};
use crate::rule::RuleId;

/// What is known about one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFacts {
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

/// What is known about the tool that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolFact {
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
    /// The exact policy text that said it.
    pub policy_version: String,
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

/// Decides one call; fails closed.
pub fn decide(facts: &CallFacts) -> Decision {
    answer(evaluate(&CALL, question(context(facts))), version(&CALL))
}

fn question(context: Value) -> Question {
    Question {
        principal: ("Narthex::Client", "calling"),
        action: "call",
        resource: ("Narthex::Resource", "called"),
        context,
    }
}

fn context(facts: &CallFacts) -> Value {
    let texts = |scopes: &ScopeSet| -> Value { scopes.iter().map(ToString::to_string).collect() };
    let mut context = Map::new();
    context.insert("client_active".to_owned(), facts.client_active.into());
    context.insert("audience_matches".to_owned(), facts.audience_matches.into());
    context.insert("token_scopes".to_owned(), texts(&facts.token_scopes));
    context.insert("required_scopes".to_owned(), texts(&facts.required_scopes));
    if let Some(ToolFact {
        entitled,
        schema_matches,
    }) = facts.tool
    {
        let tool = json!({ "entitled": entitled, "schema_matches": schema_matches });
        context.insert("tool".to_owned(), tool);
    }
    Value::Object(context)
}

fn answer(evaluation: Evaluation<'_>, policy_version: String) -> Decision {
    let Evaluation {
        permitted,
        fired,
        errors,
    } = evaluation;
    let mut reasons: Vec<DecisionReason> = fired
        .into_iter()
        .map(|rule| DecisionReason {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            fix: rule.fix.clone(),
        })
        .collect();
    let unexplained = |rule, title: &str| DecisionReason {
        rule,
        title: title.to_owned(),
        fix: None,
    };
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
        errors,
    }
}

#[cfg(test)]
#[path = "decision_tests.rs"]
mod tests;
