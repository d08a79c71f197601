//! `…/events/…`: a receiver and its stream (OpenID Shared Signals Framework 1.0 section 8.1, RFC 8936), asked by a resource.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{OAuthError, Peer, RequestId, StrictJson, StrictQuery};
use narthex_tenancy::{TenantTx, ambient};
use serde::de::DeserializeOwned;

use crate::Token;
use crate::call::{Arrival, Call};
use crate::endpoint::resource;
use crate::error::TokenError;
use crate::event_stream::{self as verbs, Named, StreamError, Wish};
use crate::place::Place;
use crate::poll;
use crate::resource_auth::ResourceCaller;
use crate::throttle::{self, Counted};

/// Who calls and where; what every one of these endpoints begins with.
struct Receiver<'a> {
    token: &'a Token,
    arrival: Arrival<'a>,
    caller: ResourceCaller,
}

impl<'a> Receiver<'a> {
    async fn proved(
        request: &HttpRequest,
        (token, place): (&'a Token, &'a Place),
        (id, peer): (&'a RequestId, &Peer),
    ) -> Result<Self, TokenError> {
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

pub(crate) async fn post(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    body: StrictJson,
) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&request, (&token, &place), (&id, &peer)).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let wish: Wish = read(body)?;
    let mut rng = ambient::rng();
    let work = async |tx: &mut TenantTx| verbs::create(tx, call, (caller, &wish), &mut rng).await;
    let made = receiver.within(work).await?;
    Ok(HttpResponse::Created().json(verbs::configuration(&token, call, caller, &made)))
}

/// One stream by its name, or all of them: one at most.
pub(crate) async fn get(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    query: StrictQuery,
) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&request, (&token, &place), (&id, &peer)).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let named = named(&query)?;
    let work = async |tx: &mut TenantTx| verbs::own(tx, call, (caller, named)).await;
    match (receiver.within(work).await, named) {
        (Ok(stream), Some(_)) => {
            Ok(HttpResponse::Ok().json(verbs::configuration(&token, call, caller, &stream)))
        }
        (Ok(stream), None) => {
            Ok(HttpResponse::Ok().json([verbs::configuration(&token, call, caller, &stream)]))
        }
        (Err(StreamError::Unknown), None) => Ok(HttpResponse::Ok().json([(); 0])),
        (Err(error), _) => Err(error.into()),
    }
}

pub(crate) async fn patch(
    request: HttpRequest,
    place: Place,
    ids: (RequestId, Peer),
    token: Data<Token>,
    body: StrictJson,
) -> Result<HttpResponse, OAuthError> {
    change(&request, (&place, &token), ids, (body, false)).await
}

pub(crate) async fn put(
    request: HttpRequest,
    place: Place,
    ids: (RequestId, Peer),
    token: Data<Token>,
    body: StrictJson,
) -> Result<HttpResponse, OAuthError> {
    change(&request, (&place, &token), ids, (body, true)).await
}

async fn change(
    request: &HttpRequest,
    (place, token): (&Place, &Token),
    (id, peer): (RequestId, Peer),
    (body, whole): (StrictJson, bool),
) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(request, (token, place), (&id, &peer)).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let wish: Wish = read(body)?;
    let work = async |tx: &mut TenantTx| verbs::change(tx, call, (caller, &wish), whole).await;
    let stream = receiver.within(work).await?;
    Ok(HttpResponse::Ok().json(verbs::configuration(token, call, caller, &stream)))
}

pub(crate) async fn delete(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    query: StrictQuery,
) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&request, (&token, &place), (&id, &peer)).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let named = required(&query)?;
    let work = async |tx: &mut TenantTx| verbs::remove(tx, call, (caller, named)).await;
    receiver.within(work).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) async fn get_status(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    query: StrictQuery,
) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&request, (&token, &place), (&id, &peer)).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let named = required(&query)?;
    let work = async |tx: &mut TenantTx| verbs::own(tx, call, (caller, Some(named))).await;
    let stream = receiver.within(work).await?;
    Ok(HttpResponse::Ok().json(verbs::status(&stream)))
}

pub(crate) async fn set_status(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    body: StrictJson,
) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&request, (&token, &place), (&id, &peer)).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let wish: Named = read(body)?;
    let work = async |tx: &mut TenantTx| verbs::set_status(tx, call, (caller, &wish)).await;
    let stream = receiver.within(work).await?;
    Ok(HttpResponse::Ok().json(verbs::status(&stream)))
}

pub(crate) async fn verify(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    body: StrictJson,
) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&request, (&token, &place), (&id, &peer)).await?;
    let (call, caller) = (receiver.call(), &receiver.caller);
    let wish: Named = read(body)?;
    let work = async |tx: &mut TenantTx| verbs::verify(tx, call, (caller, &wish)).await;
    receiver.within(work).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub(crate) async fn poll(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    body: StrictJson,
) -> Result<HttpResponse, OAuthError> {
    let receiver = Receiver::proved(&request, (&token, &place), (&id, &peer)).await?;
    let asked: poll::Poll = read(body)?;
    let polled = poll::poll(&token, receiver.call(), (&receiver.caller, &asked)).await?;
    Ok(HttpResponse::Ok().json(polled))
}
