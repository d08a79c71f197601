//! The offer: the reviewer's counter-proposal, always a part of what was asked for. It lapses by itself.

use chrono::Duration;
use narthex_vocab::{Id, Timestamp, kind};

use crate::{remark::Proposal, request::RequestRef};

/// How long a tenant may think about an offer.
pub const LIFETIME: Duration = Duration::days(14);

/// A counter-proposal.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Its identity.
    pub id: Id<kind::Offer>,
    /// The version it answers.
    pub request: RequestRef,
    /// The decision that made it.
    pub decision: Id<kind::Decision>,
    /// What is offered, and why no more.
    pub proposal: Proposal,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

/// How an offer was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acceptance {
    /// A person of the tenant said so.
    Tenant(Id<kind::Member>),
    /// Registering was accepting beforehand (RFC 7591 section 3.1).
    Registration,
}

/// How an offer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Accepted.
    Accepted(Acceptance),
    /// Declined by a person of the tenant.
    Declined(Id<kind::Member>),
    /// Nobody answered in time.
    Lapsed,
}
