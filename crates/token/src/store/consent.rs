//! `issue.consent`: what an end user last allowed a client.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::consent as c};
use narthex_vocab::{Environment, Timestamp};

use crate::store::grant::OpenGrant;

/// Remembers the consent that a grant came from; the latest counts.
pub(crate) async fn remember(
    tx: &mut TenantTx,
    environment: Environment,
    grant: &OpenGrant,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let scope = grant.scope.to_string();
    diesel::insert_into(c::table)
        .values((
            c::tenant_id.eq(tenant_id),
            c::environment.eq(environment.as_str()),
            c::member_id.eq(grant.member.as_uuid()),
            c::client_id.eq(grant.client.as_str()),
            c::scope.eq(&scope),
            c::at.eq(now),
            c::expires_at.eq(grant.expires_at),
        ))
        .on_conflict((c::tenant_id, c::environment, c::member_id, c::client_id))
        .do_update()
        .set((
            c::scope.eq(&scope),
            c::at.eq(now),
            c::expires_at.eq(grant.expires_at),
            c::ended_at.eq(None::<Timestamp>),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
