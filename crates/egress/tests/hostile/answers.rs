//! What web servers answer, good and bad. Nothing is believed that an answer says about itself.

use std::time::Duration;

use narthex_egress::{FetchError, FetchKind};
use rstest::rstest;

use crate::server::{Server, head};
use crate::{HOST, fetch, json};

#[tokio::test]
async fn a_document_arrives_whole() {
    let mut answer = head(
        200,
        &[
            "Content-Type: application/json",
            "ETag: \"v1\"",
            "Cache-Control: max-age=3600",
        ],
        2,
    );
    answer.extend_from_slice(b"{}");
    let server = Server::start(HOST, answer).await;
    let fetched = fetch(&server, FetchKind::Document).await.unwrap();
    assert_eq!(&fetched.body[..], b"{}");
    assert_eq!(fetched.content_type, "application/json");
    assert_eq!(fetched.etag.as_deref(), Some("\"v1\""));
    assert_eq!(fetched.keep_for, Duration::from_hours(1));
    assert_eq!(fetched.address, server.address.ip());

    let request = server.requests().pop().unwrap().to_ascii_lowercase();
    assert!(
        request.starts_with("get /client.json?secret=1 http/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("\r\nhost: client.example.com\r\n"),
        "{request}"
    );
    assert!(
        request.contains("\r\naccept-encoding: identity\r\n"),
        "{request}"
    );
    for unwanted in ["cookie", "authorization", "referer"] {
        assert!(!request.contains(&format!("\r\n{unwanted}:")), "{request}");
    }
}

#[tokio::test]
async fn the_limit_is_inclusive() {
    let limit = FetchKind::Document.limit();
    let server = Server::start(HOST, json(&"1".repeat(limit))).await;
    assert_eq!(
        fetch(&server, FetchKind::Document)
            .await
            .unwrap()
            .body
            .len(),
        limit
    );
    let server = Server::start(HOST, json(&"1".repeat(limit + 1))).await;
    assert_eq!(
        fetch(&server, FetchKind::Document).await,
        Err(FetchError::TooLarge { limit })
    );
    assert!(fetch(&server, FetchKind::KeySet).await.is_ok());
}

#[tokio::test]
async fn a_body_without_a_length_stops_at_the_limit() {
    let mut answer =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n".to_vec();
    answer.extend(std::iter::repeat_n(b'1', 1_000_000));
    let server = Server::start(HOST, answer).await;
    let limit = FetchKind::KeySet.limit();
    assert_eq!(
        fetch(&server, FetchKind::KeySet).await,
        Err(FetchError::TooLarge { limit })
    );
}

#[tokio::test]
async fn a_chunked_body_stops_at_the_limit() {
    let mut answer =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_vec();
    for _ in 0..100 {
        answer.extend_from_slice(b"100\r\n");
        answer.extend(std::iter::repeat_n(b'1', 256));
        answer.extend_from_slice(b"\r\n");
    }
    let server = Server::start(HOST, answer).await;
    let limit = FetchKind::Document.limit();
    assert_eq!(
        fetch(&server, FetchKind::Document).await,
        Err(FetchError::TooLarge { limit })
    );
}

#[rstest]
#[case::moved(301)]
#[case::found(302)]
#[case::see_other(303)]
#[case::temporary(307)]
#[case::permanent(308)]
#[tokio::test]
async fn a_redirect_is_not_followed(#[case] status: u16) {
    let location = format!("Location: https://{HOST}/other");
    let server = Server::start(HOST, head(status, &[&location], 0)).await;
    assert_eq!(
        fetch(&server, FetchKind::Document).await,
        Err(FetchError::Redirect { status })
    );
    assert_eq!(server.requests().len(), 1);
}

#[rstest]
#[case::created(201)]
#[case::empty(204)]
#[case::partial(206)]
#[case::absent(404)]
#[case::broken(500)]
#[tokio::test]
async fn only_200_will_do(#[case] status: u16) {
    let server = Server::start(HOST, head(status, &["Content-Type: application/json"], 0)).await;
    assert_eq!(
        fetch(&server, FetchKind::Document).await,
        Err(FetchError::Status { status })
    );
}

#[rstest]
#[case::html(&["Content-Type: text/html"], "content_type")]
#[case::none(&[], "content_type")]
#[case::gzip(&["Content-Type: application/json", "Content-Encoding: gzip"], "encoded")]
#[case::brotli(&["Content-Type: application/json", "Content-Encoding: br"], "encoded")]
#[case::twice(
    &["Content-Type: application/json", "Content-Encoding: identity", "Content-Encoding: gzip"],
    "encoded"
)]
#[tokio::test]
async fn a_wrong_head_is_refused(#[case] headers: &[&str], #[case] code: &str) {
    let server = Server::start(HOST, head(200, headers, 2)).await;
    assert_eq!(
        fetch(&server, FetchKind::Document)
            .await
            .unwrap_err()
            .code(),
        code
    );
}

#[rstest]
#[case::not_http(b"SSH-2.0-OpenSSH_9.2\r\n")]
#[case::nothing(b"")]
#[case::short(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{}")]
#[case::two_lengths(
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
)]
#[tokio::test]
async fn a_broken_exchange_is_refused(#[case] answer: &[u8]) {
    let server = Server::start(HOST, answer.to_vec()).await;
    assert_eq!(
        fetch(&server, FetchKind::Document).await,
        Err(FetchError::Broken)
    );
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    // The first test again, in a process whose environment names a proxy that is not there.
    let own = std::env::current_exe().unwrap();
    let mut again = std::process::Command::new(own);
    again.args(["--exact", "answers::a_document_arrives_whole"]);
    for name in [
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "HTTP_PROXY",
    ] {
        again.env(name, "http://127.0.0.1:1");
    }
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
