//! Cross-site request forgery: a token bound to the browser's cookie, and the origin of the post.
//!
//! The token is an HMAC keyed by the secret value of the session cookie, or, before sign-in, of the
//! visit cookie, which [`issue`] creates and the edge sets. Nothing is stored. Never accepts a post
//! without the token, nor one that a browser sent from another origin.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, ORIGIN};
use actix_web::{HttpMessage, HttpRequest, ResponseError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::cookie::{CookieName, Lifetime};
use crate::front::Front;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// A cookie value shorter than this is no secret.
const SHORTEST_SECRET: usize = 32;

/// The name of the hidden form field.
pub const FIELD: &str = "csrf";

/// Why a post was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsrfError {
    /// A page of another origin sent it.
    #[error("the form was sent from another site")]
    OtherOrigin,
    /// The origin is hidden, and `Sec-Fetch-Site` does not vouch for it.
    #[error("the browser did not say where the form was sent from")]
    NoOrigin,
    /// The browser has neither a session nor a visit cookie.
    #[error("the browser sent no cookie with the form")]
    NoCookie,
    /// The token is missing, or of another session.
    #[error("the form is out of date")]
    Token,
}

impl ResponseError for CsrfError {
    fn status_code(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }
}

/// A fresh visit, to be set on the response of this request.
#[derive(Clone)]
struct NewVisit(String);

/// The token that a form on this page must send back in [`FIELD`]. For a browser without a cookie
/// a visit begins: its cookie goes out with the response. Calling twice gives the same token.
pub fn issue(request: &HttpRequest) -> String {
    let Some(front) = Front::of(request) else {
        return String::new();
    };
    if let Some(secret) = secret(request, front) {
        return token(&secret);
    }
    let begun = request.extensions().get::<NewVisit>().cloned();
    let NewVisit(visit) = begun.unwrap_or_else(|| {
        let visit = NewVisit(URL_SAFE_NO_PAD.encode(front.ambient.random::<32>()));
        request.extensions_mut().insert(visit.clone());
        visit
    });
    token(&visit)
}

/// Whether a post comes from a form that we gave to this browser.
pub fn check(request: &HttpRequest, form_token: &str) -> Result<(), CsrfError> {
    let front = Front::of(request).ok_or(CsrfError::NoCookie)?;
    check_origin(request, front)?;
    let secret = secret(request, front).ok_or(CsrfError::NoCookie)?;
    if bool::from(token(&secret).as_bytes().ct_eq(form_token.as_bytes())) {
        Ok(())
    } else {
        Err(CsrfError::Token)
    }
}

/// A page with `Referrer-Policy: no-referrer` posts with `Origin: null`, as does a sandboxed frame
/// of a stranger; only `Sec-Fetch-Site` tells them apart. Whoever sends neither header is no
/// browser (browsers put `Origin` on every post), so nobody was lured: the token decides.
fn check_origin(request: &HttpRequest, front: &Front) -> Result<(), CsrfError> {
    let headers = request.headers();
    let mut origins = headers.get_all(ORIGIN);
    let mut sites = headers.get_all(&SEC_FETCH_SITE);
    let hidden = match (origins.next(), origins.next()) {
        (None, _) => false,
        (Some(origin), None) if origin.as_bytes() == b"null" => true,
        (Some(origin), None) if origin.as_bytes() == front.origin.as_str().as_bytes() => false,
        (Some(_), None | Some(_)) => return Err(CsrfError::OtherOrigin),
    };
    match (sites.next(), sites.next()) {
        (None, _) if hidden => Err(CsrfError::NoOrigin),
        (None, _) => Ok(()),
        (Some(site), None) if site.as_bytes() == b"same-origin" => Ok(()),
        (Some(_), None | Some(_)) => Err(CsrfError::OtherOrigin),
    }
}

/// The session cookie's value, else the visit cookie's.
fn secret(request: &HttpRequest, front: &Front) -> Option<String> {
    let cookies = front.cookies();
    let read = |name| {
        cookies
            .read(request, name)
            .filter(|value| value.len() >= SHORTEST_SECRET)
    };
    front
        .session
        .and_then(read)
        .or_else(|| read(CookieName::Visit))
}

fn token(secret: &str) -> String {
    // HMAC takes a key of any length, so the error cannot occur; an empty token never passes, for
    // a real one has 43 characters.
    Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(b"narthex csrf");
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        },
    )
}

/// Sets the cookie of a visit that began with this request.
pub(crate) fn attach_visit(answer: &mut ServiceResponse<BoxBody>) {
    let begun = answer.request().extensions_mut().remove::<NewVisit>();
    let cookies = Front::of(answer.request()).map(Front::cookies);
    if let (Some(NewVisit(value)), Some(cookies)) = (begun, cookies) {
        let cookie = cookies.set(CookieName::Visit, value, Lifetime::Browser);
        if let Err(error) = answer.response_mut().add_cookie(&cookie) {
            tracing::error!(%error, "the visit cookie could not be set");
        }
    }
}
