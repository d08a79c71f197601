//! `issue.parked`: a sign-in that waits for a decision about its client.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::parked as p};
use narthex_vocab::{Environment, Id, Member, Parked, Timestamp};

use crate::authorize::request::AuthorizationRequest;

/// One parked sign-in.
#[derive(Debug)]
pub(crate) struct ParkedSignIn {
    pub(crate) id: Id<Parked>,
    /// Whose it is: nobody else sees it.
    pub(crate) member: Id<Member>,
    pub(crate) request: AuthorizationRequest,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

pub(crate) async fn insert(
    tx: &mut TenantTx,
    environment: Environment,
    parked: &ParkedSignIn,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let corrupt = StoreError::corrupt("issue.parked", "request");
    let request = serde_json::to_value(&parked.request).map_err(corrupt)?;
    diesel::insert_into(p::table)
        .values((
            p::tenant_id.eq(tenant_id),
            p::environment.eq(environment.as_str()),
            p::parked_id.eq(parked.id.as_uuid()),
            p::client_id.eq(parked.request.client_id.as_str()),
            p::member_id.eq(parked.member.as_uuid()),
            p::request.eq(request),
            p::created_at.eq(parked.created_at),
            p::expires_at.eq(parked.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The parked sign-in of this person; `None` for another's and for one that is over.
pub(crate) async fn find(
    tx: &mut TenantTx,
    environment: Environment,
    (id, member): (Id<Parked>, Id<Member>),
    now: Timestamp,
) -> Result<Option<ParkedSignIn>, StoreError> {
    let row: Option<(serde_json::Value, Timestamp, Timestamp)> = p::table
        .filter(
            p::tenant_id
                .eq(tx.tenant_uuid())
                .and(p::environment.eq(environment.as_str()))
                .and(p::parked_id.eq(id.as_uuid())),
        )
        .filter(p::member_id.eq(member.as_uuid()).and(p::expires_at.gt(now)))
        .select((p::request, p::created_at, p::expires_at))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((request, created_at, expires_at)) = row else {
        return Ok(None);
    };
    Ok(Some(ParkedSignIn {
        id,
        member,
        request: serde_json::from_value(request)
            .map_err(StoreError::corrupt("issue.parked", "request"))?,
        created_at,
        expires_at,
    }))
}

/// Remembers that it went on.
pub(crate) async fn resumed(
    tx: &mut TenantTx,
    environment: Environment,
    id: Id<Parked>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant = tx.tenant_uuid();
    diesel::update(p::table)
        .filter(
            p::tenant_id
                .eq(tenant)
                .and(p::environment.eq(environment.as_str()))
                .and(p::parked_id.eq(id.as_uuid())),
        )
        .filter(p::resumed_at.is_null())
        .set(p::resumed_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
