//! `POST …/device_authorization` (RFC 8628 section 3.1): a device asks for a person's permission and gets its codes.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{OAuthError, Peer, RequestId, StrictForm};
use narthex_tenancy::ambient;

use crate::Token;
use crate::call::Arrival;
use crate::client_auth::{self, Authenticated, Presented};
use crate::device_authorization::{Question, ask};
use crate::endpoint::token::wanted;
use crate::error::TokenError;
use crate::place::Place;
use crate::throttle::{self, Counted};

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
    throttle::spend(&token, &place, Counted::TokenSource(&source), call.now).await?;
    form.refuse_repeats(&["resource"])
        .map_err(TokenError::from)?;
    let presented = Presented::read(&request, &form)?;
    let Authenticated::Approved(client) =
        client_auth::authenticate(&token, call, &presented).await?
    else {
        return Err(TokenError::Denied("this client is not approved").into());
    };
    let shared = client.metadata().auth_method().is_public();
    let counted = Counted::Client(client.id(), shared.then_some(source.as_str()));
    throttle::spend(&token, &place, counted, call.now).await?;
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
