//! Notices to the other planes and to this one's worker, delivered when the transaction commits. They carry hints, never facts.

use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::Environment;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Postgres: a notice on a channel, delivered when the transaction commits.
    fn pg_notify(
        channel: diesel::sql_types::Text,
        payload: diesel::sql_types::Text,
    ) -> diesel::sql_types::Text;
}

/// Tells the token plane that somebody asks for the keys of this issuer.
pub(crate) async fn ask_for_keys(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<(), StoreError> {
    send(tx, "narthex_environment", environment).await
}

/// Tells the approval plane that registrations wait in this environment.
pub(crate) async fn waiting(tx: &mut TenantTx, environment: Environment) -> Result<(), StoreError> {
    send(tx, "narthex_intake", environment).await
}

/// Tells this plane's own worker that keys of issuers of software statements shall be read.
pub(crate) async fn statement_keys(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<(), StoreError> {
    send(tx, "narthex_statement", environment).await
}

async fn send(
    tx: &mut TenantTx,
    channel: &str,
    environment: Environment,
) -> Result<(), StoreError> {
    let payload = format!("{} {environment}", tx.tenant_uuid());
    diesel::select(pg_notify(channel, payload))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
