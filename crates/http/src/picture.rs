//! A picture as an answer: a PNG that we drew ourselves, under its hash. Nothing in it can run, and it is no page.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use crate::headers::{PagePolicy, Script};

/// Answers with the picture, for good: another one has another address. For the browser alone that was let in.
pub fn png(bytes: Vec<u8>) -> HttpResponse {
    let answer = HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "image/png"))
        .insert_header((CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"logo.png\""))
        .body(bytes);
    let policy = PagePolicy {
        script: Script::Sandbox,
        ..PagePolicy::NO_SCRIPT
    };
    policy.on(answer)
}
