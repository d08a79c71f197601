//! A checked Cedar policy set and its evaluation. It never turns an error into an allow: the
//! errors of an evaluation are part of its answer, and its two callers look at them first.

use std::collections::BTreeMap;
use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision, Effect, Entities, EntityId, EntityTypeName, EntityUid, Policy,
    PolicyId, PolicySet, Request, Schema, ValidationMode, Validator,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::rule::{Rule, RuleId, RuleOutcome};

/// Why a policy set is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The schema does not parse.
    #[error("the policy schema is not valid: {0}")]
    Schema(String),
    /// The policies do not parse.
    #[error("the policies do not parse: {0}")]
    Syntax(String),
    /// The policies do not fit the schema (strict validation).
    #[error("the policies do not fit the schema: {0}")]
    Invalid(String),
    /// Templates cannot be used: nothing would link them.
    #[error("the policies have a template")]
    Template,
    /// An annotation is missing or has a wrong value.
    #[error("the policy {policy} needs a valid @{annotation}")]
    Annotation {
        /// The policy, by its place in the text.
        policy: String,
        /// The annotation.
        annotation: &'static str,
    },
    /// Two policies have the same `@id`.
    #[error("two policies are called {0}")]
    Duplicate(RuleId),
}

/// A policy set that parsed, fits its schema and names each of its rules.
pub(crate) struct Policies {
    schema: Schema,
    set: PolicySet,
    rules: BTreeMap<PolicyId, Rule>,
    version: String,
}

/// What is asked of a policy set. The type names are those of the schema.
pub(crate) struct Question<'a> {
    pub(crate) principal: (&'static str, &'a str),
    pub(crate) action: &'static str,
    pub(crate) resource: (&'static str, &'a str),
    pub(crate) context: Value,
}

/// What a policy set answered.
pub(crate) struct Evaluation<'a> {
    /// A permit fired, no forbid did, and there was no error.
    pub(crate) permitted: bool,
    /// The rules that determined it, by name: every forbid that fired, else every permit.
    pub(crate) fired: Vec<&'a Rule>,
    /// What could not be evaluated, for the log.
    pub(crate) errors: Vec<String>,
}

impl Evaluation<'_> {
    /// Nothing could be evaluated.
    pub(crate) fn failed(error: String) -> Self {
        Self {
            permitted: false,
            fired: Vec::new(),
            errors: vec![error],
        }
    }
}

impl Policies {
    /// Parses and strictly validates `text` against `schema`; every policy needs `@id`, `@title`
    /// and, if it forbids, `@outcome` (`deny`, `needs_two` or `needs_person`).
    pub(crate) fn parse(name: &str, schema: &str, text: &str) -> Result<Self, PolicyError> {
        let version = version(name, schema, text);
        let (schema, _) = Schema::from_cedarschema_str(schema)
            .map_err(|error| PolicyError::Schema(error.to_string()))?;
        let set =
            PolicySet::from_str(text).map_err(|error| PolicyError::Syntax(error.to_string()))?;
        if set.templates().next().is_some() {
            return Err(PolicyError::Template);
        }
        let checked = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        if !checked.validation_passed() {
            let all: Vec<String> = checked
                .validation_errors()
                .map(ToString::to_string)
                .collect();
            return Err(PolicyError::Invalid(all.join("; ")));
        }
        let rules = rules_of(&set)?;
        Ok(Self {
            schema,
            set,
            rules,
            version,
        })
    }

    /// A set that was read and checked elsewhere.
    pub(crate) fn of(schema: Schema, set: PolicySet, rules: BTreeMap<PolicyId, Rule>) -> Self {
        Self {
            schema,
            set,
            rules,
            version: String::new(),
        }
    }

    /// Its rules.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// The name of this exact text: `{name}-{12 hex digits of its SHA-256}`.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// The rule with this name.
    pub(crate) fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.values().find(|rule| rule.id.as_str() == id)
    }

    /// Answers a request that was checked against the schema.
    pub(crate) fn answer(&self, request: &Request) -> Evaluation<'_> {
        let response = Authorizer::new().is_authorized(request, &self.set, &Entities::empty());
        let diagnostics = response.diagnostics();
        let mut errors: Vec<String> = diagnostics.errors().map(ToString::to_string).collect();
        let mut fired = Vec::new();
        for id in diagnostics.reason() {
            match self.rules.get(id) {
                Some(rule) => fired.push(rule),
                None => errors.push(format!("the policy {id} has no name")),
            }
        }
        fired.sort_by(|a, b| a.id.cmp(&b.id));
        let permitted = response.decision() == Decision::Allow && errors.is_empty();
        Evaluation {
            permitted,
            fired,
            errors,
        }
    }

    /// The question as Cedar takes it, checked against the schema; sets of one schema take each other's.
    pub(crate) fn request(&self, question: Question<'_>) -> Result<Request, String> {
        let action = entity(("Narthex::Action", question.action))?;
        let context = Context::from_json_value(question.context, Some((&self.schema, &action)))
            .map_err(|error| error.to_string())?;
        let principal = entity(question.principal)?;
        let resource = entity(question.resource)?;
        Request::new(principal, action, resource, context, Some(&self.schema))
            .map_err(|error| error.to_string())
    }
}

