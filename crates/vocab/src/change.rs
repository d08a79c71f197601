//! What may change under a client that was approved, and what happens until somebody has agreed to it. The choices say who
//! has to agree before anything new begins: nobody, the people who use the client, or a reviewer. It decides about no
//! client, and what an owner chooses is never less than the platform's least.

use std::collections::BTreeMap;

use crate::environment::Environment;

/// What changed under a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Where it sends people back to.
    Redirects,
    /// The keys that it proves itself with, or their address.
    Keys,
    /// How it proves itself.
    Authentication,
    /// The scopes that it wishes for.
    Scopes,
    /// Anything else that matters: its grants, response types, application type.
    Terms,
    /// Its document cannot be read for days.
    Silence,
    /// A host that was proved is not any more.
    Proof,
    /// Nobody answers for it any more.
    Owner,
    /// A tool that it may call has another schema.
    Tool,
}

impl Change {
    /// All of them, in the order of the pages.
    pub const ALL: &'static [Self] = &[
        Self::Redirects,
        Self::Keys,
        Self::Authentication,
        Self::Scopes,
        Self::Terms,
        Self::Silence,
        Self::Proof,
        Self::Owner,
        Self::Tool,
    ];

    /// The text form, as in rows and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redirects => "redirects",
            Self::Keys => "keys",
            Self::Authentication => "authentication",
            Self::Scopes => "scopes",
            Self::Terms => "terms",
            Self::Silence => "silence",
            Self::Proof => "proof",
            Self::Owner => "owner",
            Self::Tool => "tool",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Redirects => "Other redirect addresses",
            Self::Keys => "Other keys",
            Self::Authentication => "Another way to prove itself",
            Self::Scopes => "Other scopes wished for",
            Self::Terms => "Another grant, response or application type",
            Self::Silence => "Its document cannot be read for a week",
            Self::Proof => "A host is not proved any more",
            Self::Owner => "Nobody answers for it any more",
            Self::Tool => "A tool has another schema",
        }
    }

    /// The change that a member of client metadata is, for those by which somebody else could get what was meant for the
    /// client. A name or a logo is none.
    pub fn of_member(member: &str) -> Option<Self> {
        match member {
            "redirect_uris" | "post_logout_redirect_uris" | "backchannel_logout_uri" => {
                Some(Self::Redirects)
            }
            // Which workload it is says whose keys prove it.
            "jwks" | "jwks_uri" | "workload_identity" => Some(Self::Keys),
            "token_endpoint_auth_method" => Some(Self::Authentication),
            "scope" => Some(Self::Scopes),
            "application_type" | "grant_types" | "response_types" => Some(Self::Terms),
            _ => None,
        }
    }

    /// What happens where nobody has chosen. A changed tool is denied itself, whatever is chosen; the rest goes on.
    pub const fn standard(self) -> Meanwhile {
        match self {
            Self::Tool => Meanwhile::GoesOn,
            Self::Redirects
            | Self::Keys
            | Self::Authentication
            | Self::Scopes
            | Self::Terms
            | Self::Silence
            | Self::Proof
            | Self::Owner => Meanwhile::Pauses,
        }
    }

    /// The least that an owner can choose. In the sandbox nothing real is reached.
    pub const fn least(self, environment: Environment) -> Meanwhile {
        match (environment, self) {
            (Environment::Production, Self::Owner) => Meanwhile::Pauses,
            (
                Environment::Production,
                Self::Redirects
                | Self::Keys
                | Self::Authentication
                | Self::Terms
                | Self::Silence
                | Self::Proof,
            ) => Meanwhile::AskedAgain,
            (Environment::Production, Self::Scopes | Self::Tool) | (Environment::Sandbox, _) => {
                Meanwhile::GoesOn
            }
        }
    }

    /// What an owner can choose, the loosest first.
    pub fn choices(self, environment: Environment) -> impl Iterator<Item = Meanwhile> {
        let least = self.least(environment);
        let all = Meanwhile::ALL.iter().copied();
        all.filter(move |meanwhile| *meanwhile >= least)
    }
}

crate::word::closed_word!(Change, "change");

/// What happens until somebody has agreed to a change, by who has to agree before anything new begins; the loosest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meanwhile {
    /// Nobody: everything goes on.
    GoesOn,
    /// The people: what they allowed before counts no more, and they are asked with what changed.
    AskedAgain,
    /// A reviewer: nothing new begins, what began goes on.
    Pauses,
}

impl Meanwhile {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::GoesOn, Self::AskedAgain, Self::Pauses];

    /// The text form, as in rows and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GoesOn => "goes_on",
            Self::AskedAgain => "asked_again",
            Self::Pauses => "pauses",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::GoesOn => "Goes on",
            Self::AskedAgain => "People are asked again",
            Self::Pauses => "Pauses",
        }
    }

    /// For a client that also acts for itself: there nobody could be asked, so that a reviewer has to agree.
    #[must_use]
    pub const fn without_people(self) -> Self {
        match self {
            Self::AskedAgain => Self::Pauses,
            Self::GoesOn | Self::Pauses => self,
        }
    }
}

crate::word::closed_word!(Meanwhile, "choice");

/// A choice below the platform's least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{change} is at least {least} here")]
pub struct TooLoose {
    /// Of what.
    pub change: Change,
    /// The least.
    pub least: Meanwhile,
}

/// What an environment does on each change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRules {
    environment: Environment,
    chosen: BTreeMap<Change, Meanwhile>,
}

impl ChangeRules {
    /// Those of an environment where nobody has chosen.
    pub const fn standard(environment: Environment) -> Self {
        Self {
            environment,
            chosen: BTreeMap::new(),
        }
    }

    /// The same with another choice.
    pub fn with(mut self, change: Change, meanwhile: Meanwhile) -> Result<Self, TooLoose> {
        let least = change.least(self.environment);
        if meanwhile < least {
            return Err(TooLoose { change, least });
        }
        self.chosen.insert(change, meanwhile);
        Ok(self)
    }

    /// What happens on a change.
    pub fn of(&self, change: Change) -> Meanwhile {
        let chosen = self.chosen.get(&change).copied();
        chosen.unwrap_or_else(|| change.standard())
    }

    /// What happens on several at once: the strictest of them; nothing where there is none.
    pub fn of_all(&self, changes: impl IntoIterator<Item = Change>) -> Option<Meanwhile> {
        changes.into_iter().map(|change| self.of(change)).max()
    }

    /// Where others would ask fewer people.
    pub fn loosened_by(&self, others: &Self) -> Vec<Change> {
        let all = Change::ALL.iter().copied();
        all.filter(|change| others.of(*change) < self.of(*change))
            .collect()
    }

    /// Every change with what happens on it.
    pub fn iter(&self) -> impl Iterator<Item = (Change, Meanwhile)> {
        Change::ALL.iter().map(|change| (*change, self.of(*change)))
    }
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
