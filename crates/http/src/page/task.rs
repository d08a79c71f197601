//! Task lists: things to do in any order, each with its state in words.

use super::Badge;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What to do, with a verb (`Verify a domain`).
    pub label: String,
    /// Where to do it; none while something else comes first.
    pub href: Option<String>,
    /// Why, or what is missing.
    pub hint: Option<String>,
    /// How far it is.
    pub status: Badge,
}

impl Task {
    /// A task that can be opened.
    pub fn new(label: impl Into<String>, href: impl Into<String>, status: Badge) -> Self {
        Self {
            label: label.into(),
            href: Some(href.into()),
            hint: None,
            status,
        }
    }

    /// A task that cannot start yet; `hint` says what comes first.
    pub fn waiting(label: impl Into<String>, hint: impl Into<String>, status: Badge) -> Self {
        Self {
            label: label.into(),
            href: None,
            hint: Some(hint.into()),
            status,
        }
    }

    /// A line below the task.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
