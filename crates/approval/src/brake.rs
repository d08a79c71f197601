//! A brake: registration stands still, for one tenant or, as the platform's own, for everybody, until a moment that is
//! set with it. Pure: who may lift one, and when it holds. Approved clients never feel a brake.

use std::time::Duration;

use narthex_tenancy::permission::Person;
use narthex_vocab::{Id, PLATFORM_TENANT, Tenant, Timestamp, kind};

use crate::proposal::Proposal;

/// How long a brake may be set for: a brake nobody remembers ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// 15 minutes.
    Quarter,
    /// One hour.
    Hour,
    /// Four hours.
    Hours,
    /// A day.
    Day,
    /// Three days.
    Days,
}

impl Span {
    /// All of them, the shortest first.
    pub const ALL: &'static [Self] = &[
        Self::Quarter,
        Self::Hour,
        Self::Hours,
        Self::Day,
        Self::Days,
    ];

    /// The word in forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quarter => "15m",
            Self::Hour => "1h",
            Self::Hours => "4h",
            Self::Day => "24h",
            Self::Days => "72h",
        }
    }

    /// The words that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Quarter => "15 minutes",
            Self::Hour => "1 hour",
            Self::Hours => "4 hours",
            Self::Day => "24 hours",
            Self::Days => "3 days",
        }
    }

    /// How long that is.
    #[must_use]
    pub const fn duration(self) -> Duration {
        let minutes = match self {
            Self::Quarter => 15,
            Self::Hour => 60,
            Self::Hours => 4 * 60,
            Self::Day => 24 * 60,
            Self::Days => 72 * 60,
        };
        Duration::from_secs(minutes * 60)
    }

    /// The span that a form names.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|span| span.as_str() == text)
    }
}

/// A brake as it was set.
#[derive(Debug, Clone, PartialEq)]
pub struct Brake {
    /// Which.
    pub id: Id<kind::Brake>,
    /// Whom it holds; the platform's holds everybody.
    pub tenant: Id<Tenant>,
    /// Why.
    pub reason: String,
    /// Who set it.
    pub set_by: Author,
    /// When.
    pub set_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// The wish to lift it, when that takes two and one waits.
    pub proposal: Option<Proposal>,
    /// Who lifted it, before its end.
    pub lifted: Option<(Author, Timestamp)>,
}

/// Who did something, as rows remember them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The tenant they belong to; the platform for staff.
    pub tenant: Id<Tenant>,
    /// The person.
    pub member: Id<kind::Member>,
    /// Their name then.
    pub name: String,
}

impl From<&Person> for Author {
    fn from(person: &Person) -> Self {
        Self {
            tenant: person.tenant,
            member: person.member,
            name: person.name.clone(),
        }
    }
}

impl Author {
    /// Whether it is this person.
    pub(crate) fn is(&self, person: &Person) -> bool {
        (self.tenant, self.member) == (person.tenant, person.member)
    }
}

/// What a person's wish to lift a brake comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifting {
    /// It is lifted.
    Lifted,
    /// It waits for somebody else.
    Proposed,
}

/// Why it stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MayNotLift {
    /// It is over.
    #[error("the brake is over")]
    Over,
    /// Staff set it: the tenant asks them.
    #[error("the platform's staff set this brake, and lift it")]
    SetByStaff,
    /// The one who wants to lift it cannot be the one who confirms that.
    #[error("somebody else has to confirm it")]
    TakesAnother,
}

impl Brake {
    /// Whether registration stands still because of it.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.lifted.is_none() && self.set_at <= now && now < self.ends_at
    }

    /// What a proposal to lift it names.
    pub(crate) fn object(&self) -> String {
        self.id.as_uuid().to_string()
    }

    /// Whether it holds every tenant, so that lifting it takes two people.
    #[must_use]
    pub fn is_the_platforms(&self) -> bool {
        self.tenant == PLATFORM_TENANT
    }

    /// The wish to lift it that still waits.
    #[must_use]
    pub fn waiting_proposal(&self, now: Timestamp) -> Option<&Proposal> {
        let waits = |proposal: &&Proposal| self.holds(now) && proposal.waits(now);
        self.proposal.as_ref().filter(waits)
    }

    /// What `person`'s wish to lift it comes to.
    pub fn lift(&self, person: &Person, now: Timestamp) -> Result<Lifting, MayNotLift> {
        if !self.holds(now) {
            return Err(MayNotLift::Over);
        }
        if self.set_by.tenant == PLATFORM_TENANT && person.tenant != PLATFORM_TENANT {
            return Err(MayNotLift::SetByStaff);
        }
        if !self.is_the_platforms() {
            return Ok(Lifting::Lifted);
        }
        match self.waiting_proposal(now) {
            Some(proposal) if proposal.by.is(person) => Err(MayNotLift::TakesAnother),
            Some(_) => Ok(Lifting::Lifted),
            None => Ok(Lifting::Proposed),
        }
    }
}

#[cfg(test)]
#[path = "brake_tests.rs"]
mod tests;
