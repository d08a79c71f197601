//! `tenant.api_token`: found by the hash of what it is shown by.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::tenant::api_token as a};
use narthex_vocab::{Id, Label, SecretHash, Timestamp, kind};

use crate::api_token::ApiToken;

const TABLE: &str = "tenant.api_token";

#[derive(Queryable, Selectable)]
#[diesel(table_name = a)]
struct Row {
    token_id: uuid::Uuid,
    member_id: uuid::Uuid,
    name: String,
    may: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
    second_factor_at: Option<Timestamp>,
}

impl TryFrom<Row> for ApiToken {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::from_uuid(row.token_id),
            member: Id::from_uuid(row.member_id),
            name: Label::parse(&row.name).map_err(StoreError::corrupt(TABLE, "name"))?,
            may: row.may.parse().map_err(StoreError::corrupt(TABLE, "may"))?,
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
            second_factor_at: row.second_factor_at,
        })
    }
}

pub(crate) async fn insert(
    tx: &mut TenantTx,
    token: &ApiToken,
    hash: &SecretHash,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(a::table)
        .values((
            a::tenant_id.eq(tenant_id),
            a::token_id.eq(token.id.as_uuid()),
            a::token_hash.eq(hash.as_bytes().to_vec()),
            a::member_id.eq(token.member.as_uuid()),
            a::name.eq(token.name.as_str()),
            a::may.eq(token.may.as_str()),
            a::created_at.eq(token.created_at),
            a::expires_at.eq(token.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

pub(crate) async fn find(
    tx: &mut TenantTx,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<ApiToken>, StoreError> {
    let of = a::tenant_id
        .eq(tx.tenant_uuid())
        .and(a::token_hash.eq(hash.as_bytes().to_vec()));
    let row: Option<Row> = a::table
        .filter(of.and(a::ended_at.is_null()).and(a::expires_at.gt(now)))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(ApiToken::try_from).transpose()
}

pub(crate) async fn of(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
    now: Timestamp,
) -> Result<Vec<ApiToken>, StoreError> {
    let of = a::tenant_id
        .eq(tx.tenant_uuid())
        .and(a::member_id.eq(member.as_uuid()));
    let rows: Vec<Row> = a::table
        .filter(of.and(a::ended_at.is_null()).and(a::expires_at.gt(now)))
        .order(a::token_id.desc())
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(ApiToken::try_from).collect()
}

pub(crate) async fn used(
    tx: &mut TenantTx,
    id: Id<kind::ApiToken>,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(a::table.find((tx.tenant_uuid(), id.as_uuid())))
        .set(a::used_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

pub(crate) async fn stepped_up(
    tx: &mut TenantTx,
    id: Id<kind::ApiToken>,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(a::table.find((tx.tenant_uuid(), id.as_uuid())))
        .set(a::second_factor_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

pub(crate) async fn end(
    tx: &mut TenantTx,
    (member, id): (Id<kind::Member>, Id<kind::ApiToken>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let ended = diesel::update(a::table.find((tx.tenant_uuid(), id.as_uuid())))
        .filter(a::member_id.eq(member.as_uuid()).and(a::ended_at.is_null()))
        .set(a::ended_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(ended == 1)
}

/// Ends every token of a person; how many were in force.
pub(crate) async fn end_all(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    Ok(diesel::update(a::table)
        .filter(
            a::tenant_id
                .eq(tx.tenant_uuid())
                .and(a::member_id.eq(member.as_uuid())),
        )
        .filter(a::ended_at.is_null().and(a::expires_at.gt(now)))
        .set(a::ended_at.eq(now))
        .execute(tx.connection()?)
        .await?)
}
