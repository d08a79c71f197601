//! `review.access_request`: the case, version by version. Its state moves only from the state the caller saw.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_policy::Origin;
use narthex_tenancy::{StoreError, TenantTx, schema::review::access_request as r};
use narthex_vocab::{ClientId, Environment, Id, RequestState, Timestamp, kind};
use serde_json::Value;

use super::{deferral, metadata, requested};
use crate::{
    payload_hash::PayloadHash,
    request::{AccessRequest, RequestRef},
};

const TABLE: &str = "review.access_request";

/// The states in which somebody or something still acts on a version: the ones of its unique indexes.
pub(crate) const OPEN: [RequestState; 6] = [
    RequestState::Draft,
    RequestState::Submitted,
    RequestState::Screening,
    RequestState::InReview,
    RequestState::Offered,
    RequestState::AwaitingSecond,
];

/// Writes a request with its scopes and tools. Refused by `one_open_case_per_stranger` when the identifier has a case.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    request: &AccessRequest,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(r::table)
        .values((
            r::tenant_id.eq(tenant_id),
            r::environment.eq(request.at.environment.as_str()),
            r::request_id.eq(request.at.id.as_uuid()),
            r::version.eq(request.at.version),
            r::integration_id.eq(request.integration.as_uuid()),
            r::client_id.eq(request.client_id.as_ref().map(ClientId::as_str)),
            r::origin.eq(request.origin.as_str()),
            r::state.eq(request.state.as_str()),
            r::metadata.eq(Value::Object(request.metadata.to_json())),
            r::payload_hash.eq(request.payload.as_bytes().to_vec()),
            r::requested_by.eq(request.requested_by.map(|person| person.as_uuid())),
            r::created_at.eq(now),
            r::submitted_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    requested::insert(tx, request.at, &request.asked).await
}

/// Holds a version for the transaction, before anything else is written: who decides takes the case first and the
/// ledger's chain after it, as what lapses does.
pub(crate) async fn hold(tx: &mut TenantTx, at: RequestRef) -> Result<(), StoreError> {
    let key = (
        tx.tenant_uuid(),
        at.environment.as_str(),
        at.id.as_uuid(),
        at.version,
    );
    let _: i32 = r::table
        .find(key)
        .select(r::version)
        .for_update()
        .first(tx.connection()?)
        .await?;
    Ok(())
}

/// One version of a request of `tenant`, with what it asks for.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
) -> Result<AccessRequest, StoreError> {
    let row: Row = r::table
        .filter(
            r::tenant_id
                .eq(tenant.as_uuid())
                .and(r::environment.eq(at.environment.as_str())),
        )
        .filter(
            r::request_id
                .eq(at.id.as_uuid())
                .and(r::version.eq(at.version)),
        )
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    let asked = requested::load(tx, tenant, at).await?;
    row.with(at, asked)
}

/// The newest version of the newest case about an identifier.
pub(crate) async fn newest_of(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<AccessRequest, StoreError> {
    let (id, version): (uuid::Uuid, i32) = r::table
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(environment.as_str())),
        )
        .filter(r::client_id.eq(client.as_str()))
        .order((r::created_at.desc(), r::version.desc()))
        .select((r::request_id, r::version))
        .first(tx.connection()?)
        .await?;
    let at = RequestRef {
        environment,
        id: Id::from_uuid(id),
        version,
    };
    load(tx, tx.tenant(), at).await
}

/// The newest version of a case.
pub(crate) async fn newest_version(
    tx: &mut TenantTx,
    at: RequestRef,
) -> Result<AccessRequest, StoreError> {
    let version: i32 = r::table
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(at.environment.as_str())),
        )
        .filter(r::request_id.eq(at.id.as_uuid()))
        .order(r::version.desc())
        .select(r::version)
        .first(tx.connection()?)
        .await?;
    load(tx, tx.tenant(), RequestRef { version, ..at }).await
}

/// Moves a request along an arrow; false when it was not in `from` any more.
pub(crate) async fn advance(
    tx: &mut TenantTx,
    at: RequestRef,
    from: RequestState,
    to: RequestState,
) -> Result<bool, StoreError> {
    let moved = diesel::update(r::table)
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(at.environment.as_str())),
        )
        .filter(
            r::request_id
                .eq(at.id.as_uuid())
                .and(r::version.eq(at.version)),
        )
        .filter(r::state.eq(from.as_str()))
        .set(r::state.eq(to.as_str()))
        .execute(tx.connection()?)
        .await?;
    if moved == 1 && leads_nowhere(to) {
        deferral::refuse(tx, at).await?;
    }
    Ok(moved == 1)
}

/// No client comes of this version: a registrant who waits for it hears so. What a registrant sent is nobody else's to
/// change, so that a wish for changes is a refusal to it.
const fn leads_nowhere(state: RequestState) -> bool {
    match state {
        RequestState::RejectedByPolicy
        | RequestState::ChangesRequested
        | RequestState::Rejected
        | RequestState::RejectedAndBlocked
        | RequestState::Refused
        | RequestState::Lapsed
        | RequestState::Withdrawn => true,
        RequestState::Draft
        | RequestState::Submitted
        | RequestState::Screening
        | RequestState::AutoApproved
        | RequestState::InReview
        | RequestState::Offered
        | RequestState::AwaitingSecond
        | RequestState::Approved => false,
    }
}

/// Keeps the risk score that screening gave, 0 to 100.
pub(crate) async fn score(tx: &mut TenantTx, at: RequestRef, score: u8) -> Result<(), StoreError> {
    diesel::update(r::table)
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(at.environment.as_str())),
        )
        .filter(
            r::request_id
                .eq(at.id.as_uuid())
                .and(r::version.eq(at.version)),
        )
        .set(r::risk_score.eq(i16::from(score)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = r)]
struct Row {
    integration_id: uuid::Uuid,
    client_id: Option<String>,
    origin: String,
    state: String,
    metadata: Value,
    payload_hash: Vec<u8>,
    requested_by: Option<uuid::Uuid>,
}

impl Row {
    fn with(self, at: RequestRef, asked: crate::reach::Asked) -> Result<AccessRequest, StoreError> {
        let client_id = self.client_id.as_deref().map(ClientId::parse).transpose();
        Ok(AccessRequest {
            at,
            integration: Id::from_uuid(self.integration_id),
            client_id: client_id.map_err(StoreError::corrupt(TABLE, "client_id"))?,
            origin: self
                .origin
                .parse::<Origin>()
                .map_err(StoreError::corrupt(TABLE, "origin"))?,
            state: self
                .state
                .parse()
                .map_err(StoreError::corrupt(TABLE, "state"))?,
            metadata: metadata(TABLE, self.metadata)?,
            payload: <[u8; 32]>::try_from(self.payload_hash)
                .map(PayloadHash::from_bytes)
                .map_err(StoreError::corrupt(TABLE, "payload_hash"))?,
            requested_by: self.requested_by.map(Id::from_uuid),
            asked,
        })
    }
}
