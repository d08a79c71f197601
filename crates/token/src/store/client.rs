//! `registry.client` and `intake.quarantine`: where a client identifier stands, with all that is
//! stored of a client.

use std::sync::Arc;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{intake::quarantine as q, registry::client as c},
};
use narthex_vocab::{
    ClientId, ClientMetadata, ClientState, Environment, Id, QuarantineState, Timestamp,
};
use serde_json::Value;

use super::{credential, document_key, entitlement, lineage, workload};
use crate::client::{ClientSnapshot, Standing, UndecidedClient};

type Row = (
    uuid::Uuid,
    String,
    Value,
    Timestamp,
    Timestamp,
    Option<String>,
);

/// Looks an identifier up among the clients, then in quarantine.
pub(crate) async fn find(
    tx: &mut TenantTx,
    environment: Environment,
    id: &ClientId,
    now: Timestamp,
) -> Result<Standing, StoreError> {
    match load(tx, environment, id).await? {
        Some(snapshot) => Ok(Standing::of(Arc::new(snapshot), now)),
        None => in_quarantine(tx, environment, id, now).await,
    }
}

/// Everything of a client that somebody approved once; none for any other.
pub(crate) async fn load(
    tx: &mut TenantTx,
    environment: Environment,
    id: &ClientId,
) -> Result<Option<ClientSnapshot>, StoreError> {
    let row: Option<Row> = c::table
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(c::environment.eq(environment.as_str()))
                .and(c::client_id.eq(id.as_str())),
        )
        .select((
            c::approval_id,
            c::state,
            c::metadata,
            c::created_at,
            c::expires_at,
            c::parent_client_id,
        ))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((approval, state, metadata, created_at, expires_at, parent)) = row else {
        return Ok(None);
    };
    let state: ClientState = state
        .parse()
        .map_err(StoreError::corrupt("registry.client", "state"))?;
    let metadata = read_metadata(&metadata, "registry.client")?;
    // What vouches for a workload is nothing that the client has itself.
    let credentials = if let Some(workload) = metadata.workload() {
        workload::keys(tx, environment, workload).await?
    } else {
        let mut own = credential::of_client(tx, environment, id).await?;
        own.extend(document_key::of_client(tx, environment, (id, &metadata)).await?);
        own
    };
    let act = match parent {
        Some(parent) => lineage::act(tx, environment, (id, parent)).await?,
        None => None,
    };
    Ok(Some(ClientSnapshot {
        id: id.clone(),
        approval: Id::from_uuid(approval),
        state,
        entitlement: entitlement::scopes(tx, environment, id).await?,
        tools: entitlement::tools(tx, environment, id).await?,
        metadata,
        created_at,
        expires_at,
        credentials,
        act,
    }))
}

/// What is known of an identifier that is no client's.
pub(crate) async fn in_quarantine(
    tx: &mut TenantTx,
    environment: Environment,
    id: &ClientId,
    now: Timestamp,
) -> Result<Standing, StoreError> {
    let row: Option<(String, Value, Timestamp, Timestamp)> = q::table
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(environment.as_str()))
                .and(q::client_id.eq(id.as_str())),
        )
        .select((q::state, q::metadata, q::created_at, q::expires_at))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((state, metadata, first_seen, expires_at)) = row else {
        return Ok(Standing::Unknown);
    };
    let state: QuarantineState = state
        .parse()
        .map_err(StoreError::corrupt("intake.quarantine", "state"))?;
    // An identifier that is an address may come again: when its time is over, nobody knows it.
    let over = state == QuarantineState::Expired
        || (state == QuarantineState::Quarantined && expires_at <= now);
    if over && id.document_url().is_some() {
        return Ok(Standing::Unknown);
    }
    let waiting = match state {
        QuarantineState::Quarantined => expires_at > now,
        QuarantineState::Linked | QuarantineState::Activated => true,
        QuarantineState::Blocked | QuarantineState::Expired => false,
    };
    Ok(Standing::Undecided(Box::new(UndecidedClient {
        id: id.clone(),
        metadata: read_metadata(&metadata, "intake.quarantine")?,
        waiting,
        first_seen,
    })))
}

fn read_metadata(value: &Value, table: &'static str) -> Result<ClientMetadata, StoreError> {
    let corrupt = StoreError::Corrupt {
        table,
        column: "metadata",
    };
    let Some(members) = value.as_object() else {
        return Err(corrupt);
    };
    ClientMetadata::parse(members).map_err(|_| corrupt)
}
