//! The frame of pages for end users and for everybody before sign-in: one column, no script, no navigation.
//!
//! Its name is the tenant's, never the client's: a page before consent must not vouch for who asks.

use super::shell::PRODUCT;

/// The frame of one narrow page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrow {
    /// The question or the state, its `h1`.
    pub title: String,
    /// The tenant whose page it is; none on pages of the platform itself.
    pub tenant: Option<String>,
    /// Sandbox pages wear the band and the word.
    pub sandbox: bool,
    /// The form came back with errors; the title says so first.
    pub problem: bool,
    /// The CSRF token that every form prints.
    pub csrf: String,
}

impl Narrow {
    /// A frame with a title.
    pub fn new(title: impl Into<String>, csrf: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            tenant: None,
            sandbox: false,
            problem: false,
            csrf: csrf.into(),
        }
    }

    /// The tenant whose page it is.
    #[must_use]
    pub fn tenant(mut self, name: impl Into<String>) -> Self {
        self.tenant = Some(name.into());
        self
    }

    /// A page of a sandbox.
    #[must_use]
    pub fn sandbox(mut self, sandbox: bool) -> Self {
        self.sandbox = sandbox;
        self
    }

    /// The form came back with errors.
    #[must_use]
    pub fn problem(mut self, problem: bool) -> Self {
        self.problem = problem;
        self
    }

    /// `[Error: ][Sandbox – ]Title – Tenant`, or `– Narthex` on pages of the platform.
    pub fn document_title(&self) -> String {
        let problem = if self.problem { "Error: " } else { "" };
        let sandbox = if self.sandbox { "Sandbox – " } else { "" };
        let whose = self.tenant.as_deref().unwrap_or(PRODUCT);
        format!("{problem}{sandbox}{} – {whose}", self.title)
    }
}

#[cfg(test)]
mod tests {
    use super::Narrow;

    #[test]
    fn the_title_is_the_tenants() {
        let frame = Narrow::new("Sign in to Acme", "").tenant("Acme");
        assert_eq!(frame.document_title(), "Sign in to Acme – Acme");
        assert_eq!(
            frame.sandbox(true).problem(true).document_title(),
            "Error: Sandbox – Sign in to Acme – Acme"
        );
    }
}
