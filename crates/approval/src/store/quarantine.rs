//! `intake.quarantine` as the approval plane may touch it: its state and the answer for the registrant, nothing else.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::{ask as k, family as f, quarantine as q},
        review::{access_request as r, claim as cl},
    },
};
use narthex_vocab::{
    ClaimState, ClientId, ClientMetadata, Environment, Fingerprint, Id, InitialAccess,
    QuarantineState, RequestState, ScopeSet, Timestamp, kind,
};
use serde_json::Value;

use super::metadata;
use crate::prose::ScopeReason;

const TABLE: &str = "intake.quarantine";

/// A registration that waits, or has waited.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) metadata: ClientMetadata,
    /// What it asked for; words of the registrant that are no scopes are left out.
    pub(crate) scope: ScopeSet,
    pub(crate) state: QuarantineState,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The token that brought it.
    pub(crate) initial_access: Option<Id<InitialAccess>>,
    /// The issuer of the software statement that its metadata rest on.
    pub(crate) vouched_by: Option<String>,
}

/// The issuer of the software statement that a registration rests on.
pub(crate) async fn vouched_by(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<Option<String>, StoreError> {
    Ok(q::table
        .filter(q::tenant_id.eq(tx.tenant_uuid()))
        .filter(q::environment.eq(environment.as_str()))
        .filter(q::client_id.eq(client.as_str()))
        .select(q::vouched_by)
        .first(tx.connection()?)
        .await?)
}

/// One registration of the transaction's tenant.
pub(crate) async fn load(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<Waiting, StoreError> {
    type Row = (
        Value,
        String,
        String,
        Timestamp,
        Timestamp,
        Option<uuid::Uuid>,
        Option<String>,
    );
    let (stored, scope, state, created_at, expires_at, brought_by, vouched_by): Row = q::table
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(environment.as_str())),
        )
        .filter(q::client_id.eq(client.as_str()))
        .select((
            q::metadata,
            q::scope,
            q::state,
            q::created_at,
            q::expires_at,
            q::initial_access_id,
            q::vouched_by,
        ))
        .first(tx.connection()?)
        .await?;
    Ok(Waiting {
        metadata: metadata(TABLE, stored)?,
        scope: ScopeSet::parse(&scope).unwrap_or_default(),
        state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
        created_at,
        expires_at,
        initial_access: brought_by.map(Id::from_uuid),
        vouched_by,
    })
}

/// Moves a registration along an arrow; false when it was not in `from` any more.
pub(crate) async fn advance(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    from: QuarantineState,
    to: QuarantineState,
) -> Result<bool, StoreError> {
    let moved = diesel::update(q::table)
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(environment.as_str())),
        )
        .filter(
            q::client_id
                .eq(client.as_str())
                .and(q::state.eq(from.as_str())),
        )
        .set(q::state.eq(to.as_str()))
        .execute(tx.connection()?)
        .await?;
    Ok(moved == 1)
}

/// A family of the transaction's tenant, or [`StoreError::NotFound`].
pub(crate) async fn require_family(
    tx: &mut TenantTx,
    (environment, fingerprint): (Environment, &Fingerprint),
) -> Result<(), StoreError> {
    let _: String = f::table
        .find((
            tx.tenant_uuid(),
            environment.as_str(),
            fingerprint.as_bytes().to_vec(),
        ))
        .select(f::client_name)
        .first(tx.connection()?)
        .await?;
    Ok(())
}

/// Ends what waits of a family, but for what was taken out of it; the identifiers.
pub(crate) async fn end_family(
    tx: &mut TenantTx,
    (environment, fingerprint): (Environment, &Fingerprint),
    to: QuarantineState,
) -> Result<Vec<String>, StoreError> {
    let here = q::tenant_id
        .eq(tx.tenant_uuid())
        .and(q::environment.eq(environment.as_str()));
    Ok(diesel::update(q::table)
        .filter(here)
        .filter(q::fingerprint.eq(fingerprint.as_bytes().to_vec()))
        .filter(
            q::state
                .eq(QuarantineState::Quarantined.as_str())
                .and(diesel::dsl::not(q::apart)),
        )
        .set(q::state.eq(to.as_str()))
        .returning(q::client_id)
        .get_results(tx.connection()?)
        .await?)
}

