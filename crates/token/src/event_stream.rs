//! The stream of a resource, by its own receiver (OpenID Shared Signals Framework 1.0 section 8.1): what it may ask for, and what
//! it is told of it. A resource has one stream and sees no other.

use narthex_http::OAuthError;
use narthex_tenancy::{
    StoreError, TenantTx,
    event_stream::{self, BETWEEN_VERIFICATIONS, Delivery, EventStream, Terms},
    ledger::{self, Act, Actor},
};
use narthex_vocab::{ErrorCode, Id, Label, SecurityEvent, StreamStatus, WebUri};
use rand_core::CryptoRng;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Token;
use crate::call::Call;
use crate::error::TokenError;
use crate::resource_auth::ResourceCaller;

/// The longest text of a receiver that comes back to it, in characters.
const LONGEST: usize = 1_024;

/// Why a receiver's wish was not fulfilled.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StreamError {
    /// A member is missing, malformed or not to be had.
    #[error("{0}")]
    Request(String),
    /// The resource has no such stream.
    #[error("this resource has no such stream")]
    Unknown,
    /// A resource has one stream.
    #[error("this resource has a stream already")]
    Exists,
    /// The last verification was a moment ago.
    #[error("a verification was asked for less than a minute ago")]
    TooSoon {
        /// Seconds.
        retry_after: u32,
    },
    /// As at every other endpoint.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl From<StoreError> for StreamError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("one_stream_a_resource") => Self::Exists,
            _ => Self::Token(error.into()),
        }
    }
}

impl From<StreamError> for OAuthError {
    fn from(error: StreamError) -> Self {
        use actix_web::http::StatusCode as Status;
        let text = error.to_string();
        match error {
            StreamError::Request(_) => Self::bad_request(ErrorCode::InvalidRequest, text),
            StreamError::Unknown => Self::new(Status::NOT_FOUND, ErrorCode::InvalidRequest, text),
            StreamError::Exists => Self::new(Status::CONFLICT, ErrorCode::InvalidRequest, text),
            StreamError::TooSoon { retry_after } => Self::new(
                Status::TOO_MANY_REQUESTS,
                ErrorCode::TemporarilyUnavailable,
                text,
            )
            .retry_after(retry_after),
            StreamError::Token(error) => error.into(),
        }
    }
}

/// What a receiver asks for; members that are not known are ignored.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wish {
    stream_id: Option<String>,
    iss: Option<String>,
    aud: Option<Value>,
    delivery: Option<DeliveryWish>,
    events_requested: Option<Vec<String>>,
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
struct DeliveryWish {
    method: String,
    endpoint_url: Option<String>,
    authorization_header: Option<Value>,
}

/// Which stream is meant, where only one can be.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    pub(crate) stream_id: String,
    status: Option<StreamStatus>,
    reason: Option<String>,
    state: Option<String>,
}

impl DeliveryWish {
    fn parse(&self) -> Result<Delivery, StreamError> {
        let wrong = |words: &str| StreamError::Request(words.to_owned());
        if self.authorization_header.is_some() {
            let words = "authorization_header is not sent: check the signature of what arrives";
            return Err(wrong(words));
        }
        match self.method.as_str() {
            "urn:ietf:rfc:8936" => Ok(Delivery::Poll),
            "urn:ietf:rfc:8935" => {
                let endpoint = self.endpoint_url.as_deref();
                let endpoint = endpoint.ok_or_else(|| wrong("endpoint_url is missing"))?;
                let endpoint = WebUri::parse(endpoint)
                    .map_err(|error| StreamError::Request(format!("endpoint_url: {error}")))?;
                Ok(Delivery::Push(endpoint))
            }
            _ => Err(wrong("method is urn:ietf:rfc:8935 or urn:ietf:rfc:8936")),
        }
    }
}

