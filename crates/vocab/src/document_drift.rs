//! What a client says now, in its document or in a replacement of its registration, against what was approved of it. It
//! decides nothing: it tells what matters from what does not (draft-ietf-oauth-client-id-metadata-document section 8.4).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::application_type::ApplicationType;
use crate::canonical_json::canonical_json;
use crate::change::Change;
use crate::client_metadata::ClientMetadata;
use crate::scope_set::ScopeSet;

/// One member that says something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// Its name.
    pub member: String,
    /// What was approved; `None` when it was not there.
    pub approved: Option<Value>,
    /// What it says now; `None` when it is gone.
    pub now: Option<Value>,
}

impl Drift {
    /// Every member that differs, in the order of their names. The order of a list has no meaning. `wish` is the scope
    /// that the document named when it was approved: what was approved of the client is less.
    pub fn between(approved: &ClientMetadata, wish: &str, now: &ClientMetadata) -> Vec<Self> {
        let mut before = approved.to_json();
        before.remove("scope");
        if !wish.is_empty() {
            before.insert("scope".to_owned(), wish.into());
        }
        let after = now.to_json();
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let differs = |name: &&String| {
            let text = |value: Option<&Value>| value.map(regardless_of_order);
            text(before.get(*name)) != text(after.get(*name))
        };
        let drift = |name: &String| Self {
            member: name.clone(),
            approved: before.get(name).cloned(),
            now: after.get(name).cloned(),
        };
        // A type that follows from the addresses on both sides is no change beside theirs.
        let follows = follows_from_addresses(approved) && follows_from_addresses(now);
        let stated = |name: &&String| !(follows && name.as_str() == "application_type");
        let names = names.into_iter().filter(stated);
        names.filter(differs).map(drift).collect()
    }

    /// What a client's replacement of its registration (RFC 7592 section 2.2) says else than what is in force. A scope
    /// that it does not name stays as it is.
    pub fn of_replacement(in_force: &ClientMetadata, now: &ClientMetadata) -> Vec<Self> {
        let granted = now.scope().and(in_force.scope());
        let granted = granted.map(ScopeSet::to_string).unwrap_or_default();
        Self::between(in_force, &granted, now)
    }

    /// The change that it is; `None` for what does not matter.
    pub fn change(&self) -> Option<Change> {
        Change::of_member(&self.member)
    }

    /// Whether somebody has to agree to it.
    pub fn is_grave(&self) -> bool {
        self.change().is_some()
    }
}

fn follows_from_addresses(metadata: &ClientMetadata) -> bool {
    metadata.application_type() == ApplicationType::of(metadata.redirect_uris())
}

fn regardless_of_order(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => {
            let mut texts: Vec<_> = list.iter().map(canonical_json).collect();
            texts.sort_unstable();
            texts
        }
        other => vec![canonical_json(other)],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use rstest::rstest;
    use serde_json::{Value, json};

    use super::Drift;
    use crate::client_metadata::ClientMetadata;

    fn with(changes: &Value) -> ClientMetadata {
        let mut sent = json!({
            "client_name": "App",
            "redirect_uris": ["https://app.example/1", "https://app.example/2"],
            "token_endpoint_auth_method": "none",
            "scope": "notes:read",
        });
        for (name, value) in changes.as_object().unwrap() {
            sent[name] = value.clone();
        }
        ClientMetadata::parse(sent.as_object().unwrap()).unwrap()
    }

    #[rstest]
    #[case(json!({}), &[], false)]
    #[case(json!({ "redirect_uris": ["https://app.example/2", "https://app.example/1"] }), &[], false)]
    #[case(json!({ "client_name": "Other" }), &["client_name"], false)]
    #[case(json!({ "logo_uri": "https://app.example/logo" }), &["logo_uri"], false)]
    #[case(json!({ "client_name#ja": "アプリ", "logo_uri#ja": "https://app.example/ja" }), &["client_name#ja", "logo_uri#ja"], false)]
    #[case(json!({ "redirect_uris": ["https://app.example/1"] }), &["redirect_uris"], true)]
    #[case(
        json!({ "redirect_uris": ["https://app.example/1", "https://evil.example/2"] }),
        &["redirect_uris"],
        true
    )]
    #[case(json!({ "scope": "notes:read notes:delete" }), &["scope"], true)]
    #[case(json!({ "scope": null }), &["scope"], true)]
    #[case(
        json!({ "grant_types": ["authorization_code", "refresh_token"] }),
        &["grant_types"],
        true
    )]
    #[case(json!({ "jwks_uri": "https://app.example/keys" }), &["jwks_uri"], true)]
    #[case(
        json!({ "jwks_uri": "https://app.example/keys", "token_endpoint_auth_method": "private_key_jwt" }),
        &["jwks_uri", "token_endpoint_auth_method"],
        true
    )]
    fn what_matters(#[case] changes: Value, #[case] members: &[&str], #[case] grave: bool) {
        let drifts = Drift::between(&with(&json!({})), "notes:read", &with(&changes));
        let named: Vec<_> = drifts.iter().map(|drift| drift.member.as_str()).collect();
        assert_eq!(named, members);
        assert_eq!(drifts.iter().any(Drift::is_grave), grave);
    }

    #[rstest]
    #[case(json!({ "redirect_uris": ["http://127.0.0.1/cb", "https://app.example/cb"] }), &["redirect_uris"])]
    #[case(json!({ "redirect_uris": ["http://127.0.0.1/cb", "https://app.example/cb"], "application_type": "native" }), &["redirect_uris"])]
    #[case(json!({ "redirect_uris": ["https://app.example/cb"] }), &["redirect_uris"])]
    #[case(json!({ "redirect_uris": ["https://app.example/cb"], "application_type": "native" }), &["redirect_uris"])]
    #[case(json!({ "grant_types": ["authorization_code", "refresh_token"] }), &["grant_types"])]
    fn an_address_of_a_native_client_is_an_address_and_no_term(
        #[case] changes: Value,
        #[case] members: &[&str],
    ) {
        let native = |changes: &Value| {
            let mut sent = json!({ "redirect_uris": ["http://127.0.0.1/cb"] });
            for (name, value) in changes.as_object().unwrap() {
                sent[name] = value.clone();
            }
            with(&sent)
        };
        let drifts = Drift::between(&native(&json!({})), "notes:read", &native(&changes));
        let named: Vec<_> = drifts.iter().map(|drift| drift.member.as_str()).collect();
        assert_eq!(named, members);
    }

    #[test]
    fn a_type_that_is_stated_anew_is_a_change() {
        let web = with(&json!({}));
        let native = with(&json!({ "application_type": "native" }));
        let drifts = Drift::between(&web, "notes:read", &native);
        let named: Vec<_> = drifts.iter().map(|drift| drift.member.as_str()).collect();
        assert_eq!(named, ["application_type"]);
        assert!(drifts.iter().all(Drift::is_grave));
    }

    #[test]
    fn what_was_given_is_no_wish() {
        let given = with(&json!({ "scope": "notes:read" }));
        let asks = with(&json!({ "scope": "notes:read notes:write" }));
        assert_eq!(Drift::between(&given, "notes:read notes:write", &asks), []);
    }
}
