//! What a registrant asks for: the body read, with what its statement says, and clamped to what may wait. It never says
//! who may have it.

use narthex_tenancy::statement_issuer::StatementIssuer;
use narthex_vocab::{
    ClientDocument, ClientMetadata, Fingerprint, Issuer, RegistrationMode, ScopeSet, Timestamp,
    can_wait,
};
use serde_json::{Map, Value};

use crate::{
    register::RegisterError,
    software_statement::{self, Vouched},
    store::attempt::Attempt,
};

/// How much of a way to prove itself a registration keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// None: it gets an identifier at once, and is a public client that signs people in.
    NoProof,
    /// Keys of its own: a client registers it that is known.
    Keys,
    /// All it asks for: it waits for a decision, and has nothing before.
    All,
}

impl From<RegistrationMode> for Keeps {
    fn from(mode: RegistrationMode) -> Self {
        match mode {
            RegistrationMode::Approval => Self::All,
            RegistrationMode::Closed | RegistrationMode::Quarantine | RegistrationMode::Open => {
                Self::NoProof
            }
        }
    }
}

/// The body as what it asks for; the attempt learns what it says about itself.
pub(crate) fn read(
    body: Result<Map<String, Value>, String>,
    (keeps, trusted, now): (Keeps, (&[StatementIssuer], &Issuer), Timestamp),
    attempt: &mut Attempt,
) -> Result<Candidate, RegisterError> {
    let body = body.map_err(RegisterError::Malformed)?;
    attempt.client_name = body.get("client_name").and_then(Value::as_str).map(shorten);
    let (body, vouched) = software_statement::apply(body, trusted, now)?;
    let candidate = Candidate::parse(&body, keeps, vouched)?;
    attempt.fingerprint = Some(candidate.fingerprint);
    Ok(candidate)
}

/// What a registrant asks for, read and, where it gets an identifier at once, clamped to a public client; its wishes
/// apart from what it is.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) metadata: ClientMetadata,
    pub(crate) fingerprint: Fingerprint,
    /// Who signed what it says.
    pub(crate) vouched: Option<Vouched>,
}

impl Candidate {
    pub(crate) fn parse(
        body: &Map<String, Value>,
        keeps: Keeps,
        vouched: Option<Vouched>,
    ) -> Result<Self, RegisterError> {
        let metadata = ClientMetadata::parse(body)?;
        let metadata = match keeps {
            Keeps::NoProof => metadata.clamp_for_quarantine()?,
            Keeps::Keys => metadata.clamp_for_an_agent()?,
            Keeps::All if !can_wait(body)? => return Err(RegisterError::WillNotWait),
            Keeps::All => metadata,
        };
        Ok(Self::of(metadata, vouched))
    }

    /// Metadata as they were read, and who signed them.
    pub(crate) fn of(metadata: ClientMetadata, vouched: Option<Vouched>) -> Self {
        let fingerprint = Fingerprint::of(&metadata);
        Self {
            metadata,
            fingerprint: match &vouched {
                Some(vouched) => fingerprint.vouched_by(&vouched.issuer),
                None => fingerprint,
            },
            vouched,
        }
    }

    /// What a client says about itself at its own address: there is nothing to answer it with, so it stays as it is.
    pub(crate) fn found(document: &ClientDocument) -> Self {
        Self {
            metadata: document.metadata().clone(),
            fingerprint: document.fingerprint(),
            vouched: None,
        }
    }

    /// The effective metadata without the scope: a wish is not registered.
    pub(crate) fn registered(&self) -> Map<String, Value> {
        let mut metadata = self.metadata.to_json();
        metadata.remove("scope");
        metadata
    }

    /// The wish, in its own words.
    pub(crate) fn wish(&self) -> String {
        self.metadata
            .scope()
            .map(ScopeSet::to_string)
            .unwrap_or_default()
    }
}

pub(crate) fn shorten(name: &str) -> String {
    name.chars()
        .filter(|character| !character.is_control())
        .take(200)
        .collect()
}
