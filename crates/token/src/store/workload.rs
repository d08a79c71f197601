//! `tenant.statement_issuer` and `registry.client`: by whose keys a workload's token counts, and which clients are workloads
//! of an issuer. Only read here.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::registry::client as c, statement_issuer};
use narthex_vocab::{
    ClientId, Environment, IssuerName, IssuerPurpose, PublicKey, WorkloadIdentity,
};
use serde_json::Value;

use crate::client::{ClientCredential, Proof};

/// The most clients that are looked at for one token: that subject's, and those of a pattern.
const MOST: i64 = 1_000;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Postgres: a notice on a channel, delivered when the transaction commits.
    fn pg_notify(
        channel: diesel::sql_types::Text,
        payload: diesel::sql_types::Text,
    ) -> diesel::sql_types::Text;
}

/// Asks discovery to read the keys of one issuer of an environment.
pub(crate) async fn ask_for_keys(
    tx: &mut TenantTx,
    environment: Environment,
    issuer: &IssuerName,
) -> Result<(), StoreError> {
    let payload = format!("{} {environment} {issuer}", tx.tenant_uuid());
    diesel::select(pg_notify("narthex_statement", payload))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The keys of the issuer that vouches for a workload, where the environment believes it about workloads.
pub(crate) async fn keys(
    tx: &mut TenantTx,
    environment: Environment,
    workload: &WorkloadIdentity,
) -> Result<Vec<ClientCredential>, StoreError> {
    let purpose = IssuerPurpose::Workloads;
    let trusted = statement_issuer::trusted_for(tx, environment, purpose).await?;
    let issuer = trusted.iter().find(|one| one.issuer == *workload.issuer());
    let Some((keys, until)) = issuer.and_then(|issuer| issuer.keys_until()) else {
        return Ok(Vec::new());
    };
    let credential = |key: &PublicKey| ClientCredential {
        id: None,
        proof: Proof::Key(Box::new(key.clone())),
        until,
    };
    Ok(keys.keys().iter().map(credential).collect())
}

/// The live clients that were approved as this workload.
pub(crate) async fn clients(
    tx: &mut TenantTx,
    environment: Environment,
    (issuer, subject): (&IssuerName, &str),
) -> Result<Vec<ClientId>, StoreError> {
    let vouched_by = c::metadata
        .retrieve_as_object("workload_identity")
        .retrieve_as_text("issuer");
    let approved_as = || {
        c::metadata
            .retrieve_as_object("workload_identity")
            .retrieve_as_text("subject")
    };
    let rows: Vec<(String, Value)> = c::table
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(c::metadata.has_key("workload_identity"))
        .filter(vouched_by.eq(issuer.as_str()))
        .filter(approved_as().eq(subject).or(approved_as().like("%*")))
        .filter(c::state.eq_any(["active", "restricted"]))
        .select((
            c::client_id,
            c::metadata.retrieve_as_object("workload_identity"),
        ))
        .limit(MOST)
        .load(tx.connection()?)
        .await?;
    let mut clients = Vec::new();
    for (client, workload) in rows {
        let workload = WorkloadIdentity::parse(&workload)
            .map_err(StoreError::corrupt("registry.client", "metadata"))?;
        if workload.subject().takes(subject) {
            let client = ClientId::parse(&client);
            clients.push(client.map_err(StoreError::corrupt("registry.client", "client_id"))?);
        }
    }
    Ok(clients)
}
