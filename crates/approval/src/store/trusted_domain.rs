//! `review.trusted_domain`: whose clients with documents a tenant trusts, where and until when.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::review::trusted_domain as t};
use narthex_vocab::{Environment, HostName, Id, Timestamp, kind};

const TABLE: &str = "review.trusted_domain";

/// A domain that is trusted.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    pub(crate) id: Id<kind::TrustedDomain>,
    pub(crate) environment: Environment,
    pub(crate) domain: HostName,
    /// Who answers for what is let in by it.
    pub(crate) sponsor: Id<kind::Member>,
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
    type Row = (uuid::Uuid, String, uuid::Uuid, String, Timestamp, Timestamp);
    let rows: Vec<Row> = t::table
        .filter(
            t::tenant_id
                .eq(tx.tenant_uuid())
                .and(t::environment.eq(environment.as_str())),
        )
        .filter(t::ended_at.is_null().and(t::expires_at.gt(now)))
        .order(t::domain)
        .select((
            t::trust_id,
            t::domain,
            t::sponsor_id,
            t::reason,
            t::created_at,
            t::expires_at,
        ))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(id, domain, sponsor, reason, created_at, expires_at)| {
            Ok(Trust {
                id: Id::from_uuid(id),
                environment,
                domain: HostName::parse(&domain).map_err(StoreError::corrupt(TABLE, "domain"))?,
                sponsor: Id::from_uuid(sponsor),
                reason,
                created_at,
                expires_at,
            })
        })
        .collect()
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
    (by, now): (Id<kind::Member>, Timestamp),
) -> Result<bool, StoreError> {
    let row = t::table.find((tx.tenant_uuid(), environment.as_str(), id.as_uuid()));
    let ended = diesel::update(row.filter(t::ended_at.is_null().and(t::expires_at.gt(now))))
        .set((t::ended_by.eq(by.as_uuid()), t::ended_at.eq(now)))
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
