//! Client metadata as they are written. Nothing that was not read is ever in them.

use serde_json::{Map, Value};

use crate::client_metadata::ClientMetadata;
use crate::key_set::KeySet;
use crate::label::Label;
use crate::redirect_uri::RedirectUri;
use crate::signing_algorithm::SigningAlgorithm;
use crate::web_uri::WebUri;
use crate::workload_identity::WorkloadIdentity;

impl ClientMetadata {
    /// The effective metadata as it is returned and stored (RFC 7591 section 3.2.1); parses to
    /// the same value.
    pub fn to_json(&self) -> Map<String, Value> {
        let mut json = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            json.extend(value.map(|value| (name.to_owned(), value)));
        };
        let web = |uri: &Option<WebUri>| uri.as_ref().map(|uri| Value::from(uri.as_str()));
        let label = |label: &Option<Label>| label.as_ref().map(|label| Value::from(label.as_str()));
        let grants = self
            .grant_types
            .iter()
            .map(|grant| Value::from(grant.as_str()))
            .collect();
        let responses = self
            .response_types()
            .iter()
            .map(|kind| Value::from(kind.as_str()));
        put(
            "application_type",
            Some(self.application_type.as_str().into()),
        );
        put(
            "client_name",
            self.client_name.as_ref().map(|name| name.as_str().into()),
        );
        put("client_uri", web(&self.client_uri));
        put("contacts", texts(&self.contacts, Label::as_str));
        let flag = |set: bool| set.then_some(Value::Bool(true));
        put("dpop_bound_access_tokens", flag(self.binds_tokens));
        put("grant_types", Some(Value::Array(grants)));
        put("jwks", self.jwks.as_ref().map(KeySet::to_json));
        put("jwks_uri", web(&self.jwks_uri));
        put("logo_uri", web(&self.logo_uri));
        put("policy_uri", web(&self.policy_uri));
        put(
            "redirect_uris",
            texts(&self.redirect_uris, RedirectUri::as_str),
        );
        put(
            "require_pushed_authorization_requests",
            flag(self.pushes_requests),
        );
        put("response_types", Some(Value::Array(responses.collect())));
        put(
            "scope",
            self.scope.as_ref().map(|scope| scope.to_string().into()),
        );
        put("software_id", label(&self.software_id));
        put("software_version", label(&self.software_version));
        put(
            "token_endpoint_auth_method",
            Some(self.auth_method.as_str().into()),
        );
        put("tos_uri", web(&self.tos_uri));
        for (name, value) in self.of_sessions() {
            put(name, value);
        }
        let workload = self.workload.as_ref();
        put("workload_identity", workload.map(WorkloadIdentity::to_json));
        json.extend(self.localized.to_json());
        json
    }

    /// What OpenID Connect adds: how people sign in and out. The algorithm that everybody gets who says nothing is left out, so that
    /// saying it makes no other software.
    fn of_sessions(&self) -> [(&'static str, Option<Value>); 3] {
        let algorithm = self.id_token_algorithm;
        let unusual = algorithm != SigningAlgorithm::Rs256;
        let hears = self.backchannel_logout_uri.as_ref();
        [
            (
                "backchannel_logout_uri",
                hears.map(|uri| uri.as_str().into()),
            ),
            (
                "id_token_signed_response_alg",
                unusual.then(|| algorithm.as_str().into()),
            ),
            (
                "post_logout_redirect_uris",
                texts(&self.post_logout_redirect_uris, RedirectUri::as_str),
            ),
        ]
    }
}

fn texts<T>(list: &[T], text: impl Fn(&T) -> &str) -> Option<Value> {
    let values: Vec<_> = list.iter().map(|entry| Value::from(text(entry))).collect();
    (!values.is_empty()).then_some(Value::Array(values))
}
