//! The workload that a client is: which issuer has to say so, of which subject, with which claims. It is a part of the
//! client's metadata, so that it is approved with it and changes with it alone; a token of the workload proves the client
//! each time. It never says by which keys: that the tenant trusts the issuer is another matter.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::issuer_name::{IssuerName, IssuerNameError};

/// The most claims that are asked for.
const MOST_CLAIMS: usize = 8;
const LONGEST: usize = 512;

/// Which workload a client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadIdentity {
    issuer: IssuerName,
    subject: SubjectPattern,
    claims: BTreeMap<String, String>,
    reusable: bool,
}

/// The subjects that are taken: one, or all below one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectPattern(String);

/// Why a value is no workload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkloadIdentityError {
    /// Not a JSON object with these members.
    #[error("it is an object with issuer and subject, and maybe claims and reusable")]
    Shape,
    /// The issuer.
    #[error("the issuer: {0}")]
    Issuer(#[from] IssuerNameError),
    /// A subject that takes too much or nothing.
    #[error(
        "the subject is one name, or one that ends in /* or :* after two parts at least; no other wildcard"
    )]
    Subject,
    /// The subject is not of the issuer's trust domain.
    #[error("the subject is not in the trust domain of the issuer")]
    OtherDomain,
    /// A claim that cannot be compared.
    #[error("claims are at most {MOST_CLAIMS} texts by name, and none that is checked anyway")]
    Claims,
}

/// Claims that are checked in any case, or say nothing of a workload.
const RESERVED: [&str; 8] = ["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id"];

impl SubjectPattern {
    /// Reads a pattern. A wildcard stands for whole parts at the end: what is before it ends where a part does, so that
    /// `repo:acme/notes:*` is of this repository and of none whose name begins alike.
    pub fn parse(text: &str) -> Result<Self, WorkloadIdentityError> {
        let fixed = text.strip_suffix('*').unwrap_or(text);
        let graphic = |byte: u8| byte.is_ascii_graphic() && byte != b'*';
        let parts = fixed.split(['/', ':']).filter(|part| !part.is_empty());
        let whole = fixed.len() == text.len()
            || (fixed.ends_with(['/', ':']) && !fixed.ends_with("//") && parts.count() >= 2);
        let good = (1..=LONGEST).contains(&fixed.len()) && fixed.bytes().all(graphic) && whole;
        good.then(|| Self(text.to_owned()))
            .ok_or(WorkloadIdentityError::Subject)
    }

    /// As it was read.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it takes this subject.
    pub fn takes(&self, subject: &str) -> bool {
        match self.0.strip_suffix('*') {
            None => subject == self.0,
            Some(fixed) => subject
                .strip_prefix(fixed)
                .is_some_and(|rest| !rest.is_empty()),
        }
    }

    fn is_in(&self, issuer: &IssuerName) -> bool {
        let path = self.0.strip_prefix(issuer.as_str());
        path.is_some_and(|path| path.starts_with('/') && path.len() > 1)
    }
}

impl WorkloadIdentity {
    /// Reads the member `workload_identity` of client metadata.
    pub fn parse(value: &Value) -> Result<Self, WorkloadIdentityError> {
        let shape = WorkloadIdentityError::Shape;
        let sent = value.as_object().ok_or(shape.clone())?;
        let known = ["issuer", "subject", "claims", "reusable"];
        if sent.keys().any(|name| !known.contains(&name.as_str())) {
            return Err(shape);
        }
        let text = |name: &str| sent.get(name).and_then(Value::as_str).ok_or(shape.clone());
        let issuer = IssuerName::parse(text("issuer")?)?;
        let subject = SubjectPattern::parse(text("subject")?)?;
        if issuer.is_trust_domain() && !subject.is_in(&issuer) {
            return Err(WorkloadIdentityError::OtherDomain);
        }
        Ok(Self {
            issuer,
            subject,
            claims: read_claims(sent.get("claims"))?,
            reusable: match sent.get("reusable") {
                None | Some(Value::Null) => false,
                Some(Value::Bool(said)) => *said,
                Some(_) => return Err(shape),
            },
        })
    }

    /// The JSON form, which parses to the same.
    pub fn to_json(&self) -> Value {
        let mut json = Map::new();
        json.insert("issuer".to_owned(), json!(self.issuer));
        json.insert("subject".to_owned(), json!(self.subject.as_str()));
        if !self.claims.is_empty() {
            json.insert("claims".to_owned(), json!(self.claims));
        }
        if self.reusable {
            json.insert("reusable".to_owned(), Value::Bool(true));
        }
        Value::Object(json)
    }

    /// Who has to say so.
    pub const fn issuer(&self) -> &IssuerName {
        &self.issuer
    }

    /// Of whom.
    pub const fn subject(&self) -> &SubjectPattern {
        &self.subject
    }

    /// What else the token has to say, by claim; `true` and numbers are compared as they are written.
    pub const fn claims(&self) -> &BTreeMap<String, String> {
        &self.claims
    }

