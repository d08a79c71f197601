//! `GET|POST …/userinfo` (OpenID Connect Core section 5.3.1): the token in the header or in the form.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{FormError, OAuthError, Params, Peer, RequestId, StrictForm};

use crate::Token;
use crate::bearer;
use crate::call::Arrival;
use crate::place::Place;
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
    let text = bearer::read(request, form)?;
    let arrival = Arrival::new(token, place, &id).await?;
    let call = arrival.call();
    let counted = Counted::CheckSource(&peer.source());
    throttle::spend(token, place, counted, call.now).await?;
    let known = userinfo(token, call, &text).await?;
    Ok(HttpResponse::Ok().json(known?))
}
