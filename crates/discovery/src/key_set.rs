//! The key set of an issuer. The token plane makes an issuer's keys when it first hears of it; a key set that is asked
//! for before that is a reason to tell it.

use narthex_tenancy::{StoreError, ambient};
use serde_json::Value;
use std::time::Duration;

use crate::{Discovery, place::Place, store};

/// How long a first asker waits for the keys to be made.
const PATIENCE: u32 = 40;

/// Every public key in force, oldest first; none only when the token plane is away.
pub async fn key_set(discovery: &Discovery, place: &Place) -> Result<Vec<Value>, StoreError> {
    for turn in 0..PATIENCE {
        let keys = discovery
            .database
            .tenant(place.tenant, async |tx| {
                let keys = store::key_set::load(tx, place.environment, ambient::now()).await?;
                if keys.is_empty() && turn == 0 {
                    store::hint::ask_for_keys(tx, place.environment).await?;
                }
                Ok::<_, StoreError>(keys)
            })
            .await?;
        if !keys.is_empty() {
            return Ok(keys);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(Vec::new())
}
