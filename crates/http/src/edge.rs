//! The one middleware that every request passes, outermost to innermost: request id, peer, span,
//! error rendering, headers, log line, metrics.
//!
//! One function instead of seven wrappers: the order is on one screen. Never a product rule.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, ResponseError};
use tracing::Instrument;

use crate::access_log::Exchange;
use crate::front::Front;
use crate::peer::Peer;
use crate::request_id::RequestId;
use crate::{csrf, headers, surface};

/// The application was built without [`crate::app`].
#[derive(Debug, thiserror::Error)]
#[error("the application has no front")]
struct NoFront;

impl ResponseError for NoFront {}

/// Passes one request on and finishes its response.
pub async fn edge<B>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error>
where
    B: MessageBody + 'static,
{
    let front = request.app_data::<Data<Front>>().cloned().ok_or(NoFront)?;
    let id = RequestId::new(&front.ambient);
    let hop = request.peer_addr().map(|address| address.ip());
    let peer = Peer::behind(hop, request.headers(), &front.proxies);
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(peer);

    let exchange = Exchange::begin(&front, request.method(), &id, peer);
    let span = exchange.span();
    let answer = next
        .call(request)
        .instrument(span)
        .await?
        .map_into_boxed_body();

    let mut answer = surface::render(answer, &front.surface);
    csrf::attach_visit(&mut answer);
    id.write(answer.headers_mut());
    headers::apply(answer.response_mut(), &front.origin);
    exchange.finish(&answer);
    Ok(answer)
}
