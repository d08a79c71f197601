//! The page of a refusal: what happened, what to do, the id to quote. Never a detail of a fault on our side.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use askama::Template;

use crate::surface::Fault;

use super::{Link, Narrow};

/// One page for 400, 401, 403, 404, 409, 410, 429, 500 and 503. Another tenant's thing and a missing one read the same.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub narrow: Narrow,
    /// The status, also printed.
    pub status: u16,
    /// What happened, one or two sentences.
    pub text: String,
    /// The rule that refused, for those entitled to know.
    pub rule: Option<String>,
    /// The next step in words.
    pub next: String,
    /// The next step as a link.
    pub link: Option<Link>,
    /// What to quote when asking for help.
    pub request_id: String,
}

impl ErrorPage {
    /// The page of `status` with its standard words; a handler may say more by `text`, `rule` and `link`.
    pub fn new(status: StatusCode, request_id: impl Into<String>) -> Self {
        let (title, text, next) = words(status);
        Self {
            narrow: Narrow::new(title, String::new()),
            status: status.as_u16(),
            text: text.to_owned(),
            rule: None,
            next: next.to_owned(),
            link: None,
            request_id: request_id.into(),
        }
    }

    /// Exact words in place of the standard ones.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// The rule that refused.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<String>) -> Self {
        self.rule = Some(rule.into());
        self
    }

    /// The next step in words.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = next.into();
        self
    }

    /// The next step as a link.
    #[must_use]
    pub fn link(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.link = Some(Link::new(label, href));
        self
    }

    /// The tenant whose page it is.
    #[must_use]
    pub fn tenant(mut self, name: impl Into<String>) -> Self {
        self.narrow = self.narrow.tenant(name);
        self
    }
}

/// The page of a fault that no handler rendered; a listener with pages passes it as `Surface::Page(fault_page)`.
pub fn fault_page(_request: &HttpRequest, fault: &Fault) -> String {
    let mut page = ErrorPage::new(fault.status, fault.request_id.as_str());
    let mut letters = fault.detail.chars();
    if let Some(first) = letters.next() {
        let stop = if fault.detail.ends_with('.') { "" } else { "." };
        page.text = format!("{}{}{stop}", first.to_uppercase(), letters.as_str());
    }
    // What fails to render is still answered, in words alone.
    page.render().unwrap_or(page.narrow.title)
}

/// Title, text and next step of a status.
fn words(status: StatusCode) -> (&'static str, &'static str, &'static str) {
    match status.as_u16() {
        401 => (
            "Sign in first",
            "This page is for people who are signed in.",
            "Sign in, then open the page again.",
        ),
        403 => (
            "You may not do this",
            "Your role does not include this action.",
            "Ask an owner of your tenant to do it or to change your role.",
        ),
        404 => (
            "Page not found",
            "There is nothing at this address, or it is not yours to see.",
            "Check the address, or start again from the home page.",
        ),
        409 => (
            "Somebody was faster",
            "This changed while you were reading it. Nothing of yours was saved.",
            "Go back, reload the page and look at what changed.",
        ),
        410 => (
            "This link has ended",
            "The link was used already or is too old.",
            "Ask the person who sent it for a new one.",
        ),
        429 => (
            "Too many tries",
            "This was tried too often in a short time.",
            "Wait a minute, then try again.",
        ),
        400..=499 => (
            "We could not read this request",
            "Something in the request is missing or not valid.",
            "Go back, reload the page and try again.",
        ),
        503 => (
            "Not available right now",
            "A part that this page needs is not answering. Nothing was changed.",
            "Try again in a minute.",
        ),
        _ => (
            "Something failed on our side",
            "It is recorded and somebody will look at it. Nothing that you entered was at fault.",
            "Try again in a minute. If it fails again, send us the request id below.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn page(status: StatusCode, detail: &str) -> String {
        let fault = Fault {
            status,
            detail: detail.to_owned(),
            request_id: "r-1".to_owned(),
        };
        fault_page(&TestRequest::default().to_http_request(), &fault)
    }

    #[test]
    fn a_fault_names_its_next_step_and_request() {
        let page = page(StatusCode::NOT_FOUND, "");
        for words in ["<h1>Page not found</h1>", "Check the address", "404", "r-1"] {
            assert!(page.contains(words), "{words}");
        }
    }

    #[test]
    fn a_detail_becomes_a_sentence() {
        assert!(
            page(StatusCode::FORBIDDEN, "the form is too old")
                .contains("<p class=\"lead\">The form is too old.</p>")
        );
    }
}
