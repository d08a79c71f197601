//! The dashboard's error page: the house's page, and for a refusal by role the rule, who may, and the way back.

use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest};
use askama::Template;
use narthex_http::page::ErrorPage;
use narthex_http::surface::{Fault, fault_page};

use super::way_on::HOME;

/// What a refusal says beyond its status, left on the request by whoever refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Explained {
    /// What happened, in a sentence.
    pub(crate) text: String,
    /// The rule that refused.
    pub(crate) rule: String,
    /// What to do, in a sentence.
    pub(crate) next: String,
    /// Words and path of the way back.
    pub(crate) way_back: (&'static str, &'static str),
}

impl Explained {
    /// Leaves the explanation for the page.
    pub(crate) fn leave(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
    }
}

/// The page of a fault on the dashboard.
pub(crate) fn page(request: &HttpRequest, fault: &Fault) -> String {
    let explained = request.extensions().get::<Explained>().cloned();
    let page = match explained.filter(|_| fault.status == StatusCode::FORBIDDEN) {
        Some(Explained {
            text,
            rule,
            next,
            way_back: (label, href),
        }) => ErrorPage::new(fault.status, fault.request_id.as_str())
            .text(text)
            .rule(rule)
            .next(next)
            .link(label, href),
        None if fault.status == StatusCode::NOT_FOUND => {
            ErrorPage::new(fault.status, fault.request_id.as_str())
                .next("Check the address, or start again from the requests.")
                .link("Go to the requests", HOME)
        }
        None => return fault_page(request, fault),
    };
    page.render().unwrap_or_else(|_| fault_page(request, fault))
}
