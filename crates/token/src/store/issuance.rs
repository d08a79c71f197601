//! `issue.issuance` and `issue.revocation`: what left, written before it left, and what ended before its time.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::issue::{issuance as i, revocation as v},
};
use narthex_vocab::{ClientId, Environment, Id, ScopeSet, Tenant, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use crate::place::Place;

/// One access token as the log keeps it, by column; the token itself is not stored.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Issuance {
    pub(crate) environment: Environment,
    pub(crate) at: Timestamp,
    pub(crate) jti: Uuid,
    pub(crate) client_id: ClientId,
    /// Under which approval: the client must stand under it still when the row is written.
    pub(crate) approval_id: Uuid,
    /// Whether a grant begins with it, which a restricted client may not.
    pub(crate) begins: bool,
    pub(crate) grant_type: &'static str,
    pub(crate) subject: String,
    pub(crate) scope: ScopeSet,
    pub(crate) audience: String,
    pub(crate) grant_id: Option<Uuid>,
    pub(crate) expires_at: Timestamp,
    pub(crate) request_id: String,
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// Of one tenant, all at once.
    #[sql_name = "issue.write_issuances"]
    fn write_issuances(
        whose: diesel::sql_types::Uuid,
        rows: diesel::sql_types::Jsonb,
    ) -> diesel::sql_types::Array<diesel::sql_types::Uuid>;

    /// Whether a token counts.
    #[sql_name = "issue.is_live"]
    fn token_is_live(
        whose: diesel::sql_types::Uuid,
        place: diesel::sql_types::Text,
        token: diesel::sql_types::Uuid,
        client: diesel::sql_types::Text,
        moment: diesel::sql_types::Timestamptz,
    ) -> diesel::sql_types::Bool;
}

/// Logs tokens of one tenant: in a transaction of their own and one round trip, or in the tenant's that is under way. Returns
/// those that were refused, since their client stands otherwise than was believed.
pub(crate) async fn write(
    connection: &mut AsyncPgConnection,
    tenant: Id<Tenant>,
    rows: &[Issuance],
) -> Result<Vec<Uuid>, StoreError> {
    let rows = serde_json::to_value(rows).map_err(StoreError::corrupt("issue.issuance", "*"))?;
    let refused = diesel::select(write_issuances(tenant.as_uuid(), rows))
        .get_result(connection)
        .await?;
    Ok(refused)
}

/// Whether a token with this identity was issued to this client and neither it nor its grant nor the client was ended. One round trip.
pub(crate) async fn is_live(
    connection: &mut AsyncPgConnection,
    place: &Place,
    (jti, client): (Uuid, &ClientId),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (tenant, environment) = (place.tenant.as_uuid(), place.environment.as_str());
    let live = token_is_live(tenant, environment, jti, client.as_str(), now);
    Ok(diesel::select(live).get_result(connection).await?)
}

/// The grant that a token of a person was issued for.
pub(crate) async fn grant_of(
    tx: &mut TenantTx,
    environment: Environment,
    jti: Uuid,
) -> Result<Option<Uuid>, StoreError> {
    let grant: Option<Option<Uuid>> = i::table
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::environment.eq(environment.as_str())),
        )
        .filter(i::jti.eq(jti))
        .select(i::grant_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(grant.flatten())
}

/// Ends one access token. Ending it twice is no error.
pub(crate) async fn revoke(
    tx: &mut TenantTx,
    environment: Environment,
    jti: Uuid,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(v::table)
        .values((
            v::tenant_id.eq(tenant_id),
            v::environment.eq(environment.as_str()),
            v::jti.eq(jti),
            v::at.eq(now),
            v::expires_at.eq(expires_at),
            v::why.eq("revoked by its client"),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
