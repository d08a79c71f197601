//! Forms, queries and JSON: what is no body of the kind that was announced is refused, in the words of its surface.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use rstest::rstest;
use serde_json::Value;

use super::{form, header, json, send, text};

#[actix_web::test]
async fn a_repeated_parameter_is_an_oauth_error_with_the_request_id() {
    let answer = send(form("/token", "resource=a&resource=b&x=\"1&x=2")).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let id = header(&answer, "x-request-id").to_owned();
    let body: Value = serde_json::from_str(&text(answer).await).unwrap();
    assert_eq!(body["error"], "invalid_request");
    assert_eq!(
        body["error_description"],
        "the parameter 'x' came more than once"
    );
    assert_eq!(body["request_id"], id.as_str());
    assert_eq!(
        text(send(form("/token", "resource=a&resource=b")).await).await,
        "a,b"
    );
}

#[rstest]
#[case::bad_utf8("a=%ff", StatusCode::BAD_REQUEST)]
#[case::bad_percent("a=%f", StatusCode::BAD_REQUEST)]
#[case::too_large(&"a".repeat(64 * 1024 + 1), StatusCode::PAYLOAD_TOO_LARGE)]
#[case::just_fits(&"a".repeat(64 * 1024), StatusCode::OK)]
#[actix_web::test]
async fn form_bodies(#[case] body: &str, #[case] status: StatusCode) {
    let answer = send(form("/token", body)).await;
    assert_eq!(answer.status(), status);
    if status != StatusCode::OK {
        assert_eq!(header(&answer, "content-type"), "application/json");
        assert!(text(answer).await.contains(r#""error":"invalid_request""#));
    }
}

#[rstest]
#[case("application/x-www-form-urlencoded; charset=UTF-8", StatusCode::OK)]
#[case("Application/X-WWW-Form-Urlencoded", StatusCode::OK)]
#[case(
    "application/x-www-form-urlencoded; charset=iso-8859-1",
    StatusCode::UNSUPPORTED_MEDIA_TYPE
)]
#[case(
    "application/x-www-form-urlencoded; charset=utf-8; a=b",
    StatusCode::UNSUPPORTED_MEDIA_TYPE
)]
#[case("application/json", StatusCode::UNSUPPORTED_MEDIA_TYPE)]
#[case("text/plain", StatusCode::UNSUPPORTED_MEDIA_TYPE)]
#[actix_web::test]
async fn form_content_types(#[case] value: &str, #[case] status: StatusCode) {
    let request = TestRequest::post()
        .uri("/token")
        .insert_header((header::CONTENT_TYPE, value))
        .set_payload("a=1");
    assert_eq!(send(request).await.status(), status);
}

#[actix_web::test]
async fn a_body_without_a_type_or_with_two_or_coded_is_refused() {
    let none = TestRequest::post().uri("/token").set_payload("a=1");
    let two = form("/token", "a=1").append_header((header::CONTENT_TYPE, "text/plain"));
    let coded = form("/token", "a=1").insert_header((header::CONTENT_ENCODING, "gzip"));
    for request in [none, two, coded] {
        assert_eq!(
            send(request).await.status(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
    }
}

#[rstest]
#[case("/query?a=1", StatusCode::OK)]
#[case("/query?a=1&a=1", StatusCode::BAD_REQUEST)]
#[case("/query?a=1&%61=1", StatusCode::BAD_REQUEST)]
#[case("/query?a=%ff", StatusCode::BAD_REQUEST)]
#[actix_web::test]
async fn queries(#[case] uri: &str, #[case] status: StatusCode) {
    assert_eq!(send(TestRequest::with_uri(uri)).await.status(), status);
}

// ---- JSON

#[rstest]
#[case::object(r#"{"a":1}"#, StatusCode::OK)]
#[case::twice(r#"{"a":1,"a":1}"#, StatusCode::BAD_REQUEST)]
#[case::list("[]", StatusCode::BAD_REQUEST)]
#[case::too_large(&format!("{{\"a\":\"{}\"}}", "x".repeat(65_536)), StatusCode::PAYLOAD_TOO_LARGE)]
#[actix_web::test]
async fn json_bodies(#[case] body: &str, #[case] status: StatusCode) {
    let answer = send(json(body)).await;
    assert_eq!(answer.status(), status);
    if status != StatusCode::OK {
        assert_eq!(header(&answer, "content-type"), "application/problem+json");
    }
}

#[actix_web::test]
async fn json_must_say_that_it_is_json() {
    let answer = send(form("/json", r#"{"a":1}"#)).await;
    assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let bad = send(json(b"{\"a\":\"\xff\"}".to_vec())).await;
    assert!(text(bad).await.contains("not UTF-8"));
}
