//! The links around a page: groups of the navigation, and the steps above the page. Shows what it is given, hides
//! nothing by role.

use super::number;

/// Links of the navigation under one heading. An empty title shows no heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavGroup {
    /// The heading (`Work`, `Govern`, `Settings`).
    pub title: String,
    /// The links, ten at most over all groups.
    pub items: Vec<NavItem>,
}

impl NavGroup {
    /// Links under a heading.
    pub fn new(title: impl Into<String>, items: Vec<NavItem>) -> Self {
        Self {
            title: title.into(),
            items,
        }
    }
}

/// One link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavItem {
    /// Where it goes, in a word.
    pub label: String,
    /// The path.
    pub href: String,
    /// This page is it, or below it.
    pub current: bool,
    /// How many things wait there.
    pub count: Option<u64>,
    /// By which name a page that is told of changes finds the count.
    pub live: Option<&'static str>,
}

impl NavItem {
    /// A link to another page.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
            current: false,
            count: None,
            live: None,
        }
    }

    /// Marks the page that is open.
    #[must_use]
    pub fn current(mut self, current: bool) -> Self {
        self.current = current;
        self
    }

    /// How many things wait there; nothing is shown for zero.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = (count > 0).then_some(count);
        self
    }

    /// The count follows what waits, where a script is told of it.
    #[must_use]
    pub fn live(mut self, name: Option<&'static str>) -> Self {
        self.live = name;
        self
    }

    /// The count as it stood when the page was made.
    pub fn count_now(&self) -> u64 {
        self.count.unwrap_or(0)
    }

    /// The count as the page prints it.
    pub fn count_text(&self) -> Option<String> {
        self.count.map(number)
    }
}

/// One step of the path to this page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// The step in words.
    pub label: String,
    /// Its page.
    pub href: String,
}

impl Crumb {
    /// A step above this page.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}
