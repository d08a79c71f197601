//! Pages of other origins: their forms count nowhere (cross-site request forgery), and they read the open endpoints alone.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use rstest::rstest;

use super::{ORIGIN, form, header, send, text};

/// Opens the page as a new browser: the cookie pair and the token.
async fn visit() -> (String, String) {
    let answer = send(TestRequest::with_uri("/token-page")).await;
    let set = header(&answer, "set-cookie").to_owned();
    assert!(set.starts_with("__Host-narthex-visit="), "{set}");
    assert!(
        set.contains("HttpOnly; SameSite=Lax; Secure; Path=/"),
        "{set}"
    );
    (
        set.split(';').next().unwrap().to_owned(),
        text(answer).await,
    )
}

fn post(cookie: &str, token: &str) -> TestRequest {
    form("/guarded", format!("csrf={token}")).insert_header((header::COOKIE, cookie))
}

#[actix_web::test]
async fn a_form_of_our_own_page_passes() {
    let (cookie, token) = visit().await;
    for headers in [
        vec![("origin", ORIGIN)],
        vec![("origin", ORIGIN), ("sec-fetch-site", "same-origin")],
        vec![("origin", "null"), ("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "same-origin")],
        vec![],
    ] {
        let request = headers
            .iter()
            .fold(post(&cookie, &token), |r, pair| r.insert_header(*pair));
        assert_eq!(send(request).await.status(), StatusCode::OK, "{headers:?}");
    }
    let again = TestRequest::with_uri("/token-page").insert_header((header::COOKIE, cookie));
    let answer = send(again).await;
    assert_eq!(header(&answer, "set-cookie"), "");
    assert_eq!(text(answer).await, token);
}

#[rstest]
#[case::other_site(&[("origin", "https://evil.example")])]
#[case::prefix(&[("origin", "https://portal.example.evil.example")])]
#[case::other_scheme(&[("origin", "http://portal.example")])]
#[case::other_port(&[("origin", "https://portal.example:8443")])]
#[case::sandboxed_frame(&[("origin", "null"), ("sec-fetch-site", "cross-site")])]
#[case::null_alone(&[("origin", "null")])]
#[case::neighbour(&[("origin", "null"), ("sec-fetch-site", "same-site")])]
#[case::contradiction(&[("origin", ORIGIN), ("sec-fetch-site", "cross-site")])]
#[actix_web::test]
async fn a_post_from_elsewhere_is_refused(#[case] headers: &[(&'static str, &'static str)]) {
    let (cookie, token) = visit().await;
    let request = headers
        .iter()
        .fold(post(&cookie, &token), |r, pair| r.insert_header(*pair));
    assert_eq!(send(request).await.status(), StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn a_missing_foreign_or_outlived_token_is_refused() {
    let (cookie, token) = visit().await;
    let (other_cookie, other_token) = visit().await;
    assert_ne!(token, other_token);
    let signed_in = format!("{cookie}; __Host-narthex-portal={}", "s".repeat(43));
    let twice = format!("{cookie}; {other_cookie}");
    for (cookie, token) in [
        (cookie.as_str(), ""),
        (cookie.as_str(), other_token.as_str()),
        ("", token.as_str()),
        ("__Host-narthex-visit=", token.as_str()),
        (signed_in.as_str(), token.as_str()),
        (twice.as_str(), token.as_str()),
    ] {
        let answer = send(post(cookie, token).insert_header(("origin", ORIGIN))).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{cookie}");
    }
}

// ---- cross-origin reading

#[actix_web::test]
async fn open_endpoints_answer_preflights_without_credentials() {
    let request = TestRequest::default()
        .method(Method::OPTIONS)
        .uri("/token")
        .insert_header(("origin", "https://client.example"))
        .insert_header(("access-control-request-method", "POST"))
        .insert_header((
            "access-control-request-headers",
            "authorization,content-type,mcp-protocol-version",
        ));
    let answer = send(request).await;
    assert!(answer.status().is_success(), "{}", answer.status());
    assert_eq!(header(&answer, "access-control-allow-origin"), "*");
    assert!(
        answer
            .headers()
            .get("access-control-allow-credentials")
            .is_none()
    );
    let allowed = header(&answer, "access-control-allow-headers").to_ascii_lowercase();
    assert!(allowed.contains("mcp-protocol-version"), "{allowed}");
}

#[actix_web::test]
async fn errors_of_open_endpoints_are_readable_and_other_endpoints_are_not() {
    let bad = form("/token", "a=%ff").insert_header(("origin", "https://client.example"));
    let answer = send(bad).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(header(&answer, "access-control-allow-origin"), "*");

    let closed = TestRequest::with_uri("/peer").insert_header(("origin", "https://client.example"));
    assert_eq!(
        header(&send(closed).await, "access-control-allow-origin"),
        ""
    );
}
