//! `intake.ask`: a person wants a client that nobody has decided about. One row a person and client.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::ask as a};
use narthex_vocab::{Ask, ClientId, Environment, Id, Member, ScopeSet, Timestamp};

/// One wish.
pub(crate) struct Wish<'a> {
    pub(crate) id: Id<Ask>,
    pub(crate) client: &'a ClientId,
    pub(crate) member: Id<Member>,
    /// What the client asked for at the front door; nothing follows from it.
    pub(crate) scope: &'a ScopeSet,
    pub(crate) reason: &'a str,
}

/// Writes a wish; `false` when the person has asked for this client before.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    environment: Environment,
    wish: &Wish<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let added = diesel::insert_into(a::table)
        .values((
            a::tenant_id.eq(tenant_id),
            a::environment.eq(environment.as_str()),
            a::ask_id.eq(wish.id.as_uuid()),
            a::client_id.eq(wish.client.as_str()),
            a::member_id.eq(wish.member.as_uuid()),
            a::scope.eq(wish.scope.to_string()),
            a::reason.eq(wish.reason),
            a::at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(added == 1)
}

/// When this person asked for this client, if they did.
pub(crate) async fn asked_at(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    member: Id<Member>,
) -> Result<Option<Timestamp>, StoreError> {
    let at = a::table
        .filter(
            a::tenant_id
                .eq(tx.tenant_uuid())
                .and(a::environment.eq(environment.as_str()))
                .and(a::client_id.eq(client.as_str()))
                .and(a::member_id.eq(member.as_uuid())),
        )
        .select(a::at)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(at)
}
