//! Where in the world of tenants a path of the API leads. What does not parse is not there.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use narthex_vocab::{Environment, TenantSlug};
use percent_encoding::percent_decode_str;

use super::fault::Fault;

/// Tenant and environment of a path; whether the tenant exists is not known yet.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The tenant.
    pub(crate) slug: TenantSlug,
    /// The environment.
    pub(crate) environment: Environment,
    request: HttpRequest,
}

impl Place {
    /// The object of the path, by the name of its segment.
    pub(crate) fn named<T: FromStr>(&self, segment: &str) -> Result<T, Fault> {
        read(&self.request, segment)
    }

    /// Both, as staff look at them.
    pub(crate) fn at(&self) -> (&TenantSlug, Environment) {
        (&self.slug, self.environment)
    }
}

impl FromRequest for Place {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let place = || {
            let slug = request.match_info().get("tenant").unwrap_or_default();
            Ok(Self {
                slug: TenantSlug::parse(slug).map_err(|_| Fault::not_there())?,
                environment: read(request, "environment")?,
                request: request.clone(),
            })
        };
        ready(place())
    }
}

/// A part of a path, by the name of its segment.
pub(super) fn read<T: FromStr>(request: &HttpRequest, segment: &str) -> Result<T, Fault> {
    let text = request.match_info().get(segment).unwrap_or_default();
    // An identifier that is an address has slashes, which are encoded in a path.
    let text = percent_decode_str(text).decode_utf8();
    let text = text.map_err(|_| Fault::not_there())?;
    text.parse().map_err(|_| Fault::not_there())
}
