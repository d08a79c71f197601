//! An authorization request, parsed (OAuth 2.1 section 4.1.1, RFC 7636, RFC 8707, OpenID Connect Core section 3.1.2.1).
//! It holds nothing that was not understood: what is parked or sealed is this and not what was sent.

use narthex_http::Params;
use narthex_vocab::ErrorCode;
use narthex_vocab::{
    ClientId, CodeChallenge, Email, Id, Member, RedirectUri, ResourceUri, ScopeSet, Timestamp,
};
use serde::{Deserialize, Serialize};

use super::asked_claims::{Asked, AskedClaims};
use crate::call::Call;
use crate::id_token::Hint;
use crate::push::{self, Reference};
use crate::reach::Wanted;
use narthex_http::dpop::Thumbprint;

/// What a client wants of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: ClientId,
    /// Where the answer goes, as it was presented.
    pub(crate) redirect_uri: RedirectUri,
    /// Echoed as it was sent.
    pub(crate) state: Option<String>,
    #[serde(flatten)]
    pub(crate) wanted: WantedText,
    pub(crate) code_challenge: CodeChallenge,
    /// Echoed in the ID token.
    pub(crate) nonce: Option<String>,
    /// What is asked for one by one.
    #[serde(default, skip_serializing_if = "AskedClaims::is_empty")]
    pub(crate) claims: AskedClaims,
    /// `prompt=consent`: the person decides, whatever they allowed before.
    #[serde(default)]
    pub(crate) anew: bool,
    /// Who the person has to be, by a hint or a claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<Id<Member>>,
    /// The key that the code will be bound to (RFC 9449 section 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dpop_jkt: Option<Thumbprint>,
    /// The reference of the request where the client pushed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pushed: Option<Reference>,
}

/// [`Wanted`] in a form that can be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WantedText {
    pub(crate) scope: Option<ScopeSet>,
    pub(crate) resource: Option<ResourceUri>,
}

impl From<&WantedText> for Wanted {
    fn from(text: &WantedText) -> Self {
        Self {
            scope: text.scope.clone(),
            resource: text.resource.clone(),
        }
    }
}

/// How the person is to be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Prompt {
    /// `prompt=none`: not at all.
    pub(crate) none: bool,
    /// `prompt=login` or `select_account`, or `max_age=0`: sign in again in any case.
    pub(crate) login: bool,
    /// Seconds since the person signed in, at most.
    pub(crate) max_age: Option<i64>,
    /// With which address the person may want to sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) login_hint: Option<String>,
    /// When this was said, where that is known: who signed in since then has done so again.
    #[serde(skip)]
    pub(crate) said_at: Option<Timestamp>,
}

/// Why a request is refused, in the registered codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {description}")]
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    pub(crate) description: String,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
        }
    }
}

/// What says the request in another way (OpenID Connect Core sections 6 and 7.2.1): only what was pushed is taken (RFC 9126),
/// and what was would have been found before.
fn not_supported(name: &str, value: &str) -> Refusal {
    match name {
        "request" => Refusal::new(ErrorCode::RequestNotSupported, "no request objects"),
        "registration" => Refusal::new(
            ErrorCode::RegistrationNotSupported,
            "clients are registered",
        ),
        _ if value.starts_with(push::PREFIX) => Refusal::new(
            ErrorCode::InvalidRequestUri,
            "no request waits under this reference",
        ),
        _ => Refusal::new(ErrorCode::RequestUriNotSupported, "only what was pushed"),
    }
}

