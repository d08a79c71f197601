//! Proof in motion that a case was approved: what `activate` needs to make a client. [`Approved::new`] is the only way
//! to have one, and it refuses whatever the database would refuse. It never writes.

use narthex_policy::Verdict;
use narthex_vocab::{Environment, HostName, Id, Timestamp, kind};

use crate::{
    limits::Limits,
    proofs::Proofs,
    reach::{Asked, NotAsked, Reach},
    request::AccessRequest,
};

/// A case that may become a client.
#[derive(Debug)]
pub struct Approved<'a> {
    request: &'a AccessRequest,
    basis: Basis,
    agreed: Asked,
    limits: Limits,
    proofs: Vec<(HostName, Id<kind::Proof>)>,
}

/// What an approval rests on, by the rows that say so.
#[derive(Debug, Clone, Copy)]
pub struct Basis {
    /// The policy's run over what was agreed.
    pub run: Id<kind::PolicyRun>,
    /// What it said.
    pub verdict: Verdict,
    /// The decision.
    pub decision: Id<kind::Decision>,
    /// By whom.
    pub decided_by: DecidedBy,
    /// The offer that was accepted, when what was agreed is less than what was asked for.
    pub offer: Option<Id<kind::Offer>>,
}

/// People of the platform, or a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecidedBy {
    /// One person.
    Person(Id<kind::Member>),
    /// One who decided and one who confirmed.
    Two {
        /// Who decided.
        first: Id<kind::Member>,
        /// Who confirmed.
        second: Id<kind::Member>,
        /// The decision that confirms.
        confirmation: Id<kind::Decision>,
    },
    /// A named rule.
    Rule,
}

impl DecidedBy {
    /// The decision that confirms, where two people decided.
    pub(crate) const fn confirmation(self) -> Option<Id<kind::Decision>> {
        match self {
            Self::Two { confirmation, .. } => Some(confirmation),
            Self::Person(_) | Self::Rule => None,
        }
    }

    /// Nobody decides what they asked for, and nobody counts twice.
    fn apart_from(self, asker: Option<Id<kind::Member>>) -> Result<(), NotApprovable> {
        let own = |person| asker == Some(person);
        match self {
            Self::Person(one) if own(one) => Err(NotApprovable::ByWhoAsked),
            Self::Two { first, second, .. } if own(first) || own(second) => {
                Err(NotApprovable::ByWhoAsked)
            }
            Self::Two { first, second, .. } if first == second => Err(NotApprovable::NeedsSecond),
            Self::Person(_) | Self::Two { .. } | Self::Rule => Ok(()),
        }
    }
}

/// Why a case cannot become a client, whatever anybody wants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotApprovable {
    /// The policy denies what was agreed.
    #[error("the policy refuses it")]
    AgainstPolicy,
    /// The policy wants a person and a rule decided.
    #[error("a person decides this")]
    NeedsPerson,
    /// All is well but for this: the policy wants two people, and one decided.
    #[error("a second person confirms this")]
    NeedsSecond,
    /// A part of what was agreed has ended before it began.
    #[error("a part of it ended at {0}")]
    Over(Timestamp),
    /// No person who is still with the tenant answers for it.
    #[error("nobody answers for it")]
    NoSponsor,
    /// The person who asked decided.
    #[error("who asks does not decide")]
    ByWhoAsked,
    /// Production, and these hosts are not proved.
    #[error("not proved: {hosts:?}")]
    Unproved {
        /// The hosts, in order.
        hosts: Vec<HostName>,
    },
    /// More was agreed than was asked for.
    #[error(transparent)]
    NotAsked(#[from] NotAsked),
}

impl<'a> Approved<'a> {
    /// Checks that `agreed` may be given for `request` on this basis, with these proofs in force. It says `NeedsSecond`
    /// last: then a second person is all that is lacking.
    pub(crate) fn new(
        request: &'a AccessRequest,
        basis: Basis,
        agreed: &Reach,
        proofs: &Proofs,
    ) -> Result<Self, NotApprovable> {
        match (basis.verdict, basis.decided_by) {
            (Verdict::Deny, _) => return Err(NotApprovable::AgainstPolicy),
            (Verdict::NeedsPerson | Verdict::NeedsTwo, DecidedBy::Rule) => {
                return Err(NotApprovable::NeedsPerson);
            }
            (Verdict::NeedsPerson | Verdict::NeedsTwo | Verdict::Allow, by) => {
                by.apart_from(request.requested_by)?;
            }
        }
        let hosts = proofs.missing(&request.metadata, request.client_id.as_ref());
        if request.at.environment == Environment::Production && !hosts.is_empty() {
            return Err(NotApprovable::Unproved { hosts });
        }
        let asked = request.asked.narrowed(agreed)?;
        match (basis.verdict, basis.decided_by) {
            (Verdict::NeedsTwo, DecidedBy::Person(_) | DecidedBy::Rule) => {
                Err(NotApprovable::NeedsSecond)
            }
            (Verdict::NeedsTwo, DecidedBy::Two { .. })
            | (Verdict::NeedsPerson | Verdict::Allow | Verdict::Deny, _) => Ok(Self {
                request,
                basis,
                agreed: asked,
                limits: agreed.limits.clone(),
                proofs: proofs.of(&request.metadata),
            }),
        }
    }

    /// The case.
    pub(crate) const fn request(&self) -> &'a AccessRequest {
        self.request
    }

    /// What the approval rests on.
    pub(crate) const fn basis(&self) -> &Basis {
        &self.basis
    }

    /// What was agreed.
    pub(crate) const fn agreed(&self) -> &Asked {
        &self.agreed
    }

    /// What of it ends early.
    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The proof each host rests on.
    pub(crate) fn proofs(&self) -> &[(HostName, Id<kind::Proof>)] {
        &self.proofs
    }
}

#[cfg(test)]
#[path = "approved_tests.rs"]
mod tests;