fn entity((kind, id): (&str, &str)) -> Result<EntityUid, String> {
    let kind = EntityTypeName::from_str(kind).map_err(|error| error.to_string())?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

fn version(name: &str, schema: &str, text: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(schema);
    hash.update([0]);
    hash.update(text);
    let digits: String = hex::encode(hash.finalize()).chars().take(12).collect();
    format!("{name}-{digits}")
}

fn rules_of(set: &PolicySet) -> Result<BTreeMap<PolicyId, Rule>, PolicyError> {
    let mut rules: BTreeMap<PolicyId, Rule> = BTreeMap::new();
    for policy in set.policies() {
        let rule = rule_of(policy)?;
        if rules.values().any(|other| other.id == rule.id) {
            return Err(PolicyError::Duplicate(rule.id));
        }
        rules.insert(policy.id().clone(), rule);
    }
    Ok(rules)
}

fn rule_of(policy: &Policy) -> Result<Rule, PolicyError> {
    let wrong = |annotation| PolicyError::Annotation {
        policy: policy.id().to_string(),
        annotation,
    };
    let id = policy
        .annotation("id")
        .and_then(|text| RuleId::parse(text).ok());
    let title = policy.annotation("title").filter(|text| !text.is_empty());
    let outcome = match (policy.effect(), policy.annotation("outcome")) {
        (Effect::Permit, None) => RuleOutcome::Allow,
        (Effect::Forbid, Some("deny")) => RuleOutcome::Deny,
        (Effect::Forbid, Some("needs_person")) => RuleOutcome::NeedsPerson,
        (Effect::Forbid, Some("needs_two")) => RuleOutcome::NeedsTwo,
        (Effect::Permit, Some(_)) | (Effect::Forbid, _) => return Err(wrong("outcome")),
    };
    Ok(Rule {
        id: id.ok_or_else(|| wrong("id"))?,
        title: title.ok_or_else(|| wrong("title"))?.to_owned(),
        outcome,
        fix: policy.annotation("fix").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use rstest::rstest;

    use super::*;
    use crate::baseline::SCREEN_SCHEMA as SCHEMA;

    #[rstest]
    #[case::syntax("permit (principal", "do not parse")]
    #[case::unknown_attribute(
        r#"@id("R-01") @title("t") permit (principal, action == Narthex::Action::"screen", resource) when { context.famous };"#,
        "do not fit the schema"
    )]
    #[case::wrong_type(
        r#"@id("R-01") @title("t") permit (principal, action == Narthex::Action::"screen", resource) when { context.sponsor == "yes" };"#,
        "do not fit the schema"
    )]
    #[case::unknown_environment(
        r#"@id("R-01") @title("t") permit (principal, action == Narthex::Action::"screen", resource == Narthex::Environment::"staging");"#,
        "do not fit the schema"
    )]
    #[case::no_id(r#"@title("t") permit (principal, action, resource);"#, "@id")]
    #[case::bad_id(
        r#"@id("one") @title("t") permit (principal, action, resource);"#,
        "@id"
    )]
    #[case::no_title(r#"@id("R-01") permit (principal, action, resource);"#, "@title")]
    #[case::no_outcome(
        r#"@id("R-01") @title("t") forbid (principal, action, resource);"#,
        "@outcome"
    )]
    #[case::bad_outcome(
        r#"@id("R-01") @title("t") @outcome("maybe") forbid (principal, action, resource);"#,
        "@outcome"
    )]
    #[case::permit_with_outcome(
        r#"@id("R-01") @title("t") @outcome("deny") permit (principal, action, resource);"#,
        "@outcome"
    )]
    #[case::twice(
        r#"@id("R-01") @title("t") permit (principal, action, resource);
           @id("R-01") @title("u") permit (principal, action, resource);"#,
        "two policies are called R-01"
    )]
    #[case::template(
        r#"@id("R-01") @title("t") permit (principal == ?principal, action, resource);"#,
        "template"
    )]
    fn a_set_that_is_not_whole_is_refused(#[case] text: &str, #[case] expected: &str) {
        let Err(error) = Policies::parse("test", SCHEMA, text) else {
            panic!("accepted: {text}");
        };
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn the_version_names_the_text() {
        let one = r#"@id("R-01") @title("t") permit (principal, action, resource);"#;
        let two = r#"@id("R-02") @title("t") permit (principal, action, resource);"#;
        let version = |text| {
            Policies::parse("test", SCHEMA, text)
                .unwrap()
                .version()
                .to_owned()
        };
        assert_eq!(version(one), version(one));
        assert_ne!(version(one), version(two));
        assert!(version(one).starts_with("test-"));
    }
}
