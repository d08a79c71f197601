//! A line is taken off the block list or the trust list before its end, by staff, or by an owner who listed it. What it
//! blocked may register again.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    add_listing::may_list,
    brake::Author,
    prose::Reason,
    store,
};

/// Which line to take off.
#[derive(Debug, Clone)]
pub struct EndListing {
    /// Which.
    pub listing: Id<kind::Listing>,
    /// Why.
    pub reason: Reason,
}

/// Why it is as before.
#[derive(Debug, thiserror::Error)]
pub enum EndListingError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It has no effect any more.
    #[error("the listing is over")]
    Over,
    /// Staff listed it, and it is theirs to take off.
    #[error("staff listed it")]
    OfStaff,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for EndListingError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("staff_keep_their_lines") => Self::OfStaff,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Takes the line off.
pub async fn end_listing(
    tx: &mut TenantTx,
    command: EndListing,
    acting: &mut Acting<'_>,
) -> Result<(), EndListingError> {
    let author = Author::from(may_list(tx, acting)?);
    if !store::listing::end(tx, command.listing, (&author, acting.now)).await? {
        return Err(EndListingError::Over);
    }
    let deed = Deed {
        action: "listing.end",
        object: command.listing.to_string(),
        environment: None,
        reason: command.reason.as_str(),
        detail: json!({}),
    };
    Ok(acting.record(tx, deed).await?)
}
