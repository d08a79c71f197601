//! The recorded outcome of a case: who or which rule, what, why, and on exactly which payload.

use narthex_tenancy::permission::Person;
use narthex_vocab::{Id, kind};

use crate::{payload_hash::PayloadHash, request::RequestRef};

/// What a decision says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecisionKind {
    /// All that was asked for.
    Approve,
    /// Less than was asked for.
    Offer,
    /// Something has to change first.
    AskForChanges,
    /// No.
    Reject,
    /// No, and what asked shall not ask again.
    RejectAndBlock,
    /// A second person agrees with what was decided.
    Confirm,
    /// A second person does not.
    Refuse,
}

/// The text is not a kind of decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of decision")]
pub struct NotADecisionKind;

impl DecisionKind {
    /// All of them, in the order above.
    pub const ALL: [Self; 7] = [
        Self::Approve,
        Self::Offer,
        Self::AskForChanges,
        Self::Reject,
        Self::RejectAndBlock,
        Self::Confirm,
        Self::Refuse,
    ];

    /// The text form, as in rows and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Offer => "offer",
            Self::AskForChanges => "ask_for_changes",
            Self::Reject => "reject",
            Self::RejectAndBlock => "reject_and_block",
            Self::Confirm => "confirm",
            Self::Refuse => "refuse",
        }
    }

    /// What happened, for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Approve => "Approved",
            Self::Offer => "Offered less",
            Self::AskForChanges => "Asked for changes",
            Self::Reject => "Rejected",
            Self::RejectAndBlock => "Rejected and blocked",
            Self::Confirm => "Confirmed",
            Self::Refuse => "Refused by the second person",
        }
    }

    /// The act, as the ledger names it.
    pub(crate) const fn action(self) -> &'static str {
        match self {
            Self::Approve => "request.approve",
            Self::Offer => "request.offer",
            Self::AskForChanges => "request.ask_for_changes",
            Self::Reject => "request.reject",
            Self::RejectAndBlock => "request.reject_and_block",
            Self::Confirm => "request.confirm",
            Self::Refuse => "request.refuse",
        }
    }
}

impl std::str::FromStr for DecisionKind {
    type Err = NotADecisionKind;

    fn from_str(text: &str) -> Result<Self, NotADecisionKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(NotADecisionKind)
    }
}

/// A decision as it is written.
#[derive(Debug)]
pub(crate) struct Decision<'a> {
    pub(crate) id: Id<kind::Decision>,
    pub(crate) request: RequestRef,
    pub(crate) kind: DecisionKind,
    pub(crate) by: Decider<'a>,
    pub(crate) reason: &'a str,
    pub(crate) payload: PayloadHash,
}

/// Who decided.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Decider<'a> {
    /// A person of the platform.
    Person(&'a Person),
    /// A named rule.
    Rule(&'a str),
}
