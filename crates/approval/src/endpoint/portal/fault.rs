//! The portal's error page: the house's page, and for a refusal by role the rule, who may, and the way back. A missing
//! thing reads the same as a foreign one: its page names no tenant.

use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest};
use askama::Template;
use narthex_http::page::ErrorPage;
use narthex_http::surface::{Fault, fault_page};

/// What a refusal says beyond its status, left on the request by whoever refused.
#[derive(Debug, Clone)]
pub(crate) struct Explained {
    /// The tenant as people call it.
    pub(crate) tenant: String,
    /// What happened, in a sentence.
    pub(crate) text: String,
    /// The rule that refused.
    pub(crate) rule: String,
    /// What to do, in a sentence.
    pub(crate) next: String,
    /// Words and path of the way back.
    pub(crate) way_back: (&'static str, String),
}

impl Explained {
    /// Leaves the explanation for the page.
    pub(crate) fn leave(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
    }
}

/// The page of a fault on the portal.
pub(crate) fn page(request: &HttpRequest, fault: &Fault) -> String {
    let explained = request.extensions().get::<Explained>().cloned();
    let Some(explained) = explained.filter(|_| fault.status == StatusCode::FORBIDDEN) else {
        return fault_page(request, fault);
    };
    let (label, href) = explained.way_back;
    let page = ErrorPage::new(fault.status, fault.request_id.as_str())
        .tenant(explained.tenant)
        .text(explained.text)
        .rule(explained.rule)
        .next(explained.next)
        .link(label, href);
    page.render().unwrap_or_else(|_| fault_page(request, fault))
}
