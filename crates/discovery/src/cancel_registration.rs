//! A registrant gives up a registration that waits (draft-dellaert-oauth-approval-based-dcr). What it led to
//! already, the approval plane ends; this plane only says that nobody waits any more.

use narthex_tenancy::TenantTx;
use narthex_vocab::{DeferralState, Timestamp};

use crate::{
    Discovery,
    poll::{Poll, PollError, admitted, open},
    store::deferral,
};

/// Gives up the registration behind the code; its answer, if there is one, is destroyed unread.
pub async fn cancel_registration(
    discovery: &Discovery,
    command: Poll<'_>,
    now: Timestamp,
) -> Result<(), PollError> {
    let code = admitted(discovery, &command).await?;
    let place = command.place;
    let work = async |tx: &mut TenantTx| {
        let deferral = open(discovery, tx, place, (&code, now)).await?;
        deferral::end(tx, place, &deferral, DeferralState::Cancelled).await?;
        Ok(())
    };
    discovery.database.tenant(place.tenant, work).await
}
