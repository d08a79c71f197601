//! Requests through the whole front of a listener, each trying to get past one of its rules.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod forms;
mod origins;

use narthex_vocab::ErrorCode;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{self, TestRequest};
use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::ambient::Ambient;
use narthex_http::csrf::{self, CsrfError};
use narthex_http::form::FormError;
use narthex_http::health::{self, Readiness};
use narthex_http::peer::ProxyHeader;
use narthex_http::{
    CookieName, Fault, Front, OAuthError, PagePolicy, Peer, Problem, PublicOrigin, Routes,
    StrictForm, StrictJson, StrictQuery, Surface, TrustedProxies, app,
};
use rstest::rstest;
use serde_json::Value;

const ORIGIN: &str = "https://portal.example";
const FORM: &str = "application/x-www-form-urlencoded";

static COUNT: AtomicU8 = AtomicU8::new(0);

fn front() -> Front {
    Front {
        name: "test",
        origin: PublicOrigin::parse(ORIGIN).unwrap(),
        docs: "https://id.example/docs".to_owned(),
        surface: Surface::Page(page),
        proxies: TrustedProxies::parse(["10.0.0.0/8"], ProxyHeader::XForwardedFor).unwrap(),
        session: Some(CookieName::Portal),
        ambient: Ambient {
            fill_random: |bytes| bytes.fill(COUNT.fetch_add(1, Ordering::Relaxed)),
            instant: Instant::now,
        },
    }
}

fn page(_: &HttpRequest, fault: &Fault) -> String {
    format!(
        "<p>{} {} {}</p>",
        fault.status, fault.detail, fault.request_id
    )
}

fn routes() -> Routes<()> {
    Routes::new()
        .get(
            "/t/{tenant}/{environment}",
            (),
            "environment",
            async |at: Path<(String, String)>| at.1.clone(),
        )
        .get("/t/{tenant}/sign-in", (), "sign_in", async || "sign-in")
        .get(
            "/token-page",
            (),
            "token_page",
            async |request: HttpRequest| csrf::issue(&request),
        )
        .post("/guarded", (), "guarded", guarded)
        .get("/peer", (), "peer", async |peer: Peer| peer.0.to_string())
        .get("/script", (), "script", async || {
            PagePolicy::OWN_SCRIPT.on(HttpResponse::Ok().body("x"))
        })
        .get("/cached", (), "cached", async || {
            HttpResponse::Ok()
                .insert_header((header::CACHE_CONTROL, "max-age=60"))
                .body("x")
        })
        .get("/broken", (), "broken", async || {
            Err::<String, _>(actix_web::error::ErrorInternalServerError("canary"))
        })
        .get("/query", (), "query", async |query: StrictQuery| {
            query
                .one("a")
                .map(|v| v.unwrap_or("-").to_owned())
                .map_err(FormError::from)
        })
        .get("/echo", (), "echo", async |query: StrictQuery| {
            query
                .refuse_repeats(&[])
                .map(|()| "once")
                .map_err(FormError::from)
        })
        .get("/ready", (), "ready", health::ready)
        .answering(Surface::Problem, |api| {
            api.post("/json", (), "json", async |json: StrictJson| {
                Value::Object(json.0).to_string()
            })
            .get("/number/{n}", (), "number", async |n: Path<u8>| {
                n.to_string()
            })
            .get("/problem", (), "problem", async || {
                Problem::new(StatusCode::CONFLICT, "changed").with("rule", "r1")
            })
        })
        .answering(Surface::OAuthJson, |oauth| {
            oauth.any_origin(|open| {
                open.post("/token", (), "token", token)
                    .get("/jwks", (), "jwks", async || "{}")
            })
        })
}

async fn token(form: StrictForm) -> Result<String, OAuthError> {
    form.refuse_repeats(&["resource"])
        .map_err(|error| OAuthError::bad_request(ErrorCode::InvalidRequest, error.to_string()))?;
    Ok(form.many("resource").collect::<Vec<_>>().join(","))
}

