//! Key-value lists: what is known about a thing, and the "check answers" form of the same list with Change links.

use super::{Badge, When};

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What the link says; tells where it goes without the text around it.
    pub label: String,
    /// A path of our own origin.
    pub href: String,
}

impl Link {
    /// A link that says `label`.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// One line of a key-value list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is (`Redirect addresses`).
    pub label: String,
    /// Plain words, one paragraph each.
    pub text: Vec<String>,
    /// What a machine compares: addresses, identifiers, scopes. Monospace, one a line.
    pub code: Vec<String>,
    /// States.
    pub badges: Vec<Badge>,
    /// A moment.
    pub when: Option<When>,
    /// Where to read on.
    pub link: Option<Link>,
    /// Where to change the answer, on a "check answers" list.
    pub change: Option<String>,
}

impl Fact {
    /// A line without a value; add one or more of them.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            text: Vec::new(),
            code: Vec::new(),
            badges: Vec::new(),
            when: None,
            link: None,
            change: None,
        }
    }

    /// A line of plain words.
    pub fn text(label: impl Into<String>, text: impl Into<String>) -> Self {
        let mut fact = Self::new(label);
        fact.text.push(text.into());
        fact
    }

    /// A line of machine text.
    pub fn code(label: impl Into<String>, code: impl Into<String>) -> Self {
        let mut fact = Self::new(label);
        fact.code.push(code.into());
        fact
    }

    /// A line with a moment.
    pub fn when(label: impl Into<String>, when: When) -> Self {
        let mut fact = Self::new(label);
        fact.when = Some(when);
        fact
    }

    /// One more paragraph.
    #[must_use]
    pub fn and_text(mut self, text: impl Into<String>) -> Self {
        self.text.push(text.into());
        self
    }

    /// One more line of machine text.
    #[must_use]
    pub fn and_code(mut self, code: impl Into<String>) -> Self {
        self.code.push(code.into());
        self
    }

    /// A state beside the value.
    #[must_use]
    pub fn badge(mut self, badge: Badge) -> Self {
        self.badges.push(badge);
        self
    }

    /// A link below the value.
    #[must_use]
    pub fn link(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.link = Some(Link::new(label, href));
        self
    }

    /// The page where this answer is changed.
    #[must_use]
    pub fn change(mut self, href: impl Into<String>) -> Self {
        self.change = Some(href.into());
        self
    }
}
