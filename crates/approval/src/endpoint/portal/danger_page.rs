//! A dangerous act on a page of its own: what will happen, what stays, then the button that names the act and its
//! object. Never a modal, never on the first click.

use askama::Template;
use narthex_http::page::{ErrorSummary, Field, Shell};

/// The page before an act that takes something away.
#[derive(Template)]
#[template(path = "portal/danger.html")]
pub(super) struct DangerPage {
    pub(super) shell: Shell,
    pub(super) errors: ErrorSummary,
    /// Amount and what happens.
    pub(super) effects: Vec<(String, String)>,
    pub(super) stays: Vec<&'static str>,
    pub(super) fields: Vec<Field>,
    /// What the button says: the verb and its object.
    pub(super) button: String,
    pub(super) here: String,
    pub(super) cancel: String,
}
