//! `issue.revocation`: whether an access token was ended before its time, and nothing else of it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::revocation as v};
use narthex_vocab::Environment;
use uuid::Uuid;

/// Whether the token with this identity was revoked.
pub(crate) async fn is_revoked(
    tx: &mut TenantTx,
    environment: Environment,
    jti: Uuid,
) -> Result<bool, StoreError> {
    let revoked = v::table
        .filter(
            v::tenant_id
                .eq(tx.tenant_uuid())
                .and(v::environment.eq(environment.as_str())),
        )
        .filter(v::jti.eq(jti))
        .select(v::jti);
    Ok(diesel::select(diesel::dsl::exists(revoked))
        .get_result(tx.connection()?)
        .await?)
}
