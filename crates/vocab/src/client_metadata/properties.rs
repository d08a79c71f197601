//! What holds for all client metadata: it is read or refused, never panics; what is effective
//! reads back as itself; nothing a registrant sends reaches a member the server owns.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::ClientMetadata;
use super::tests::{CB, ec_key};
use crate::{Fingerprint, GrantType};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
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

const WORDS: &[&str] = &[
    CB,
    "http://localhost:3000/cb",
    "com.example.app:/cb",
    "none",
    "client_secret_basic",
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "code",
    "web",
    "native",
    "https://example.com/x",
    "read write",
    "Notes",
];

const MEMBERS: &[&str] = &[
    "redirect_uris",
    "token_endpoint_auth_method",
    "grant_types",
    "response_types",
    "client_name",
    "client_uri",
    "logo_uri",
    "tos_uri",
    "policy_uri",
    "jwks_uri",
    "jwks",
    "scope",
    "contacts",
    "software_id",
    "software_version",
    "application_type",
    "dpop_bound_access_tokens",
    "require_pushed_authorization_requests",
    "workload_identity",
    "client_id",
    "state",
];

fn any_metadata() -> impl Strategy<Value = Map<String, Value>> {
    let member = (prop::sample::select(MEMBERS), any_json());
    prop::collection::vec(member, 0..8).prop_map(|members| {
        members
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v))
            .collect()
    })
}

/// Metadata that mostly parses.
fn good_metadata() -> impl Strategy<Value = Map<String, Value>> {
    let redirects = prop::collection::vec(
        prop_oneof![
            "https://[a-z]{1,8}\\.example/[a-z]{0,8}(\\?[a-z]=[0-9])?",
            "http://(localhost|127\\.0\\.0\\.1|\\[::1\\]):[1-9][0-9]{0,3}/[a-z]{0,8}",
            "com\\.[a-z]{1,6}:/[a-z]{0,6}",
        ],
        1..5,
    );
    let grants = prop::sample::select(vec![
        json!(["authorization_code"]),
        json!(["refresh_token", "authorization_code"]),
        json!(["client_credentials", "authorization_code"]),
        json!(["client_credentials"]),
        Value::Null,
    ]);
    let methods = vec![
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    ];
    let keys = prop::option::of(Just(json!({ "keys": [ec_key()] })));
    let names = prop::option::of("[\\PC ]{1,30}");
    let scopes = prop::option::of("[a-z:.]{1,8}( [a-z:.]{1,8}){0,3}");
    (redirects, grants, prop::sample::select(methods), keys, names, scopes).prop_map(
        |(redirects, grants, method, keys, name, scope)| {
            let sent = json!({
                "redirect_uris": redirects, "grant_types": grants, "jwks": keys, "scope": scope,
                "token_endpoint_auth_method": method, "client_name": name, "contacts": name.map(|n| [n]),
            });
            sent.as_object().cloned().unwrap_or_default()
        },
    )
}

fn holds(sent: &Map<String, Value>) -> Result<(), TestCaseError> {
    let Ok(metadata) = ClientMetadata::parse(sent) else {
        return Ok(());
    };
    let json = metadata.to_json();
    let again = ClientMetadata::parse(&json);
    prop_assert_eq!(again.as_ref(), Ok(&metadata));
    let again = again.unwrap();
    prop_assert_eq!(again.to_json(), json.clone());
    prop_assert_eq!(Fingerprint::of(&again), Fingerprint::of(&metadata));
    prop_assert!(json.keys().all(|member| MEMBERS.contains(&member.as_str())));
    prop_assert!(!json.contains_key("client_id") && !json.contains_key("state"));
    for uri in metadata.redirect_uris() {
        prop_assert!(metadata.redirect_uri(uri.as_str()).is_some());
    }
    if let Ok(clamped) = metadata.clone().clamp_for_an_agent() {
        prop_assert!(!clamped.auth_method().needs_secret());
        prop_assert_eq!(clamped.clone().clamp_for_an_agent(), Ok(clamped));
    }
    if let Ok(clamped) = metadata.clamp_for_quarantine() {
        prop_assert!(clamped.auth_method().is_public());
        prop_assert!(!clamped.allows(GrantType::ClientCredentials));
        prop_assert!(!clamped.allows(GrantType::DeviceCode));
        prop_assert_eq!(clamped.clone().clamp_for_quarantine(), Ok(clamped.clone()));
        prop_assert_eq!(ClientMetadata::parse(&clamped.to_json()), Ok(clamped));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(sent in any_metadata()) {
        holds(&sent)?;
    }

    #[test]
    fn good_metadata_reads_back_as_itself(sent in good_metadata()) {
        holds(&sent)?;
    }
}
