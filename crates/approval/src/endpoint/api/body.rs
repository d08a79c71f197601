//! The JSON body of a call, as the members that its endpoint knows. A member that nobody knows is an error: a mistyped
//! one must not be ignored where people decide.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use narthex_http::StrictJson;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fault::{self, Fault};

/// A body that was read, with the object itself.
pub(crate) struct Body<T> {
    /// What it says.
    pub(crate) says: T,
    /// As it came, for [`super::once`].
    pub(crate) object: Value,
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Fault>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = StrictJson::from_request(request, payload);
        Box::pin(async move {
            let StrictJson(members) = body.await.map_err(Fault::from)?;
            let object = Value::Object(members);
            let says = serde_json::from_value(object.clone())
                .map_err(|error| Fault::of(fault::MEMBER, error.to_string()))?;
            Ok(Self { says, object })
        })
    }
}
