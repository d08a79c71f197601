//! Staff block a family as one: whatever of it waits leads nowhere, and its fingerprint goes on the tenant's block list
//! until an end. What was taken out of the family is left alone, and so is what became a case or a client.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Environment, Fingerprint, QuarantineState, Timestamp};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    listing::{Effect, Listing, Subject},
    prose::Reason,
    store,
};

/// Which family to block, and until when nothing like it may register.
#[derive(Debug, Clone)]
pub struct BlockFamily {
    /// The environment it registered in.
    pub environment: Environment,
    /// What its registrations have in common.
    pub fingerprint: Fingerprint,
    /// Why.
    pub reason: Reason,
    /// When its line of the block list ends.
    pub until: Timestamp,
}

/// Why nothing was blocked.
#[derive(Debug, thiserror::Error)]
pub enum BlockFamilyError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The end is not ahead, or more than a year away.
    #[error("a listing ends within a year")]
    End,
    /// The store failed; an unknown family is not found.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for BlockFamilyError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("a_listing_ends") => Self::End,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Blocks what waits of a family; how many registrations it were.
pub async fn block_family(
    tx: &mut TenantTx,
    command: BlockFamily,
    acting: &mut Acting<'_>,
) -> Result<usize, BlockFamilyError> {
    let person = acting.staff(tx, Action::HandleQuarantine)?;
    let BlockFamily {
        environment,
        fingerprint,
        reason,
        until,
    } = command;
    let family = (environment, &fingerprint);
    store::quarantine::require_family(tx, family).await?;
    let to = QuarantineState::Blocked;
    let blocked = store::quarantine::end_family(tx, family, to).await?;
    let listing = Listing {
        id: acting.id(),
        tenant: tx.tenant(),
        effect: Effect::Block,
        subject: Subject::Family(fingerprint),
        reason: reason.as_str().to_owned(),
        author: person.into(),
        created_at: acting.now,
        expires_at: until,
        ended: None,
    };
    store::listing::insert(tx, &listing).await?;
    let deed = Deed {
        action: "quarantine.block_family",
        object: fingerprint.to_string(),
        environment: Some(environment),
        reason: reason.as_str(),
        detail: json!({ "blocked": blocked, "listing": listing.id, "expires_at": until }),
    };
    acting.record(tx, deed).await?;
    Ok(blocked.len())
}