    /// Whether a token may be shown again while it lasts, as the platform leaves it in a file; otherwise each counts once.
    pub const fn is_reusable(&self) -> bool {
        self.reusable
    }
}

fn read_claims(value: Option<&Value>) -> Result<BTreeMap<String, String>, WorkloadIdentityError> {
    let wrong = WorkloadIdentityError::Claims;
    let sent = match value {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Object(sent)) => sent,
        Some(_) => return Err(wrong),
    };
    let plain =
        |text: &str| (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control);
    let claim = |(name, value): (&String, &Value)| {
        let value = value.as_str().filter(|value| plain(value))?;
        let usable = plain(name) && !RESERVED.contains(&name.as_str());
        usable.then(|| (name.clone(), value.to_owned()))
    };
    let claims: Option<BTreeMap<_, _>> = sent.iter().map(claim).collect();
    claims
        .filter(|claims| claims.len() <= MOST_CLAIMS)
        .ok_or(wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "repo:acme/notes:ref:refs/heads/main",
        "repo:acme/notes:ref:refs/heads/main",
        true
    )]
    #[case(
        "repo:acme/notes:ref:refs/heads/main",
        "repo:acme/notes:ref:refs/heads/main2",
        false
    )]
    #[case("repo:acme/notes:*", "repo:acme/notes:environment:prod", true)]
    #[case("repo:acme/notes:*", "repo:acme/notes:", false)]
    #[case("repo:acme/notes:*", "repo:acme/notes-evil:ref:x", false)]
    #[case("repo:acme/notes:*", "REPO:acme/notes:ref:x", false)]
    #[case(
        "system:serviceaccount:shop:*",
        "system:serviceaccount:shop:orders",
        true
    )]
    #[case(
        "system:serviceaccount:shop:*",
        "system:serviceaccount:shop2:orders",
        false
    )]
    #[case(
        "spiffe://prod.example/ns/shop/*",
        "spiffe://prod.example/ns/shop/sa/orders",
        true
    )]
    #[case(
        "spiffe://prod.example/ns/shop/*",
        "spiffe://prod.example.evil/ns/shop/sa",
        false
    )]
    fn takes(#[case] pattern: &str, #[case] subject: &str, #[case] taken: bool) {
        assert_eq!(
            SubjectPattern::parse(pattern).unwrap().takes(subject),
            taken
        );
    }

    #[rstest]
    #[case("")]
    #[case("*")]
    #[case("repo:*")]
    #[case("repo:acme/notes*")]
    #[case("repo:*/notes")]
    #[case("re*po:acme/notes:*")]
    #[case("repo:acme/notes:**")]
    #[case("spiffe://*")]
    #[case("a b")]
    #[case("a\u{0}b")]
    fn takes_too_much_or_nothing(#[case] pattern: &str) {
        assert_eq!(
            SubjectPattern::parse(pattern),
            Err(WorkloadIdentityError::Subject)
        );
    }

    fn identity(more: &Value) -> Result<WorkloadIdentity, WorkloadIdentityError> {
        let mut sent = json!({ "issuer": "https://ci.example", "subject": "repo:acme/notes:*" });
        let more = more.as_object().unwrap().clone();
        sent.as_object_mut().unwrap().extend(more);
        WorkloadIdentity::parse(&sent)
    }

    #[test]
    fn what_is_read_is_written() {
        let whole = identity(&json!({ "claims": { "environment": "prod" }, "reusable": true }));
        let whole = whole.unwrap();
        assert!(whole.is_reusable());
        assert_eq!(WorkloadIdentity::parse(&whole.to_json()).unwrap(), whole);
        let least = identity(&json!({ "claims": null, "reusable": null })).unwrap();
        assert_eq!(WorkloadIdentity::parse(&least.to_json()).unwrap(), least);
        assert!(!least.is_reusable());
    }

    #[rstest]
    #[case(json!({ "issuer": null }), WorkloadIdentityError::Shape)]
    #[case(json!({ "subject": ["a"] }), WorkloadIdentityError::Shape)]
    #[case(json!({ "jwks_uri": "https://evil.example" }), WorkloadIdentityError::Shape)]
    #[case(json!({ "reusable": "yes" }), WorkloadIdentityError::Shape)]
    #[case(json!({ "claims": { "aud": "x" } }), WorkloadIdentityError::Claims)]
    #[case(json!({ "claims": { "a": 1 } }), WorkloadIdentityError::Claims)]
    #[case(json!({ "claims": { "a": "" } }), WorkloadIdentityError::Claims)]
    #[case(json!({ "claims": ["a"] }), WorkloadIdentityError::Claims)]
    #[case(
        json!({ "issuer": "spiffe://prod.example", "subject": "spiffe://other.example/a" }),
        WorkloadIdentityError::OtherDomain
    )]
    #[case(
        json!({ "issuer": "spiffe://prod.example", "subject": "spiffe://prod.example" }),
        WorkloadIdentityError::OtherDomain
    )]
    fn is_refused(#[case] more: Value, #[case] error: WorkloadIdentityError) {
        assert_eq!(identity(&more), Err(error));
    }
}
