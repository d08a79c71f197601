//! `GET|POST …/userinfo` (OpenID Connect Core section 5.3.1): the token in the header or in the form.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{FormError, OAuthError, Params, Peer, RequestId, StrictForm};
use narthex_vocab::ErrorCode;

use crate::Token;
use crate::bearer;
use crate::call::Arrival;
use crate::error::TokenError;
use crate::place::Place;
use crate::possession;
use crate::throttle::{self, Counted};
use crate::userinfo::userinfo;

pub(crate) async fn get(
    request: HttpRequest,
    place: Place,
    caller: (RequestId, Peer),
    token: Data<Token>,
) -> Result<HttpResponse, OAuthError> {
    answer(&request, &place, caller, &token, None).await
}

/// A body that is no form is as good as none: the token may be in the header.
pub(crate) async fn post(
    request: HttpRequest,
    place: Place,
    caller: (RequestId, Peer),
    token: Data<Token>,
    form: Result<StrictForm, FormError>,
) -> Result<HttpResponse, OAuthError> {
    let form = form.ok();
    answer(&request, &place, caller, &token, form.as_deref()).await
}

async fn answer(
    request: &HttpRequest,
    place: &Place,
    (id, peer): (RequestId, Peer),
    token: &Token,
    form: Option<&Params>,
) -> Result<HttpResponse, OAuthError> {
    let shown = bearer::read(request, form)?;
    let arrival = Arrival::new(token, place, &id).await?;
    let call = arrival.call();
    let counted = Counted::CheckSource(&peer.source());
    throttle::spend(token, place, counted, call.now).await?;
    let at = (request, "userinfo");
    let proof = possession::proof(token, call, at, Some(&shown.token)).await;
    let key = proof.map_err(unproved)?.map(|proof| proof.jkt);
    let known = userinfo(token, call, (&shown, key.as_ref())).await?;
    Ok(HttpResponse::Ok().json(known?))
}

/// A resource refuses a proof with a challenge (RFC 9449 sections 7.1 and 9).
fn unproved(error: TokenError) -> OAuthError {
    let proof = matches!(error, TokenError::Dpop(_) | TokenError::Nonce(_));
    let refused = OAuthError::from(error);
    match (proof, refused.error) {
        (true, ErrorCode::UseDpopNonce) => OAuthError {
            status: StatusCode::UNAUTHORIZED,
            ..refused.challenge("DPoP error=\"use_dpop_nonce\"")
        },
        (true, _) => OAuthError {
            status: StatusCode::UNAUTHORIZED,
            ..refused.challenge("DPoP error=\"invalid_dpop_proof\"")
        },
        (false, _) => refused,
    }
}