impl Wish {
    /// What is wanted, where `before` is what holds for what is left out.
    fn parse(
        &self,
        call: Call<'_>,
        caller: &ResourceCaller,
        before: Terms,
    ) -> Result<Terms, StreamError> {
        let ours = self
            .iss
            .as_deref()
            .is_none_or(|iss| iss == call.place.issuer.as_str());
        let theirs = self
            .aud
            .as_ref()
            .is_none_or(|aud| aud == caller.identifier.as_str());
        if !(ours && theirs) {
            let words = "iss and aud are the transmitter's to say".to_owned();
            return Err(StreamError::Request(words));
        }
        let delivery = self
            .delivery
            .as_ref()
            .map(DeliveryWish::parse)
            .transpose()?;
        let asked = self.events_requested.as_ref().map(|uris| {
            // What is not known is not delivered; that is no error (section 8.1.1).
            let known = |kind: &SecurityEvent| uris.iter().any(|uri| uri == kind.uri());
            SecurityEvent::CHOSEN
                .iter()
                .copied()
                .filter(known)
                .collect()
        });
        let description = self.description.as_deref().map(Label::parse).transpose();
        let description =
            description.map_err(|error| StreamError::Request(format!("description: {error}")))?;
        Ok(Terms {
            delivery: delivery.unwrap_or(before.delivery),
            kinds: asked.unwrap_or(before.kinds),
            description: description.or(before.description),
        })
    }
}

/// What a stream is that nobody said anything about: it is polled, and everything is in it.
fn plain() -> Terms {
    Terms {
        delivery: Delivery::Poll,
        kinds: SecurityEvent::CHOSEN.to_vec(),
        description: None,
    }
}

/// The stream of the caller, locked; [`StreamError::Unknown`] where it has none or names another one.
pub(crate) async fn own(
    tx: &mut TenantTx,
    call: Call<'_>,
    (caller, named): (&ResourceCaller, Option<&str>),
) -> Result<EventStream, StreamError> {
    let found = event_stream::lock_of(tx, (call.place.environment, caller.id)).await?;
    let found = found.ok_or(StreamError::Unknown)?;
    match named {
        Some(id) if id != found.id.to_string() => Err(StreamError::Unknown),
        Some(_) | None => Ok(found),
    }
}

/// Begins the stream.
pub(crate) async fn create(
    tx: &mut TenantTx,
    call: Call<'_>,
    (caller, wish): (&ResourceCaller, &Wish),
    rng: &mut dyn CryptoRng,
) -> Result<EventStream, StreamError> {
    let terms = wish.parse(call, caller, plain())?;
    let id = Id::new(call.now, rng);
    let at = (call.place.environment, caller.id);
    event_stream::insert(tx, at, (id, &terms), call.now).await?;
    record(tx, call, caller, "event_stream.create").await?;
    own(tx, call, (caller, None)).await
}

/// Changes what is said, or with `whole` replaces everything.
pub(crate) async fn change(
    tx: &mut TenantTx,
    call: Call<'_>,
    (caller, wish): (&ResourceCaller, &Wish),
    whole: bool,
) -> Result<EventStream, StreamError> {
    let missing = || StreamError::Request("stream_id is missing".to_owned());
    let named = wish.stream_id.as_deref().ok_or_else(missing)?;
    let stream = own(tx, call, (caller, Some(named))).await?;
    let before = if whole { plain() } else { stream.terms.clone() };
    let terms = wish.parse(call, caller, before)?;
    event_stream::change(tx, call.place.environment, (&stream, &terms)).await?;
    record(tx, call, caller, "event_stream.change").await?;
    own(tx, call, (caller, None)).await
}

/// Ends it.
pub(crate) async fn remove(
    tx: &mut TenantTx,
    call: Call<'_>,
    (caller, named): (&ResourceCaller, &str),
) -> Result<(), StreamError> {
    let stream = own(tx, call, (caller, Some(named))).await?;
    event_stream::remove(tx, call.place.environment, stream.id).await?;
    Ok(record(tx, call, caller, "event_stream.remove").await?)
}

