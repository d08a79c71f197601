//! Pages: the typed view pieces that templates print, the answer that carries a page, the static files beside it.
//!
//! A view type holds display-ready text and nothing that decides: no rule of the product lives here or in a template.
//! Text from outside is escaped by the templates, never here, so that nothing is escaped twice or not at all.

pub mod appearance;
pub mod badge;
pub mod banner;
pub mod diff;
pub mod error_page;
pub mod fact;
pub mod finding;
pub mod form;
pub mod gallery;
pub mod logo;
pub mod narrow;
pub mod nav;
pub mod qr;
pub mod scope_row;
pub mod shell;
pub mod static_files;
pub mod strip;
pub mod task;
pub mod timeline;
pub mod when;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

pub use badge::{Badge, Icon, RiskLevel, Tone};
pub use banner::Banner;
pub use diff::{Change, Diff, Line};
pub use error_page::{ErrorPage, fault_page};
pub use fact::{Fact, Link};
pub use finding::{Finding, Outcome};
pub use form::{Choice, ErrorSummary, Field};
pub use gallery::gallery;
pub use logo::Logo;
pub use narrow::Narrow;
pub use nav::{Crumb, NavGroup, NavItem};
pub use qr::Qr;
pub use scope_row::{Cell, ScopeRow};
pub use shell::{Console, Shell, TenantRef, UserRef};
pub use static_files::{asset, configure};
pub use strip::StripCell;
pub use task::Task;
pub use timeline::{Actor, Day, Entry};
pub use when::When;

/// The answer that carries `template` as a page: `text/html`, never stored by a cache.
///
/// A template that fails to render is answered with a bare 500 and logged; the reader gets no half page.
pub fn html(template: &impl Template, status: StatusCode) -> HttpResponse {
    match template.render() {
        Ok(body) => HttpResponseBuilder::new(status)
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(body),
        Err(error) => {
            tracing::error!(%error, "a page did not render");
            HttpResponse::InternalServerError()
                .content_type("text/plain; charset=utf-8")
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .body("Something failed on our side. Try again in a minute.\n")
        }
    }
}

/// The same, asked for again by the browser after `seconds`, without script: for pages that wait for a machine or a
/// decision. Never for a page with a form, whose answers the reload would lose (WCAG 2.2.1, 3.3.7).
pub fn waiting(template: &impl Template, seconds: u32) -> HttpResponse {
    let mut answer = html(template, StatusCode::OK);
    answer
        .headers_mut()
        .insert(header::REFRESH, header::HeaderValue::from(seconds));
    answer
}

/// A count for people: thousands separated by commas (`31,022`).
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
