//! `POST …/introspect` (RFC 7662): asked by a resource or by a client with a secret.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{OAuthError, Params, Peer, RequestId, StrictForm};
use serde_json::{Value, json};

use crate::Token;
use crate::call::{Arrival, Call};
use crate::client_auth::{self, Authenticated, Presented};
use crate::error::TokenError;
use crate::introspect::{Active, Asker, introspect};
use crate::place::Place;
use crate::resource_auth;
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
    let counted = Counted::CheckSource(&peer.source());
    throttle::spend(&token, &place, counted, call.now).await?;
    form.refuse_repeats(&[]).map_err(TokenError::from)?;
    let text = form
        .given("token")
        .map_err(TokenError::from)?
        .ok_or_else(|| TokenError::Request("token is missing".to_owned()))?;
    let asker = asker(&token, call, &request, &form).await?;
    let answer = introspect(&token, call, &asker, text).await?;
    let inactive: fn() -> Value = || json!({ "active": false });
    Ok(HttpResponse::Ok().json(answer.as_ref().map_or_else(inactive, Active::json)))
}

/// Who asks: a resource is told by its id, everybody else must be a client that has a secret or a key.
async fn asker(
    token: &Token,
    call: Call<'_>,
    request: &HttpRequest,
    form: &Params,
) -> Result<Asker, TokenError> {
    if let Some((user, secret)) = client_auth::basic(request)?
        && let Some(resource) = resource_auth::names_resource(&user)
    {
        let caller = resource_auth::authenticate(token, call, resource, &secret).await?;
        return Ok(Asker::Resource(caller.identifier.clone()));
    }
    let presented = Presented::read(request, form)?;
    match client_auth::authenticate(token, call, &presented).await? {
        Authenticated::Approved(client) if !client.metadata().auth_method().is_public() => {
            Ok(Asker::Client(client.id().clone()))
        }
        Authenticated::Approved(_) | Authenticated::NotApproved => Err(TokenError::Client {
            reason: "this caller may not introspect",
            basic: false,
        }),
    }
}
