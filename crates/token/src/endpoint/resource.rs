//! Which resource calls where resources prove themselves (decision API, event streams): counted for its source before anything of
//! it is believed. It decides nothing about what the resource wants.

use actix_web::HttpRequest;

use crate::Token;
use crate::call::Call;
use crate::client_auth;
use crate::error::TokenError;
use crate::resource_auth::{self, ResourceCaller};
use crate::throttle::{self, Counted};

/// The resource that calls.
pub(crate) async fn proved(
    token: &Token,
    call: Call<'_>,
    request: &HttpRequest,
    source: &str,
) -> Result<ResourceCaller, TokenError> {
    throttle::spend(token, call.place, Counted::CheckSource(source), call.now).await?;
    let credential = client_auth::basic(request)?.and_then(|(user, secret)| {
        let resource = resource_auth::names_resource(&user)?;
        Some((resource, secret))
    });
    let (resource, secret) = credential.ok_or(TokenError::Client {
        reason: "no resource is named",
        basic: true,
    })?;
    resource_auth::authenticate(token, call, resource, &secret).await
}
