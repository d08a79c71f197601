//! `intake.deferral`: registrations that wait for a decision, as this plane may touch them: whose they are, what they
//! led to, and the sealed answer, which it writes and cannot read.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx, schema::intake::deferral as d, sealed_answer::AnswerSeal,
};
use narthex_vocab::{
    ClientId, ClientMetadata, DeferralState, Environment, Id, ScopeSet, SecretHash, Timestamp, kind,
};
use serde_json::Value;

use super::metadata;
use crate::request::RequestRef;

const TABLE: &str = "intake.deferral";

/// The states in which a registrant may still get an answer.
const WAITING: [DeferralState; 4] = [
    DeferralState::Pending,
    DeferralState::Confirmed,
    DeferralState::Activated,
    DeferralState::Answered,
];

/// Which registration of the transaction's tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeferralRef {
    /// The environment it is for.
    pub environment: Environment,
    /// The registration.
    pub id: Id<kind::Deferral>,
}

/// A registration whose verification code nobody has used yet.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    /// Which.
    pub(crate) at: DeferralRef,
    /// What the client says about itself.
    pub(crate) metadata: ClientMetadata,
    /// What it asked for; words of the registrant that are no scopes are left out.
    pub(crate) scope: ScopeSet,
    /// When it was sent.
    pub(crate) created_at: Timestamp,
    /// Until when it waits.
    pub(crate) expires_at: Timestamp,
}

/// The registration that waits under this verification code; [`StoreError::NotFound`] for any other.
pub(crate) async fn find(
    tx: &mut TenantTx,
    environment: Environment,
    verification: &SecretHash,
    now: Timestamp,
) -> Result<Pending, StoreError> {
    let (id, stored, scope, created_at, expires_at): (uuid::Uuid, Value, String, _, _) = d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::environment.eq(environment.as_str())),
        )
        .filter(d::verification_hash.eq(verification.as_bytes().to_vec()))
        .filter(
            d::state
                .eq(DeferralState::Pending.as_str())
                .and(d::expires_at.gt(now)),
        )
        .select((
            d::deferral_id,
            d::metadata,
            d::scope,
            d::created_at,
            d::expires_at,
        ))
        .first(tx.connection()?)
        .await?;
    Ok(Pending {
        at: DeferralRef {
            environment,
            id: Id::from_uuid(id),
        },
        metadata: metadata(TABLE, stored)?,
        scope: ScopeSet::parse(&scope).unwrap_or_default(),
        created_at,
        expires_at,
    })
}

/// Binds a registration to the person who vouches for it and to the case; false when somebody was faster.
pub(crate) async fn confirm(
    tx: &mut TenantTx,
    at: DeferralRef,
    approver: Id<kind::Member>,
    request: RequestRef,
) -> Result<bool, StoreError> {
    let (tenant_id, from, to) = (
        tx.tenant_uuid(),
        DeferralState::Pending,
        DeferralState::Confirmed,
    );
    let moved = diesel::update(d::table)
        .filter(
            d::tenant_id
                .eq(tenant_id)
                .and(d::environment.eq(at.environment.as_str())),
        )
        .filter(
            d::deferral_id
                .eq(at.id.as_uuid())
                .and(d::state.eq(from.as_str())),
        )
        .set((
            d::state.eq(to.as_str()),
            d::approver.eq(approver.as_uuid()),
            d::request_id.eq(request.id.as_uuid()),
            d::version.eq(request.version),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(moved == 1)
}

/// Refuses a registration that nobody vouched for, in the name of a person; false when somebody was faster.
pub(crate) async fn reject(
    tx: &mut TenantTx,
    at: DeferralRef,
    approver: Id<kind::Member>,
) -> Result<bool, StoreError> {
    let (tenant_id, from, to) = (
        tx.tenant_uuid(),
        DeferralState::Pending,
        DeferralState::Rejected,
    );
    let moved = diesel::update(d::table)
        .filter(
            d::tenant_id
                .eq(tenant_id)
                .and(d::environment.eq(at.environment.as_str())),
        )
        .filter(
            d::deferral_id
                .eq(at.id.as_uuid())
                .and(d::state.eq(from.as_str())),
        )
        .set((d::state.eq(to.as_str()), d::approver.eq(approver.as_uuid())))
        .execute(tx.connection()?)
        .await?;
    Ok(moved == 1)
}

/// Ends the registration whose case led to no client, if one waits for it.
pub(crate) async fn refuse(tx: &mut TenantTx, request: RequestRef) -> Result<(), StoreError> {
    let (tenant_id, from, to) = (
        tx.tenant_uuid(),
        DeferralState::Confirmed,
        DeferralState::Rejected,
    );
    diesel::update(d::table)
        .filter(
            d::tenant_id
                .eq(tenant_id)
                .and(d::environment.eq(request.environment.as_str())),
        )
        .filter(
            d::request_id
                .eq(request.id.as_uuid())
                .and(d::state.eq(from.as_str())),
        )
        .set(d::state.eq(to.as_str()))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Binds the registration to the client that its case led to. [`StoreError::NotFound`] when it waits no more.
pub(crate) async fn activate(
    tx: &mut TenantTx,
    request: RequestRef,
    client: &ClientId,
) -> Result<(), StoreError> {
    let (tenant_id, from, to) = (
        tx.tenant_uuid(),
        DeferralState::Confirmed,
        DeferralState::Activated,
    );
    let moved = diesel::update(d::table)
        .filter(
            d::tenant_id
                .eq(tenant_id)
                .and(d::environment.eq(request.environment.as_str())),
        )
        .filter(
            d::request_id
                .eq(request.id.as_uuid())
                .and(d::state.eq(from.as_str())),
        )
        .set((d::state.eq(to.as_str()), d::client_id.eq(client.as_str())))
        .execute(tx.connection()?)
        .await?;
    if moved == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

/// A registration whose client is there and whose answer is not.
pub(crate) struct Unanswered {
    pub(crate) client_id: ClientId,
    pub(crate) approver: Id<kind::Member>,
    pub(crate) seal: AnswerSeal,
    /// The software statement that it rests on, as it was presented.
    pub(crate) statement: Option<String>,
}

type UnansweredRow = (Option<String>, Option<uuid::Uuid>, Vec<u8>, Option<String>);

/// The registration, locked, when it waits to be answered.
pub(crate) async fn lock_unanswered(
    tx: &mut TenantTx,
    at: DeferralRef,
) -> Result<Option<Unanswered>, StoreError> {
    let found: Option<UnansweredRow> = d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::environment.eq(at.environment.as_str())),
        )
        .filter(
            d::deferral_id
                .eq(at.id.as_uuid())
                .and(d::state.eq(DeferralState::Activated.as_str())),
        )
        .select((d::client_id, d::approver, d::sealing_key, d::statement))
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((Some(client), Some(approver), seal, statement)) = found else {
        return Ok(None);
    };
    Ok(Some(Unanswered {
        client_id: ClientId::parse(&client).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        approver: Id::from_uuid(approver),
        seal: AnswerSeal::from_bytes(&seal).map_err(StoreError::corrupt(TABLE, "sealing_key"))?,
        statement,
    }))
}

/// The issuer of the software statement that the registration behind this version rests on.
pub(crate) async fn vouched_by(
    tx: &mut TenantTx,
    at: RequestRef,
) -> Result<Option<String>, StoreError> {
    let found: Option<Option<String>> = d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::environment.eq(at.environment.as_str())),
        )
        .filter(
            d::request_id
                .eq(at.id.as_uuid())
                .and(d::version.eq(at.version)),
        )
        .select(d::vouched_by)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(found.flatten())
}