impl AuthorizationRequest {
    /// Reads everything but who asks and where the answer goes, which were found out before.
    pub(crate) fn read(
        params: &Params,
        client_id: ClientId,
        redirect_uri: RedirectUri,
    ) -> Result<Self, Refusal> {
        let invalid = |error: &dyn std::fmt::Display| {
            Refusal::new(ErrorCode::InvalidRequest, error.to_string())
        };
        params
            .refuse_repeats(&["resource"])
            .map_err(|error| invalid(&error))?;
        let given = |name| params.given(name).map_err(|error| invalid(&error));
        for name in ["request", "request_uri", "registration"] {
            if let Some(value) = given(name)? {
                return Err(not_supported(name, value));
            }
        }
        match given("response_type")? {
            Some("code") => {}
            Some(_) => {
                return Err(Refusal::new(
                    ErrorCode::UnsupportedResponseType,
                    "only code",
                ));
            }
            None => return Err(invalid(&"response_type is missing")),
        }
        if given("response_mode")?.is_some_and(|mode| mode != "query") {
            return Err(invalid(&"only response_mode query"));
        }
        // What is echoed is kept on the way, and neither a text column nor an address takes every character.
        let echoed = |name| match given(name)? {
            Some(text) if text.chars().any(char::is_control) => {
                Err(invalid(&format!("{name} has a control character")))
            }
            text => Ok(text.map(str::to_owned)),
        };
        let asked = given("claims")?.map(Asked::read).transpose()?;
        let Asked { claims, subject } = asked.unwrap_or_default();
        Ok(Self {
            client_id,
            redirect_uri,
            claims,
            anew: given("prompt")?
                .is_some_and(|words| words.split(' ').any(|word| word == "consent")),
            subject,
            state: echoed("state")?,
            wanted: wanted(params)?,
            code_challenge: challenge(params)?,
            nonce: echoed("nonce")?,
            dpop_jkt: given("dpop_jkt")?
                .map(Thumbprint::parse)
                .transpose()
                .map_err(|error| invalid(&format!("dpop_jkt: {error}")))?,
            pushed: None,
        })
    }

    /// The same with how the person is to be asked, and with who they are by an ID token of before (OpenID Connect Core section
    /// 3.1.2.1): one of this issuer's, for this client, however old.
    pub(crate) fn with_prompt(
        call: Call<'_>,
        params: &Params,
        (client_id, redirect_uri): (ClientId, RedirectUri),
    ) -> Result<(Self, Prompt), Refusal> {
        let mut request = Self::read(params, client_id, redirect_uri)?;
        let prompt = Prompt::read(params)?;
        let invalid = |words: String| Refusal::new(ErrorCode::InvalidRequest, words);
        let hint = params.given("id_token_hint");
        if let Some(text) = hint.map_err(|error| invalid(error.to_string()))? {
            let hint = Hint::read(call, text).filter(|hint| hint.client == request.client_id);
            let hint = hint.ok_or_else(|| invalid("id_token_hint is none of ours".to_owned()))?;
            let mut asked = Asked {
                claims: AskedClaims::default(),
                subject: request.subject,
            };
            asked.must_be(Some(hint.person))?;
            request.subject = asked.subject;
        }
        Ok((request, prompt))
    }

    /// The query that asks for the same again. How the person was to be asked is left out: that was carried out.
    pub(crate) fn to_query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(reference) = &self.pushed {
            query
                .append_pair("client_id", self.client_id.as_str())
                .append_pair("request_uri", reference.as_str());
            return query.finish();
        }
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client_id.as_str())
            .append_pair("redirect_uri", self.redirect_uri.as_str())
            .append_pair("code_challenge", self.code_challenge.as_str())
            .append_pair("code_challenge_method", "S256");
        if self.anew {
            query.append_pair("prompt", "consent");
        }
        if let Some(scope) = &self.wanted.scope {
            query.append_pair("scope", &scope.to_string());
        }
        let claims = self.claims.to_parameter(self.subject);
        let optional = [
            ("state", self.state.as_deref()),
            ("claims", claims.as_deref()),
            ("nonce", self.nonce.as_deref()),
            ("dpop_jkt", self.dpop_jkt.as_ref().map(Thumbprint::as_str)),
            (
                "resource",
                self.wanted.resource.as_ref().map(ResourceUri::as_str),
            ),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// The address that carries an answer to the client, with the issuer in it (RFC 9207).
    pub(crate) fn answer(&self, issuer: &str, parameters: &[(&str, &str)]) -> String {
        let mut all = parameters.to_vec();
        if let Some(state) = &self.state {
            all.push(("state", state));
        }
        all.push(("iss", issuer));
        self.redirect_uri.with_response(&all)
    }
}

