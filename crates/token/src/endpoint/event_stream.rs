//! `…/events/…`: a receiver and its stream (OpenID Shared Signals Framework 1.0 section 8.1, RFC 8936), asked by a resource.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{OAuthError, Peer, RequestId, StrictJson, StrictQuery};
use narthex_tenancy::{TenantTx, ambient, event_stream::EventStream};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Token;
use crate::call::{Arrival, Call};
use crate::endpoint::resource;
use crate::error::TokenError;
use crate::event_stream::{self as verbs, Named, StreamError, Wish};
use crate::place::Place;
use crate::poll;
use crate::resource_auth::ResourceCaller;
use crate::throttle::{self, Counted};

/// What comes with every one of these calls.
type Asked = (HttpRequest, Place, RequestId, Peer, Data<Token>);

/// Who calls and where; what every one of these endpoints begins with.
struct Receiver<'a> {
    token: &'a Token,
    arrival: Arrival<'a>,
    caller: ResourceCaller,
}

impl<'a> Receiver<'a> {
    async fn proved((request, place, id, peer, token): &'a Asked) -> Result<Self, TokenError> {
        let arrival = Arrival::new(token, place, id).await?;
        let caller = resource::proved(token, arrival.call(), request, &peer.source()).await?;
        let counted = Counted::Stream(&caller.id);
        throttle::spend(token, place, counted, arrival.call().now).await?;
        Ok(Self {
            token,
            arrival,
            caller,
        })
    }

    fn call(&self) -> Call<'_> {
        self.arrival.call()
    }

    /// Its stream as it reads it.
    fn shown(&self, stream: &EventStream) -> Value {
        verbs::configuration(self.token, self.call(), &self.caller, stream)
    }

    /// One transaction of the tenant.
    async fn within<T>(
        &self,
        work: impl AsyncFnOnce(&mut TenantTx) -> Result<T, StreamError>,
    ) -> Result<T, StreamError> {
        let tenant = self.call().place.tenant;
        self.token.database.tenant(tenant, work).await
    }
}

fn read<T: DeserializeOwned>(body: StrictJson) -> Result<T, StreamError> {
    let wrong = |error: narthex_http::json::JsonError| StreamError::Request(error.to_string());
    body.read().map_err(wrong)
}

fn named(query: &StrictQuery) -> Result<Option<&str>, TokenError> {
    Ok(query.given("stream_id")?)
}

fn required(query: &StrictQuery) -> Result<&str, StreamError> {
    let missing = || StreamError::Request("stream_id is missing".to_owned());
    named(query)?.ok_or_else(missing)
}

pub(crate) async fn post(asked: Asked, body: StrictJson) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&asked).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let wish: Wish = read(body)?;
    let mut rng = ambient::rng();
    let work = async |tx: &mut TenantTx| verbs::create(tx, call, (caller, &wish), &mut rng).await;
    let made = receiver.within(work).await?;
    Ok(HttpResponse::Created().json(receiver.shown(&made)))
}

/// One stream by its name, or all of them: one at most.
pub(crate) async fn get(asked: Asked, query: StrictQuery) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&asked).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let named = named(&query)?;
    let work = async |tx: &mut TenantTx| verbs::own(tx, call, (caller, named)).await;
    match (receiver.within(work).await, named) {
        (Ok(stream), Some(_)) => Ok(HttpResponse::Ok().json(receiver.shown(&stream))),
        (Ok(stream), None) => Ok(HttpResponse::Ok().json([receiver.shown(&stream)])),
        (Err(StreamError::Unknown), None) => Ok(HttpResponse::Ok().json([(); 0])),
        (Err(error), _) => Err(error.into()),
    }
}

pub(crate) async fn patch(asked: Asked, body: StrictJson) -> Result<HttpResponse, OAuthError> {
    change(&asked, (body, false)).await
}

pub(crate) async fn put(asked: Asked, body: StrictJson) -> Result<HttpResponse, OAuthError> {
    change(&asked, (body, true)).await
}

async fn change(
    asked: &Asked,
    (body, whole): (StrictJson, bool),
) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(asked).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let wish: Wish = read(body)?;
    let work = async |tx: &mut TenantTx| verbs::change(tx, call, (caller, &wish), whole).await;
    let stream = receiver.within(work).await?;
    Ok(HttpResponse::Ok().json(receiver.shown(&stream)))
}

pub(crate) async fn delete(asked: Asked, query: StrictQuery) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&asked).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let named = required(&query)?;
    let work = async |tx: &mut TenantTx| verbs::remove(tx, call, (caller, named)).await;
    receiver.within(work).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) async fn get_status(
    asked: Asked,
    query: StrictQuery,
) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&asked).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let named = required(&query)?;
    let work = async |tx: &mut TenantTx| verbs::own(tx, call, (caller, Some(named))).await;
    let stream = receiver.within(work).await?;
    Ok(HttpResponse::Ok().json(verbs::status(&stream)))
}

pub(crate) async fn set_status(asked: Asked, body: StrictJson) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&asked).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let wish: Named = read(body)?;
    let work = async |tx: &mut TenantTx| verbs::set_status(tx, call, (caller, &wish)).await;
    let stream = receiver.within(work).await?;
    Ok(HttpResponse::Ok().json(verbs::status(&stream)))
}

pub(crate) async fn verify(asked: Asked, body: StrictJson) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&asked).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let wish: Named = read(body)?;
    let work = async |tx: &mut TenantTx| verbs::verify(tx, call, (caller, &wish)).await;
    receiver.within(work).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) async fn poll(asked: Asked, body: StrictJson) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&asked).await?;
    let asked: poll::Poll = read(body)?;
    let polled = poll::poll(receiver.token, receiver.call(), (&receiver.caller, &asked)).await?;
    Ok(HttpResponse::Ok().json(polled))
}
