//! `GET` what a transmitter of security events offers (OpenID Shared Signals Framework 1.0 section 7.1): the same for every issuer,
//! at its own addresses. It says nothing about who listens.

use actix_web::{
    HttpResponse,
    http::header::CACHE_CONTROL,
    web::{Data, Path},
};
use narthex_http::OAuthError;
use narthex_tenancy::ambient;
use narthex_vocab::Environment;
use serde_json::json;

use crate::{
    Discovery,
    endpoint::metadata::CACHED,
    error::{not_found, unavailable},
    metadata,
};

/// Of the production issuer.
pub(crate) async fn production(
    state: Data<Discovery>,
    tenant: Path<String>,
) -> Result<HttpResponse, OAuthError> {
    get(&state, &tenant, Environment::Production).await
}

/// Of the sandbox issuer.
pub(crate) async fn sandbox(
    state: Data<Discovery>,
    tenant: Path<String>,
) -> Result<HttpResponse, OAuthError> {
    get(&state, &tenant, Environment::Sandbox).await
}

async fn get(
    state: &Discovery,
    tenant: &str,
    environment: Environment,
) -> Result<HttpResponse, OAuthError> {
    let place = state
        .place(tenant, environment.as_str(), ambient::now())
        .await;
    let place = place.map_err(unavailable)?.ok_or_else(not_found)?;
    let issuer = metadata::issuer(&state.discovery_base, &place.slug, environment);
    let below = |name| metadata::below(&state.token_base, &issuer, name);
    let document = json!({
        "spec_version": "1_0",
        "issuer": issuer,
        "jwks_uri": metadata::below(&state.discovery_base, &issuer, "jwks"),
        "delivery_methods_supported": ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"],
        "configuration_endpoint": below("events/stream"),
        "status_endpoint": below("events/status"),
        "verification_endpoint": below("events/verify"),
        // A resource proves itself with its own secret (RFC 7617), as at introspection.
        "authorization_schemes": [{ "spec_urn": "urn:ietf:rfc:7617" }],
        "default_subjects": "ALL",
    });
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, CACHED))
        .json(document))
}
