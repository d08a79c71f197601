//! A stranger registers (RFC 7591). Whatever happens, it is one attempt in the log; at most it yields an identifier
//! that waits in quarantine, and in an open sandbox what the approval plane made of it. Nothing here gives reach.

use narthex_tenancy::{StoreError, registration_limits::Limits};
use narthex_vocab::{
    AttemptOutcome, ClientId, Disallowed, Fingerprint, MetadataError, RegistrationMode, Timestamp,
};
use rand_core::CryptoRng;
use serde_json::{Map, Value};

use crate::{
    Discovery,
    agent::AgentError,
    candidate::{Candidate, Keeps, read},
    defer::{self, Deferred},
    gate,
    initial_access::{self, Shown},
    place::Place,
    pricing::{self, Call},
    sent,
    software_statement::{self, StatementError, Vouched},
    source::Source,
    statement_keys,
    store::{attempt::Attempt, quarantine::Waiting},
    tally::NotKept,
    waiting::{activated, wait},
};

/// How long an unclaimed identifier waits.
pub(crate) const QUARANTINE: chrono::Duration = chrono::Duration::hours(72);

/// One call on the registration endpoint.
#[derive(Debug)]
pub struct Register {
    /// The tenant's environment, from the path.
    pub place: Place,
    /// What the caller shows to be more than a stranger.
    pub initial_access: Shown,
    /// The body, or in words why it could not be read.
    pub body: Result<Map<String, Value>, String>,
    /// The caller's networks.
    pub source: Source,
    /// The request.
    pub request_id: String,
}

/// An identifier, and the metadata as it was really registered (RFC 7591 section 3.2.1).
#[derive(Debug, PartialEq, Eq)]
pub struct Registered {
    /// The public identifier.
    pub client_id: ClientId,
    /// When it was first issued.
    pub issued_at: Timestamp,
    /// The effective metadata; a scope is in it only when the approval plane gave one.
    pub metadata: Map<String, Value>,
}

/// What a registrant is answered.
#[derive(Debug)]
pub enum Answered {
    /// 201: an identifier.
    Registered(Registered),
    /// 202: somebody has to decide first.
    Deferred(Deferred),
}

