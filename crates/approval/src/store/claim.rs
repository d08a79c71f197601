//! `review.claim`: a tenant is asked whether a registration in quarantine is its own, and what it answered.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::review::claim as c};
use narthex_vocab::{ClaimState, ClientId, Environment, Id, Timestamp, kind};

use crate::request::RequestRef;

const TABLE: &str = "review.claim";
/// Lines of one look.
const MOST: i64 = 50;

/// An invitation to claim.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) id: Id<kind::Claim>,
    pub(crate) environment: Environment,
    pub(crate) client_id: ClientId,
    /// Why staff think that it is theirs.
    pub(crate) reason: String,
    pub(crate) invited_by_name: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) state: ClaimState,
    /// What was said to disown it.
    pub(crate) answer: Option<String>,
    pub(crate) answered_at: Option<Timestamp>,
    /// The case that came of it.
    pub(crate) request: Option<Id<kind::Request>>,
}

impl Claim {
    /// Whether somebody can still answer.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        self.state == ClaimState::Open && now < self.expires_at
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = c)]
struct Row {
    environment: String,
    claim_id: uuid::Uuid,
    client_id: String,
    reason: String,
    invited_by_name: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    state: String,
    answer: Option<String>,
    answered_at: Option<Timestamp>,
    request_id: Option<uuid::Uuid>,
}

impl TryFrom<Row> for Claim {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::from_uuid(row.claim_id),
            environment: row
                .environment
                .parse()
                .map_err(StoreError::corrupt(TABLE, "environment"))?,
            client_id: ClientId::parse(&row.client_id)
                .map_err(StoreError::corrupt(TABLE, "client_id"))?,
            reason: row.reason,
            invited_by_name: row.invited_by_name,
            created_at: row.created_at,
            expires_at: row.expires_at,
            state: row
                .state
                .parse()
                .map_err(StoreError::corrupt(TABLE, "state"))?,
            answer: row.answer,
            answered_at: row.answered_at,
            request: row.request_id.map(Id::from_uuid),
        })
    }
}

/// Who asks, of the platform.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inviter<'a> {
    pub(crate) member: Id<kind::Member>,
    pub(crate) name: &'a str,
}

/// Writes an invitation. [`StoreError::Refused`] by `one_open_claim` when one is open.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    claim: &Claim,
    by: Inviter<'_>,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(c::table)
        .values((
            c::tenant_id.eq(tenant_id),
            c::environment.eq(claim.environment.as_str()),
            c::claim_id.eq(claim.id.as_uuid()),
            c::client_id.eq(claim.client_id.as_str()),
            c::reason.eq(&claim.reason),
            c::invited_by.eq(by.member.as_uuid()),
            c::invited_by_name.eq(by.name),
            c::created_at.eq(claim.created_at),
            c::expires_at.eq(claim.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// One invitation of the transaction's tenant.
pub(crate) async fn load(
    tx: &mut TenantTx,
    environment: Environment,
    id: Id<kind::Claim>,
) -> Result<Claim, StoreError> {
    let row: Row = c::table
        .find((tx.tenant_uuid(), environment.as_str(), id.as_uuid()))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

/// Every invitation of the transaction's tenant, those that wait for an answer first, the newest of each first.
pub(crate) async fn all(tx: &mut TenantTx) -> Result<Vec<Claim>, StoreError> {
    let open = c::state.eq(ClaimState::Open.as_str());
    let rows: Vec<Row> = c::table
        .filter(c::tenant_id.eq(tx.tenant_uuid()))
        .order((open.desc(), c::created_at.desc()))
        .limit(MOST)
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// What the tenant was asked about these registrations, the newest first. For the role of staff.
pub(crate) async fn about(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, clients): (Environment, &[&str]),
) -> Result<Vec<Claim>, StoreError> {
    let rows: Vec<Row> = c::table
        .filter(
            c::tenant_id
                .eq(tenant.as_uuid())
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(c::client_id.eq_any(clients))
        .order(c::created_at.desc())
        .limit(MOST)
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// What a person answered.
#[derive(Debug, Clone)]
pub(crate) enum Answer<'a> {
    /// It is theirs; this is the case.
    Claimed(RequestRef),
    /// It is not, in their words.
    Disowned(&'a str),
}

/// Answers an invitation that is open; false when it is not any more.
pub(crate) async fn answer(
    tx: &mut TenantTx,
    (environment, id): (Environment, Id<kind::Claim>),
    answer: Answer<'_>,
    (by, now): (Id<kind::Member>, Timestamp),
) -> Result<bool, StoreError> {
    let row = c::table.find((tx.tenant_uuid(), environment.as_str(), id.as_uuid()));
    let (state, words, request) = match answer {
        Answer::Claimed(request) => (ClaimState::Claimed, None, Some(request)),
        Answer::Disowned(words) => (ClaimState::Disowned, Some(words), None),
    };
    let answered = diesel::update(row.filter(c::state.eq(ClaimState::Open.as_str())))
        .set((
            c::state.eq(state.as_str()),
            c::answered_by.eq(by.as_uuid()),
            c::answer.eq(words),
            c::answered_at.eq(now),
            c::request_id.eq(request.map(|request| request.id.as_uuid())),
            c::version.eq(request.map(|request| request.version)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(answered == 1)
}

/// Ends the invitations that nobody answered in time.
pub(crate) async fn lapse(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let ids: Vec<uuid::Uuid> = diesel::update(c::table)
        .filter(c::tenant_id.eq(tx.tenant_uuid()).and(c::expires_at.le(now)))
        .filter(c::state.eq(ClaimState::Open.as_str()))
        .set(c::state.eq(ClaimState::Lapsed.as_str()))
        .returning(c::claim_id)
        .get_results(tx.connection()?)
        .await?;
    let id = |id| Id::<kind::Claim>::from_uuid(id).to_string();
    Ok(ids.into_iter().map(id).collect())
}
