//! `tenant.session`: found by the hash of its cookie, never by anything a caller could guess.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::tenant::session as s};
use narthex_vocab::{Id, SecretHash, Timestamp, kind};

use crate::session::{Begun, Listed, Session, Surface, Whence, Word};

pub(crate) async fn insert(
    tx: &mut TenantTx,
    (id, hash): (Id<kind::Session>, &SecretHash),
    begun: &Begun,
    now: Timestamp,
) -> Result<(), StoreError> {
    let expires_at = now + begun.surface.absolute();
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(s::table)
        .values((
            s::tenant_id.eq(tenant_id),
            s::session_id.eq(id.as_uuid()),
            s::token_hash.eq(hash.as_bytes().to_vec()),
            s::surface.eq(begun.surface.as_str()),
            s::member_id.eq(begun.member.as_uuid()),
            s::created_at.eq(now),
            s::seen_at.eq(now),
            s::expires_at.eq(expires_at),
            s::second_factor_at.eq(begun.second_factor.then_some(now)),
            s::source.eq(&begun.from.source),
            s::agent.eq(&begun.from.agent),
            s::provider_id.eq(begun.word.map(|word| word.provider.as_uuid())),
            s::confirmed_at.eq(begun.word.and_then(|word| word.confirmed_at)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

pub(crate) async fn find(
    tx: &mut TenantTx,
    surface: Surface,
    hash: &SecretHash,
    now: Timestamp,
    seen_since: Timestamp,
) -> Result<Option<(Session, Timestamp)>, StoreError> {
    let row: Option<(Row, Timestamp)> = s::table
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::token_hash.eq(hash.as_bytes().to_vec())),
        )
        .filter(s::surface.eq(surface.as_str()).and(s::ended_at.is_null()))
        .filter(s::expires_at.gt(now).and(s::seen_at.gt(seen_since)))
        .select((Row::as_select(), s::seen_at))
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(row.map(|(row, seen_at)| (row.into(), seen_at)))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = s)]
struct Row {
    session_id: uuid::Uuid,
    member_id: uuid::Uuid,
    created_at: Timestamp,
    second_factor_at: Option<Timestamp>,
    provider_id: Option<uuid::Uuid>,
    confirmed_at: Option<Timestamp>,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: Id::from_uuid(row.session_id),
            member: Id::from_uuid(row.member_id),
            created_at: row.created_at,
            second_factor_at: row.second_factor_at,
            word: row.provider_id.map(|provider| Word {
                provider: Id::from_uuid(provider),
                confirmed_at: row.confirmed_at,
            }),
        }
    }
}

pub(crate) async fn seen(
    tx: &mut TenantTx,
    id: Id<kind::Session>,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(s::table)
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::session_id.eq(id.as_uuid())),
        )
        .set(s::seen_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

pub(crate) async fn end(
    tx: &mut TenantTx,
    id: Id<kind::Session>,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(s::table)
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::session_id.eq(id.as_uuid())),
        )
        .filter(s::ended_at.is_null())
        .set(s::ended_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What is in force and was used since.
pub(crate) async fn of(
    tx: &mut TenantTx,
    (surface, member): (Surface, Id<kind::Member>),
    now: Timestamp,
    seen_since: Timestamp,
) -> Result<Vec<Listed>, StoreError> {
    let rows: Vec<(uuid::Uuid, Timestamp, Timestamp, String, String)> = s::table
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::member_id.eq(member.as_uuid())),
        )
        .filter(s::surface.eq(surface.as_str()).and(s::ended_at.is_null()))
        .filter(s::expires_at.gt(now).and(s::seen_at.gt(seen_since)))
        .order((s::seen_at.desc(), s::session_id.desc()))
        .select((
            s::session_id,
            s::created_at,
            s::seen_at,
            s::source,
            s::agent,
        ))
        .load(tx.connection()?)
        .await?;
    let listed = |(id, created_at, seen_at, source, agent)| Listed {
        id: Id::from_uuid(id),
        created_at,
        seen_at,
        from: Whence { source, agent },
    };
    Ok(rows.into_iter().map(listed).collect())
}

pub(crate) async fn end_own(
    tx: &mut TenantTx,
    (member, id): (Id<kind::Member>, Id<kind::Session>),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = diesel::update(s::table)
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::session_id.eq(id.as_uuid()))
                .and(s::member_id.eq(member.as_uuid())),
        )
        .filter(s::ended_at.is_null().and(s::expires_at.gt(now)))
        .set(s::ended_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(changed == 1)
}

/// Ends every session of a person, or all but one; how many were in force.
pub(crate) async fn end_all(
    tx: &mut TenantTx,
    (member, but): (Id<kind::Member>, Option<Id<kind::Session>>),
    now: Timestamp,
) -> Result<usize, StoreError> {
    let but = but.map_or_else(uuid::Uuid::nil, |one| one.as_uuid());
    Ok(diesel::update(s::table)
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::member_id.eq(member.as_uuid()))
                .and(s::session_id.ne(but)),
        )
        .filter(s::ended_at.is_null().and(s::expires_at.gt(now)))
        .set(s::ended_at.eq(now))
        .execute(tx.connection()?)
        .await?)
}

/// Ends every session that began by a provider's word; how many were in force.
pub(crate) async fn end_of_provider(
    tx: &mut TenantTx,
    provider: Id<kind::IdentityProvider>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    Ok(diesel::update(s::table)
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::provider_id.eq(provider.as_uuid())),
        )
        .filter(s::ended_at.is_null().and(s::expires_at.gt(now)))
        .set(s::ended_at.eq(now))
        .execute(tx.connection()?)
        .await?)
}

/// Ends every session that a password began, but one; how many were in force.
pub(crate) async fn end_of_passwords(
    tx: &mut TenantTx,
    but: Id<kind::Session>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    Ok(diesel::update(s::table)
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::provider_id.is_null())
                .and(s::session_id.ne(but.as_uuid())),
        )
        .filter(s::ended_at.is_null().and(s::expires_at.gt(now)))
        .set(s::ended_at.eq(now))
        .execute(tx.connection()?)
        .await?)
}
