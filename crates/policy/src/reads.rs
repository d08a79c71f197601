//! What a policy asks about, and a fact in words: for the findings that say what a rule saw. It judges nothing.

use std::collections::BTreeSet;

use cedar_policy::Policy;
use serde_json::Value;

/// A fact in words.
pub(crate) fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(all) if all.is_empty() => "none".to_owned(),
        Value::Array(all) => crate::check::listed(all.iter().map(words)),
        Value::Object(entity) => entity.get("id").map_or_else(String::new, words),
        Value::Number(_) | Value::Null => value.to_string(),
    }
}

/// The facts that a policy asks about.
pub(crate) fn attributes(policy: &Policy) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Ok(json) = policy.to_json() {
        collect(&json, &mut found);
    }
    found
}

fn collect(json: &Value, found: &mut BTreeSet<String>) {
    match json {
        Value::Object(members) => {
            if let Some(access) = members.get(".") {
                let of_context =
                    access.pointer("/left/Var").and_then(Value::as_str) == Some("context");
                let name = access.get("attr").and_then(Value::as_str);
                found.extend(name.filter(|_| of_context).map(str::to_owned));
            }
            members.values().for_each(|value| collect(value, found));
        }
        Value::Array(all) => all.iter().for_each(|value| collect(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
