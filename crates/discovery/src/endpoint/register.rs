//! `POST` a registration (RFC 7591 section 3.1), or the code of one that waits for a decision
//! (draft-dellaert-oauth-approval-based-dcr).

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use ipnet::IpNet;
use narthex_http::{JsonError, OAuthError, Peer, RequestId, StrictJson};
use narthex_tenancy::ambient;
use narthex_vocab::ErrorCode;
use serde_json::{Map, Value, json};

use super::bearer;
use crate::{
    Discovery,
    cancel_registration::cancel_registration,
    defer::{Deferred, INTERVAL},
    error::{not_found, poll_refusal, refusal, too_early, unavailable},
    place::Place,
    poll::{Poll, Polled, poll},
    register::{Answered, Register, Registered, register},
    source::Source,
};

/// The member that says that a registration began before.
const CODE: &str = "registration_code";

/// `POST /t/{tenant}/{environment}/register`
pub(crate) async fn post(
    state: Data<Discovery>,
    path: Path<(String, String)>,
    body: Result<StrictJson, JsonError>,
    peer: Peer,
    (request_id, request): (RequestId, HttpRequest),
) -> Result<HttpResponse, OAuthError> {
    let place = state
        .place(&path.0, &path.1, ambient::now())
        .await
        .map_err(unavailable)?
        .ok_or_else(not_found)?;
    let body = body
        .map(|StrictJson(object)| object)
        .map_err(|error| error.to_string());
    let source = Source::of(peer.0);
    if let Ok(body) = &body
        && body.contains_key(CODE)
    {
        return go_on(&state, &place, body, source.network).await;
    }
    let command = Register {
        place,
        initial_access: bearer::shown(&request),
        body,
        source,
        request_id: request_id.to_string(),
    };
    let answered = register(&state, command, ambient::now(), &mut ambient::rng())
        .await
        .map_err(refusal)?;
    Ok(match answered {
        Answered::Registered(registered) => HttpResponse::Created().json(information(registered)),
        Answered::Deferred(deferred) => HttpResponse::Accepted().json(codes(&deferred)),
    })
}

/// The registrant of a registration that waits polls, or gives it up.
async fn go_on(
    state: &Discovery,
    place: &Place,
    body: &Map<String, Value>,
    source: IpNet,
) -> Result<HttpResponse, OAuthError> {
    let (code, cancels) = continuation(body)?;
    let call = Poll {
        place,
        code,
        source,
    };
    if cancels {
        cancel_registration(state, call, ambient::now())
            .await
            .map_err(poll_refusal)?;
        return Ok(HttpResponse::NoContent().finish());
    }
    match poll(state, call, ambient::now()).await {
        Ok(Polled::Pending) => Ok(HttpResponse::Accepted().finish()),
        Ok(Polled::Answered(information)) => Ok(HttpResponse::Created().json(information)),
        Ok(Polled::TooEarly { retry_after }) => Err(too_early(retry_after)),
        Err(error) => Err(poll_refusal(error)),
    }
}

/// The code of a registration that waits, and whether it shall be given up.
fn continuation(body: &Map<String, Value>) -> Result<(&str, bool), OAuthError> {
    let wrong = |what| OAuthError::bad_request(ErrorCode::InvalidClientMetadata, what);
    let code = body.get(CODE).and_then(Value::as_str);
    let code = code.ok_or_else(|| wrong("registration_code: it is not a text"))?;
    match body.get("cancel_registration") {
        None | Some(Value::Null | Value::Bool(false)) => Ok((code, false)),
        Some(Value::Bool(true)) => Ok((code, true)),
        Some(_) => Err(wrong("cancel_registration: it is not true or false")),
    }
}

/// What a registrant whose registration waits is given (draft-dellaert-oauth-approval-based-dcr).
fn codes(deferred: &Deferred) -> Value {
    let verification = deferred.verification.to_string();
    let mut complete = deferred.verification_uri.clone();
    complete
        .query_pairs_mut()
        .append_pair("code", &verification);
    json!({
        "registration_code": deferred.code.reveal(),
        "verification_code": verification,
        "verification_uri": deferred.verification_uri,
        "verification_uri_complete": complete,
        "expires_in": deferred.expires_in.num_seconds(),
        "interval": INTERVAL,
    })
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
