//! A registrant gave up its registration: the case that nobody waits for is taken back, and a client that came of it
//! meanwhile ends. It never touches what another registration led to.

use narthex_tenancy::{StoreError, TenantTx};

use crate::{
    acting::{Acting, NotPermitted},
    store::{self, deferral::DeferralRef},
    suspend::end_unattended,
    withdraw::take_back,
};

const REASON: &str = "The registrant gave its registration up.";

/// Which registration was given up.
#[derive(Debug, Clone, Copy)]
pub struct GiveUp {
    /// The registration.
    pub at: DeferralRef,
}

/// Why what it led to is as before.
#[derive(Debug, thiserror::Error)]
pub enum GiveUpError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends what a registration led to that was given up; false when there is nothing to end.
pub async fn give_up(
    tx: &mut TenantTx,
    command: GiveUp,
    acting: &mut Acting<'_>,
) -> Result<bool, GiveUpError> {
    acting.itself()?;
    let Some(ended) = store::deferral::cancelled(tx, command.at).await? else {
        return Ok(false);
    };
    let mut changed = false;
    if let Some(request) = ended.request {
        changed |= take_back(tx, request, REASON, acting).await?;
    }
    if let Some(client) = &ended.client_id {
        let client = (command.at.environment, client);
        changed |= end_unattended(tx, client, REASON, acting).await?;
    }
    Ok(changed)
}
