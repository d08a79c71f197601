//! `GET`, `PUT` and `DELETE` at the address of a registration (RFC 7592 section 2), with the token that came with it.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::AUTHORIZATION,
    web::{Data, Path},
};
use narthex_http::{JsonError, OAuthError, Peer, RequestId, StrictJson};
use narthex_tenancy::ambient;

use crate::{
    Discovery,
    error::{manage_refusal, not_found, unavailable, update_refusal},
    manage::{self, Manage, Managed},
    place::Place,
    source::Source,
    update_registration::{UpdateRegistration, update},
};

/// Tenant, environment and client.
type At = (String, String, String);

/// `GET /t/{tenant}/{environment}/register/{client}`
pub(crate) async fn get(
    state: Data<Discovery>,
    path: Path<At>,
    (request, peer): (HttpRequest, Peer),
) -> Result<HttpResponse, OAuthError> {
    let place = place(&state, &path).await?;
    let call = call(&place, &path, &request, &peer)?;
    let managed = manage::read(&state, call).await.map_err(manage_refusal)?;
    Ok(information(managed))
}

/// `PUT /t/{tenant}/{environment}/register/{client}`: 200 with the registration as it is in force.
pub(crate) async fn put(
    state: Data<Discovery>,
    path: Path<At>,
    body: Result<StrictJson, JsonError>,
    (request_id, request, peer): (RequestId, HttpRequest, Peer),
) -> Result<HttpResponse, OAuthError> {
    let place = place(&state, &path).await?;
    let command = UpdateRegistration {
        call: call(&place, &path, &request, &peer)?,
        body: body
            .map(|StrictJson(object)| object)
            .map_err(|error| error.to_string()),
        source: Source::of(peer.0),
        request_id: request_id.to_string(),
    };
    let updated = update(&state, command, ambient::now(), &mut ambient::rng()).await;
    Ok(information(updated.map_err(update_refusal)?))
}

fn information(managed: Managed) -> HttpResponse {
    let mut answer = managed.information;
    answer.insert(
        "registration_access_token".into(),
        managed.token.reveal().into(),
    );
    HttpResponse::Ok().json(answer)
}

/// `DELETE /t/{tenant}/{environment}/register/{client}`
pub(crate) async fn delete(
    state: Data<Discovery>,
    path: Path<At>,
    (request, peer): (HttpRequest, Peer),
) -> Result<HttpResponse, OAuthError> {
    let place = place(&state, &path).await?;
    let call = call(&place, &path, &request, &peer)?;
    let client = manage::delete(&state, call).await.map_err(manage_refusal)?;
    tracing::info!(%client, "a client deleted its registration");
    Ok(HttpResponse::NoContent().finish())
}

async fn place(state: &Discovery, (tenant, environment, _): &At) -> Result<Place, OAuthError> {
    let found = state.place(tenant, environment, ambient::now()).await;
    found.map_err(unavailable)?.ok_or_else(not_found)
}

fn call<'a>(
    place: &'a Place,
    (_, _, client_id): &'a At,
    request: &'a HttpRequest,
    peer: &Peer,
) -> Result<Manage<'a>, OAuthError> {
    Ok(Manage {
        place,
        client_id,
        token: bearer(request),
        source: peer.source().parse().map_err(unavailable)?,
    })
}

/// The token of the one `Authorization` header (RFC 6750 section 2.1).
fn bearer(request: &HttpRequest) -> Option<&str> {
    let mut lines = request.headers().get_all(AUTHORIZATION);
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return None;
    };
    let (scheme, token) = line.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
