//! Where in the world of tenants a path leads: tenant, environment, object. What does not parse is not there.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use narthex_vocab::{Environment, TenantSlug};
use percent_encoding::percent_decode_str;

use super::refusal::Refusal;

/// Tenant and environment of a path; whether the tenant exists is not known yet.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The tenant as the path writes it.
    pub(crate) slug: TenantSlug,
    /// The environment.
    pub(crate) environment: Environment,
    request: HttpRequest,
}

impl Place {
    /// The object of the path, by the name of its segment.
    pub(crate) fn named<T: FromStr>(&self, segment: &str) -> Result<T, Refusal> {
        read(&self.request, segment)
    }
}

impl FromRequest for Place {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let place = || {
            let slug = request.match_info().get("tenant").unwrap_or_default();
            Ok(Self {
                slug: TenantSlug::parse(slug).map_err(|_| Refusal::NotFound)?,
                environment: read(request, "environment")?,
                request: request.clone(),
            })
        };
        ready(place())
    }
}

fn read<T: FromStr>(request: &HttpRequest, segment: &str) -> Result<T, Refusal> {
    let text = request.match_info().get(segment).unwrap_or_default();
    // What would be a delimiter in a path is still encoded: an identifier that is an address has slashes.
    let text = percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| Refusal::NotFound)?;
    text.parse().map_err(|_| Refusal::NotFound)
}
