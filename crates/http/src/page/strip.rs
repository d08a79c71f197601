//! The strip under a page header: the state of one object in each environment, and whose step is next.

use narthex_vocab::Environment;

use super::Badge;

/// One environment's cell of the state strip in a page header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripCell {
    /// Whose state it is.
    pub environment: Environment,
    /// The state.
    pub state: Badge,
    /// The next step and whose it is (`Answer due 25 Nov, review team`).
    pub next: String,
    /// The page of the object there.
    pub href: Option<String>,
}

impl StripCell {
    /// The state of an object in one environment.
    pub fn new(environment: Environment, state: Badge, next: impl Into<String>) -> Self {
        Self {
            environment,
            state,
            next: next.into(),
            href: None,
        }
    }

    /// The page of the object there.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// The environment as a badge.
    pub fn badge(&self) -> Badge {
        Badge::environment(self.environment)
    }
}
