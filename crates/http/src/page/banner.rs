//! The banner of a page: what the last act led to, or what must be known first. Never a toast, never a secret.

use super::{Link, Tone};

/// What the last act led to, or what must be known first. Stays until the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    /// Its meaning.
    pub tone: Tone,
    /// Heading, when the text alone is not enough.
    pub heading: Option<String>,
    /// One or two sentences.
    pub text: String,
    /// One way on.
    pub link: Option<Link>,
}

impl Banner {
    /// A banner of one or two sentences.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            tone,
            heading: None,
            text: text.into(),
            link: None,
        }
    }

    /// With a heading above the text.
    #[must_use]
    pub fn heading(mut self, heading: impl Into<String>) -> Self {
        self.heading = Some(heading.into());
        self
    }

    /// With one way on.
    #[must_use]
    pub fn link(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.link = Some(Link::new(label, href));
        self
    }
}
