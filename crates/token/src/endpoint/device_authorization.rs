//! `POST …/device_authorization` (RFC 8628 section 3.1): a device asks for a person's permission and gets its codes.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{OAuthError, Peer, RequestId, StrictForm};
use narthex_tenancy::ambient;

use crate::Token;
use crate::call::Arrival;
use crate::device_authorization::{Question, ask};
use crate::endpoint::caller::{self, Caller};
use crate::endpoint::token::wanted;
use crate::error::TokenError;
use crate::place::Place;

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
    let here = (&request, "device_authorization", source.as_str());
    let Some(Caller { client, .. }) = caller::proved(&token, call, here, &presented).await? else {
        return Err(TokenError::Denied("this client is not approved").into());
    };
    let base = token.token_base.as_str().trim_end_matches('/');
    let question = Question {
        client: &client,
        wanted: wanted(&form)?,
        source: &source,
        verification_uri: format!("{base}{}", place.path("device")),
    };
    let mut rng = ambient::rng();
    let keep = async |tx: &mut _| ask(tx, call, question, &mut rng).await;
    let asked = token.database.tenant(place.tenant, keep).await?;
    Ok(HttpResponse::Ok().json(asked))
}
