//! `issue.logout_notice`: what clients are to hear. Here a notice is read and what became of it is written; the token goes as soon as
//! nobody has to be told any more.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::logout_notice as n};
use narthex_vocab::{Timestamp, WebUri};
use uuid::Uuid;

use crate::logout_notice::{Notice, Told};

/// Takes a notice that nobody has tried to tell: one process alone tells it.
pub(crate) async fn claim(tx: &mut TenantTx, id: Uuid) -> Result<Option<Notice>, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let own = n::tenant_id.eq(tenant_id).and(n::notice_id.eq(id));
    let untold = own.and(n::state.eq("waiting")).and(n::tries.eq(0));
    let row: Option<(String, Option<String>, Timestamp)> = diesel::update(n::table)
        .filter(untold)
        .set(n::tries.eq(1))
        .returning((n::uri, n::logout_token, n::expires_at))
        .get_result(tx.connection()?)
        .await
        .optional()?;
    let Some((uri, Some(logout_token), expires_at)) = row else {
        return Ok(None);
    };
    Ok(Some(Notice {
        uri: WebUri::parse(&uri).map_err(StoreError::corrupt("issue.logout_notice", "uri"))?,
        logout_token,
        expires_at,
    }))
}

/// Writes down how a try ended.
pub(crate) async fn note(
    tx: &mut TenantTx,
    id: Uuid,
    (told, outcome): (Told, &str),
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let own = n::tenant_id.eq(tenant_id).and(n::notice_id.eq(id));
    let outcome: String = outcome.chars().take(200).collect();
    let row = diesel::update(n::table).filter(own.and(n::state.eq("waiting")));
    let state = match told {
        Told::Failed => {
            let again = (n::tries.eq(n::tries + 1), n::outcome.eq(outcome));
            row.set(again).execute(tx.connection()?).await?;
            return Ok(());
        }
        Told::Delivered => "delivered",
        Told::Refused => "refused",
        Told::Lapsed => "lapsed",
    };
    row.set((
        n::outcome.eq(outcome),
        n::state.eq(state),
        n::logout_token.eq(None::<String>),
    ))
    .execute(tx.connection()?)
    .await?;
    Ok(())
}
