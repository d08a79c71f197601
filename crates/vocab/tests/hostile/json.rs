//! JSON as somebody might send it: any value, and one value written in many ways.

use proptest::prelude::*;
use serde_json::Value;

/// Texts that mean something in some member.
const WORDS: &[&str] = &[
    "",
    "https://app.example.com/cb",
    "http://localhost:3000/cb",
    "com.example.app:/cb",
    "javascript:alert(1)",
    "none",
    "client_secret_basic",
    "private_key_jwt",
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "implicit",
    "code",
    "token",
    "web",
    "native",
    "https://example.com/x",
    "read write",
    "read  write",
    "Notes",
    "a\u{202e}b",
    "\u{0}",
    "keys",
    "active",
];

/// Any JSON value of a little depth.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The value as text, its members in an order and with white space that `chance` chooses.
pub(crate) fn written(value: &Value, chance: &mut dyn Iterator<Item = u8>) -> String {
    let space = [" ", "\n", "\t", "", "\r\n  "][usize::from(chance.next().unwrap_or(0)) % 5];
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| written(item, chance)).collect();
            format!("[{space}{}]", items.join(&format!("{space},")))
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_cached_key(|_| chance.next().unwrap_or(0));
            let members: Vec<_> = members
                .into_iter()
                .map(|(name, value)| {
                    format!(
                        "{}{space}:{}",
                        Value::from(name.as_str()),
                        written(value, chance)
                    )
                })
                .collect();
            format!("{{{}{space}}}", members.join(&format!("{space},")))
        }
        other => format!("{space}{other}{space}"),
    }
}
