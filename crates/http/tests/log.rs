//! What a request leaves in the log and in the metrics, and what it must not.

#![allow(clippy::unwrap_used, reason = "tests")]

use narthex_vocab::ErrorCode;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use actix_web::http::{StatusCode, header};
use actix_web::test::{self, TestRequest};
use actix_web::web::{Data, Path};
use narthex_http::ambient::Ambient;
use narthex_http::metrics::{Recorder, show};
use narthex_http::{
    Front, OAuthError, PublicOrigin, Routes, StrictForm, Surface, TrustedProxies, app,
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn front() -> Front {
    Front {
        name: "portal",
        origin: PublicOrigin::parse("http://127.0.0.1:8403").unwrap(),
        docs: "https://id.example/docs".to_owned(),
        surface: Surface::Problem,
        proxies: TrustedProxies::none(),
        session: None,
        ambient: Ambient {
            fill_random: |bytes| bytes.fill(7),
            instant: Instant::now,
        },
    }
}

fn routes() -> Routes<()> {
    Routes::new()
        .post(
            "/t/{tenant}/invitation/{token}",
            (),
            "accept",
            async |_: StrictForm| OAuthError::bad_request(ErrorCode::InvalidRequest, "x"),
        )
        .get("/number/{n}", (), "number", async |n: Path<u8>| {
            n.to_string()
        })
        .get("/broken", (), "broken", async || {
            Err::<String, _>(actix_web::error::ErrorInternalServerError(
                "the pool is empty",
            ))
        })
        .get("/metrics", (), "metrics", show)
}

/// Whether anybody listens to a span is kept once for the whole process: only one test at a time may ask.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn logged() -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

#[actix_web::test]
async fn nothing_that_was_sent_is_logged_but_the_method() {
    let _alone = ALONE.lock().await;
    let (log, _guard) = logged();
    let service =
        test::init_service(app(Data::new(front()), |config| routes().configure(config))).await;
    for content_type in ["application/x-www-form-urlencoded", "text/canary"] {
        let request = TestRequest::post()
            .uri("/t/acme/invitation/canary?canary=canary")
            .insert_header((header::CONTENT_TYPE, content_type))
            .insert_header((header::COOKIE, "narthex-portal=canary"))
            .insert_header((header::AUTHORIZATION, "Bearer canary"))
            .insert_header((header::USER_AGENT, "canary"))
            .set_payload("password=canary");
        test::call_service(&service, request.to_request()).await;
    }
    let wrong = TestRequest::with_uri("/number/canary").to_request();
    assert_eq!(
        test::call_service(&service, wrong).await.status(),
        StatusCode::NOT_FOUND
    );

    let text = log.text();
    assert!(!text.contains("canary"), "{text}");
    for part in [
        "route=\"/t/{tenant}/invitation/{token}\"",
        "request_id=req-",
        "method=\"POST\"",
        "listener=\"portal\"",
        "status=400",
        "status=415",
        "the Content-Type must be application/x-www-form-urlencoded",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[actix_web::test]
async fn the_reason_of_a_server_error_is_in_the_log_alone() {
    let _alone = ALONE.lock().await;
    let (log, _guard) = logged();
    let service =
        test::init_service(app(Data::new(front()), |config| routes().configure(config))).await;
    let request = TestRequest::with_uri("/broken").to_request();
    let answer = test::call_service(&service, request).await;
    let body = test::read_body(answer).await;
    assert!(!String::from_utf8(body.to_vec()).unwrap().contains("pool"));
    let text = log.text();
    assert!(
        text.contains("ERROR") && text.contains("the pool is empty"),
        "{text}"
    );
}

#[actix_web::test]
async fn metrics_count_by_pattern_and_bound_their_labels() {
    let _alone = ALONE.lock().await;
    let recorder = Data::new(Recorder::install().unwrap());
    assert!(Recorder::install().is_err());
    let configure = move |config: &mut actix_web::web::ServiceConfig| {
        config.app_data(recorder.clone());
        routes().configure(config);
    };
    let service = test::init_service(app(Data::new(front()), configure)).await;
    for path in ["/number/1", "/number/2", "/canary/1", "/canary/2"] {
        test::call_service(&service, TestRequest::with_uri(path).to_request()).await;
    }
    let odd = TestRequest::with_uri("/number/1").method("CANARY".parse().unwrap());
    test::call_service(&service, odd.to_request()).await;

    let answer = test::call_service(&service, TestRequest::with_uri("/metrics").to_request()).await;
    let text = String::from_utf8(test::read_body(answer).await.to_vec()).unwrap();
    let counted = text.lines().any(|line| {
        line.starts_with("narthex_http_requests_total")
            && line.contains("route=\"/number/{n}\"")
            && line.contains("status=\"200\"")
            && line.ends_with(" 2")
    });
    assert!(counted, "{text}");
    assert!(
        text.contains("method=\"other\"") && text.contains("_bucket"),
        "{text}"
    );
    assert!(!text.to_lowercase().contains("canary"), "{text}");
}
