//! A dangerous act on a page of its own, of the portal and the dashboard alike: what will happen, what stays, then the
//! button that names the act and its object. Never a modal, never on the first click.

use askama::Template;
use narthex_http::page::{ErrorSummary, Field, Shell};

/// The page before an act that takes something away.
#[derive(Template)]
#[template(path = "danger.html")]
pub(crate) struct DangerPage {
    pub(crate) shell: Shell,
    pub(crate) errors: ErrorSummary,
    /// Heading and sentence of the warning, for what cannot be undone.
    pub(crate) last: Option<(&'static str, String)>,
    /// Amount and what happens.
    pub(crate) effects: Vec<(String, String)>,
    pub(crate) kept: Vec<String>,
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    /// What the button says: the verb and its object. Empty where the act is not this person's.
    pub(crate) button: String,
    pub(crate) back: String,
}
