//! The integration: what is being onboarded, whoever runs it. It never has a credential; its clients do.

use narthex_policy::Origin;
use narthex_vocab::{Id, Label, kind};

use crate::prose::Purpose;

/// What is being onboarded.
#[derive(Debug, Clone)]
pub struct Integration {
    /// Its identity.
    pub id: Id<kind::Integration>,
    /// Its name for people.
    pub name: Label,
    /// What it is for.
    pub purpose: Purpose,
    /// Who runs it.
    pub operator: Operator,
    /// How it came here.
    pub origin: Origin,
    /// The person who answers for it; only open sandbox registrations have none.
    pub sponsor: Option<Id<kind::Member>>,
}

/// Who runs an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// The tenant itself.
    Us,
    /// Another company.
    Partner,
    /// An AI agent acts through it.
    Agent,
}

/// The text is not an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an operator")]
pub struct NotAnOperator;

impl Operator {
    /// All of them, in the order above.
    pub const ALL: [Self; 3] = [Self::Us, Self::Partner, Self::Agent];

    /// The text form, as in rows and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Partner => "partner",
            Self::Agent => "agent",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Us => "Our own team",
            Self::Partner => "A partner",
            Self::Agent => "An AI agent",
        }
    }
}

impl std::str::FromStr for Operator {
    type Err = NotAnOperator;

    fn from_str(text: &str) -> Result<Self, NotAnOperator> {
        Self::ALL
            .into_iter()
            .find(|operator| operator.as_str() == text)
            .ok_or(NotAnOperator)
    }
}
