//! Before production takes more than it did: what opens, what stays, and why it is done. The answers of the form before
//! travel along; nothing is changed yet.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::page::{ErrorSummary, Field, Shell};

use super::frame::{again, page};
use super::posted::Posted;
use super::problems::Problems;

/// The field that says why; empty on the form before.
pub(super) const REASON: &str = "because";

#[derive(Template)]
#[template(path = "portal/opening.html")]
struct OpeningPage {
    shell: Shell,
    errors: ErrorSummary,
    opens: Vec<String>,
    stays: [&'static str; 3],
    reason: Field,
    kept: Vec<(String, String)>,
    here: String,
}

/// The page, for a form that was sent without a reason or with one that cannot be kept.
pub(super) fn opening_page(
    shell: Shell,
    opens: Vec<String>,
    posted: &Posted,
    here: String,
) -> HttpResponse {
    let asked_already = posted.pairs().any(|(name, _)| name == REASON);
    let mut problems = Problems::default();
    if asked_already {
        problems.add(
            REASON,
            "Enter why production takes more, in 2,000 characters or less",
        );
    }
    let kept = posted.pairs().filter(|(name, _)| *name != REASON);
    let reason = Field::area(REASON, "Why", 3)
        .hint("Kept in the record. Your colleagues and the review team read it.");
    let view = OpeningPage {
        shell: shell.problem(asked_already),
        errors: problems.summary(),
        opens,
        stays: [
            "Nothing is approved by this. A person decides every request in production.",
            "Production still asks for a proof of every host before an approval.",
            "Clients that work now, and the sandbox, stay as they are.",
        ],
        reason: problems.beside(reason),
        kept: kept
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        here,
    };
    if asked_already {
        again(&view)
    } else {
        page(&view)
    }
}
