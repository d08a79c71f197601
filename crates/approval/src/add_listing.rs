//! Staff put a family, a host or a network on the block list or the trust list: of one tenant, whose transaction it
//! is, or, in the platform's own, of everybody. An owner blocks for their own tenant. A listing has an end; it touches
//! no client and no registration.

use narthex_tenancy::{
    StoreError, TenantTx,
    permission::{Action, Person},
};
use narthex_vocab::Timestamp;
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    listing::{Effect, Listing, Subject},
    prose::Reason,
    store,
};

/// A line to add.
#[derive(Debug, Clone)]
pub struct AddListing {
    /// What it does.
    pub effect: Effect,
    /// To what.
    pub subject: Subject,
    /// Why; people read it.
    pub reason: Reason,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Why nothing was listed.
#[derive(Debug, thiserror::Error)]
pub enum AddListingError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// A host names itself in metadata: nobody is trusted for it.
    #[error("a host is what a registration says about itself: it gets no lane")]
    NoLaneForAHost,
    /// The end is not ahead, or more than a year away.
    #[error("a listing ends within a year")]
    End,
    /// A tenant's own line blocks, for 90 days at most.
    #[error("a line of your own blocks, for 90 days at most")]
    Season,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for AddListingError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("a_listing_ends") => Self::End,
            Some("a_tenant_blocks_for_a_season") => Self::Season,
            Some("no_lane_for_a_host") => Self::NoLaneForAHost,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Adds the line.
pub async fn add_listing(
    tx: &mut TenantTx,
    command: AddListing,
    acting: &mut Acting<'_>,
) -> Result<Listing, AddListingError> {
    let person = may_list(tx, acting)?;
    let listing = Listing {
        id: acting.id(),
        tenant: tx.tenant(),
        effect: command.effect,
        subject: command.subject,
        reason: command.reason.as_str().to_owned(),
        author: person.into(),
        created_at: acting.now,
        expires_at: command.expires_at,
        ended: None,
    };
    store::listing::insert(tx, &listing).await?;
    let (action, per_minute) = match listing.effect {
        Effect::Block => ("listing.block", None),
        Effect::Lane { per_minute } => ("listing.trust", Some(per_minute)),
    };
    let deed = Deed {
        action,
        object: listing.id.to_string(),
        environment: None,
        reason: command.reason.as_str(),
        detail: json!({
            "kind": listing.subject.kind(),
            "subject": listing.subject.to_string(),
            "per_minute": per_minute,
            "expires_at": listing.expires_at,
        }),
    };
    acting.record(tx, deed).await?;
    Ok(listing)
}

/// Staff, for one tenant or for all; an owner for their own.
pub(crate) fn may_list<'a>(tx: &TenantTx, acting: &Acting<'a>) -> Result<&'a Person, NotPermitted> {
    acting
        .member(tx, Action::EditLists)
        .or_else(|_| acting.staff(tx, Action::EditLists))
        .or_else(|_| acting.member(tx, Action::BlockOwn))
}
