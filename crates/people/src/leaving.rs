//! What ends with a person who leaves: the sessions and the API tokens of theirs that are in force. It decides nothing
//! about who leaves.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, Timestamp, kind};

use crate::store;

/// How much of each ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Sessions.
    pub sessions: usize,
    /// API tokens.
    pub api_tokens: usize,
}

/// Ends all of them.
pub async fn end_all(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
    now: Timestamp,
) -> Result<Ended, StoreError> {
    Ok(Ended {
        sessions: store::session::end_all(tx, (member, None), now).await?,
        api_tokens: store::api_token::end_all(tx, member, now).await?,
    })
}
