//! `intake.registration_update`: what clients want their registrations to say instead. This plane reads a wish and says
//! what it opened; it never writes one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::registration_update as u};
use narthex_vocab::{ClientId, ClientMetadata, Environment, Id, kind};
use serde_json::Value;

use super::metadata;
use crate::request::RequestRef;

const TABLE: &str = "intake.registration_update";
/// The most that one round takes up.
const MOST: i64 = 500;

/// A wish that nobody looked at, locked until the transaction ends.
pub(crate) async fn lock_unseen(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<Option<ClientMetadata>, StoreError> {
    let found: Option<Value> = u::table
        .find((tx.tenant_uuid(), environment.as_str(), client.as_str()))
        .filter(u::seen_hash.is_distinct_from(u::content_hash.nullable()))
        .select(u::metadata)
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    found.map(|stored| metadata(TABLE, stored)).transpose()
}

/// Remembers that the newest wish was looked at, and which version it opened.
pub(crate) async fn seen(
    tx: &mut TenantTx,
    (environment, client): (Environment, &ClientId),
    opened: Option<RequestRef>,
) -> Result<(), StoreError> {
    let key = (tx.tenant_uuid(), environment.as_str(), client.as_str());
    diesel::update(u::table.find(key))
        .set((
            u::seen_hash.eq(u::content_hash.nullable()),
            u::request_id.eq(opened.map(|at| at.id.as_uuid())),
            u::version.eq(opened.map(|at| at.version)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Who vouched for the wish that opened this version, and by which statement.
pub(crate) async fn vouched(
    tx: &mut TenantTx,
    at: RequestRef,
) -> Result<Option<(String, String)>, StoreError> {
    let found: Option<(Option<String>, Option<String>)> = u::table
        .filter(
            u::tenant_id
                .eq(tx.tenant_uuid())
                .and(u::environment.eq(at.environment.as_str())),
        )
        .filter(
            u::request_id
                .eq(at.id.as_uuid())
                .and(u::version.eq(at.version)),
        )
        .select((u::vouched_by, u::statement))
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(found.and_then(|(issuer, statement)| issuer.zip(statement)))
}

/// Clients with a wish that nobody looked at. Shows more than one tenant only to the staff role.
pub(crate) async fn unseen(
    tx: &mut TenantTx,
) -> Result<Vec<(Id<kind::Tenant>, Environment, ClientId)>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String)> = u::table
        .filter(u::seen_hash.is_distinct_from(u::content_hash.nullable()))
        .select((u::tenant_id, u::environment, u::client_id))
        .limit(MOST)
        .load(tx.connection()?)
        .await?;
    let read = |(tenant, environment, client): (uuid::Uuid, String, String)| {
        let environment = environment.parse();
        Ok((
            Id::from_uuid(tenant),
            environment.map_err(StoreError::corrupt(TABLE, "environment"))?,
            ClientId::parse(&client).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        ))
    };
    rows.into_iter().map(read).collect()
}