/// Lays the sealed answer down for the registrant.
pub(crate) async fn answer(
    tx: &mut TenantTx,
    at: DeferralRef,
    sealed: Vec<u8>,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::update(d::table)
        .filter(
            d::tenant_id
                .eq(tenant_id)
                .and(d::environment.eq(at.environment.as_str())),
        )
        .filter(d::deferral_id.eq(at.id.as_uuid()))
        .set((
            d::state.eq(DeferralState::Answered.as_str()),
            d::answer.eq(sealed),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// A registration that nobody waits for any more, and what it had led to.
pub(crate) struct Ended {
    pub(crate) at: DeferralRef,
    pub(crate) request: Option<RequestRef>,
    pub(crate) client_id: Option<ClientId>,
}

type EndedRow = (
    String,
    uuid::Uuid,
    Option<uuid::Uuid>,
    Option<i32>,
    Option<String>,
);

/// The registration, when its registrant gave it up.
pub(crate) async fn cancelled(
    tx: &mut TenantTx,
    at: DeferralRef,
) -> Result<Option<Ended>, StoreError> {
    let found: Option<EndedRow> = d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::environment.eq(at.environment.as_str())),
        )
        .filter(
            d::deferral_id
                .eq(at.id.as_uuid())
                .and(d::state.eq(DeferralState::Cancelled.as_str())),
        )
        .select((
            d::environment,
            d::deferral_id,
            d::request_id,
            d::version,
            d::client_id,
        ))
        .first(tx.connection()?)
        .await
        .optional()?;
    found.map(ended).transpose()
}

/// The cases of registrations whose time is over.
pub(crate) async fn over(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<RequestRef>, StoreError> {
    let rows: Vec<EndedRow> = d::table
        .filter(d::tenant_id.eq(tx.tenant_uuid()).and(d::expires_at.le(now)))
        .filter(d::state.eq_any(WAITING.map(DeferralState::as_str)))
        .select((
            d::environment,
            d::deferral_id,
            d::request_id,
            d::version,
            d::client_id,
        ))
        .load(tx.connection()?)
        .await?;
    let cases = rows.into_iter().map(|row| Ok(ended(row)?.request));
    cases.filter_map(Result::transpose).collect()
}

/// Ends the registrations whose time is over, and destroys the answers that nobody fetched.
pub(crate) async fn expire(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Ended>, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let rows: Vec<EndedRow> = diesel::update(d::table)
        .filter(d::tenant_id.eq(tenant_id).and(d::expires_at.le(now)))
        .filter(d::state.eq_any(WAITING.map(DeferralState::as_str)))
        .set((
            d::state.eq(DeferralState::Expired.as_str()),
            d::answer.eq(None::<Vec<u8>>),
        ))
        .returning((
            d::environment,
            d::deferral_id,
            d::request_id,
            d::version,
            d::client_id,
        ))
        .get_results(tx.connection()?)
        .await?;
    rows.into_iter().map(ended).collect()
}

fn ended((environment, id, request, version, client): EndedRow) -> Result<Ended, StoreError> {
    let environment: Environment = environment
        .parse()
        .map_err(StoreError::corrupt(TABLE, "environment"))?;
    let request = request.zip(version).map(|(id, version)| RequestRef {
        environment,
        id: Id::from_uuid(id),
        version,
    });
    let client = client.as_deref().map(ClientId::parse).transpose();
    Ok(Ended {
        at: DeferralRef {
            environment,
            id: Id::from_uuid(id),
        },
        request,
        client_id: client.map_err(StoreError::corrupt(TABLE, "client_id"))?,
    })
}
