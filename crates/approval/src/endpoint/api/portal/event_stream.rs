//! By what the server of a resource hears of security events, and how each was delivered.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::event_stream::{self, Delivery, EventStream, Terms};
use narthex_tenancy::permission::Action;
use narthex_vocab::{
    Environment, Id, Label, Resource, SecurityEvent, StreamStatus, Timestamp, WebUri,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::{Body, Nothing};
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::link::said;
use super::super::moment::Moment;
use crate::Acting;
use crate::event_stream::{
    EventStreamError, remove_event_stream, set_event_stream, set_event_stream_status,
    verify_event_stream,
};
use crate::store::security_event;

/// A stream of security events (OpenID Shared Signals Framework 1.0).
#[derive(Serialize, ToSchema)]
pub(crate) struct SecurityStream {
    /// `evs_…`.
    id: String,
    /// `push` or `poll`.
    method: &'static str,
    /// Where events are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    /// What the receiver hears of, as `session-revoked`.
    events: Vec<&'static str>,
    /// What the receiver calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// `enabled`, `paused` or `disabled`.
    status: &'static str,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    status_reason: Option<String>,
    /// Deliveries that failed one after another.
    failures: i32,
    /// How the last of them failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    /// Events that were dropped unheard.
    lost: i64,
    /// The newest events.
    delivered: Vec<StreamEvent>,
}

/// How one event fared.
#[derive(Serialize, ToSchema)]
struct StreamEvent {
    /// As `session-revoked`.
    kind: &'static str,
    /// The client that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    at: Moment,
    /// `unsigned`, `signed`, `delivered`, `refused` or `lapsed`.
    state: String,
    tries: i32,
    /// How the last try ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// When it is tried next, where it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Moment>,
}

/// How the server of the resource shall hear of security events.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSecurityStream {
    /// `push` or `poll`.
    method: String,
    /// The https address that takes events, for `push` alone.
    #[schema(value_type = Option<String>)]
    endpoint: Option<WebUri>,
    /// Of `session-revoked`, `credential-change`, `token-claims-change`, `account-disabled`, `account-enabled`.
    events: Vec<String>,
}

/// How the stream shall stand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStreamStatus {
    /// `enabled`, `paused` or `disabled`.
    status: String,
}

/// A test is on its way, or the stream is gone.
#[derive(Serialize, ToSchema)]
pub(crate) struct StreamActed {
    done: bool,
}

type At = (Environment, Id<Resource>);

/// Read the stream of a resource with its newest events.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/resources/{resource}/events",
    operation_id = "event_stream",
    responses((status = 200, body = SecurityStream))
)]
pub(crate) async fn get(holder: Holder) -> Result<HttpResponse, Fault> {
    let at = at(&holder)?;
    let found = holder.look(async |tx: &mut TenantTx| shown(tx, at).await);
    let found = found.await?.ok_or_else(Fault::not_there)?;
    Ok(HttpResponse::Ok().json(found))
}

/// Begin the stream of a resource, or change it.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/resources/{resource}/events",
    operation_id = "set_event_stream",
    request_body = NewSecurityStream,
    responses((status = 200, body = SecurityStream))
)]
pub(crate) async fn set(
    holder: Holder,
    body: Body<NewSecurityStream>,
) -> Result<HttpResponse, Fault> {
    let at = at(&holder)?;
    let says = body.says;
    let delivery = match (says.method.as_str(), says.endpoint) {
        ("push", Some(endpoint)) => Delivery::Push(endpoint),
        ("push", None) => return Err(Fault::member("endpoint", "an https address")),
        ("poll", None) => Delivery::Poll,
        ("poll", Some(_)) => return Err(Fault::member("endpoint", "only for push")),
        _ => return Err(Fault::member("method", "push or poll")),
    };
    let mut kinds = Vec::new();
    for word in &says.events {
        let kind: SecurityEvent = said("events", word)?;
        if !SecurityEvent::CHOSEN.contains(&kind) {
            return Err(Fault::member("events", "it belongs to every stream"));
        }
        kinds.push(kind);
    }
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let before = event_stream::lock_of(tx, at).await?;
        let terms = Terms {
            delivery,
            kinds,
            description: before.and_then(|stream| stream.terms.description),
        };
        set_event_stream(tx, (at, &terms), acting).await?;
        stands(tx, at).await
    };
    holder.act((Action::EditCatalogue, &body.object), act).await
}

