//! A client replaces its registration (RFC 7592 section 2.2). What it sends is held to all that a registration is held
//! to, and is then a wish: it opens the next version of the client's case, where people decide. Here it changes nothing
//! of the client, neither its metadata nor its secret nor how it stands.

use narthex_tenancy::{
    StoreError, TenantTx, budget::Bucket, metadata_rules, registration_limits::Limits,
    statement_issuer,
};
use narthex_vocab::{
    AttemptOutcome, ClientMetadata, Drift, IssuerPurpose, MetadataError, Secret, SecretKind,
    Timestamp,
};
use rand_core::CryptoRng;
use serde_json::{Map, Value};
use std::time::Duration;

use crate::{
    Discovery,
    candidate::{self, Candidate},
    gate,
    manage::{self, Manage, ManageError, Managed},
    pricing::{self, Call},
    register::{self, RegisterError},
    sent, software_statement,
    source::Source,
    store::{attempt::Attempt, registration_access::Held, registration_update},
    tally::NotKept,
};

/// Changes that a client may wish for in an hour; the same again costs nothing.
const AN_HOUR: u32 = 20;
/// Members that only the server says (RFC 7592 section 2.2).
const SERVERS: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// One replacement.
#[derive(Debug)]
pub struct UpdateRegistration<'a> {
    /// Where, and with which token.
    pub call: Manage<'a>,
    /// The body, or in words why it could not be read.
    pub body: Result<Map<String, Value>, String>,
    /// The caller's networks.
    pub source: Source,
    /// The request, as the logs name it.
    pub request_id: String,
}

/// Why nothing is wished for. The registration is as before.
#[derive(Debug, thiserror::Error)]
pub enum UpdateRegistrationError {
    /// The registration is not this caller's to manage.
    #[error(transparent)]
    Manage(#[from] ManageError),
    /// A registration that said this would be refused.
    #[error(transparent)]
    Refused(#[from] RegisterError),
    /// It is not about this client.
    #[error("client_id: it is not the client of this registration")]
    OtherClient,
    /// It says what only the server says.
    #[error("{member}: only the server says it")]
    Servers {
        /// The member.
        member: &'static str,
    },
    /// It shows another secret than the one that came with the registration.
    #[error("client_secret: it is not the secret that came with this registration; leave it out")]
    OtherSecret,
    /// It would need a secret, which no answer here could bring.
    #[error(
        "token_endpoint_auth_method: a client that has no secret gets none by a change; register anew"
    )]
    NeedsSecret,
}

impl From<StoreError> for UpdateRegistrationError {
    fn from(error: StoreError) -> Self {
        Self::Manage(error.into())
    }
}

