//! Somebody of the platform wants done what takes two: the wish waits, and nothing is in force. Each kind's own verb
//! says who may, and what its object is.

use narthex_tenancy::{StoreError, TenantTx, permission::Person};
use narthex_vocab::{Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed},
    proposal::Wish,
    prose::Reason,
    store,
};

/// Notes a wish. [`StoreError::Refused`] by `one_proposal_at_a_time` when one about its object waits.
pub(crate) async fn propose(
    tx: &mut TenantTx,
    wish: &Wish,
    (person, reason): (&Person, &Reason),
    acting: &mut Acting<'_>,
) -> Result<Id<kind::Proposal>, StoreError> {
    let id = acting.id();
    let by = (&person.into(), acting.now);
    store::proposal::insert(tx, id, (wish, reason.as_str()), by).await?;
    let deed = Deed {
        action: "proposal.propose",
        object: id.to_string(),
        environment: None,
        reason: reason.as_str(),
        detail: json!({ "kind": wish.kind.as_str(), "about": wish.object, "change": wish.change }),
    };
    acting.record(tx, deed).await?;
    Ok(id)
}
