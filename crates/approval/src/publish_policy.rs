//! A policy goes into force by two people: who proposed it, and another who saw the same text and what it would change. Of
//! the platform's policy both are the platform's. Of a tenant's both are the tenant's own; where nobody else there may, a
//! person of the platform is the second. What held before is kept and can be proposed again.

use narthex_policy::Whose;
use narthex_tenancy::{
    StoreError, TenantTx, member,
    permission::{Action, Person},
};
use narthex_vocab::{Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed},
    answer_proposal::AnswerProposalError,
    policy_version::{PolicyVersion, whose},
    proposal::{Proposal, ProposalKind, Wish},
    prose::Reason,
    store,
};

/// What is proposed, with what it would replace.
pub(crate) fn wish(version: &PolicyVersion, published: Option<&PolicyVersion>) -> Wish {
    Wish {
        kind: ProposalKind::PublishPolicy,
        object: version.number.to_string(),
        change: json!({ "number": version.number, "hash": version.hash_text(), "note": version.note }),
        seen: json!({ "in_force": published.map(PolicyVersion::hash_text) }),
    }
}

/// What was proposed, as it is now.
pub(crate) async fn as_it_is(tx: &mut TenantTx, proposal: &Proposal) -> Result<Wish, StoreError> {
    let tenant = tx.tenant();
    let version = store::policy::lock(tx, named(proposal)?).await?;
    let (_, published) = store::policy::current(tx, tenant).await?;
    Ok(wish(&version, published.as_ref()))
}

/// Who may answer: `staff` of the platform for its own policy; of a tenant's, another person of the tenant, and staff only
/// while nobody else there may.
pub(crate) async fn may_answer<'a>(
    tx: &mut TenantTx,
    proposal: &Proposal,
    staff: Option<&'a Person>,
    acting: &Acting<'a>,
) -> Result<&'a Person, AnswerProposalError> {
    if whose(tx.tenant()) == Whose::Platform {
        return Ok(staff.ok_or(crate::acting::NotPermitted)?);
    }
    match (acting.member(tx, Action::PublishOwnPolicy), staff) {
        (Ok(person), _) => Ok(person),
        (Err(error), None) => Err(error.into()),
        (Err(_), Some(staff)) => {
            if another_may(tx, proposal.by.member).await? {
                return Err(AnswerProposalError::TenantAnswers);
            }
            Ok(staff)
        }
    }
}

/// Whether somebody else than who proposed may answer in the transaction's tenant.
pub(crate) async fn another_may(
    tx: &mut TenantTx,
    than: Id<kind::Member>,
) -> Result<bool, StoreError> {
    let people = member::list(tx).await?;
    Ok(people.iter().any(|person| {
        person.id != than
            && person
                .role
                .is_some_and(|role| role.may(Action::PublishOwnPolicy))
    }))
}

/// Puts a version in force that two people want in force.
pub(crate) async fn carry_out(
    tx: &mut TenantTx,
    proposal: &Proposal,
    reason: &Reason,
    acting: &mut Acting<'_>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let number = named(proposal)?;
    let (_, replaced) = store::policy::current(tx, tenant).await?;
    store::policy::publish(tx, number, acting.now).await?;
    let deed = Deed {
        action: "policy.publish",
        object: number.to_string(),
        environment: None,
        reason: reason.as_str(),
        detail: json!({
            "proposal": proposal.id, "change": proposal.change, "replaces": replaced.map(|it| it.number),
        }),
    };
    acting.record(tx, deed).await
}

/// A version that was not published is a draft again.
pub(crate) async fn give_back(tx: &mut TenantTx, proposal: &Proposal) -> Result<(), StoreError> {
    store::policy::give_back(tx, named(proposal)?).await
}

fn named(proposal: &Proposal) -> Result<i32, StoreError> {
    let number = proposal.object.parse();
    number.map_err(StoreError::corrupt("review.proposal", "object"))
}
