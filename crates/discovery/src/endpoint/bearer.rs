//! What a registration shows in its `Authorization` header (RFC 6750 section 2.1): nothing, an initial access token, an
//! access token, or something else. It never reads a token from a body or a query.

use actix_web::{HttpRequest, http::header::AUTHORIZATION};
use narthex_vocab::{Secret, SecretKind};
use zeroize::Zeroizing;

use crate::{agent::LONGEST, initial_access::Shown};

/// What the request shows.
pub(super) fn shown(request: &HttpRequest) -> Shown {
    let mut lines = request.headers().get_all(AUTHORIZATION);
    let line = match (lines.next(), lines.next()) {
        (None, _) => return Shown::Nothing,
        (Some(line), None) => line.to_str().unwrap_or_default(),
        (Some(_), Some(_)) => return Shown::Other,
    };
    match line.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            let token = token.trim();
            match Secret::parse(SecretKind::InitialAccessToken, token) {
                Ok(secret) => Shown::Token(secret),
                Err(_) if is_compact(token) => Shown::AccessToken(Zeroizing::new(token.to_owned())),
                Err(_) => Shown::Other,
            }
        }
        Some(_) | None => Shown::Other,
    }
}

/// The form of a signed token (RFC 7515 section 7.1): three parts, and not without end.
fn is_compact(token: &str) -> bool {
    token.len() <= LONGEST && token.split('.').count() == 3
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[], "nothing")]
    #[case(&[""], "other")]
    #[case(&["Bearer"], "other")]
    #[case(&["Bearer "], "other")]
    #[case(&["Bearer nia_short"], "other")]
    #[case(&["Basic bmlhOng="], "other")]
    #[case(&["Bearer a", "Bearer b"], "other")]
    #[case(&["Bearer a.b"], "other")]
    #[case(&["Bearer a.b.c.d"], "other")]
    #[case(&["DPoP a.b.c"], "other")]
    #[case(&["bearer a.b.c"], "access token")]
    #[case(&["Bearer a.b.c", "Bearer a.b.c"], "other")]
    fn one_header_with_one_token(#[case] lines: &[&str], #[case] expected: &str) {
        let mut request = TestRequest::default();
        for line in lines {
            request = request.append_header((AUTHORIZATION, *line));
        }
        let read = match shown(&request.to_http_request()) {
            Shown::Nothing => "nothing",
            Shown::Token(_) => "token",
            Shown::AccessToken(_) => "access token",
            Shown::Other => "other",
        };
        assert_eq!(read, expected);
    }
}
