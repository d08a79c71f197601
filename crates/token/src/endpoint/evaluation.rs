//! `POST …/access/v1/evaluation` (AuthZEN Authorization API 1.0), asked by a resource.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{OAuthError, Peer, RequestId, StrictJson};

use crate::Token;
use crate::call::Arrival;
use crate::client_auth;
use crate::error::TokenError;
use crate::evaluate::{Evaluation, evaluate};
use crate::place::Place;
use crate::resource_auth;
use crate::throttle::{self, Counted};

pub(crate) async fn post(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    body: StrictJson,
) -> Result<HttpResponse, OAuthError> {
    let arrival = Arrival::new(&token, &place, &id).await?;
    let call = arrival.call();
    let counted = Counted::CheckSource(&peer.source());
    throttle::spend(&token, &place, counted, call.now).await?;
    let credential = client_auth::basic(&request)?.and_then(|(user, secret)| {
        let resource = resource_auth::names_resource(&user)?;
        Some((resource, secret))
    });
    let (resource, secret) = credential.ok_or(TokenError::Client {
        reason: "no resource is named",
        basic: true,
    })?;
    let question: Evaluation = body
        .read()
        .map_err(|error| TokenError::Request(error.to_string()))?;
    let caller = resource_auth::authenticate(&token, call, resource, &secret).await?;
    let answer = evaluate(&token, call, &caller, &question).await?;
    Ok(HttpResponse::Ok().json(answer.json(call.request_id)))
}
