//! Serves the gallery on loopback, with the headers of a real page: `cargo run -p narthex-http --example gallery`.
//! For looking and for the screenshot tests; never part of the product.

use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpServer};
use narthex_http::page;

/// The policy of every page (no inline script or style, nothing from elsewhere).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .wrap(DefaultHeaders::new().add(("Content-Security-Policy", POLICY)))
            .configure(page::configure)
            .configure(page::gallery::configure)
    })
    .workers(1)
    .bind(("127.0.0.1", 7099))?
    .run()
    .await
}
