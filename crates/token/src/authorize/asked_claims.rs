//! Claims that a client asks for one by one (OpenID Connect Core section 5.5), as far as they are known here. It never grants one:
//! the person sees each of them before, as they see scopes.

use narthex_vocab::ErrorCode;
use std::collections::BTreeSet;

use narthex_tenancy::member;
use narthex_vocab::{Id, Member, ScopeSet, json_object};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::request::Refusal;
use crate::assurance;

/// Something that is known of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Claim {
    Name,
    Email,
    EmailVerified,
}

impl Claim {
    const ALL: [Self; 3] = [Self::Name, Self::Email, Self::EmailVerified];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
        }
    }

    /// The scope that asks for it, too (section 5.4).
    pub(crate) const fn scope(self) -> &'static str {
        match self {
            Self::Name => "profile",
            Self::Email | Self::EmailVerified => "email",
        }
    }

    /// Nobody has proved an address of mail to us: whoever invited a person typed it.
    fn of(self, person: &member::Member) -> Value {
        match self {
            Self::Name => person.name.as_str().into(),
            Self::Email => person.email.as_str().into(),
            Self::EmailVerified => false.into(),
        }
    }
}

/// What these claims are, of this person.
pub(crate) fn known(
    claims: impl IntoIterator<Item = Claim>,
    person: &member::Member,
) -> Map<String, Value> {
    let claims = claims.into_iter();
    claims
        .map(|claim| (claim.as_str().to_owned(), claim.of(person)))
        .collect()
}

/// The claims that scopes ask for.
pub(crate) fn of_scopes(scopes: &ScopeSet) -> impl Iterator<Item = Claim> {
    Claim::ALL
        .into_iter()
        .filter(|claim| scopes.has(claim.scope()))
}

/// Where which claims are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AskedClaims {
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) userinfo: BTreeSet<Claim>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) id_token: BTreeSet<Claim>,
}

/// The parameter, read: what is wanted, and who the person has to be, if the client says so.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) claims: AskedClaims,
    pub(super) subject: Option<Id<Member>>,
}

impl AskedClaims {
    pub(crate) fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// Whether a person who allowed the other has allowed this.
    pub(crate) fn is_within(&self, allowed: &Self) -> bool {
        self.userinfo.is_subset(&allowed.userinfo) && self.id_token.is_subset(&allowed.id_token)
    }

    /// Whether it asks for what this scope gives, in whatever place.
    pub(crate) fn has(&self, scope: &str) -> bool {
        let mut all = self.userinfo.iter().chain(&self.id_token);
        all.any(|claim| claim.scope() == scope)
    }

    /// As a parameter again, with who the person has to be; `None` when there is nothing to say.
    pub(super) fn to_parameter(&self, subject: Option<Id<Member>>) -> Option<String> {
        if self.is_empty() && subject.is_none() {
            return None;
        }
        let wanted = |claims: &BTreeSet<Claim>| -> Map<String, Value> {
            let named = claims.iter().map(|claim| claim.as_str().to_owned());
            named.map(|name| (name, Value::Null)).collect()
        };
        let mut id_token = wanted(&self.id_token);
        id_token.extend(subject.map(|it| ("sub".to_owned(), json!({ "value": it }))));
        let all = json!({ "userinfo": wanted(&self.userinfo), "id_token": id_token });
        Some(all.to_string())
    }
}

