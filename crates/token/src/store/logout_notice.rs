//! `issue.logout_notice`: what clients are to hear of people who signed out. Only added to here; how it goes on is the discovery
//! plane's.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::logout_notice as n};
use narthex_vocab::{Environment, Timestamp};

use crate::logout_notice::Notice;

/// How long people can read what became of a notice.
const KEPT: Duration = Duration::days(30);

/// Leaves one. What the same client was told long ago goes.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    environment: Environment,
    notice: &Notice<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let old = n::tenant_id
        .eq(tenant_id)
        .and(n::environment.eq(environment.as_str()))
        .and(n::client_id.eq(notice.client.as_str()))
        .and(n::expires_at.lt(now - KEPT));
    diesel::delete(n::table.filter(old))
        .execute(tx.connection()?)
        .await?;
    diesel::insert_into(n::table)
        .values((
            n::tenant_id.eq(tenant_id),
            n::environment.eq(environment.as_str()),
            n::notice_id.eq(notice.id),
            n::client_id.eq(notice.client.as_str()),
            n::uri.eq(notice.uri.as_str()),
            n::logout_token.eq(&notice.logout_token),
            n::created_at.eq(now),
            n::expires_at.eq(notice.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