/// Pause the stream of a resource, turn it off, or have it deliver again.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/resources/{resource}/events/status",
    operation_id = "set_event_stream_status",
    request_body = NewStreamStatus,
    responses((status = 200, body = SecurityStream))
)]
pub(crate) async fn set_status(
    holder: Holder,
    body: Body<NewStreamStatus>,
) -> Result<HttpResponse, Fault> {
    let at = at(&holder)?;
    let status: StreamStatus = said("status", &body.says.status)?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        set_event_stream_status(tx, (at, status), acting).await?;
        stands(tx, at).await
    };
    holder.act((Action::EditCatalogue, &body.object), act).await
}

/// Send a test through the stream of a resource.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/resources/{resource}/events/verify",
    operation_id = "verify_event_stream",
    request_body = Nothing,
    responses((status = 200, body = StreamActed))
)]
pub(crate) async fn verify(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let at = at(&holder)?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        verify_event_stream(tx, at, acting).await?;
        Ok(StreamActed { done: true })
    };
    holder.act((Action::EditCatalogue, &body.object), act).await
}

/// End the stream of a resource, with everything that waits in it.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/resources/{resource}/events/remove",
    operation_id = "remove_event_stream",
    request_body = Nothing,
    responses((status = 200, body = StreamActed))
)]
pub(crate) async fn remove(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let at = at(&holder)?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        remove_event_stream(tx, at, acting).await?;
        Ok(StreamActed { done: true })
    };
    holder.act((Action::EditCatalogue, &body.object), act).await
}

fn at(holder: &Holder) -> Result<At, Fault> {
    Ok((holder.environment()?, holder.named("resource")?))
}

async fn stands(tx: &mut TenantTx, at: At) -> Result<SecurityStream, Fault> {
    shown(tx, at).await?.ok_or_else(Fault::not_there)
}

async fn shown(
    tx: &mut TenantTx,
    at: At,
) -> Result<Option<SecurityStream>, narthex_tenancy::StoreError> {
    let Some(stream) = event_stream::lock_of(tx, at).await? else {
        return Ok(None);
    };
    let told = security_event::newest(tx, at.0, stream.id).await?;
    let delivered = told.into_iter().map(|one| StreamEvent {
        kind: one.kind.as_str(),
        client_id: one.client,
        at: one.at.into(),
        next_at: waits(&one.state, one.next_at),
        state: one.state,
        tries: one.tries,
        outcome: one.outcome,
    });
    let EventStream { terms, .. } = &stream;
    Ok(Some(SecurityStream {
        id: stream.id.to_string(),
        method: match terms.delivery {
            Delivery::Push(_) => "push",
            Delivery::Poll => "poll",
        },
        endpoint: terms.delivery.endpoint().map(ToString::to_string),
        events: terms.kinds.iter().map(|kind| kind.as_str()).collect(),
        description: terms.description.as_ref().map(Label::to_string),
        status: stream.status.as_str(),
        status_reason: stream.reason.clone(),
        failures: stream.failures,
        last_error: stream.last_error.clone(),
        lost: stream.lost,
        delivered: delivered.collect(),
    }))
}

fn waits(state: &str, next_at: Timestamp) -> Option<Moment> {
    matches!(state, "unsigned" | "signed").then(|| next_at.into())
}

faults! {
    EventStreamError {
        Unknown => |_| Fault::not_there(),
        TooSoon => fault::state,
    }
}
