//! `tenant.member` as sign-in sees it: password hash, sealed second factor, last step. Roles are not read here.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::tenant::member as m};
use narthex_vocab::{Email, Id, kind};

use crate::session::Surface;

pub(crate) struct Account {
    pub(crate) member: Id<kind::Member>,
    pub(crate) password_hash: Option<String>,
    pub(crate) totp_sealed: Option<Vec<u8>>,
    pub(crate) totp_last_step: Option<i64>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Account({})", self.member)
    }
}

/// The active account with this address. The token plane's role has no right to the second factor's columns.
pub(crate) async fn find(
    tx: &mut TenantTx,
    surface: Surface,
    email: &Email,
) -> Result<Option<Account>, StoreError> {
    let rows = m::table
        .filter(
            m::tenant_id
                .eq(tx.tenant_uuid())
                .and(m::email.eq(email.folded())),
        )
        .filter(m::state.eq("active"));
    if surface == Surface::User {
        let found: Option<(uuid::Uuid, Option<String>)> = rows
            .select((m::member_id, m::password_hash))
            .first(tx.connection()?)
            .await
            .optional()?;
        return Ok(found.map(|(member, password_hash)| Account {
            member: Id::from_uuid(member),
            password_hash,
            totp_sealed: None,
            totp_last_step: None,
        }));
    }
    let found: Option<Row> = rows
        .select(Row::as_select())
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(found.map(Account::from))
}

/// Whether a person is active and has the password still that was found before, held so until the transaction ends. The
/// token plane's role may hold no row: it looks.
pub(crate) async fn still_has(
    tx: &mut TenantTx,
    surface: Surface,
    account: &Account,
) -> Result<bool, StoreError> {
    let row = m::table
        .find((tx.tenant_uuid(), account.member.as_uuid()))
        .filter(m::state.eq("active"))
        .select(m::password_hash);
    let now: Option<Option<String>> = match surface {
        Surface::User => row.first(tx.connection()?).await.optional()?,
        Surface::Portal | Surface::Staff => {
            let held = row.for_no_key_update();
            held.first(tx.connection()?).await.optional()?
        }
    };
    Ok(now.is_some_and(|now| now == account.password_hash))
}

/// The active account of a person, by who they are.
pub(crate) async fn load(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
) -> Result<Account, StoreError> {
    let row: Row = m::table
        .find((tx.tenant_uuid(), member.as_uuid()))
        .filter(m::state.eq("active"))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    Ok(row.into())
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Self {
            member: Id::from_uuid(row.member_id),
            password_hash: row.password_hash,
            totp_sealed: row.totp_sealed,
            totp_last_step: row.totp_last_step,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = m)]
struct Row {
    member_id: uuid::Uuid,
    password_hash: Option<String>,
    totp_sealed: Option<Vec<u8>>,
    totp_last_step: Option<i64>,
}

/// Marks a one-time code's step as used; `false` when it, or a later one, was used meanwhile.
pub(crate) async fn use_step(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
    step: i64,
) -> Result<bool, StoreError> {
    let changed = diesel::update(m::table)
        .filter(
            m::tenant_id
                .eq(tx.tenant_uuid())
                .and(m::member_id.eq(member.as_uuid())),
        )
        .filter(m::totp_last_step.is_null().or(m::totp_last_step.lt(step)))
        .set(m::totp_last_step.eq(step))
        .execute(tx.connection()?)
        .await?;
    Ok(changed == 1)
}

pub(crate) async fn set_password(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
    hash: &str,
) -> Result<(), StoreError> {
    let changed = diesel::update(m::table)
        .filter(
            m::tenant_id
                .eq(tx.tenant_uuid())
                .and(m::member_id.eq(member.as_uuid())),
        )
        .set(m::password_hash.eq(hash))
        .execute(tx.connection()?)
        .await?;
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

pub(crate) async fn set_totp(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
    sealed: &[u8],
) -> Result<(), StoreError> {
    let changed = diesel::update(m::table)
        .filter(
            m::tenant_id
                .eq(tx.tenant_uuid())
                .and(m::member_id.eq(member.as_uuid())),
        )
        .set((m::totp_sealed.eq(sealed), m::totp_last_step.eq(None::<i64>)))
        .execute(tx.connection()?)
        .await?;
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}

pub(crate) async fn clear_totp(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
) -> Result<(), StoreError> {
    diesel::update(m::table)
        .filter(
            m::tenant_id
                .eq(tx.tenant_uuid())
                .and(m::member_id.eq(member.as_uuid())),
        )
        .set((
            m::totp_sealed.eq(None::<Vec<u8>>),
            m::totp_last_step.eq(None::<i64>),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