/// Takes a registration out of its family; false when it was.
pub(crate) async fn set_apart(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<bool, StoreError> {
    let row = q::table.find((tx.tenant_uuid(), environment.as_str(), client.as_str()));
    let set = diesel::update(row.filter(diesel::dsl::not(q::apart)))
        .set(q::apart.eq(true))
        .execute(tx.connection()?)
        .await?;
    Ok(set == 1)
}

/// Lets a registration that waits do so until then, if it would end earlier.
pub(crate) async fn wait_until(
    tx: &mut TenantTx,
    (environment, client): (Environment, &ClientId),
    until: Timestamp,
) -> Result<(), StoreError> {
    let row = q::table.find((tx.tenant_uuid(), environment.as_str(), client.as_str()));
    let waits = q::state.eq(QuarantineState::Quarantined.as_str());
    diesel::update(row.filter(waits.and(q::expires_at.lt(until))))
        .set(q::expires_at.eq(until))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What the registrant shall be told (RFC 7591 section 3.2.1); it holds no secret.
pub(crate) async fn answer(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    answer: Value,
) -> Result<(), StoreError> {
    diesel::update(q::table)
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(environment.as_str())),
        )
        .filter(q::client_id.eq(client.as_str()))
        .set(q::answer.eq(answer))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What one person wanted an undecided client for.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) member: Id<kind::Member>,
    pub(crate) scope: ScopeSet,
    pub(crate) reason: ScopeReason,
}

/// Who wants an undecided client, first asker first.
pub(crate) async fn wishes(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<Vec<Wish>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String)> = k::table
        .filter(
            k::tenant_id
                .eq(tx.tenant_uuid())
                .and(k::environment.eq(environment.as_str())),
        )
        .filter(k::client_id.eq(client.as_str()))
        .order((k::at, k::ask_id))
        .select((k::member_id, k::scope, k::reason))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(member, scope, reason)| {
            Ok(Wish {
                member: Id::from_uuid(member),
                scope: ScopeSet::parse(&scope).unwrap_or_default(),
                reason: ScopeReason::parse(&reason)
                    .map_err(StoreError::corrupt("intake.ask", "reason"))?,
            })
        })
        .collect()
}

/// Ends the longest waiting registrations that nobody asked for or may claim, until `most` wait; how many it were. What is linked is
/// never touched.
pub(crate) async fn make_room(
    tx: &mut TenantTx,
    environment: Environment,
    most: i64,
) -> Result<usize, StoreError> {
    let here = q::tenant_id
        .eq(tx.tenant_uuid())
        .and(q::environment.eq(environment.as_str()))
        .and(q::state.eq(QuarantineState::Quarantined.as_str()));
    let waiting: i64 = q::table
        .filter(here)
        .count()
        .get_result(tx.connection()?)
        .await?;
    let asked = k::table
        .filter(
            k::tenant_id
                .eq(q::tenant_id)
                .and(k::environment.eq(q::environment)),
        )
        .filter(k::client_id.eq(q::client_id));
    let invited = cl::table
        .filter(
            cl::tenant_id
                .eq(q::tenant_id)
                .and(cl::environment.eq(q::environment)),
        )
        .filter(cl::client_id.eq(q::client_id))
        .filter(cl::state.eq(ClaimState::Open.as_str()));
    let oldest: Vec<String> = q::table
        .filter(here)
        .filter(diesel::dsl::not(diesel::dsl::exists(asked)))
        .filter(diesel::dsl::not(diesel::dsl::exists(invited)))
        .order((q::created_at, q::client_id))
        .limit((waiting - most).max(0))
        .select(q::client_id)
        .load(tx.connection()?)
        .await?;
    Ok(diesel::update(q::table)
        .filter(here)
        .filter(q::client_id.eq_any(oldest))
        .set(q::state.eq(QuarantineState::Expired.as_str()))
        .execute(tx.connection()?)
        .await?)
}

/// Ends the registrations whose time is over and about which no case is open.
pub(crate) async fn expire(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let open = r::table
        .filter(
            r::tenant_id
                .eq(q::tenant_id)
                .and(r::environment.eq(q::environment)),
        )
        .filter(r::client_id.eq(q::client_id.nullable()))
        .filter(r::state.eq_any(super::request::OPEN.map(RequestState::as_str)));
    Ok(diesel::update(q::table)
        .filter(q::tenant_id.eq(tx.tenant_uuid()).and(q::expires_at.le(now)))
        .filter(q::state.eq_any(["quarantined", "linked"]))
        .filter(diesel::dsl::not(diesel::dsl::exists(open)))
        .set(q::state.eq(QuarantineState::Expired.as_str()))
        .returning(q::client_id)
        .get_results(tx.connection()?)
        .await?)
}
