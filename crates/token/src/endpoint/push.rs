//! `POST …/par` (RFC 9126 section 2): a client leaves its authorization request and gets a reference, 201.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{OAuthError, Peer, RequestId, StrictForm};
use narthex_tenancy::ambient;

use crate::Token;
use crate::call::Arrival;
use crate::client_auth::{self, Authenticated, Presented};
use crate::error::TokenError;
use crate::place::Place;
use crate::possession;
use crate::push::push;
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
    let proof = possession::proof(&token, call, (&request, "par"), None).await?;
    let key = proof.map(|proof| proof.jkt);
    let mut rng = ambient::rng();
    let keep = async |tx: &mut _| push(tx, call, (&client, &form, key), &mut rng).await;
    let pushed = token.database.tenant(place.tenant, keep).await?;
    Ok(HttpResponse::Created().json(pushed))
}
