//! Proof in motion that a case was approved: what `activate` needs to make a client. [`Approved::new`] is the only way
//! to have one, and it refuses whatever the database would refuse. It never writes.

use narthex_policy::Verdict;
use narthex_vocab::{Environment, HostName, Id, kind};

use crate::{
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

/// A person of the platform, or a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecidedBy {
    /// The person.
    Person(Id<kind::Member>),
    /// A named rule.
    Rule,
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
    /// Checks that `agreed` may be given for `request` on this basis, with these proofs in force.
    pub(crate) fn new(
        request: &'a AccessRequest,
        basis: Basis,
        agreed: &Reach,
        proofs: &Proofs,
    ) -> Result<Self, NotApprovable> {
        match (basis.verdict, basis.decided_by) {
            (Verdict::Deny, _) => return Err(NotApprovable::AgainstPolicy),
            (Verdict::NeedsPerson, DecidedBy::Rule) => return Err(NotApprovable::NeedsPerson),
            (Verdict::NeedsPerson | Verdict::Allow, DecidedBy::Person(person))
                if request.requested_by == Some(person) =>
            {
                return Err(NotApprovable::ByWhoAsked);
            }
            (Verdict::NeedsPerson, DecidedBy::Person(_)) | (Verdict::Allow, _) => {}
        }
        let hosts = proofs.missing(&request.metadata, request.client_id.as_ref());
        if request.at.environment == Environment::Production && !hosts.is_empty() {
            return Err(NotApprovable::Unproved { hosts });
        }
        Ok(Self {
            request,
            basis,
            agreed: request.asked.narrowed(agreed)?,
            proofs: proofs.of(&request.metadata),
        })
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

    /// The proof each host rests on.
    pub(crate) fn proofs(&self) -> &[(HostName, Id<kind::Proof>)] {
        &self.proofs
    }
}

#[cfg(test)]
#[path = "approved_tests.rs"]
mod tests;
