//! Reading a request body: bounded in size and time, and only as it was sent.
//!
//! Never decompresses: a coded body is refused, so that no small body grows here.

use std::time::Duration;

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Bytes, Payload};
use actix_web::{FromRequest, HttpRequest, dev};

/// The largest request body, in bytes.
pub const BODY_LIMIT: usize = 64 * 1024;
/// How long a whole body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More than [`BODY_LIMIT`] bytes.
    #[error("the body is larger than 64 KiB")]
    TooLarge,
    /// It has a `Content-Encoding`.
    #[error("the body must not have a Content-Encoding")]
    Encoded,
    /// It did not arrive in time.
    #[error("the body took too long to arrive")]
    TooSlow,
    /// The connection broke or the framing is wrong.
    #[error("the body could not be read")]
    Interrupted,
}

impl BodyError {
    /// The status that says so.
    pub fn status(self) -> actix_web::http::StatusCode {
        use actix_web::http::StatusCode;
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Encoded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Interrupted => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads the whole body.
pub(crate) async fn read(request: HttpRequest, payload: dev::Payload) -> Result<Bytes, BodyError> {
    let mut payload = payload;
    let headers = request.headers();
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(BodyError::Encoded);
    }
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > BODY_LIMIT as u64) {
        return Err(BodyError::TooLarge);
    }
    let payload = Payload::from_request(&request, &mut payload)
        .await
        .map_err(|_| BodyError::Interrupted)?;
    match tokio::time::timeout(BODY_TIME, payload.to_bytes_limited(BODY_LIMIT)).await {
        Ok(Ok(Ok(bytes))) => Ok(bytes),
        Ok(Ok(Err(_))) => Err(BodyError::Interrupted),
        Ok(Err(_)) => Err(BodyError::TooLarge),
        Err(_) => Err(BodyError::TooSlow),
    }
}

/// Whether the request has exactly one `Content-Type`, it is `wanted`, and its only parameter, if
/// any, is `charset=utf-8`.
pub(crate) fn is_content_type(request: &HttpRequest, wanted: &str) -> bool {
    let mut lines = request.headers().get_all(CONTENT_TYPE);
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return false;
    };
    let Ok(text) = line.to_str() else {
        return false;
    };
    let mut parts = text.split(';').map(str::trim);
    if !parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case(wanted))
    {
        return false;
    }
    match (parts.next(), parts.next()) {
        (None | Some(""), None) => true,
        (Some(parameter), None) => parameter.split_once('=').is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("charset")
                && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }),
        (_, Some(_)) => false,
    }
}
