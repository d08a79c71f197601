//! `POST …/access/v1/evaluation` (AuthZEN Authorization API 1.0), asked by a resource.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{OAuthError, Peer, RequestId, StrictJson};

use crate::Token;
use crate::call::Arrival;
use crate::endpoint::resource;
use crate::error::TokenError;
use crate::evaluate::{Evaluation, evaluate};
use crate::place::Place;

pub(crate) async fn post(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    body: StrictJson,
) -> Result<HttpResponse, OAuthError> {
    let arrival = Arrival::new(&token, &place, &id).await?;
    let call = arrival.call();
    let caller = resource::proved(&token, call, &request, &peer.source()).await?;
    let question: Evaluation = body
        .read()
        .map_err(|error| TokenError::Request(error.to_string()))?;
    let answer = evaluate(&token, call, &caller, &question).await?;
    Ok(HttpResponse::Ok().json(answer.json(call.request_id)))
}
