//! `POST …/par` (RFC 9126 section 2): a client leaves its authorization request and gets a reference, 201.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{OAuthError, Peer, RequestId, StrictForm};
use narthex_tenancy::ambient;

use crate::Token;
use crate::call::Arrival;
use crate::endpoint::caller::{self, Caller};
use crate::error::TokenError;
use crate::place::Place;
use crate::push::push;

pub(crate) async fn post(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    form: StrictForm,
) -> Result<HttpResponse, OAuthError> {
    let arrival = Arrival::new(&token, &place, &id).await?;
    let call = arrival.call();
    let source = peer.source();
    let presented = caller::presented(&token, call, (&request, &form, &source)).await?;
    let caller = caller::proved(&token, call, (&request, "par", &source), &presented).await?;
    let Some(Caller { client, key }) = caller else {
        return Err(TokenError::Denied("this client is not approved").into());
    };
    let mut rng = ambient::rng();
    let keep = async |tx: &mut _| push(tx, call, (&client, &form, key), &mut rng).await;
    let pushed = token.database.tenant(place.tenant, keep).await?;
    Ok(HttpResponse::Created().json(pushed))
}
