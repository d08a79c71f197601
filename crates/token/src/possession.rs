//! That a caller holds a key now (RFC 9449 sections 8 and 11.1): its proof carries a nonce of ours that is fresh, and was
//! never seen before. Without Redis nobody can tell, so proofs are refused until it is back; calls without one go on.

use std::time::Duration as StdDuration;

use actix_web::HttpRequest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use narthex_tenancy::ambient;
use narthex_vocab::Timestamp;

use crate::Token;
use crate::call::Call;
use crate::error::TokenError;
use crate::place::Place;
use narthex_http::dpop::{self, DpopError, Expected, Proof};

/// How long a nonce of ours is taken.
const FRESH: Duration = Duration::minutes(5);
/// How long a proof is remembered: longer than its time and its nonce let it be used.
const REMEMBERED: StdDuration = StdDuration::from_secs(10 * 60);

/// The proof of a call on one of this issuer's endpoints, wholly checked; `None` when it brought none. `token` is the access
/// token that came with it, where one did.
pub(crate) async fn proof(
    state: &Token,
    call: Call<'_>,
    (request, endpoint): (&HttpRequest, &str),
    token: Option<&str>,
) -> Result<Option<Proof>, TokenError> {
    let Some(text) = dpop::read(request)? else {
        return Ok(None);
    };
    let base = state.token_base.as_str().trim_end_matches('/');
    let address = format!("{base}{}", call.place.path(endpoint));
    let expected = Expected {
        method: request.method().as_str(),
        address: &address,
        token,
    };
    let proof = dpop::verify(text, &expected, call.now)?;
    let fresh = |nonce: &String| is_fresh(state, call.place, nonce, call.now);
    if !proof.nonce.as_ref().is_some_and(fresh) {
        return Err(TokenError::Nonce(nonce(state, call.place, call.now)?));
    }
    let name = format!("dpop/{}/{}", call.place.environment, proof.once);
    let first = state
        .budgets
        .first_use(call.place.tenant, &name, REMEMBERED)
        .await?;
    if !first {
        return Err(DpopError::Replayed.into());
    }
    Ok(Some(proof))
}

/// A nonce: the time, sealed for one issuer, so that every process takes it and nobody makes one.
fn nonce(state: &Token, place: &Place, now: Timestamp) -> Result<String, TokenError> {
    let time = now.timestamp_millis().to_be_bytes();
    let sealed = state
        .sealing
        .seal(&time, &belongs(place), &mut ambient::rng());
    let sealed = sealed.map_err(|_| TokenError::Signing)?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

fn is_fresh(state: &Token, place: &Place, nonce: &str, now: Timestamp) -> bool {
    let made = URL_SAFE_NO_PAD
        .decode(nonce)
        .ok()
        .and_then(|sealed| state.sealing.open(&sealed, &belongs(place)).ok())
        .and_then(|time| time.as_slice().try_into().ok())
        .and_then(|time| Timestamp::from_timestamp_millis(i64::from_be_bytes(time)));
    made.is_some_and(|made| made <= now + Duration::seconds(5) && made > now - FRESH)
}

fn belongs(place: &Place) -> String {
    format!("dpop-nonce/{}/{}", place.tenant, place.environment)
}
