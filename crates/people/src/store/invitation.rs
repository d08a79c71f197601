//! `tenant.invitation`: found by the hash of the link's token, used up once.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, permission::Role, schema::tenant::invitation as i};
use narthex_vocab::{Email, Id, SecretHash, Timestamp, kind};

use crate::invitation::{Invitation, Invite, Pending};

pub(crate) async fn insert(
    tx: &mut TenantTx,
    invitation: &Invitation,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(i::table)
        .values((
            i::tenant_id.eq(tenant_id),
            i::invitation_id.eq(invitation.id.as_uuid()),
            i::token_hash.eq(hash.as_bytes().to_vec()),
            i::email.eq(invitation.invite.email.folded()),
            i::role.eq(invitation.invite.role.map(Role::as_str)),
            i::invited_by.eq(&invitation.invite.invited_by),
            i::created_at.eq(now),
            i::expires_at.eq(invitation.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

pub(crate) async fn find(
    tx: &mut TenantTx,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<Invitation>, StoreError> {
    let row: Option<Columns> = i::table
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::token_hash.eq(hash.as_bytes().to_vec())),
        )
        .filter(i::accepted_at.is_null().and(i::ended_at.is_null()))
        .filter(i::expires_at.gt(now))
        .select((
            i::invitation_id,
            i::email,
            i::role,
            i::invited_by,
            i::expires_at,
        ))
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(invitation).transpose()
}

/// How many there were since `start`: of this address, and of all.
pub(crate) async fn since(
    tx: &mut TenantTx,
    email: &Email,
    start: Timestamp,
) -> Result<(usize, usize), StoreError> {
    let invited: Vec<String> = i::table
        .filter(i::tenant_id.eq(tx.tenant_uuid()))
        .filter(i::created_at.gt(start))
        .select(i::email)
        .load(tx.connection()?)
        .await?;
    let one = invited.iter().filter(|one| *one == email.folded());
    Ok((one.count(), invited.len()))
}

type Columns = (uuid::Uuid, String, Option<String>, String, Timestamp);

fn invitation(
    (id, email, role, invited_by, expires_at): Columns,
) -> Result<Invitation, StoreError> {
    let email = Email::parse(&email).map_err(StoreError::corrupt("tenant.invitation", "email"))?;
    let role = role
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(StoreError::corrupt("tenant.invitation", "role"))?;
    Ok(Invitation {
        id: Id::from_uuid(id),
        invite: Invite {
            email,
            role,
            invited_by,
        },
        expires_at,
    })
}

/// What was neither accepted nor ended, when it can be accepted or somebody asked for a new one; the newest first.
pub(crate) async fn pending(tx: &mut TenantTx, now: Timestamp) -> Result<Vec<Pending>, StoreError> {
    let rows: Vec<(Columns, Option<Timestamp>)> = i::table
        .filter(i::tenant_id.eq(tx.tenant_uuid()))
        .filter(i::accepted_at.is_null().and(i::ended_at.is_null()))
        .filter(i::expires_at.gt(now).or(i::asked_again_at.is_not_null()))
        .order((i::created_at.desc(), i::invitation_id.desc()))
        .select((
            (
                i::invitation_id,
                i::email,
                i::role,
                i::invited_by,
                i::expires_at,
            ),
            i::asked_again_at,
        ))
        .load(tx.connection()?)
        .await?;
    let pending = |(columns, asked_again_at)| {
        Ok(Pending {
            invitation: invitation(columns)?,
            asked_again_at,
        })
    };
    rows.into_iter().map(pending).collect()
}

/// Notes that somebody came too late; `false` when there is no such invitation, or it still works.
pub(crate) async fn ask_again(
    tx: &mut TenantTx,
    hash: &SecretHash,
    now: Timestamp,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let changed = diesel::update(i::table)
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::token_hash.eq(hash.as_bytes().to_vec())),
        )
        .filter(i::accepted_at.is_null().and(i::ended_at.is_null()))
        .filter(i::expires_at.le(now).and(i::expires_at.gt(since)))
        .set(i::asked_again_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(changed == 1)
}

/// Whether somebody who comes too late may ask: the invitation ended by itself, not long ago.
pub(crate) async fn is_late(
    tx: &mut TenantTx,
    hash: &SecretHash,
    now: Timestamp,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let late = i::table
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::token_hash.eq(hash.as_bytes().to_vec())),
        )
        .filter(i::accepted_at.is_null().and(i::ended_at.is_null()))
        .filter(i::expires_at.le(now).and(i::expires_at.gt(since)));
    Ok(diesel::select(diesel::dsl::exists(late))
        .get_result(tx.connection()?)
        .await?)
}

/// Ends one that was not accepted; who was invited as what.
pub(crate) async fn end(
    tx: &mut TenantTx,
    id: Id<kind::Invitation>,
    now: Timestamp,
) -> Result<Option<Invitation>, StoreError> {
    let row: Option<Columns> = diesel::update(i::table)
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::invitation_id.eq(id.as_uuid())),
        )
        .filter(i::accepted_at.is_null().and(i::ended_at.is_null()))
        .set(i::ended_at.eq(now))
        .returning((
            i::invitation_id,
            i::email,
            i::role,
            i::invited_by,
            i::expires_at,
        ))
        .get_result(tx.connection()?)
        .await
        .optional()?;
    row.map(invitation).transpose()
}

pub(crate) async fn use_up(
    tx: &mut TenantTx,
    id: Id<kind::Invitation>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = diesel::update(i::table)
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::invitation_id.eq(id.as_uuid())),
        )
        .filter(i::accepted_at.is_null().and(i::ended_at.is_null()))
        .filter(i::expires_at.gt(now))
        .set(i::accepted_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(changed == 1)
}

pub(crate) async fn end_all(
    tx: &mut TenantTx,
    role: Role,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(i::table)
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::role.eq(role.as_str())),
        )
        .filter(i::accepted_at.is_null().and(i::ended_at.is_null()))
        .set(i::ended_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