async fn guarded(request: HttpRequest, form: StrictForm) -> Result<&'static str, CsrfError> {
    csrf::check(
        &request,
        form.one(csrf::FIELD).ok().flatten().unwrap_or_default(),
    )?;
    Ok("done")
}

fn configure(config: &mut ServiceConfig) {
    config.app_data(Data::new(Readiness::new(async || vec!["redis"])));
    routes().configure(config);
}

async fn send(request: TestRequest) -> ServiceResponse<BoxBody> {
    let service = test::init_service(app(Data::new(front()), configure)).await;
    test::call_service(&service, request.to_request()).await
}

fn header<'a>(answer: &'a ServiceResponse<BoxBody>, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

async fn text(answer: ServiceResponse<BoxBody>) -> String {
    String::from_utf8(test::read_body(answer).await.to_vec()).unwrap()
}

fn form(path: &str, body: impl Into<Vec<u8>>) -> TestRequest {
    TestRequest::post()
        .uri(path)
        .insert_header((header::CONTENT_TYPE, FORM))
        .set_payload(body.into())
}

fn json(body: impl Into<Vec<u8>>) -> TestRequest {
    TestRequest::post()
        .uri("/json")
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .set_payload(body.into())
}

// ---- routes

#[actix_web::test]
async fn a_literal_segment_wins_over_an_earlier_parameter() {
    assert_eq!(
        text(send(TestRequest::with_uri("/t/acme/sign-in")).await).await,
        "sign-in"
    );
    assert_eq!(
        text(send(TestRequest::with_uri("/t/acme/sandbox")).await).await,
        "sandbox"
    );
}

#[actix_web::test]
async fn a_wrong_method_is_405_with_allow_on_the_surface_of_the_path() {
    let answer = send(TestRequest::delete().uri("/json")).await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(header(&answer, "allow"), "POST");
    assert_eq!(header(&answer, "content-type"), "application/problem+json");

    let answer = send(TestRequest::delete().uri("/t/acme/sign-in")).await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(header(&answer, "allow").contains("GET"));
    assert_eq!(header(&answer, "content-type"), "text/html; charset=utf-8");
}

#[actix_web::test]
async fn no_route_is_a_404_page_with_the_request_id() {
    let answer = send(TestRequest::with_uri("/nowhere")).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    let id = header(&answer, "x-request-id").to_owned();
    assert!(text(answer).await.contains(&id));
}

#[actix_web::test]
async fn head_comes_with_get() {
    let answer = send(TestRequest::default().method(Method::HEAD).uri("/cached")).await;
    assert_eq!(answer.status(), StatusCode::OK);
}

#[actix_web::test]
async fn rows_are_readable() {
    let rows = routes().rows();
    let row = rows.iter().find(|row| row.name == "token").unwrap();
    assert_eq!((&row.method, row.path), (&Method::POST, "/token"));
    assert_eq!(rows.len(), 16);
}

// ---- request id, peer, headers

#[actix_web::test]
async fn the_request_id_is_ours() {
    let answer = send(TestRequest::with_uri("/peer").insert_header(("x-request-id", "evil"))).await;
    let id = header(&answer, "x-request-id");
    assert!(id.starts_with("req-") && id.len() == 30, "{id}");
}

#[rstest]
#[case::spoofed("203.0.113.9:5000", "203.0.113.9")]
#[case::proxied("10.0.0.1:5000", "198.51.100.7")]
#[actix_web::test]
async fn the_peer_is_believed_from_a_proxy_only(#[case] hop: &str, #[case] seen: &str) {
    let request = TestRequest::with_uri("/peer")
        .peer_addr(hop.parse::<SocketAddr>().unwrap())
        .insert_header(("x-forwarded-for", "1.2.3.4, 198.51.100.7"));
    assert_eq!(text(send(request).await).await, seen);
}

