//! Where a request goes: the tenant and environment of its path, which together are one issuer. An unknown tenant,
//! the platform's own slug and an unknown environment are all the same 404.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, ResponseError};
use narthex_tenancy::{StoreError, ambient};
use narthex_vocab::{Environment, Id, Issuer, TenantSlug, kind};

use crate::Token;

/// One issuer, as the path named it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) tenant: Id<kind::Tenant>,
    pub(crate) environment: Environment,
    pub(crate) issuer: Issuer,
}

/// Why there is no such place.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error("no such tenant or environment")]
    NotFound,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ResponseError for PlaceError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Store(error) => {
                tracing::error!(%error, "the tenant of a path could not be resolved");
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

impl Place {
    /// The path of one of this issuer's own endpoints.
    pub(crate) fn path(&self, endpoint: &str) -> String {
        let (tenant, environment) = (self.issuer.tenant(), self.environment);
        format!("/t/{tenant}/{environment}/{endpoint}")
    }
}

impl FromRequest for Place {
    type Error = PlaceError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PlaceError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let path = request.match_info();
        let slug = path
            .get("tenant")
            .and_then(|text| TenantSlug::parse(text).ok());
        let environment: Option<Environment> =
            path.get("environment").and_then(|text| text.parse().ok());
        let token = request.app_data::<Data<Token>>().cloned();
        Box::pin(async move {
            let (Some(slug), Some(environment), Some(token)) = (slug, environment, token) else {
                return Err(PlaceError::NotFound);
            };
            let tenant = token.tenant_of(&slug, ambient::now()).await?;
            Ok(Self {
                tenant: tenant.ok_or(PlaceError::NotFound)?,
                environment,
                issuer: Issuer::new(&token.discovery_base, &slug, environment),
            })
        })
    }
}
