//! A version of a policy on top of the baseline: the platform's over all tenants, or a tenant's over its own requests.
//! Pure: how far it has come. Its text can only tighten, whoever wrote it; what it means is the policy crate's.

use narthex_policy::Whose;
use narthex_vocab::{Id, PLATFORM_TENANT, Tenant, Timestamp, kind};

/// How far a version has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersionState {
    /// Somebody writes it.
    Draft,
    /// It waits for a second person, and stays as it is.
    Proposed,
    /// It is in force.
    Published,
    /// Another one is in force.
    Retired,
}

/// The text is not a state of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a state of a policy version")]
pub struct NotAVersionState;

impl VersionState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Proposed, Self::Published, Self::Retired];

    /// As rows have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Proposed => "proposed",
            Self::Published => "published",
            Self::Retired => "retired",
        }
    }

    /// What it is, for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Proposed => "Waits for a second person",
            Self::Published => "In force",
            Self::Retired => "Replaced",
        }
    }
}

impl std::str::FromStr for VersionState {
    type Err = NotAVersionState;

    fn from_str(text: &str) -> Result<Self, NotAVersionState> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(NotAVersionState)
    }
}

/// A version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Whose it is; the platform's own for what holds everybody.
    pub tenant: Id<Tenant>,
    /// Which, in whose it is.
    pub number: i32,
    /// How far it has come.
    pub state: VersionState,
    /// The Cedar text.
    pub source: String,
    /// SHA-256 of the text.
    pub hash: [u8; 32],
    /// What it is for.
    pub note: String,
    /// Who wrote it.
    pub author: (Id<kind::Member>, String),
    /// When it was last written.
    pub changed_at: Timestamp,
    /// By which proposal it goes or went into force.
    pub proposal: Option<Id<kind::Proposal>>,
    /// Since when it is, or was, in force.
    pub published_at: Option<Timestamp>,
    /// Since when another one is.
    pub retired_at: Option<Timestamp>,
}

impl PolicyVersion {
    /// Who published it.
    #[must_use]
    pub fn whose(&self) -> Whose {
        whose(self.tenant)
    }

    /// The hash as people and programs read it.
    #[must_use]
    pub fn hash_text(&self) -> String {
        hex::encode(self.hash)
    }
}

/// Whose the policies of this tenant are.
#[must_use]
pub fn whose(tenant: Id<Tenant>) -> Whose {
    if tenant == PLATFORM_TENANT {
        Whose::Platform
    } else {
        Whose::Tenant
    }
}
