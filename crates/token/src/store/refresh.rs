//! `issue.refresh_token`: rotating tokens by their keyed hash, each generation kept so that a replay is seen.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::refresh_token as r};
use narthex_vocab::{Environment, Grant, Id, SecretHash, Timestamp};

use narthex_http::dpop::Thumbprint;

type Row = (
    uuid::Uuid,
    i32,
    Timestamp,
    Timestamp,
    Option<Timestamp>,
    Option<String>,
);

/// A refresh token as it stands.
#[derive(Debug)]
pub(crate) struct RefreshRow {
    pub(crate) grant: Id<Grant>,
    /// From 1.
    pub(crate) generation: i32,
    pub(crate) idle_expires_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) rotated: bool,
    /// The key that has to be proved with it.
    pub(crate) key: Option<Thumbprint>,
}

pub(crate) async fn insert(
    tx: &mut TenantTx,
    environment: Environment,
    hash: &SecretHash,
    row: &RefreshRow,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(r::table)
        .values((
            r::tenant_id.eq(tenant_id),
            r::environment.eq(environment.as_str()),
            r::token_hash.eq(hash.as_bytes().to_vec()),
            r::grant_id.eq(row.grant.as_uuid()),
            r::generation.eq(row.generation),
            r::created_at.eq(now),
            r::idle_expires_at.eq(row.idle_expires_at),
            r::expires_at.eq(row.expires_at),
            r::dpop_jkt.eq(row.key.as_ref().map(Thumbprint::as_str)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The token with this hash, locked: two uses at once take turns.
pub(crate) async fn lock(
    tx: &mut TenantTx,
    environment: Environment,
    hash: &SecretHash,
) -> Result<Option<RefreshRow>, StoreError> {
    let row: Option<Row> = r::table
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(environment.as_str()))
                .and(r::token_hash.eq(hash.as_bytes().to_vec())),
        )
        .select((
            r::grant_id,
            r::generation,
            r::idle_expires_at,
            r::expires_at,
            r::rotated_at,
            r::dpop_jkt,
        ))
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((grant, generation, idle_expires_at, expires_at, rotated_at, key)) = row else {
        return Ok(None);
    };
    let key = key.as_deref().map(Thumbprint::parse).transpose();
    Ok(Some(RefreshRow {
        grant: Id::from_uuid(grant),
        generation,
        idle_expires_at,
        expires_at,
        rotated: rotated_at.is_some(),
        key: key.map_err(StoreError::corrupt("issue.refresh_token", "dpop_jkt"))?,
    }))
}

pub(crate) async fn rotated(
    tx: &mut TenantTx,
    environment: Environment,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant = tx.tenant_uuid();
    diesel::update(r::table)
        .filter(
            r::tenant_id
                .eq(tenant)
                .and(r::environment.eq(environment.as_str()))
                .and(r::token_hash.eq(hash.as_bytes().to_vec())),
        )
        .set(r::rotated_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
