//! What takes two people, of the platform or, for its own policy, of a tenant: one proposes, another confirms within 72 hours, and nothing is in force before.
//! Pure: who may answer which proposal, and when it is void. What it leads to is its kind's own verb.

use chrono::Duration;
use narthex_tenancy::permission::Person;
use narthex_vocab::{Id, Tenant, Timestamp, canonical_json, kind};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::brake::Author;

/// How long a proposal waits for somebody else.
pub const LIFETIME: Duration = Duration::hours(72);

/// What is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProposalKind {
    /// To lift the platform's brake before its end.
    LiftBrake,
    /// To trust a domain for a tenant.
    TrustDomain,
    /// To publish a version of a policy: the platform's, or a tenant's own.
    PublishPolicy,
}

/// The text is not a kind of proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of proposal")]
pub struct NotAProposalKind;

impl ProposalKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::LiftBrake, Self::TrustDomain, Self::PublishPolicy];

    /// As rows have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LiftBrake => "lift_brake",
            Self::TrustDomain => "trust_domain",
            Self::PublishPolicy => "publish_policy",
        }
    }

    /// What it is, for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::LiftBrake => "Lift the platform's brake",
            Self::TrustDomain => "Trust a domain",
            Self::PublishPolicy => "Publish a policy",
        }
    }
}

impl std::str::FromStr for ProposalKind {
    type Err = NotAProposalKind;

    fn from_str(text: &str) -> Result<Self, NotAProposalKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(NotAProposalKind)
    }
}

/// How far a proposal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProposalState {
    /// It waits for somebody else.
    Proposed,
    /// Somebody else confirmed it.
    Confirmed,
    /// It was carried out.
    Done,
    /// Somebody else refused it.
    Refused,
    /// Who proposed it took it back.
    Withdrawn,
    /// Nobody answered in time.
    Lapsed,
    /// Its object was changed meanwhile.
    Void,
}

/// The text is not a state of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a state of a proposal")]
pub struct NotAProposalState;

impl ProposalState {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Proposed,
        Self::Confirmed,
        Self::Done,
        Self::Refused,
        Self::Withdrawn,
        Self::Lapsed,
        Self::Void,
    ];

    /// As rows have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Confirmed => "confirmed",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
            Self::Void => "void",
        }
    }

    /// What it is, for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Proposed => "Waits for a second person",
            Self::Confirmed => "Confirmed",
            Self::Done => "Done",
            Self::Refused => "Refused",
            Self::Withdrawn => "Taken back",
            Self::Lapsed => "Nobody answered in time",
            Self::Void => "Void: its object was changed",
        }
    }
}

impl std::str::FromStr for ProposalState {
    type Err = NotAProposalState;

    fn from_str(text: &str) -> Result<Self, NotAProposalState> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(NotAProposalState)
    }
}

/// What somebody wants done, and the object as it is now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wish {
    pub(crate) kind: ProposalKind,
    /// What it is about, as the kind names it.
    pub(crate) object: String,
    /// What shall be done, whole.
    pub(crate) change: Value,
    /// The object as it is: another one makes the proposal void.
    pub(crate) seen: Value,
}

impl Wish {
    /// SHA-256 over the canonical JSON (RFC 8785) of all of it.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let payload = json!({
            "kind": self.kind.as_str(),
            "object": self.object,
            "change": self.change,
            "seen": self.seen,
        });
        Sha256::digest(canonical_json(&payload)).into()
    }
}

/// A proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Which.
    pub id: Id<kind::Proposal>,
    /// Whose object it is; the platform's own for what holds everybody.
    pub tenant: Id<Tenant>,
    /// What is proposed.
    pub kind: ProposalKind,
    /// About what, as the kind names it.
    pub object: String,
    /// What shall be done, whole.
    pub change: Value,
    /// Of change and object, as it was.
    pub(crate) hash: [u8; 32],
    /// Why.
    pub reason: String,
    /// How far it has come; one whose time is over may still say that it waits.
    pub state: ProposalState,
    /// Who proposed it.
    pub by: Author,
    /// When.
    pub at: Timestamp,
    /// Until when somebody can answer.
    pub expires_at: Timestamp,
    /// Who answered, and when.
    pub answered: Option<(Author, Timestamp)>,
}

/// Why somebody may not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MayNotAnswer {
    /// It was answered, or nobody answered in time.
    #[error("the proposal is over")]
    Over,
    /// Who proposes does not confirm.
    #[error("somebody else has to confirm it")]
    TakesAnother,
}

/// Whether what is confirmed is what was proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confirming {
    /// It is, and is carried out.
    Stands,
    /// Its object is another by now.
    Void,
}

impl Proposal {
    /// Whether somebody can answer it.
    #[must_use]
    pub fn waits(&self, now: Timestamp) -> bool {
        self.state == ProposalState::Proposed && now < self.expires_at
    }

    /// What `person`'s confirmation comes to, with the object as it is now.
    pub(crate) fn confirm(
        &self,
        person: &Person,
        wish: &Wish,
        now: Timestamp,
    ) -> Result<Confirming, MayNotAnswer> {
        if !self.waits(now) {
            return Err(MayNotAnswer::Over);
        }
        if self.by.is(person) {
            return Err(MayNotAnswer::TakesAnother);
        }
        Ok(if self.hash == wish.hash() {
            Confirming::Stands
        } else {
            Confirming::Void
        })
    }

    /// What `person`'s refusal comes to: who proposed it takes it back.
    pub(crate) fn refuse(
        &self,
        person: &Person,
        now: Timestamp,
    ) -> Result<ProposalState, MayNotAnswer> {
        if !self.waits(now) {
            return Err(MayNotAnswer::Over);
        }
        Ok(if self.by.is(person) {
            ProposalState::Withdrawn
        } else {
            ProposalState::Refused
        })
    }
}

#[cfg(test)]
#[path = "proposal_tests.rs"]
mod tests;