#[rstest]
#[case("/peer")]
#[case("/nowhere")]
#[case("/broken")]
#[case("/json")]
#[actix_web::test]
async fn security_headers_are_on_every_answer(#[case] path: &str) {
    let answer = send(TestRequest::with_uri(path)).await;
    let csp = header(&answer, "content-security-policy");
    assert!(
        csp.starts_with("default-src 'none'; script-src 'none';"),
        "{csp}"
    );
    assert!(
        csp.ends_with("form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
        "{csp}"
    );
    assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    assert_eq!(header(&answer, "referrer-policy"), "same-origin");
    assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin");
    assert_eq!(
        header(&answer, "strict-transport-security"),
        "max-age=31536000"
    );
    assert_eq!(header(&answer, "cache-control"), "no-store");
    assert!(header(&answer, "permissions-policy").contains("camera=()"));
}

#[actix_web::test]
async fn a_page_may_run_our_own_scripts_and_a_file_may_be_cached() {
    let answer = send(TestRequest::with_uri("/script")).await;
    assert!(header(&answer, "content-security-policy").contains("script-src 'self';"));
    let answer = send(TestRequest::with_uri("/cached")).await;
    assert_eq!(header(&answer, "cache-control"), "max-age=60");
}

#[actix_web::test]
async fn no_hsts_over_plain_http() {
    let front = Front {
        origin: PublicOrigin::parse("http://127.0.0.1:1").unwrap(),
        ..front()
    };
    let service = test::init_service(app(Data::new(front), configure)).await;
    let answer = test::call_service(&service, TestRequest::with_uri("/peer").to_request()).await;
    assert!(answer.headers().get("strict-transport-security").is_none());
}

// ---- errors

#[actix_web::test]
async fn a_server_error_tells_nothing() {
    let answer = send(TestRequest::with_uri("/broken")).await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!text(answer).await.contains("canary"));
}

#[actix_web::test]
async fn a_path_that_does_not_parse_is_404_on_its_surface_and_is_not_quoted() {
    let answer = send(TestRequest::with_uri("/number/canary")).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(header(&answer, "content-type"), "application/problem+json");
    assert!(!text(answer).await.contains("canary"));
}

#[actix_web::test]
async fn a_problem_has_its_members_and_the_request_id() {
    let answer = send(TestRequest::with_uri("/problem")).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let id = header(&answer, "x-request-id").to_owned();
    let body: Value = serde_json::from_str(&text(answer).await).unwrap();
    let expected = serde_json::json!({
        "type": "https://id.example/docs/errors#state", "title": "The state does not allow it", "status": 409, "detail": "changed",
        "rule": "r1", "request_id": id,
    });
    assert_eq!(body, expected);
}

#[actix_web::test]
async fn what_is_not_ready_is_named() {
    let answer = send(TestRequest::with_uri("/ready")).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(answer).await.contains(r#""missing":["redis"]"#));
}

#[actix_web::test]
async fn faults_have_a_page_that_escapes_what_was_sent() {
    let front = Front {
        surface: Surface::PAGE,
        ..front()
    };
    let service = test::init_service(app(Data::new(front), configure)).await;
    let missing = test::call_service(&service, TestRequest::with_uri("/x").to_request()).await;
    let id = header(&missing, "x-request-id").to_owned();
    let page = text(missing).await;
    assert!(
        page.contains("Page not found") && page.contains(&id),
        "{page}"
    );

    let twice = form("/guarded", "csrf=old").insert_header(("origin", "https://evil.example"));
    let refused = test::call_service(&service, twice.to_request()).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let page = text(refused).await;
    assert!(
        page.contains("The form was sent from another site."),
        "{page}"
    );

    let name = TestRequest::with_uri("/echo?%3Cb%3E=1&%3Cb%3E=2").to_request();
    let page = text(test::call_service(&service, name).await).await;
    assert!(
        page.contains("came more than once") && !page.contains("<b>"),
        "{page}"
    );
}
