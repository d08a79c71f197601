//! Timelines: who did what and when, newest first, grouped by day. Display only.

use super::{Fact, Icon, Link, When};

/// What kind of party acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Somebody with an account.
    Person,
    /// An agent with a responsible person.
    Agent,
    /// The platform by itself.
    System,
    /// Somebody without an account.
    Stranger,
}

impl Actor {
    /// The kind as a word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Agent => "Agent",
            Self::System => "System",
            Self::Stranger => "Stranger",
        }
    }

    /// The kind as a shape.
    pub fn icon(self) -> Icon {
        match self {
            Self::Person => Icon::Person,
            Self::Agent => Icon::Agent,
            Self::System => Icon::System,
            Self::Stranger => Icon::Stranger,
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: When,
    /// What kind of party acted.
    pub actor: Actor,
    /// Who, by name.
    pub name: String,
    /// For whom, when not for themselves.
    pub acting_for: Option<String>,
    /// What they did, as the rest of the sentence after the name (`sent version 4`).
    pub action: String,
    /// The thing it was done to.
    pub object: Option<Link>,
    /// Why, in their words.
    pub reason: Option<String>,
    /// Before and after, request id, hashes: folded.
    pub detail: Vec<Fact>,
}

impl Entry {
    /// `name` did `action` at `at`.
    pub fn new(at: When, actor: Actor, name: impl Into<String>, action: impl Into<String>) -> Self {
        Self {
            at,
            actor,
            name: name.into(),
            acting_for: None,
            action: action.into(),
            object: None,
            reason: None,
            detail: Vec::new(),
        }
    }

    /// For whom they acted.
    #[must_use]
    pub fn acting_for(mut self, name: impl Into<String>) -> Self {
        self.acting_for = Some(name.into());
        self
    }

    /// The thing it was done to.
    #[must_use]
    pub fn object(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.object = Some(Link::new(label, href));
        self
    }

    /// Why, in their words.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// One more line of the folded detail.
    #[must_use]
    pub fn detail(mut self, fact: Fact) -> Self {
        self.detail.push(fact);
        self
    }
}

/// The entries of one day, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day as a heading.
    pub day: When,
    /// What happened on it.
    pub entries: Vec<Entry>,
}

impl Day {
    /// A day with its entries.
    pub fn new(day: When, entries: Vec<Entry>) -> Self {
        Self {
            day: day.day(),
            entries,
        }
    }
}
