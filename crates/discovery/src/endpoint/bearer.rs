//! What a registration shows in its `Authorization` header (RFC 6750 section 2.1): nothing, an initial access token, an
//! access token, with the proof of its key where it is bound to one (RFC 9449 section 7.1), or something else. It never
//! reads a token from a body or a query.

use actix_web::{HttpRequest, http::header::AUTHORIZATION};
use narthex_http::dpop;
use narthex_vocab::{Secret, SecretKind};
use zeroize::Zeroizing;

use crate::{
    agent::{AccessToken, AgentError, LONGEST},
    initial_access::Shown,
};

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
                Err(_) if is_compact(token) => Shown::AccessToken(AccessToken {
                    text: Zeroizing::new(token.to_owned()),
                    proof: None,
                }),
                Err(_) => Shown::Other,
            }
        }
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("dpop") => {
            let token = token.trim();
            if !is_compact(token) {
                return Shown::Other;
            }
            Shown::AccessToken(AccessToken {
                text: Zeroizing::new(token.to_owned()),
                proof: Some(proof(request)),
            })
        }
        Some(_) | None => Shown::Other,
    }
}

/// The proof beside a token that is said to be bound.
fn proof(request: &HttpRequest) -> Result<String, AgentError> {
    let text = dpop::read(request)?.ok_or(AgentError::Bound)?;
    Ok(text.to_owned())
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
    #[case(&["DPoP a.b.c"], "bound, without a proof")]
    #[case(&["dpop  a.b.c"], "bound, without a proof")]
    #[case(&["DPoP a.b"], "other")]
    #[case(&["DPoP a.b.c", "Bearer a.b.c"], "other")]
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
            Shown::AccessToken(AccessToken { proof: None, .. }) => "access token",
            Shown::AccessToken(AccessToken {
                proof: Some(Err(AgentError::Bound)),
                ..
            }) => "bound, without a proof",
            Shown::AccessToken(_) => "bound",
            Shown::Other => "other",
        };
        assert_eq!(read, expected);
    }
}
