//! `intake.document`: what discovery found under an address that is a client's identifier, and how its last look ended.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::document as d};
use narthex_vocab::{DocumentUrl, Environment, Timestamp};

use crate::check::LastLook;

/// The last look at an address; `None` when there was none.
pub(crate) async fn last_look(
    tx: &mut TenantTx,
    environment: Environment,
    url: &DocumentUrl,
) -> Result<Option<LastLook>, StoreError> {
    let row: Option<(Timestamp, Option<Timestamp>, Option<String>)> = d::table
        .find((tx.tenant_uuid(), environment.as_str(), url.as_str()))
        .select((d::looked_at, d::fresh_until, d::refusal))
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(row.map(|(at, fresh_until, refusal)| LastLook {
        at,
        fresh_until,
        refusal,
    }))
}
