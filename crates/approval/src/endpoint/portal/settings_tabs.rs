//! The sub-pages of an environment's settings, as the tabs above each of them. Links only; it holds no setting.

use narthex_http::page::{NavItem, Shell};
use narthex_vocab::Environment;

use super::frame::Area;
use super::signed_in::SignedIn;

/// A sub-page of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    /// How registrations are answered, and what people read meanwhile.
    Registration,
    /// Which hosts, schemes, members and contacts are taken.
    Allowlists,
    /// Whose software statements are believed.
    Statements,
    /// Whose clients with documents are trusted.
    TrustedDomains,
    /// Whose registrations are refused.
    Blocks,
    /// What is demanded of requests and tokens.
    Tokens,
    /// How often, how many and how long.
    Limits,
    /// What happens when an approved client changes.
    Changes,
}

impl Tab {
    const ALL: [Self; 8] = [
        Self::Registration,
        Self::Allowlists,
        Self::TrustedDomains,
        Self::Statements,
        Self::Blocks,
        Self::Tokens,
        Self::Limits,
        Self::Changes,
    ];

    /// The words of the tab and of its page.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Registration => "Settings",
            Self::Allowlists => "Allowlists",
            Self::Statements => "Software statements",
            Self::TrustedDomains => "Trusted domains",
            Self::Blocks => "Block list",
            Self::Tokens => "Tokens",
            Self::Limits => "Limits",
            Self::Changes => "Changes",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Registration => "Registration",
            Self::Allowlists => "Allowlists",
            Self::Statements => "Software statements",
            Self::TrustedDomains => "Trusted domains",
            Self::Blocks => "Block list",
            Self::Tokens => "Tokens",
            Self::Limits => "Limits",
            Self::Changes => "Changes",
        }
    }

    /// Its path, below the tenant's.
    pub(super) fn path(self, environment: Environment) -> String {
        let first = Area::Settings(environment).path();
        match self {
            Self::Registration => first,
            Self::Allowlists => format!("{first}/allowlists"),
            Self::Statements => format!("{first}/statements"),
            Self::TrustedDomains => format!("{first}/trusted-domains"),
            Self::Blocks => format!("{first}/blocks"),
            Self::Tokens => format!("{first}/tokens"),
            Self::Limits => format!("{first}/limits"),
            Self::Changes => format!("{first}/changes"),
        }
    }
}

impl SignedIn {
    /// The tabs, with this one open.
    pub(super) fn settings_tabs(&self, environment: Environment, open: Tab) -> Vec<NavItem> {
        let item = |tab: Tab| {
            NavItem::new(tab.word(), self.path(&tab.path(environment))).current(tab == open)
        };
        Tab::ALL.map(item).into()
    }

    /// The frame of a sub-page; the other environment's link leads to the same one.
    pub(super) fn settings_shell(&self, environment: Environment, open: Tab) -> Shell {
        self.shell(Area::Settings(environment), open.label())
            .environment_links(
                self.path(&open.path(Environment::Sandbox)),
                self.path(&open.path(Environment::Production)),
            )
    }
}
