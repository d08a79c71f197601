//! The cookies of the house: six names, one set of attributes.
//!
//! Over https every name has the `__Host-` prefix, so that no neighbour domain can plant one
//! (RFC 6265bis section 4.1.3). Never a cookie that script can read.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::dev::Payload;
use actix_web::error::ErrorInternalServerError;
use actix_web::http::header::COOKIE;
use actix_web::{Error, FromRequest, HttpRequest};

use crate::front::Front;

/// Every cookie there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieName {
    /// A session on the tenant portal.
    Portal,
    /// A session on the staff dashboard.
    Staff,
    /// A session of an end user on the token plane.
    User,
    /// A browser before sign-in; keys its CSRF tokens and nothing else.
    Visit,
    /// A browser whose person is at an identity provider; binds the answer to it.
    Elsewhere,
    /// Whether pages are light or dark; no secret.
    Theme,
}

impl CookieName {
    /// The name as browsers see it.
    pub fn text(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Portal, true) => "__Host-narthex-portal",
            (Self::Portal, false) => "narthex-portal",
            (Self::Staff, true) => "__Host-narthex-staff",
            (Self::Staff, false) => "narthex-staff",
            (Self::User, true) => "__Host-narthex-user",
            (Self::User, false) => "narthex-user",
            (Self::Visit, true) => "__Host-narthex-visit",
            (Self::Visit, false) => "narthex-visit",
            (Self::Elsewhere, true) => "__Host-narthex-elsewhere",
            (Self::Elsewhere, false) => "narthex-elsewhere",
            (Self::Theme, true) => "__Host-narthex-theme",
            (Self::Theme, false) => "narthex-theme",
        }
    }
}

/// How long a browser keeps a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Until the browser closes.
    Browser,
    /// This long.
    For(Duration),
}

/// The cookie rules of one listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookies {
    secure: bool,
}

impl Cookies {
    /// `secure`: browsers reach the listener over https.
    pub fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// The value of a cookie. One that came twice is none: an older neighbour may have planted it.
    pub fn read(self, request: &HttpRequest, name: CookieName) -> Option<String> {
        let wanted = name.text(self.secure);
        let mut values = request
            .headers()
            .get_all(COOKIE)
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == wanted)
            .map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value.to_owned()),
            (None, _) | (Some(_), Some(_)) => None,
        }
    }

    /// Sets a cookie. The value is of `[A-Za-z0-9._-]`: nothing is encoded here.
    pub fn set(self, name: CookieName, value: String, lifetime: Lifetime) -> Cookie<'static> {
        let mut cookie = self.bare(name, value);
        if let Lifetime::For(age) = lifetime {
            cookie.set_max_age(time::Duration::try_from(age).unwrap_or(time::Duration::ZERO));
        }
        cookie
    }

    /// Removes a cookie from the browser.
    pub fn clear(self, name: CookieName) -> Cookie<'static> {
        let mut cookie = self.bare(name, String::new());
        cookie.set_max_age(time::Duration::ZERO);
        cookie
    }

    fn bare(self, name: CookieName, value: String) -> Cookie<'static> {
        Cookie::build(name.text(self.secure), value)
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Lax)
            .finish()
    }
}

impl FromRequest for Cookies {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let front = Front::of(request).ok_or_else(|| ErrorInternalServerError("no front"));
        ready(front.map(Front::cookies))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use actix_web::test::TestRequest;
    use rstest::rstest;

    #[test]
    fn attributes() {
        let day = Lifetime::For(Duration::from_hours(24));
        assert_eq!(
            Cookies::new(true)
                .set(CookieName::Portal, "v".to_owned(), day)
                .to_string(),
            "__Host-narthex-portal=v; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=86400"
        );
        assert_eq!(
            Cookies::new(false)
                .set(CookieName::User, "v".to_owned(), Lifetime::Browser)
                .to_string(),
            "narthex-user=v; HttpOnly; SameSite=Lax; Path=/"
        );
        assert_eq!(
            Cookies::new(false).clear(CookieName::User).to_string(),
            "narthex-user=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
        );
    }

    #[rstest]
    #[case::plain(true, "__Host-narthex-staff=abc", Some("abc"))]
    #[case::among_others(true, "a=b; broken; __Host-narthex-staff=abc;c=%zz", Some("abc"))]
    #[case::unprefixed_over_https(true, "narthex-staff=abc", None)]
    #[case::other_case(true, "__host-narthex-staff=abc", None)]
    #[case::twice(true, "__Host-narthex-staff=abc; __Host-narthex-staff=def", None)]
    #[case::loopback(false, "narthex-staff=abc", Some("abc"))]
    #[case::other_plane(false, "narthex-portal=abc", None)]
    fn read(#[case] secure: bool, #[case] line: &str, #[case] value: Option<&str>) {
        let request = TestRequest::default()
            .insert_header((COOKIE, line))
            .to_http_request();
        assert_eq!(
            Cookies::new(secure)
                .read(&request, CookieName::Staff)
                .as_deref(),
            value
        );
    }
}