/// Why nothing was registered. The attempt log knows more than the caller is told.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The environment takes no registrations in this way.
    #[error("registration is not offered here")]
    NotOffered,
    /// The body is not one JSON object, or too large, or repeats itself.
    #[error("{0}")]
    Malformed(String),
    /// A member is not acceptable.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The environment does not take such metadata; the log knows which rule, the caller the code alone.
    #[error(transparent)]
    Disallowed(#[from] Disallowed),
    /// Registrations wait for a decision here, and the registrant did not say that it can.
    #[error("registrations wait for a decision here: send registration_mode with approval")]
    WillNotWait,
    /// The software statement does not hold.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// What was shown is no initial access token that counts here.
    #[error("the initial access token is not valid")]
    InvalidToken,
    /// The access token that a client showed does not let it register others; the log knows why.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// This software was blocked.
    #[error("this software may not register here")]
    Blocked,
    /// A line of the block list names it, its hosts or its network.
    #[error("this registration is not taken here")]
    Listed,
    /// A brake is on.
    #[error("registration is stopped for a while")]
    Braked {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// More wait already than one environment keeps.
    #[error("too many registrations wait here")]
    Full {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// This software waits for a person too many times already, from the same caller.
    #[error(
        "this software waits for a decision here too many times already: have a code entered, or give a registration up"
    )]
    Crowded {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// A budget is used up.
    #[error("too many registrations")]
    Limited {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// Budgets cannot be kept, or nobody activates: closed for the moment.
    #[error("registration is closed for the moment")]
    Closed {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NotKept> for RegisterError {
    /// What cannot be logged is not answered.
    fn from(_: NotKept) -> Self {
        Self::Closed { retry_after: 5 }
    }
}

/// Registers, or refuses; writes the attempt either way, but for callers whom no budget could be kept for.
pub async fn register(
    discovery: &Discovery,
    command: Register,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<Answered, RegisterError> {
    let Register {
        place,
        initial_access,
        body,
        source,
        request_id,
    } = command;
    let mut attempt = Attempt::new(&place, source, request_id, (now, &mut *rng));
    attempt.sent = body.as_ref().ok().map(sent::kept);
    let call = Call {
        place: &place,
        source,
        family: family_of(&body),
        now,
        limits: Limits::default(),
    };
    let answer = match pricing::knock(discovery, call).await {
        Ok(()) => {
            let shown = (initial_access, body);
            admit(discovery, call, shown, &mut attempt, rng).await
        }
        Err(closed @ RegisterError::Closed { .. }) => return Err(closed),
        Err(error) => Err(error),
    };
    if let Err(error) = &answer {
        if matches!(error, RegisterError::Statement(StatementError::UnknownKey)) {
            statement_keys::ask_for_a_look(discovery, &place).await?;
        }
        attempt.refused(outcome_of(error), wire_code(error), error);
        discovery.tally.note(place.tenant, attempt).await?;
    }
    let (admitted, vouched) = answer?;
    let mut registered = match admitted {
        Admitted::Waits(registered) => registered,
        Admitted::AwaitsActivation(waiting) => activated(discovery, &place, waiting).await?,
        Admitted::Deferred(deferred) => return Ok(Answered::Deferred(deferred)),
    };
    // The statement comes back as it was presented (RFC 7591 section 3.2.1).
    let statement = vouched.map(|vouched| vouched.text.into());
    let statement = statement.map(|text| (software_statement::MEMBER.to_owned(), text));
    registered.metadata.extend(statement);
    Ok(Answered::Registered(registered))
}

enum Admitted {
    Waits(Registered),
    AwaitsActivation(Waiting),
    Deferred(Deferred),
}

/// The family of software that waits in quarantine, before anything else is known about the call.
fn family_of(body: &Result<Map<String, Value>, String>) -> Option<Fingerprint> {
    let body = body.as_ref().ok()?;
    let candidate = Candidate::parse(body, Keeps::NoProof, None).ok()?;
    Some(candidate.fingerprint)
}

/// By what people set against floods and by the environment's mode: refuse, or give the family's one identifier.
async fn admit(
    discovery: &Discovery,
    call: Call<'_>,
    (shown, body): (Shown, Result<Map<String, Value>, String>),
    attempt: &mut Attempt,
    rng: &mut dyn CryptoRng,
) -> Result<(Admitted, Option<Vouched>), RegisterError> {
    if !matches!(shown, Shown::Nothing) {
        let (admitted, vouched) =
            initial_access::admit(discovery, call, (shown, body), attempt, rng).await?;
        return Ok((Admitted::Waits(admitted), vouched));
    }
    let place = call.place;
    let terms = discovery.terms(place, call.now).await?;
    let call = Call {
        limits: terms.limits,
        family: call
            .family
            .map(|family| terms.splits.known(family, call.source)),
        ..call
    };
    pricing::own(discovery, call).await?;
    let mode = terms.settings.registration_mode;
    let here = discovery.issuer(call.place);
    let candidate = read(
        body,
        (mode.into(), (&terms.trusted, &here), call.now),
        attempt,
    )
    .map(|read| terms.splits.apart(read, call.source, attempt));
    gate::pass(discovery, call, candidate.as_ref().ok()).await?;
    let allowed = match candidate {
        _ if mode == RegistrationMode::Closed => Err(RegisterError::NotOffered),
        Ok(candidate) => terms
            .rules
            .check(&candidate.metadata)
            .map(|()| candidate)
            .map_err(Into::into),
        Err(error) => Err(error),
    };
    let candidate = match allowed {
        Ok(candidate) => candidate,
        Err(error) => {
            pricing::stranger(discovery, call).await?;
            return Err(error);
        }
    };
    if mode == RegistrationMode::Approval {
        pricing::stranger(discovery, call).await?;
        let acting = (call.now, rng);
        let deferred = defer::defer(discovery, place, &candidate, attempt, acting).await?;
        return Ok((Admitted::Deferred(deferred), None));
    }
    let open = mode == RegistrationMode::Open;
    let waiting = wait(discovery, call, (&candidate, open), attempt, rng).await?;
    let admitted = if open && waiting.answer.is_none() {
        discovery.tally.hint(place.tenant, place.environment);
        Admitted::AwaitsActivation(waiting)
    } else {
        Admitted::Waits(waiting.into())
    };
    Ok((admitted, candidate.vouched))
}

impl From<Waiting> for Registered {
    fn from(waiting: Waiting) -> Self {
        let metadata = waiting.answer.unwrap_or(waiting.metadata);
        Self {
            client_id: waiting.client_id,
            issued_at: waiting.created_at,
            metadata,
        }
    }
}

/// What a refusal is called in the log.
pub(crate) const fn outcome_of(error: &RegisterError) -> AttemptOutcome {
    match error {
        RegisterError::Malformed(_)
        | RegisterError::Metadata(_)
        | RegisterError::WillNotWait
        | RegisterError::Statement(_) => AttemptOutcome::Malformed,
        RegisterError::Blocked | RegisterError::Listed | RegisterError::Braked { .. } => {
            AttemptOutcome::Blocked
        }
        RegisterError::Limited { .. }
        | RegisterError::Full { .. }
        | RegisterError::Crowded { .. } => AttemptOutcome::Limited,
        RegisterError::NotOffered
        | RegisterError::Disallowed(_)
        | RegisterError::InvalidToken
        | RegisterError::Agent(_)
        | RegisterError::Closed { .. }
        | RegisterError::Store(_) => AttemptOutcome::Refused,
    }
}

/// The code that the caller is told (RFC 7591 section 3.2.2 where it has one).
#[must_use]
pub const fn wire_code(error: &RegisterError) -> &'static str {
    match error {
        RegisterError::NotOffered => "access_denied",
        RegisterError::Malformed(_)
        | RegisterError::WillNotWait
        | RegisterError::Blocked
        | RegisterError::Listed => "invalid_client_metadata",
        RegisterError::InvalidToken => "invalid_token",
        RegisterError::Agent(error) => error.code(),
        RegisterError::Metadata(error) => error.code.as_str(),
        RegisterError::Disallowed(disallowed) => disallowed.code().as_str(),
        RegisterError::Statement(error) => error.code(),
        RegisterError::Limited { .. }
        | RegisterError::Full { .. }
        | RegisterError::Crowded { .. }
        | RegisterError::Braked { .. }
        | RegisterError::Closed { .. } => "temporarily_unavailable",
        RegisterError::Store(_) => "server_error",
    }
}
