//! Static files: embedded in the binary, addressed by content hash, cached for good when the hash matches.
//!
//! Reads no disk at run time and serves no name outside its table. Listings, ranges and uploads do not exist.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// One embedded file.
struct File {
    name: &'static str,
    content_type: &'static str,
    body: Bytes,
    hash: String,
    url: String,
}

/// Name, content type and content of every file, those that others refer to first.
const EMBEDDED: [(&str, &str, &[u8]); 7] = [
    (
        "inter.woff2",
        "font/woff2",
        include_bytes!("../../../../web/static/inter.woff2"),
    ),
    (
        "jetbrains-mono.woff2",
        "font/woff2",
        include_bytes!("../../../../web/static/jetbrains-mono.woff2"),
    ),
    (
        "favicon.svg",
        "image/svg+xml",
        include_bytes!("../../../../web/static/favicon.svg"),
    ),
    (
        "i.svg",
        "image/svg+xml",
        include_bytes!("../../../../web/static/i.svg"),
    ),
    (
        "ui.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../../../web/static/ui.js"),
    ),
    (
        "desk.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../../../web/static/desk.js"),
    ),
    (
        "app.css",
        "text/css; charset=utf-8",
        include_bytes!("../../../../web/static/app.css"),
    ),
];

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let mut files: Vec<File> = Vec::with_capacity(EMBEDDED.len());
    for (name, content_type, content) in EMBEDDED {
        let body = if name == "app.css" {
            with_hashed_addresses(content, &files)
        } else {
            Bytes::from_static(content)
        };
        let hash = short_hash(&body);
        let url = format!("/static/{name}?v={hash}");
        files.push(File {
            name,
            content_type,
            body,
            hash,
            url,
        });
    }
    files
});

/// The style sheet with the fonts' names replaced by their hashed addresses, so that they too are cached for good.
fn with_hashed_addresses(content: &'static [u8], files: &[File]) -> Bytes {
    let Ok(text) = std::str::from_utf8(content) else {
        return Bytes::from_static(content);
    };
    let mut text = text.to_owned();
    for file in files {
        text = text.replace(
            &format!("url(\"{}\")", file.name),
            &format!("url(\"{}\")", file.url),
        );
    }
    Bytes::from(text)
}

/// The first 12 hex digits of the content's SHA-256: enough to tell versions of one file apart.
fn short_hash(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let start = digest.first_chunk::<8>().copied().unwrap_or_default();
    let mut text = format!("{:016x}", u64::from_be_bytes(start));
    text.truncate(12);
    text
}

fn file(name: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.name == name)
}

/// The address of a static file with its content hash (`/static/app.css?v=0f3a…`), for templates.
///
/// A name that is not embedded gives an address that answers 404.
pub fn asset(name: &str) -> &'static str {
    file(name).map_or("/static/unknown", |file| file.url.as_str())
}

/// Adds `GET` and `HEAD` of `/static/{name}` to a listener, and the choice of its appearance.
pub fn configure(cfg: &mut web::ServiceConfig) {
    super::appearance::configure(cfg);
    cfg.service(
        web::resource("/static/{name}")
            .route(web::get().to(serve))
            .route(web::head().to(serve)),
    );
}

async fn serve(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    let Some(file) = file(&name) else {
        return HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body("Not found\n");
    };
    let etag = format!("\"{}\"", file.hash);
    let caching = if request.query_string() == format!("v={}", file.hash) {
        "public, max-age=31536000, immutable"
    } else {
        "public, no-cache"
    };
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|sent| names(sent, &etag));
    let mut answer = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::ETAG, etag));
    if known {
        return answer.finish();
    }
    answer
        .content_type(file.content_type)
        .body(file.body.clone())
}

/// Whether an `If-None-Match` value names this tag (RFC 9110, 13.1.2: weak comparison).
fn names(sent: &header::HeaderValue, etag: &str) -> bool {
    sent.to_str().is_ok_and(|sent| {
        sent.split(',')
            .map(str::trim)
            .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use actix_web::http::StatusCode;
    use actix_web::{App, test};

    use super::*;

    async fn get(uri: &str, etag: Option<&str>) -> (StatusCode, header::HeaderMap, Bytes) {
        let app = test::init_service(App::new().configure(configure)).await;
        let mut request = test::TestRequest::get().uri(uri);
        if let Some(etag) = etag {
            request = request.insert_header((header::IF_NONE_MATCH, etag));
        }
        let answer = test::call_service(&app, request.to_request()).await;
        let (status, headers) = (answer.status(), answer.headers().clone());
        (status, headers, test::read_body(answer).await)
    }

    #[actix_web::test]
    async fn a_matching_hash_is_cached_for_good() {
        let (status, headers, body) = get(asset("app.css"), None).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            headers.get(header::CACHE_CONTROL).unwrap(),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(
            headers.get(header::CONTENT_TYPE).unwrap(),
            "text/css; charset=utf-8"
        );
        assert_eq!(
            headers.get(header::ETAG).unwrap(),
            format!("\"{}\"", short_hash(&body)).as_str()
        );
    }

    #[actix_web::test]
    async fn another_hash_is_not() {
        for uri in ["/static/app.css", "/static/app.css?v=000000000000"] {
            let (status, headers, _) = get(uri, None).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(
                headers.get(header::CACHE_CONTROL).unwrap(),
                "public, no-cache",
                "{uri}"
            );
        }
    }

    #[actix_web::test]
    async fn a_known_tag_answers_304_without_a_body() {
        let etag = format!("\"other\", W/\"{}\"", file("i.svg").unwrap().hash);
        let (status, _, body) = get(asset("i.svg"), Some(&etag)).await;
        assert_eq!(status, StatusCode::NOT_MODIFIED);
        assert!(body.is_empty());
    }

    #[actix_web::test]
    async fn an_unknown_name_is_404() {
        for uri in [
            "/static/nothing.css",
            "/static/..%2fCargo.toml",
            asset("nothing.css"),
        ] {
            assert_eq!(get(uri, None).await.0, StatusCode::NOT_FOUND, "{uri}");
        }
    }

    #[actix_web::test]
    async fn the_style_sheet_names_its_fonts_by_hash() {
        let (_, _, css) = get(asset("app.css"), None).await;
        let css = String::from_utf8(css.to_vec()).unwrap();
        assert!(css.contains(asset("inter.woff2")) && css.contains(asset("jetbrains-mono.woff2")));
        assert!(!css.contains("data:"), "img-src is 'self'");
        assert!(
            css.len() <= 40 * 1024,
            "the budget of the style sheet is 40 KB, it has {}",
            css.len()
        );
    }
}
