//! `intake.statement_keys`: what discovery found at the addresses of issuers of software statements, and whose turn it is.
//! This plane asks for looks and never looks.

use chrono::Duration;
use diesel::{dsl::exists, prelude::*};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{intake::statement_keys as k, tenant::statement_issuer as s},
};
use narthex_vocab::{Environment, Id, Timestamp, kind};

/// How old a look may be before the next one.
const AFTER_KEYS: Duration = Duration::hours(6);
const AFTER_A_FAILURE: Duration = Duration::minutes(10);
/// The most that one round asks for.
const MOST: i64 = 500;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Postgres: a notice on a channel, delivered when the transaction commits.
    fn pg_notify(
        channel: diesel::sql_types::Text,
        payload: diesel::sql_types::Text,
    ) -> diesel::sql_types::Text;
}

/// Environments with an issuer whose keys should be read again. Shows more than one tenant only to the staff role.
pub(crate) async fn due(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<(Id<kind::Tenant>, Environment)>, StoreError> {
    let fresh = k::table
        .filter(
            k::tenant_id
                .eq(s::tenant_id)
                .and(k::environment.eq(s::environment)),
        )
        .filter(
            k::issuer
                .eq(s::issuer)
                .and(k::url.nullable().eq(s::jwks_uri)),
        )
        .filter(
            k::looked_at
                .gt(now - AFTER_KEYS)
                .and(k::refusal.is_null())
                .or(k::looked_at.gt(now - AFTER_A_FAILURE)),
        );
    let rows: Vec<(uuid::Uuid, String)> = s::table
        .filter(s::jwks_uri.is_not_null())
        .filter(diesel::dsl::not(exists(fresh)))
        .select((s::tenant_id, s::environment))
        .distinct()
        .limit(MOST)
        .load(tx.connection()?)
        .await?;
    let read = |(tenant, environment): (uuid::Uuid, String)| {
        let environment = environment.parse();
        let corrupt = StoreError::corrupt("tenant.statement_issuer", "environment");
        Ok((Id::from_uuid(tenant), environment.map_err(corrupt)?))
    };
    rows.into_iter().map(read).collect()
}

/// Asks discovery to look.
pub(crate) async fn ask(tx: &mut TenantTx, environment: Environment) -> Result<(), StoreError> {
    let payload = format!("{} {environment}", tx.tenant_uuid());
    diesel::select(pg_notify("narthex_statement", payload))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
