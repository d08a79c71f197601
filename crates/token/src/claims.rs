//! The claims of an access token (RFC 9068 section 2.2). Its audience is one string, never a list.

use narthex_vocab::{Approval, ClientId, Environment, Id, ScopeSet, TenantSlug, ToolName};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::exchange::Origin;
use crate::lineage::Actor;
use narthex_http::dpop::Thumbprint;

/// The media type of the header (RFC 9068 section 2.1).
pub(crate) const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// What a token is bound to (RFC 7800, RFC 9449 section 6.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Confirmation {
    /// The key that whoever shows the token has to prove.
    pub(crate) jkt: Thumbprint,
}

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccessClaims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) client_id: ClientId,
    pub(crate) scope: ScopeSet,
    /// Seconds since the epoch, as the two after it.
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    /// When the person signed in; none when the client acts for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) auth_time: Option<i64>,
    /// How they did (RFC 9470 section 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) acr: Option<String>,
    pub(crate) jti: Uuid,
    /// On whose behalf the client acts, where another client registered it (RFC 8693 section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) act: Option<Actor>,
    /// The tokens that it stands on, where it was exchanged; the nearest first.
    #[serde(
        rename = "https://narthex.dev/claims/exchanged_from",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) origins: Vec<Origin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cnf: Option<Confirmation>,
    #[serde(rename = "https://narthex.dev/claims/tenant")]
    pub(crate) tenant: TenantSlug,
    #[serde(rename = "https://narthex.dev/claims/environment")]
    pub(crate) environment: Environment,
    /// Under which approval it was issued.
    #[serde(rename = "https://narthex.dev/claims/approval")]
    pub(crate) approval: Id<Approval>,
    /// The tools of the audience that the approval named; a decision is still asked for each call.
    #[serde(
        rename = "https://narthex.dev/claims/tools",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    pub(crate) tools: Vec<ToolName>,
}

/// Claims for tests of this crate.
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
pub(crate) fn sample() -> AccessClaims {
    AccessClaims {
        iss: "https://id.example/t/acme".to_owned(),
        sub: "np_abcdefghijklmnopqrstuvwx27".to_owned(),
        aud: "https://notes.example/mcp".to_owned(),
        client_id: ClientId::parse("np_abcdefghijklmnopqrstuvwx27").unwrap(),
        scope: ScopeSet::parse("notes:read").unwrap(),
        exp: 1_800_000_600,
        iat: 1_800_000_000,
        auth_time: None,
        acr: None,
        jti: Uuid::from_u128(7),
        act: None,
        origins: Vec::new(),
        cnf: None,
        tenant: TenantSlug::parse("acme").unwrap(),
        environment: Environment::Production,
        approval: Id::from_uuid(Uuid::from_u128(9)),
        tools: vec![ToolName::parse("list_notes").unwrap()],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn the_wire_form() {
        let claims = sample();
        let wire = json!({
            "iss": "https://id.example/t/acme", "sub": "np_abcdefghijklmnopqrstuvwx27",
            "aud": "https://notes.example/mcp", "client_id": "np_abcdefghijklmnopqrstuvwx27",
            "scope": "notes:read", "exp": 1_800_000_600, "iat": 1_800_000_000,
            "jti": "00000000-0000-0000-0000-000000000007",
            "https://narthex.dev/claims/tenant": "acme",
            "https://narthex.dev/claims/environment": "production",
            "https://narthex.dev/claims/approval": "apr_00000000000000000000000000000009",
            "https://narthex.dev/claims/tools": ["list_notes"],
        });
        assert_eq!(serde_json::to_value(&claims).unwrap(), wire);
        assert_eq!(
            serde_json::from_value::<AccessClaims>(wire).unwrap(),
            claims
        );
    }

    #[test]
    fn a_list_of_audiences_is_no_audience() {
        let mut wire = json!({ "iss": "i", "sub": "s", "aud": "a", "client_id": "c", "scope": "",
            "exp": 1, "iat": 1, "jti": "00000000-0000-0000-0000-000000000007",
            "https://narthex.dev/claims/tenant": "acme",
            "https://narthex.dev/claims/environment": "sandbox",
            "https://narthex.dev/claims/approval": "apr_00000000000000000000000000000009" });
        assert!(serde_json::from_value::<AccessClaims>(wire.clone()).is_ok());
        wire["aud"] = json!(["a"]);
        assert!(serde_json::from_value::<AccessClaims>(wire).is_err());
    }
}
