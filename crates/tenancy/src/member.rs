//! People of a tenant, their portal roles and their invitations, as rows. Passwords and codes are checked in
//! `narthex-people`; here are only their stored forms.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_vocab::{Email, Id, Label, Timestamp, kind};

use crate::{
    StoreError, TenantTx,
    permission::Role,
    schema::tenant::{member as m, membership as ms},
};

/// A person of the transaction's tenant.
#[derive(Debug, Clone)]
pub struct Member {
    /// The person.
    pub id: Id<kind::Member>,
    /// The address they sign in with.
    pub email: Email,
    /// Their name.
    pub name: Label,
    /// Their role in the portal or dashboard; `None` for an end user.
    pub role: Option<Role>,
}

/// Writes a person without password, and the role if there is one.
///
/// Errors: [`StoreError::Refused`] by `member_tenant_id_email_key` when the address is taken.
pub async fn create(tx: &mut TenantTx, member: &Member, now: Timestamp) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(m::table)
        .values((
            m::tenant_id.eq(tenant_id),
            m::member_id.eq(member.id.as_uuid()),
            m::email.eq(member.email.folded()),
            m::name.eq(member.name.as_str()),
            m::created_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    if let Some(role) = member.role {
        diesel::insert_into(ms::table)
            .values((
                ms::tenant_id.eq(tenant_id),
                ms::member_id.eq(member.id.as_uuid()),
                ms::role.eq(role.as_str()),
                ms::granted_at.eq(now),
            ))
            .execute(tx.connection()?)
            .await?;
    }
    Ok(())
}

/// One active person with their role. The token plane's role may not read roles: see [`load_end_user`].
pub async fn load(tx: &mut TenantTx, member: Id<kind::Member>) -> Result<Member, StoreError> {
    let (row, role): (Row, Option<String>) = m::table
        .left_join(
            ms::table.on(ms::tenant_id
                .eq(m::tenant_id)
                .and(ms::member_id.eq(m::member_id))),
        )
        .filter(
            m::tenant_id
                .eq(tx.tenant_uuid())
                .and(m::member_id.eq(member.as_uuid())),
        )
        .filter(m::state.eq("active"))
        .select((Row::as_select(), ms::role.nullable()))
        .first(tx.connection()?)
        .await?;
    row.with_role(role.as_deref())
}

/// One active person, without role.
pub async fn load_end_user(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
) -> Result<Member, StoreError> {
    let row: Row = m::table
        .filter(
            m::tenant_id
                .eq(tx.tenant_uuid())
                .and(m::member_id.eq(member.as_uuid())),
        )
        .filter(m::state.eq("active"))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.with_role(None)
}

/// The active end user with this address.
pub async fn end_user_of(tx: &mut TenantTx, email: &Email) -> Result<Member, StoreError> {
    let row: Row = m::table
        .filter(
            m::tenant_id
                .eq(tx.tenant_uuid())
                .and(m::email.eq(email.folded())),
        )
        .filter(m::state.eq("active"))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.with_role(None)
}

/// Whether somebody of this address was here and left.
pub async fn has_left(tx: &mut TenantTx, email: &Email) -> Result<bool, StoreError> {
    let left = m::table
        .filter(
            m::tenant_id
                .eq(tx.tenant_uuid())
                .and(m::email.eq(email.folded())),
        )
        .filter(m::state.eq("left"));
    Ok(diesel::select(diesel::dsl::exists(left))
        .get_result(tx.connection()?)
        .await?)
}

/// Every active person of the tenant, by name.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Member>, StoreError> {
    let rows: Vec<(Row, Option<String>)> = m::table
        .left_join(
            ms::table.on(ms::tenant_id
                .eq(m::tenant_id)
                .and(ms::member_id.eq(m::member_id))),
        )
        .filter(m::tenant_id.eq(tx.tenant_uuid()).and(m::state.eq("active")))
        .order(m::name.asc())
        .select((Row::as_select(), ms::role.nullable()))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(row, role)| row.with_role(role.as_deref()))
        .collect()
}

/// The active owners, held for the transaction in one order: two who remove each other do so one after the other.
pub async fn hold_owners(tx: &mut TenantTx) -> Result<Vec<Id<kind::Member>>, StoreError> {
    let held: Vec<uuid::Uuid> = ms::table
        .filter(
            ms::tenant_id
                .eq(tx.tenant_uuid())
                .and(ms::role.eq(Role::Owner.as_str())),
        )
        .order(ms::member_id)
        .select(ms::member_id)
        .for_update()
        .load(tx.connection()?)
        .await?;
    let there: Vec<uuid::Uuid> = m::table
        .filter(m::tenant_id.eq(tx.tenant_uuid()).and(m::state.eq("active")))
        .filter(m::member_id.eq_any(held))
        .order(m::member_id)
        .select(m::member_id)
        .load(tx.connection()?)
        .await?;
    Ok(there.into_iter().map(Id::from_uuid).collect())
}

/// Has an active person leave, without their role. [`StoreError::NotFound`] for one who is not there.
pub async fn leave(tx: &mut TenantTx, member: Id<kind::Member>) -> Result<(), StoreError> {
    let left = diesel::update(m::table.find((tx.tenant_uuid(), member.as_uuid())))
        .filter(m::state.eq("active"))
        .set(m::state.eq("left"))
        .execute(tx.connection()?)
        .await?;
    if left == 0 {
        return Err(StoreError::NotFound);
    }
    diesel::delete(ms::table.find((tx.tenant_uuid(), member.as_uuid())))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Gives an active person this role, in the place of the one before.
pub async fn set_role(
    tx: &mut TenantTx,
    member: Id<kind::Member>,
    role: Role,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(ms::table)
        .values((
            ms::tenant_id.eq(tenant_id),
            ms::member_id.eq(member.as_uuid()),
            ms::role.eq(role.as_str()),
            ms::granted_at.eq(now),
        ))
        .on_conflict((ms::tenant_id, ms::member_id))
        .do_update()
        .set(ms::role.eq(role.as_str()))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Lets somebody who left join again under the same address; `false` when nobody of this address has left.
pub async fn rejoin(
    tx: &mut TenantTx,
    member: &mut Member,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let back: Option<uuid::Uuid> = diesel::update(m::table)
        .filter(
            m::tenant_id
                .eq(tenant_id)
                .and(m::email.eq(member.email.folded())),
        )
        .filter(m::state.eq("left"))
        .set((m::state.eq("active"), m::name.eq(member.name.as_str())))
        .returning(m::member_id)
        .get_result(tx.connection()?)
        .await
        .optional()?;
    let Some(back) = back else {
        return Ok(false);
    };
    member.id = Id::from_uuid(back);
    if let Some(role) = member.role {
        diesel::insert_into(ms::table)
            .values((
                ms::tenant_id.eq(tenant_id),
                ms::member_id.eq(back),
                ms::role.eq(role.as_str()),
                ms::granted_at.eq(now),
            ))
            .execute(tx.connection()?)
            .await?;
    }
    Ok(true)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = m)]
struct Row {
    member_id: uuid::Uuid,
    email: String,
    name: String,
}

impl Row {
    fn with_role(self, role: Option<&str>) -> Result<Member, StoreError> {
        Ok(Member {
            id: Id::from_uuid(self.member_id),
            email: Email::parse(&self.email)
                .map_err(StoreError::corrupt("tenant.member", "email"))?,
            name: Label::parse(&self.name).map_err(StoreError::corrupt("tenant.member", "name"))?,
            role: role
                .map(str::parse)
                .transpose()
                .map_err(StoreError::corrupt("tenant.membership", "role"))?,
        })
    }
}
