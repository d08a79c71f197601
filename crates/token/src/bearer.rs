//! A bearer token as a request brings it (RFC 6750 section 2): in the header or in a form, never in the query, never
//! in both.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use narthex_http::{OAuthError, Params};
use narthex_vocab::ErrorCode;

/// Why no token was read, or why it does not reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BearerError {
    /// No token at all: no reason is told (RFC 6750 section 3.1).
    Missing,
    /// In two places, or malformed.
    Malformed,
    /// It does not count.
    Invalid,
    /// It is bound to a key, which was not proved; or it is not, and was shown as if it were.
    Unproved,
    /// It counts, and its scopes do not reach this.
    Scope,
}

impl From<BearerError> for OAuthError {
    fn from(error: BearerError) -> Self {
        let unauthorized = |words: &str| {
            Self::new(
                StatusCode::UNAUTHORIZED,
                ErrorCode::InvalidToken,
                words.to_owned(),
            )
        };
        match error {
            BearerError::Missing => unauthorized("an access token is needed").challenge("Bearer"),
            BearerError::Malformed => {
                Self::bad_request(ErrorCode::InvalidRequest, "send the access token once")
                    .challenge("Bearer error=\"invalid_request\"")
            }
            BearerError::Invalid => unauthorized("the access token is not valid")
                .challenge("Bearer error=\"invalid_token\""),
            BearerError::Unproved => {
                unauthorized("the access token and its proof do not belong together")
                    .challenge("DPoP error=\"invalid_token\", algs=\"ES256 EdDSA RS256 PS256\"")
            }
            BearerError::Scope => Self::new(
                StatusCode::FORBIDDEN,
                ErrorCode::InsufficientScope,
                "the access token has not the scope openid",
            )
            .challenge("Bearer error=\"insufficient_scope\", scope=\"openid\""),
        }
    }
}

/// A token as it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) token: String,
    /// By the scheme `DPoP`: with a proof of its key (RFC 9449 section 7.1).
    pub(crate) bound: bool,
}

/// The token of a request; `form` is the body, where it is a form.
pub(crate) fn read(request: &HttpRequest, form: Option<&Params>) -> Result<Shown, BearerError> {
    let mut lines = request.headers().get_all(AUTHORIZATION);
    let header = match (lines.next(), lines.next()) {
        (None, _) => None,
        (Some(line), None) => {
            let text = line.to_str().map_err(|_| BearerError::Malformed)?;
            let (scheme, token) = text.split_once(' ').ok_or(BearerError::Malformed)?;
            let bound = scheme.eq_ignore_ascii_case("dpop");
            if !bound && !scheme.eq_ignore_ascii_case("bearer") {
                return Err(BearerError::Missing);
            }
            let token = token.trim().to_owned();
            Some(Shown { token, bound })
        }
        (Some(_), Some(_)) => return Err(BearerError::Malformed),
    };
    let body = match form.map(|form| form.one("access_token")) {
        None => None,
        Some(Ok(value)) => value.map(|token| Shown {
            token: token.to_owned(),
            bound: false,
        }),
        Some(Err(_)) => return Err(BearerError::Malformed),
    };
    match (header, body) {
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (None, None) => Err(BearerError::Missing),
        (Some(_), Some(_)) => Err(BearerError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use actix_web::test::TestRequest;
    use rstest::rstest;

    #[rstest]
    #[case(&["Bearer a"], None, Ok("a"))]
    #[case(&["bearer  a"], None, Ok("a"))]
    #[case(&["DPoP a"], None, Ok("a"))]
    #[case(&[], Some("access_token=a"), Ok("a"))]
    #[case(&[], Some("x=a"), Err(BearerError::Missing))]
    #[case(&[], None, Err(BearerError::Missing))]
    #[case(&["Basic a"], None, Err(BearerError::Missing))]
    #[case(&["Bearer"], None, Err(BearerError::Malformed))]
    #[case(&["Bearer a", "Bearer a"], None, Err(BearerError::Malformed))]
    #[case(&["Bearer a"], Some("access_token=a"), Err(BearerError::Malformed))]
    #[case(&[], Some("access_token=a&access_token=a"), Err(BearerError::Malformed))]
    fn one_place(
        #[case] lines: &[&str],
        #[case] form: Option<&str>,
        #[case] token: Result<&str, BearerError>,
    ) {
        let mut request = TestRequest::with_uri("/?access_token=query");
        for line in lines {
            request = request.append_header((AUTHORIZATION, *line));
        }
        let form = form.map(|text| Params::parse(text.as_bytes()).unwrap());
        let read = read(&request.to_http_request(), form.as_ref());
        let read = read.map(|shown| {
            assert_eq!(
                shown.bound,
                lines.iter().any(|line| line.starts_with("DPoP"))
            );
            shown.token
        });
        assert_eq!(read.as_deref(), token.as_deref());
    }
}
