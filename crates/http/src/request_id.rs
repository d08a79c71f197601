//! The request id: 128 random bits of our own, on every response and in every log line.
//!
//! Never taken from a header: a stranger must not choose what our logs say.

use std::fmt;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use crate::ambient::Ambient;

/// The response header that carries the id.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const ALPHABET: [char; 32] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's',
    't', 'u', 'v', 'w', 'x', 'y', 'z', '2', '3', '4', '5', '6', '7',
];

/// `req-` and 26 characters of `[a-z2-7]` (RFC 4648 section 6 without padding, lower case).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// A fresh one.
    pub fn new(ambient: &Ambient) -> Self {
        let mut bits = u128::from_be_bytes(ambient.random());
        let mut text = String::with_capacity(30);
        text.push_str("req-");
        for _ in 0..26 {
            let five = usize::try_from(bits >> 123).unwrap_or_default();
            text.push(ALPHABET.get(five).copied().unwrap_or('a'));
            bits <<= 5;
        }
        Self(text)
    }

    /// The id of this request, when it came through the edge.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Writes the response header, over whatever a handler may have set.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            headers.insert(X_REQUEST_ID, value);
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromRequest for RequestId {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).ok_or_else(|| ErrorInternalServerError("no request id")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn ambient(fill_random: fn(&mut [u8])) -> Ambient {
        Ambient {
            fill_random,
            instant: Instant::now,
        }
    }

    #[test]
    fn is_base32_of_all_128_bits() {
        assert_eq!(
            RequestId::new(&ambient(|b| b.fill(0xff))).as_str(),
            "req-77777777777777777777777774"
        );
        assert_eq!(
            RequestId::new(&ambient(|b| b.fill(0))).as_str(),
            "req-aaaaaaaaaaaaaaaaaaaaaaaaaa"
        );
    }
}
