//! `review.trusted_domain`: whose clients with documents a tenant trusts, where and until when.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx, permission::Person, schema::review::trusted_domain as t,
};
use narthex_vocab::{Environment, HostName, Id, Timestamp, kind};

const TABLE: &str = "review.trusted_domain";

/// Trusts of one look.
const MOST: i64 = 200;

/// A domain that is trusted.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    pub(crate) id: Id<kind::TrustedDomain>,
    pub(crate) tenant: Id<kind::Tenant>,
    pub(crate) environment: Environment,
    pub(crate) domain: HostName,
    /// Who answers for what is let in by it.
    pub(crate) sponsor: Id<kind::Member>,
    /// By which two people of the platform trust it; `None` where the sponsor does.
    pub(crate) proposal: Option<Id<kind::Proposal>>,
    pub(crate) reason: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Writes a trust. [`StoreError::Refused`] by `one_trust_per_domain` when there is one.
pub(crate) async fn insert(tx: &mut TenantTx, trust: &Trust) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(t::table)
        .values((
            t::tenant_id.eq(tenant_id),
            t::environment.eq(trust.environment.as_str()),
            t::trust_id.eq(trust.id.as_uuid()),
            t::domain.eq(trust.domain.as_str()),
            t::sponsor_id.eq(trust.sponsor.as_uuid()),
            t::proposal_id.eq(trust.proposal.map(|proposal| proposal.as_uuid())),
            t::reason.eq(&trust.reason),
            t::created_at.eq(trust.created_at),
            t::expires_at.eq(trust.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What is trusted in an environment now, by domain.
pub(crate) async fn in_force(
    tx: &mut TenantTx,
    environment: Environment,
    now: Timestamp,
) -> Result<Vec<Trust>, StoreError> {
    let rows: Vec<Row> = t::table
        .filter(
            t::tenant_id
                .eq(tx.tenant_uuid())
                .and(t::environment.eq(environment.as_str())),
        )
        .filter(t::ended_at.is_null().and(t::expires_at.gt(now)))
        .order(t::domain)
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(Trust::try_from).collect()
}

/// What is trusted for any tenant now, the latest first. For the role of staff.
pub(crate) async fn everywhere(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Trust>, StoreError> {
    let rows: Vec<Row> = t::table
        .filter(t::ended_at.is_null().and(t::expires_at.gt(now)))
        .order((t::created_at.desc(), t::trust_id.desc()))
        .limit(MOST)
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(Trust::try_from).collect()
}

/// One trust, whosever it is. For the role of staff.
pub(crate) async fn anywhere(
    tx: &mut TenantTx,
    id: Id<kind::TrustedDomain>,
) -> Result<Trust, StoreError> {
    let row: Row = t::table
        .filter(t::trust_id.eq(id.as_uuid()))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

/// The trust that covers a host now.
pub(crate) async fn covering(
    tx: &mut TenantTx,
    environment: Environment,
    host: &HostName,
    now: Timestamp,
) -> Result<Option<Trust>, StoreError> {
    let registrable = host.registrable();
    let trusted = in_force(tx, environment, now).await?;
    Ok(trusted
        .into_iter()
        .find(|trust| registrable.as_ref() == Some(&trust.domain)))
}

/// How many are not ended.
pub(crate) async fn count(tx: &mut TenantTx, environment: Environment) -> Result<i64, StoreError> {
    Ok(t::table
        .filter(
            t::tenant_id
                .eq(tx.tenant_uuid())
                .and(t::environment.eq(environment.as_str())),
        )
        .filter(t::ended_at.is_null())
        .count()
        .get_result(tx.connection()?)
        .await?)
}

/// Ends one; false when it is over.
pub(crate) async fn end(
    tx: &mut TenantTx,
    (environment, id): (Environment, Id<kind::TrustedDomain>),
    (by, now): (&Person, Timestamp),
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let own = (by.tenant == tenant).then(|| by.member.as_uuid());
    let staff = (by.tenant != tenant).then(|| (by.member.as_uuid(), by.name.as_str()));
    let row = t::table.find((tenant.as_uuid(), environment.as_str(), id.as_uuid()));
    let ended = diesel::update(row.filter(t::ended_at.is_null().and(t::expires_at.gt(now))))
        .set((
            t::ended_by.eq(own),
            t::ended_by_staff.eq(staff.map(|(member, _)| member)),
            t::ended_by_staff_name.eq(staff.map(|(_, name)| name)),
            t::ended_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(ended == 1)
}

/// Ends those whose time is over, so that they can be trusted anew.
pub(crate) async fn end_what_is_over(
    tx: &mut TenantTx,
    environment: Environment,
    (by, now): (Id<kind::Member>, Timestamp),
) -> Result<(), StoreError> {
    diesel::update(t::table)
        .filter(
            t::tenant_id
                .eq(tx.tenant_uuid())
                .and(t::environment.eq(environment.as_str())),
        )
        .filter(t::ended_at.is_null().and(t::expires_at.le(now)))
        .set((t::ended_by.eq(by.as_uuid()), t::ended_at.eq(now)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t)]
struct Row {
    tenant_id: uuid::Uuid,
    environment: String,
    trust_id: uuid::Uuid,
    domain: String,
    sponsor_id: uuid::Uuid,
    proposal_id: Option<uuid::Uuid>,
    reason: String,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl TryFrom<Row> for Trust {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::from_uuid(row.trust_id),
            tenant: Id::from_uuid(row.tenant_id),
            environment: row
                .environment
                .parse()
                .map_err(StoreError::corrupt(TABLE, "environment"))?,
            domain: HostName::parse(&row.domain).map_err(StoreError::corrupt(TABLE, "domain"))?,
            sponsor: Id::from_uuid(row.sponsor_id),
            proposal: row.proposal_id.map(Id::from_uuid),
            reason: row.reason,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}
