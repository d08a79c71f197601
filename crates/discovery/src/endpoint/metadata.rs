//! `GET` the metadata document, in its three places.

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, HeaderValue},
    web::{Data, Path},
};
use narthex_http::OAuthError;
use narthex_tenancy::ambient;
use narthex_vocab::{Environment, RegistrationMode};

use crate::{
    Discovery,
    error::{not_found, unavailable},
    gate, metadata,
};

/// How long clients may keep a document or a key set.
pub(crate) const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// The production issuer's.
pub(crate) async fn production(
    state: Data<Discovery>,
    tenant: Path<String>,
) -> Result<HttpResponse, OAuthError> {
    get(&state, &tenant, Environment::Production).await
}

/// The sandbox issuer's.
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
    let now = ambient::now();
    let place = state
        .place(tenant, environment.as_str(), now)
        .await
        .map_err(unavailable)?
        .ok_or_else(not_found)?;
    let terms = state.terms(&place, now).await.map_err(unavailable)?;
    let mut settings = terms.settings.clone();
    let braked = gate::brake(state, place.tenant, now)
        .await
        .map_err(unavailable)?;
    // A brake overrides the mode: what nobody can use now is not offered.
    if braked.is_some() {
        settings.registration_mode = RegistrationMode::Closed;
    }
    let issuer = metadata::issuer(&state.discovery_base, &place.slug, environment);
    let bases = (&state.discovery_base, &state.token_base);
    let document =
        metadata::document(&issuer, bases, (&settings, terms.policy)).map_err(unavailable)?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, CACHED))
        .json(document))
}