impl Prompt {
    /// Reads `prompt` and `max_age`; unknown values of `prompt` are ignored.
    pub(crate) fn read(params: &Params) -> Result<Self, Refusal> {
        let invalid = |error: String| Refusal::new(ErrorCode::InvalidRequest, error);
        let given = |name| {
            params
                .given(name)
                .map_err(|error| invalid(error.to_string()))
        };
        let words: Vec<&str> = given("prompt")?.unwrap_or_default().split(' ').collect();
        let none = words.contains(&"none");
        if none && words.len() > 1 {
            return Err(invalid("prompt none stands alone".to_owned()));
        }
        let max_age = given("max_age")?
            .map(|text| text.parse::<u32>().map(i64::from))
            .transpose()
            .map_err(|_| invalid("max_age is not a number of seconds".to_owned()))?;
        let again = words.contains(&"login") || words.contains(&"select_account");
        // Only what may be an address of ours is put into the form.
        let hint = given("login_hint")?.and_then(|text| Email::parse(text).ok());
        Ok(Self {
            none,
            login: again || max_age == Some(0),
            max_age,
            login_hint: hint.map(|email| email.to_string()),
            said_at: None,
        })
    }
}

fn wanted(params: &Params) -> Result<WantedText, Refusal> {
    let invalid = |error: String| Refusal::new(ErrorCode::InvalidScope, error);
    let scope = params
        .given("scope")
        .map_err(|error| invalid(error.to_string()))?
        .map(ScopeSet::parse)
        .transpose()
        .map_err(|error| invalid(error.to_string()))?;
    let mut resources = params.many("resource").filter(|value| !value.is_empty());
    let target = |words: &str| Refusal::new(ErrorCode::InvalidTarget, words);
    let resource = match (resources.next(), resources.next()) {
        (None, _) => None,
        (Some(text), None) => {
            Some(ResourceUri::parse(text).map_err(|error| target(&error.to_string()))?)
        }
        (Some(_), Some(_)) => return Err(target("name one resource")),
    };
    Ok(WantedText { scope, resource })
}

/// PKCE is required of every client, and `plain` of none (OAuth 2.1 section 7.5.1).
fn challenge(params: &Params) -> Result<CodeChallenge, Refusal> {
    let invalid = |error: String| Refusal::new(ErrorCode::InvalidRequest, error);
    let given = |name| {
        params
            .given(name)
            .map_err(|error| invalid(error.to_string()))
    };
    let challenge =
        given("code_challenge")?.ok_or_else(|| invalid("code_challenge is required".to_owned()))?;
    if given("code_challenge_method")? != Some("S256") {
        return Err(invalid("code_challenge_method must be S256".to_owned()));
    }
    CodeChallenge::parse(challenge).map_err(|error| invalid(error.to_string()))
}

/// A request for tests of this crate.
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
pub(crate) fn sample() -> AuthorizationRequest {
    AuthorizationRequest {
        client_id: ClientId::parse("np_abcdefghijklmnopqrstuvwx27").unwrap(),
        redirect_uri: RedirectUri::parse("http://127.0.0.1:4000/callback?a=b").unwrap(),
        state: Some("s t&".to_owned()),
        wanted: WantedText {
            scope: Some(ScopeSet::parse("notes:read").unwrap()),
            resource: Some(ResourceUri::parse("https://notes.example/mcp").unwrap()),
        },
        code_challenge: CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
            .unwrap(),
        nonce: Some("n".to_owned()),
        claims: Asked::read(r#"{"userinfo":{"name":null},"id_token":{"email":null}}"#)
            .unwrap()
            .claims,
        anew: true,
        subject: Some(Id::from_uuid(uuid::Uuid::from_u128(7))),
        dpop_jkt: Some(Thumbprint::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap()),
        pushed: None,
    }
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
