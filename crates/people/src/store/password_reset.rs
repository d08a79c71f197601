//! `tenant.password_reset`: a row for each wish, whether there is such an account or not; found by the hash of the link's
//! token, used up once.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::tenant::{member as m, password_reset as r},
};
use narthex_vocab::{Email, Id, SecretHash, Timestamp, kind};

use crate::reset::Reset;

/// The most wishes of one look.
const MOST: i64 = 100;

pub(crate) async fn insert(
    tx: &mut TenantTx,
    (id, email): (Id<kind::PasswordReset>, &Email),
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(r::table)
        .values((
            r::tenant_id.eq(tenant_id),
            r::reset_id.eq(id.as_uuid()),
            r::email.eq(email.folded()),
            r::created_at.eq(now),
            r::expires_at.eq(expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What waits at every tenant, the longest waiting first: for the staff role, which reads neither address nor token.
pub(crate) async fn waiting(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<(Id<kind::Tenant>, Id<kind::PasswordReset>)>, StoreError> {
    let rows: Vec<(uuid::Uuid, uuid::Uuid)> = r::table
        .filter(r::answered_at.is_null().and(r::expires_at.gt(now)))
        .order(r::created_at)
        .limit(MOST)
        .select((r::tenant_id, r::reset_id))
        .load(tx.connection()?)
        .await?;
    let ids = |(tenant, reset)| (Id::from_uuid(tenant), Id::from_uuid(reset));
    Ok(rows.into_iter().map(ids).collect())
}

/// Answers a wish that nobody answered: whose account it is, if it is anybody's.
pub(crate) async fn answer(
    tx: &mut TenantTx,
    (id, hash): (Id<kind::PasswordReset>, &SecretHash),
    now: Timestamp,
) -> Result<Option<(Id<kind::Member>, Email)>, StoreError> {
    let typed: Option<Option<String>> = r::table
        .find((tx.tenant_uuid(), id.as_uuid()))
        .filter(r::answered_at.is_null().and(r::expires_at.gt(now)))
        .select(r::email)
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some(typed) = typed.flatten() else {
        return Ok(None);
    };
    let member: Option<(uuid::Uuid, String)> = m::table
        .filter(m::tenant_id.eq(tx.tenant_uuid()).and(m::email.eq(&typed)))
        .filter(m::state.eq("active"))
        .select((m::member_id, m::email))
        .first(tx.connection()?)
        .await
        .optional()?;
    diesel::update(r::table.find((tx.tenant_uuid(), id.as_uuid())))
        .set((
            r::email.eq(None::<String>),
            r::token_hash.eq(hash.as_bytes().to_vec()),
            r::member_id.eq(member.as_ref().map(|(id, _)| *id)),
            r::answered_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    let whose = |(id, email): (uuid::Uuid, String)| {
        let email = Email::parse(&email).map_err(StoreError::corrupt("tenant.member", "email"))?;
        Ok((Id::from_uuid(id), email))
    };
    member.map(whose).transpose()
}

/// The reset behind a link, while it works.
pub(crate) async fn find(
    tx: &mut TenantTx,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<Reset>, StoreError> {
    let row: Option<(uuid::Uuid, uuid::Uuid)> = r::table
        .inner_join(
            m::table.on(m::tenant_id
                .eq(r::tenant_id)
                .and(m::member_id.nullable().eq(r::member_id))),
        )
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::token_hash.eq(hash.as_bytes().to_vec())),
        )
        .filter(r::used_at.is_null().and(r::expires_at.gt(now)))
        .filter(m::state.eq("active"))
        .select((r::reset_id, m::member_id))
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(row.map(|(id, member)| Reset {
        id: Id::from_uuid(id),
        member: Id::from_uuid(member),
    }))
}

/// Uses it up; `false` when somebody did meanwhile, or it is over.
pub(crate) async fn use_up(
    tx: &mut TenantTx,
    id: Id<kind::PasswordReset>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = diesel::update(r::table.find((tx.tenant_uuid(), id.as_uuid())))
        .filter(r::used_at.is_null().and(r::expires_at.gt(now)))
        .set(r::used_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(changed == 1)
}

/// The links that this person has and did not use lead nowhere from now on.
pub(crate) async fn void(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(r::table)
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::member_id.eq(member.as_uuid())),
        )
        .filter(r::used_at.is_null().and(r::expires_at.gt(now)))
        .set(r::used_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The tenants with wishes that were over before `end`: for the staff role.
pub(crate) async fn tenants_before(
    tx: &mut TenantTx,
    end: Timestamp,
) -> Result<Vec<Id<kind::Tenant>>, StoreError> {
    let tenants: Vec<uuid::Uuid> = r::table
        .filter(r::expires_at.lt(end))
        .select(r::tenant_id)
        .distinct()
        .load(tx.connection()?)
        .await?;
    Ok(tenants.into_iter().map(Id::from_uuid).collect())
}

/// Deletes the wishes that were over before `end`.
pub(crate) async fn delete_before(tx: &mut TenantTx, end: Timestamp) -> Result<usize, StoreError> {
    let over = r::table.filter(r::tenant_id.eq(tx.tenant_uuid()).and(r::expires_at.lt(end)));
    Ok(diesel::delete(over).execute(tx.connection()?).await?)
}
