//! An offer as the command line says it, as the lines that the API takes: every scope and tool that was asked for is
//! given or withheld. It never gives what was not asked for.

use anyhow::Context;
use serde_json::{Value, json};

/// What the command line says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Scopes to give, each perhaps with `=` and its end.
    pub(crate) scopes: &'a [String],
    /// Tools to withhold, though their scope is given.
    pub(crate) without_tools: &'a [String],
    /// Minutes that an access token lives.
    pub(crate) token_minutes: Option<u16>,
}

/// The member `offer` for this request.
pub(crate) fn lines(request: &Value, wanted: Wanted<'_>) -> anyhow::Result<Value> {
    let asked = |name| request.get(name).and_then(Value::as_array);
    let scopes = asked("scopes").context("the request asks for no scope")?;
    let given: Vec<(&str, Option<&str>)> = wanted.scopes.iter().map(|text| split(text)).collect();
    let is_asked = |name: &str| scopes.iter().any(|scope| text(scope, "scope") == name);
    if let Some((name, _)) = given.iter().find(|(name, _)| !is_asked(name)) {
        anyhow::bail!("nobody asked for the scope {name}");
    }
    let end_of = |name: &str| {
        given
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, end)| *end)
    };
    let scope_lines = scopes.iter().map(|scope| {
        let name = text(scope, "scope");
        match end_of(name) {
            Some(until) => json!({ "scope": name, "give": "grant", "until": until }),
            None => json!({ "scope": name, "give": "withhold" }),
        }
    });
    let tools = asked("tools").into_iter().flatten().map(|tool| {
        let name = text(tool, "tool");
        let withheld = wanted.without_tools.iter().any(|without| without == name);
        let give = match end_of(text(tool, "scope")) {
            Some(_) if !withheld => "grant",
            Some(_) | None => "withhold",
        };
        json!({ "resource": text(tool, "resource"), "tool": name, "give": give })
    });
    Ok(json!({
        "scopes": scope_lines.collect::<Vec<_>>(),
        "tools": tools.collect::<Vec<_>>(),
        "token_minutes": wanted.token_minutes,
    }))
}

/// A scope and its end.
fn split(text: &str) -> (&str, Option<&str>) {
    match text.split_once('=') {
        Some((scope, end)) => (scope, Some(end)),
        None => (text, None),
    }
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn request() -> Value {
        json!({
            "scopes": [{ "scope": "notes:read" }, { "scope": "notes:write" }],
            "tools": [
                { "resource": "res_1", "tool": "list", "scope": "notes:read" },
                { "resource": "res_1", "tool": "find", "scope": "notes:read" },
                { "resource": "res_1", "tool": "drop", "scope": "notes:write" },
            ],
        })
    }

    #[test]
    fn what_is_not_named_is_withheld() {
        let wanted = Wanted {
            scopes: &["notes:read=2027-03-01T00:00:00Z".to_owned()],
            without_tools: &["find".to_owned()],
            token_minutes: Some(5),
        };
        let offer = lines(&request(), wanted).unwrap();
        assert_eq!(
            offer,
            json!({
                "scopes": [
                    { "scope": "notes:read", "give": "grant", "until": "2027-03-01T00:00:00Z" },
                    { "scope": "notes:write", "give": "withhold" },
                ],
                "tools": [
                    { "resource": "res_1", "tool": "list", "give": "grant" },
                    { "resource": "res_1", "tool": "find", "give": "withhold" },
                    { "resource": "res_1", "tool": "drop", "give": "withhold" },
                ],
                "token_minutes": 5,
            })
        );
    }

    #[test]
    fn nothing_is_given_that_nobody_asked_for() {
        let wanted = Wanted {
            scopes: &["notes:admin".to_owned()],
            without_tools: &[],
            token_minutes: None,
        };
        let error = lines(&request(), wanted).unwrap_err();
        assert_eq!(error.to_string(), "nobody asked for the scope notes:admin");
    }
}
