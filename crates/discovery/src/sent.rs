//! What a caller sent, as the attempt log may keep it: each member by name, the values of metadata that hold no secret,
//! and of all else what kind it was. Bounded, whatever was sent. Pure.

use serde_json::{Map, Value, json};

/// The most members that are kept.
const MEMBERS: usize = 48;
/// The longest value that is kept, in bytes of JSON.
const VALUE: usize = 512;
/// All of it, in bytes of JSON; the database takes a little more.
const ALL: usize = 6_000;

/// Metadata whose values people may read: names, addresses, words. Neither keys nor statements, and no secret.
const READABLE: [&str; 23] = [
    "application_type",
    "backchannel_logout_uri",
    "client_id",
    "client_name",
    "client_uri",
    "contacts",
    "dpop_bound_access_tokens",
    "grant_types",
    "id_token_signed_response_alg",
    "jwks_uri",
    "logo_uri",
    "policy_uri",
    "post_logout_redirect_uris",
    "redirect_uris",
    "registration_mode",
    "require_pushed_authorization_requests",
    "response_types",
    "scope",
    "software_id",
    "software_version",
    "subject_type",
    "token_endpoint_auth_method",
    "tos_uri",
];

/// The members in order.
pub(crate) fn kept(body: &Map<String, Value>) -> Value {
    let mut all: Vec<Value> = Vec::new();
    let mut left = ALL;
    for (name, value) in body.iter().take(MEMBERS) {
        let line = line(name, value);
        let size = line.to_string().len();
        if size > left {
            break;
        }
        left -= size;
        all.push(line);
    }
    let more = body.len() - all.len();
    if more > 0 {
        all.push(json!({ "more": more }));
    }
    Value::Array(all)
}

fn line(name: &str, value: &Value) -> Value {
    let member: String = name
        .chars()
        .filter(|character| !character.is_control())
        .take(80)
        .collect();
    let plain = name.split('#').next().unwrap_or_default();
    if READABLE.contains(&plain) && is_readable(value) {
        json!({ "member": member, "value": value })
    } else {
        json!({ "member": member, "kind": kind(value) })
    }
}

/// Short, without a NUL (which the database does not take) and without what may be a password in an address.
fn is_readable(value: &Value) -> bool {
    let text = value.to_string();
    text.len() <= VALUE && !text.contains("\\u0000") && !(text.contains("//") && text.contains('@'))
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(text) => format!("a text of {} characters", text.chars().count()),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(members) => format!("an object of {}", members.len()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn s9_secrets_are_left_out_and_names_are_kept() {
        let body = json!({
            "client_name": "Notes",
            "client_name#ja": "ノート",
            "redirect_uris": ["https://app.example/cb"],
            "client_uri": "https://user:CANARY@app.example/",
            "client_secret": "CANARY",
            "software_statement": "CANARY",
            "jwks": { "keys": [{ "d": "CANARY" }] },
            "password": "CANARY",
        });
        let kept = kept(body.as_object().unwrap()).to_string();
        assert!(!kept.contains("CANARY"), "{kept}");
        for name in [
            "Notes",
            "ノート",
            "https://app.example/cb",
            "client_secret",
            "password",
            "a text of 6 characters",
        ] {
            assert!(kept.contains(name), "{name}: {kept}");
        }
    }

    #[test]
    fn s9_it_is_bounded_whatever_was_sent() {
        let long = "\u{1F9F5}".repeat(2_000);
        for name in ["x", "client_name", &long] {
            for value in [
                json!("v".repeat(400)),
                json!([long]),
                json!(1),
                json!("\u{0}"),
            ] {
                let members = (0..500).map(|number| (format!("{name}#{number}"), value.clone()));
                let body: Map<String, Value> = members.collect();
                let kept = kept(&body);
                assert!(kept.to_string().len() <= 7_000, "{name}");
                assert!(!kept.to_string().contains("\\u0000"), "{name}");
                let last = kept.as_array().unwrap().last().unwrap();
                assert!(last["more"].as_u64().unwrap() >= 452, "{last}");
            }
        }
        assert_eq!(kept(&Map::new()), json!([]));
    }
}