impl From<MetadataError> for UpdateRegistrationError {
    fn from(error: MetadataError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<NotKept> for UpdateRegistrationError {
    /// What cannot be logged is not answered.
    fn from(_: NotKept) -> Self {
        Self::Manage(ManageError::Closed { retry_after: 5 })
    }
}

impl UpdateRegistrationError {
    /// What it is called in the log, and the code that the caller hears.
    const fn noted(&self) -> (AttemptOutcome, &'static str) {
        match self {
            Self::Manage(ManageError::Limited { .. }) => {
                (AttemptOutcome::Limited, "temporarily_unavailable")
            }
            Self::Manage(
                ManageError::NoToken | ManageError::Unknown | ManageError::OtherClient,
            ) => (AttemptOutcome::Refused, "invalid_token"),
            Self::Manage(ManageError::Closed { .. }) => {
                (AttemptOutcome::Refused, "temporarily_unavailable")
            }
            Self::Manage(ManageError::Store(_)) => (AttemptOutcome::Refused, "server_error"),
            Self::Refused(error) => (register::outcome_of(error), register::wire_code(error)),
            Self::OtherClient | Self::Servers { .. } | Self::OtherSecret | Self::NeedsSecret => {
                (AttemptOutcome::Malformed, "invalid_client_metadata")
            }
        }
    }
}

/// Keeps the wish, and answers with the registration as it is in force; writes the attempt either way, but for callers
/// whom no budget could be kept for.
pub async fn update(
    discovery: &Discovery,
    command: UpdateRegistration<'_>,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<Managed, UpdateRegistrationError> {
    let UpdateRegistration {
        call,
        body,
        source,
        request_id,
    } = command;
    let place = call.place;
    let mut attempt = Attempt::new(place, source, request_id, (now, rng));
    attempt.sent = body.as_ref().ok().map(sent::kept);
    let client_id = call.client_id;
    let answer = hold(discovery, (call, source), body, (now, &mut attempt)).await;
    match &answer {
        Ok(_) => attempt.updated(client_id),
        Err(UpdateRegistrationError::Manage(ManageError::Closed { .. })) => return answer,
        Err(error) => {
            let (outcome, code) = error.noted();
            attempt.refused(outcome, code, error);
        }
    }
    discovery.tally.note(place.tenant, attempt).await?;
    answer
}

/// Holds what was sent to all that a registration is held to, and keeps it as a wish.
async fn hold(
    discovery: &Discovery,
    (call, source): (Manage<'_>, Source),
    body: Result<Map<String, Value>, String>,
    (now, attempt): (Timestamp, &mut Attempt),
) -> Result<Managed, UpdateRegistrationError> {
    let token = manage::admitted(discovery, &call).await?;
    let place = call.place;
    let (held, rules, trusted) = discovery
        .database
        .tenant(place.tenant, async |tx| {
            let held = manage::held(discovery, tx, &call, &token).await?;
            let rules = metadata_rules::in_force(tx, place.environment).await?;
            let trusted =
                statement_issuer::trusted_for(tx, place.environment, IssuerPurpose::Statements)
                    .await?;
            Ok::<_, ManageError>((held, rules, trusted))
        })
        .await?;
    let body = body.map_err(RegisterError::Malformed)?;
    attempt.client_name = body
        .get("client_name")
        .and_then(Value::as_str)
        .map(candidate::shorten);
    about_itself(discovery, &call, (&held, &body))?;
    let (body, vouched) =
        software_statement::apply(body, (&trusted, &discovery.issuer(place)), now)
            .map_err(RegisterError::from)?;
    let candidate = Candidate::of(ClientMetadata::parse(&body)?, vouched);
    let in_force = ClientMetadata::parse(&held.information)?;
    let may_have_none = in_force.auth_method().needs_secret();
    if candidate.metadata.auth_method().needs_secret() && !may_have_none {
        return Err(UpdateRegistrationError::NeedsSecret);
    }
    let priced = Call {
        place,
        source,
        family: Some(candidate.fingerprint),
        now,
        limits: Limits::default(),
    };
    gate::pass(discovery, priced, Some(&candidate)).await?;
    rules
        .check(&candidate.metadata)
        .map_err(RegisterError::from)?;
    wish(discovery, (&call, &token), (&in_force, &candidate), now).await?;
    Ok(Managed {
        information: held.information,
        token,
    })
}

/// What a replacement says about itself beside the metadata: whose it is, and nothing that is not the client's to say.
fn about_itself(
    discovery: &Discovery,
    call: &Manage<'_>,
    (held, body): (&Held, &Map<String, Value>),
) -> Result<(), UpdateRegistrationError> {
    let said = |member: &str| body.get(member).filter(|value| !value.is_null());
    if said("client_id").and_then(Value::as_str) != Some(held.client_id.as_str()) {
        return Err(UpdateRegistrationError::OtherClient);
    }
    if let Some(member) = SERVERS.into_iter().find(|member| said(member).is_some()) {
        return Err(UpdateRegistrationError::Servers { member });
    }
    let Some(shown) = said("client_secret") else {
        return Ok(());
    };
    let kind = SecretKind::ClientSecret(call.place.environment);
    let shown = shown
        .as_str()
        .and_then(|text| Secret::parse(kind, text).ok());
    let same = |shown: Secret| {
        let hash = shown.hash(&discovery.hash_key);
        held.secret.is_some_and(|kept| kept.ct_eq(&hash))
    };
    if shown.is_some_and(same) {
        Ok(())
    } else {
        Err(UpdateRegistrationError::OtherSecret)
    }
}

/// Writes the wish down, once: what is in force already is none, but it takes an earlier one back.
async fn wish(
    discovery: &Discovery,
    (call, token): (&Manage<'_>, &Secret),
    (in_force, candidate): (&ClientMetadata, &Candidate),
    now: Timestamp,
) -> Result<(), UpdateRegistrationError> {
    let place = call.place;
    let is_new = async |tx: &mut TenantTx| {
        let held = manage::held(discovery, tx, call, token).await?;
        let known = registration_update::newest(tx, place, &held.client_id).await?;
        let changes = !Drift::of_replacement(in_force, &candidate.metadata).is_empty();
        Ok::<_, ManageError>(match known {
            None => changes,
            Some(known) => known != candidate.fingerprint,
        })
    };
    if !discovery.database.tenant(place.tenant, is_new).await? {
        return Ok(());
    }
    let hour = Duration::from_secs(3_600);
    let name = format!("register/{}/update/{}", place.environment, call.client_id);
    pricing::within(discovery, place.tenant, &[Bucket::new(name, AN_HOUR, hour)]).await?;
    let keep = async |tx: &mut TenantTx| {
        let held = manage::held(discovery, tx, call, token).await?;
        Ok::<_, ManageError>(
            registration_update::keep(tx, place, (&held.client_id, candidate), now).await?,
        )
    };
    Ok(discovery.database.tenant(place.tenant, keep).await?)
}
