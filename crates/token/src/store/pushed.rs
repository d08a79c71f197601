//! `issue.pushed_request`: authorization requests that wait for their person, by the keyed hash of their reference.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::pushed_request as p};
use narthex_vocab::{ClientId, Timestamp};
use serde_json::Value;

use crate::authorize::request::{AuthorizationRequest, Prompt};
use crate::call::Call;
use crate::push::{Kept, NewPushed, Reference};

const TABLE: &str = "issue.pushed_request";
/// A person may think for a while before the answer; afterwards a row is of no use.
const KEPT: Duration = Duration::hours(1);

/// Keeps a request. What the same client pushed long ago goes.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    call: Call<'_>,
    new: &NewPushed<'_>,
) -> Result<(), StoreError> {
    let (tenant_id, environment) = (tx.tenant_uuid(), call.place.environment);
    let client_id = new.kept.request.client_id.as_str();
    diesel::delete(p::table)
        .filter(
            p::tenant_id
                .eq(tenant_id)
                .and(p::environment.eq(environment.as_str())),
        )
        .filter(p::client_id.eq(client_id))
        .filter(p::expires_at.lt(call.now - KEPT))
        .execute(tx.connection()?)
        .await?;
    let request = serde_json::to_value(new.kept).map_err(StoreError::corrupt(TABLE, "request"))?;
    diesel::insert_into(p::table)
        .values((
            p::tenant_id.eq(tenant_id),
            p::environment.eq(environment.as_str()),
            p::reference_hash.eq(new.hash.as_bytes().to_vec()),
            p::client_id.eq(client_id),
            p::request.eq(request),
            p::created_at.eq(call.now),
            p::expires_at.eq(new.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The request of this client that waits under a reference; `None` for another's, for one that was answered and for one
/// that is over.
pub(crate) async fn find(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, reference): (&ClientId, Reference),
) -> Result<Option<(AuthorizationRequest, Prompt)>, StoreError> {
    let Some(hash) = reference.hash(call) else {
        return Ok(None);
    };
    let row: Option<(Value, Timestamp)> = p::table
        .find((
            tx.tenant_uuid(),
            call.place.environment.as_str(),
            hash.as_bytes().to_vec(),
        ))
        .filter(p::client_id.eq(client.as_str()))
        .filter(p::answered_at.is_null().and(p::expires_at.gt(call.now)))
        .select((p::request, p::created_at))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((request, created_at)) = row else {
        return Ok(None);
    };
    let kept: Kept =
        serde_json::from_value(request).map_err(StoreError::corrupt(TABLE, "request"))?;
    let request = AuthorizationRequest {
        pushed: Some(reference),
        ..kept.request
    };
    let prompt = Prompt {
        said_at: Some(created_at),
        ..kept.prompt
    };
    Ok(Some((request, prompt)))
}

/// Marks a request as answered; `false` when somebody did so before.
pub(crate) async fn answer(
    tx: &mut TenantTx,
    call: Call<'_>,
    reference: &Reference,
) -> Result<bool, StoreError> {
    let Some(hash) = reference.hash(call) else {
        return Ok(false);
    };
    let tenant = tx.tenant_uuid();
    let answered = diesel::update(p::table)
        .filter(
            p::tenant_id
                .eq(tenant)
                .and(p::environment.eq(call.place.environment.as_str())),
        )
        .filter(
            p::reference_hash
                .eq(hash.as_bytes().to_vec())
                .and(p::answered_at.is_null()),
        )
        .set(p::answered_at.eq(call.now))
        .execute(tx.connection()?)
        .await?;
    Ok(answered == 1)
}
