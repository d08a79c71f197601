//! The JSON body of a call, as the members that its endpoint knows. A member that nobody knows is an error: a mistyped
//! one must not be ignored where people decide. What is wrong is named by its place (RFC 6901).

use narthex_vocab::ProblemKind as Kind;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use narthex_http::StrictJson;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use utoipa::ToSchema;

use super::bearer::{Asking, Known};
use super::fault::Fault;

/// A body that was read, with the object itself.
pub(crate) struct Body<T> {
    /// What it says.
    pub(crate) says: T,
    /// As it came, for [`super::once`].
    pub(crate) object: Value,
}

/// An act that needs no words: `{}`.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Fault>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = StrictJson::from_request(request, payload);
        let request = request.clone();
        let asked = request.extensions().contains::<Asking>();
        Box::pin(async move {
            // Nobody looks who calls: the handler has no caller before its body, and nothing would ever wake this.
            if !asked {
                return Err(Fault::of(Kind::DEFECT, "the reason is in the log"));
            }
            known(&request).await;
            let StrictJson(members) = body.await.map_err(Fault::from)?;
            let object = Value::Object(members);
            let says = serde_path_to_error::deserialize(&object)
                .map_err(|error| Fault::at(&pointer(error.path()), error.inner().to_string()))?;
            Ok(Self { says, object })
        })
    }
}

/// Waits until the caller is known: who may not act is told nothing about a body. The arguments of a handler are made by
/// one task, the caller first, so that whoever wakes it for the caller wakes it for the body; where no caller was asked
/// for before it, nobody comes here.
async fn known(request: &HttpRequest) {
    poll_fn(|_| {
        if request.extensions().contains::<Known>() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Where in the body; empty for the object itself.
fn pointer(path: &Path) -> String {
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } | Segment::Enum { variant: key } => {
            format!("/{}", key.replace('~', "~0").replace('/', "~1"))
        }
        Segment::Unknown => String::new(),
    };
    path.iter().map(segment).collect()
}
