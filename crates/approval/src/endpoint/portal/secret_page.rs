//! The page that shows a secret once, and the page that says it was shown. Neither loads a script, and neither can be
//! reached by a GET.

use askama::Template;
use narthex_http::page::{Fact, Link, Shell};
use narthex_vocab::Secret;

/// A secret in the clear, for this one answer.
#[derive(Template)]
#[template(path = "portal/secret.html")]
pub(crate) struct SecretPage<'a> {
    shell: Shell,
    secret: &'a str,
    env: String,
    facts: Vec<Fact>,
    back: Link,
}

/// The form was sent before; its secret is gone.
#[derive(Template)]
#[template(path = "portal/already_shown.html")]
pub(crate) struct AlreadyShownPage {
    shell: Shell,
    back: String,
}

impl<'a> SecretPage<'a> {
    /// The page of `secret`, with what a `.env` file says about it.
    pub(crate) fn new(shell: Shell, secret: &'a Secret, env: &[(&str, &str)]) -> Self {
        let lines: Vec<_> = env
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Self {
            shell,
            secret: secret.reveal(),
            env: lines.join("\n"),
            facts: Vec::new(),
            back: Link::new("Back", "/"),
        }
    }

    /// One more fact about it.
    pub(crate) fn fact(mut self, fact: Fact) -> Self {
        self.facts.push(fact);
        self
    }

    /// Where to go when it is stored.
    pub(crate) fn back(mut self, label: &str, href: String) -> Self {
        self.back = Link::new(label, href);
        self
    }
}

impl AlreadyShownPage {
    /// The page, with the way to a replacement.
    pub(crate) fn new(shell: Shell, back: String) -> Self {
        Self { shell, back }
    }
}
