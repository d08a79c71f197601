//! Extractors for a form body and a query, read strictly (see [`crate::params`]).
//!
//! Never accepts a body whose `Content-Type` is not the form's.

use std::future::{Future, Ready, ready};
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, ResponseError};

use crate::body::{self, BodyError};
use crate::params::{Params, ParamsError};

/// Why a form or query was refused before its handler ran, or by [`Params::one`] inside it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Not `application/x-www-form-urlencoded` in UTF-8.
    #[error("the Content-Type must be application/x-www-form-urlencoded")]
    WrongContentType,
    /// The body could not be read.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The parameters could not be read.
    #[error(transparent)]
    Params(#[from] ParamsError),
}

impl ResponseError for FormError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::WrongContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Body(error) => error.status(),
            Self::Params(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// The parameters of a form body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StrictForm(pub Params);

/// The parameters of the query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StrictQuery(pub Params);

impl Deref for StrictForm {
    type Target = Params;
    fn deref(&self) -> &Params {
        &self.0
    }
}

impl Deref for StrictQuery {
    type Target = Params;
    fn deref(&self) -> &Params {
        &self.0
    }
}

impl FromRequest for StrictForm {
    type Error = FormError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, FormError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            if !body::is_content_type(&request, "application/x-www-form-urlencoded") {
                return Err(FormError::WrongContentType);
            }
            let bytes = body::read(request, payload).await?;
            Ok(Self(Params::parse(&bytes)?))
        })
    }
}

impl FromRequest for StrictQuery {
    type Error = FormError;
    type Future = Ready<Result<Self, FormError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let params = Params::parse(request.query_string().as_bytes());
        ready(params.map(Self).map_err(FormError::from))
    }
}