/// Sets how it stands (section 8.1.2.2).
pub(crate) async fn set_status(
    tx: &mut TenantTx,
    call: Call<'_>,
    (caller, wish): (&ResourceCaller, &Named),
) -> Result<EventStream, StreamError> {
    let status = wish
        .status
        .ok_or_else(|| StreamError::Request("status is enabled, paused or disabled".to_owned()))?;
    let stream = own(tx, call, (caller, Some(&wish.stream_id))).await?;
    let said = (status, wish.reason.as_deref());
    event_stream::set_status(tx, call.place.environment, stream.id, said).await?;
    record(tx, call, caller, "event_stream.set_status").await?;
    own(tx, call, (caller, None)).await
}

/// Has a verification sent (section 8.1.4.2).
pub(crate) async fn verify(
    tx: &mut TenantTx,
    call: Call<'_>,
    (caller, wish): (&ResourceCaller, &Named),
) -> Result<(), StreamError> {
    let state = wish.state.as_deref();
    if state.is_some_and(|state| state.chars().count() > LONGEST) {
        let words = format!("state has more than {LONGEST} characters");
        return Err(StreamError::Request(words));
    }
    let stream = own(tx, call, (caller, Some(&wish.stream_id))).await?;
    let next = stream.verification_at.map(|at| at + BETWEEN_VERIFICATIONS);
    if let Some(next) = next.filter(|next| *next > call.now) {
        let seconds = (next - call.now).num_seconds() + 1;
        return Err(StreamError::TooSoon {
            retry_after: u32::try_from(seconds).unwrap_or(60),
        });
    }
    let at = call.place.environment;
    Ok(event_stream::verify(tx, at, (stream.id, state), call.now).await?)
}

/// What a resource does to its stream is in the ledger as what a person does.
async fn record(
    tx: &mut TenantTx,
    call: Call<'_>,
    caller: &ResourceCaller,
    action: &'static str,
) -> Result<(), StoreError> {
    let act = Act {
        actor: Actor::System("receiver"),
        action,
        object: caller.id.to_string(),
        environment: Some(call.place.environment),
        reason: "",
        detail: json!({}),
        request_id: call.request_id,
    };
    ledger::record(tx, act, call.now).await
}

/// The stream configuration (section 8.1.1).
pub(crate) fn configuration(
    token: &Token,
    call: Call<'_>,
    caller: &ResourceCaller,
    stream: &EventStream,
) -> Value {
    let uris =
        |kinds: &[SecurityEvent]| -> Vec<_> { kinds.iter().map(|kind| kind.uri()).collect() };
    let endpoint = match &stream.terms.delivery {
        Delivery::Push(endpoint) => endpoint.as_str().to_owned(),
        Delivery::Poll => {
            let base = token.token_base.as_str().trim_end_matches('/');
            format!("{base}{}", call.place.path("events/poll"))
        }
    };
    let chosen = uris(&stream.terms.kinds);
    let mut shown = json!({
        "stream_id": stream.id,
        "iss": call.place.issuer,
        "aud": caller.identifier,
        "events_supported": uris(SecurityEvent::CHOSEN),
        "events_requested": chosen,
        "events_delivered": chosen,
        "delivery": { "method": stream.terms.delivery.method(), "endpoint_url": endpoint },
        "min_verification_interval": BETWEEN_VERIFICATIONS.num_seconds(),
    });
    if let (Some(members), Some(words)) = (shown.as_object_mut(), &stream.terms.description) {
        members.insert("description".to_owned(), words.as_str().into());
    }
    shown
}

/// How it stands (section 8.1.2).
pub(crate) fn status(stream: &EventStream) -> Value {
    let mut shown = json!({ "stream_id": stream.id, "status": stream.status });
    if let (Some(members), Some(words)) = (shown.as_object_mut(), &stream.reason) {
        members.insert("reason".to_owned(), words.as_str().into());
    }
    shown
}