impl Asked {
    /// Claims that are not known here are left out, as section 5.5.1 wants it. An `acr` that is demanded and not met, and a person
    /// that nobody can be, are no request that can be answered.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let invalid = |why: &str| Refusal::new(ErrorCode::InvalidRequest, format!("claims: {why}"));
        let sent = json_object(text.as_bytes()).map_err(|error| invalid(&error.to_string()))?;
        let mut asked = Self::default();
        for place in ["userinfo", "id_token"] {
            let wanted = match sent.get(place) {
                None | Some(Value::Null) => continue,
                Some(Value::Object(wanted)) => wanted,
                Some(_) => return Err(invalid("userinfo and id_token are objects")),
            };
            let known = Claim::ALL
                .into_iter()
                .filter(|claim| wanted.contains_key(claim.as_str()))
                .collect();
            match place {
                "userinfo" => asked.claims.userinfo = known,
                _ => asked.claims.id_token = known,
            }
            let sub = wanted.get("sub").and_then(|sub| sub.get("value"));
            if let Some(sub) = sub {
                asked.must_be(sub.as_str().and_then(|text| text.parse().ok()))?;
            }
            if wanted.get("acr").is_some_and(is_unmet) {
                let words = "nobody signs in here in this way";
                return Err(Refusal::new(
                    ErrorCode::UnmetAuthenticationRequirements,
                    words,
                ));
            }
        }
        Ok(asked)
    }

    /// The person has to be this one; nobody can be two, or somebody who is none of ours.
    pub(super) fn must_be(&mut self, person: Option<Id<Member>>) -> Result<(), Refusal> {
        let same = self.subject.is_none() || self.subject == person;
        if person.is_none() || !same {
            let words = "the person that is asked for is nobody here";
            return Err(Refusal::new(ErrorCode::LoginRequired, words));
        }
        self.subject = person;
        Ok(())
    }
}

/// Whether an `acr` is essential with values of which none is ours (section 5.5.1.1).
fn is_unmet(acr: &Value) -> bool {
    let essential = acr.get("essential").and_then(Value::as_bool) == Some(true);
    let one = acr.get("value").into_iter();
    let several = acr.get("values").and_then(Value::as_array);
    let mut wanted = one.chain(several.into_iter().flatten()).peekable();
    essential && wanted.peek().is_some() && !wanted.any(|value| value == assurance::ACR)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rstest::rstest;

    const PERSON: &str = "mem_00000000000000000000000000000007";

    #[test]
    fn a_claim_is_asked_for_in_its_place() {
        let text = json!({
            "userinfo": { "name": { "essential": true }, "picture": null },
            "id_token": { "email": null, "auth_time": { "essential": true }, "sub": { "value": PERSON } },
            "unknown": 7,
        });
        let asked = Asked::read(&text.to_string()).unwrap();
        assert_eq!(asked.claims.userinfo, BTreeSet::from([Claim::Name]));
        assert_eq!(asked.claims.id_token, BTreeSet::from([Claim::Email]));
        assert!(asked.claims.has("profile") && asked.claims.has("email"));
        let again = asked.claims.to_parameter(asked.subject).unwrap();
        assert_eq!(Asked::read(&again).unwrap(), asked);
        assert_eq!(Asked::read("{}").unwrap(), Asked::default());
        assert_eq!(AskedClaims::default().to_parameter(None), None);
    }

    #[rstest]
    #[case("x", "invalid_request")]
    #[case("[]", "invalid_request")]
    #[case(r#"{"userinfo":[]}"#, "invalid_request")]
    #[case(r#"{"userinfo":{},"userinfo":{}}"#, "invalid_request")]
    #[case(r#"{"id_token":{"sub":{"value":"somebody"}}}"#, "login_required")]
    #[case(r#"{"id_token":{"sub":{"value":7}}}"#, "login_required")]
    #[case(
        r#"{"id_token":{"sub":{"value":"mem_00000000000000000000000000000007"}},
            "userinfo":{"sub":{"value":"mem_00000000000000000000000000000008"}}}"#,
        "login_required"
    )]
    #[case(
        r#"{"id_token":{"acr":{"essential":true,"values":["urn:mace:incommon:iap:silver"]}}}"#,
        "unmet_authentication_requirements"
    )]
    fn refuses(#[case] text: &str, #[case] code: &str) {
        assert_eq!(Asked::read(text).unwrap_err().code, code);
    }

    #[rstest]
    #[case(json!({ "essential": true }))]
    #[case(json!({ "values": ["urn:mace:incommon:iap:silver"] }))]
    #[case(json!({ "essential": true, "values": ["x", assurance::ACR] }))]
    #[case(Value::Null)]
    fn an_acr_that_is_met_or_only_wished_for(#[case] acr: Value) {
        let text = json!({ "id_token": { "acr": acr } }).to_string();
        Asked::read(&text).unwrap();
    }
}
