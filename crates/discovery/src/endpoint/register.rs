//! `POST` a registration (RFC 7591 section 3.1).

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use narthex_http::{JsonError, OAuthError, Peer, RequestId, StrictJson};
use narthex_tenancy::ambient;
use serde_json::{Map, Value};

use crate::{
    Discovery,
    error::{not_found, refusal, unavailable},
    place::Place,
    register::{Register, Registered, register},
};

/// `POST /t/{tenant}/{environment}/register`
pub(crate) async fn post(
    state: Data<Discovery>,
    path: Path<(String, String)>,
    body: Result<StrictJson, JsonError>,
    peer: Peer,
    request_id: RequestId,
) -> Result<HttpResponse, OAuthError> {
    let place = Place::find(&state.database, &path.0, &path.1)
        .await
        .map_err(unavailable)?
        .ok_or_else(not_found)?;
    let body = body
        .map(|StrictJson(object)| object)
        .map_err(|error| error.to_string());
    let source = peer.source().parse().map_err(unavailable)?;
    let command = Register {
        place,
        body,
        source,
        request_id: request_id.to_string(),
    };
    let registered = register(&state, command, ambient::now(), &mut ambient::rng())
        .await
        .map_err(refusal)?;
    Ok(HttpResponse::Created().json(information(registered)))
}

/// The client information response (RFC 7591 section 3.2.1): never a secret.
fn information(registered: Registered) -> Map<String, Value> {
    let mut answer = registered.metadata;
    answer.insert("client_id".into(), registered.client_id.as_str().into());
    answer.insert(
        "client_id_issued_at".into(),
        registered.issued_at.timestamp().into(),
    );
    answer
}
