//! `GET` the issuer's key set (RFC 7517 section 5).

use actix_web::{
    HttpResponse,
    http::header::CACHE_CONTROL,
    web::{Data, Path},
};
use narthex_http::OAuthError;
use narthex_tenancy::ambient;

use super::metadata::CACHED;
use crate::{
    Discovery,
    error::{not_found, unavailable},
    key_set::key_set,
};

/// `GET /t/{tenant}/{environment}/jwks`
pub(crate) async fn get(
    state: Data<Discovery>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, OAuthError> {
    let place = state
        .place(&path.0, &path.1, ambient::now())
        .await
        .map_err(unavailable)?
        .ok_or_else(not_found)?;
    let keys = key_set(&state, &place).await.map_err(unavailable)?;
    let body = serde_json::json!({ "keys": keys }).to_string();
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, CACHED))
        .content_type("application/jwk-set+json")
        .body(body))
}
