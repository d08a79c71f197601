//! `issue.security_event` and its stream as the process may touch them that pushes: it reads what is signed, and writes how a try
//! ended. The database forgets what was told, and stops a stream that fails too often.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::issue::{event_stream as s, security_event as e},
};
use narthex_vocab::{SecurityEvent, StreamStatus, Timestamp, WebUri};
use uuid::Uuid;

use crate::push::{Due, Pushed, StreamRef};

/// Takes the oldest event of a stream that is due. Its next turn is set before the try, so that one process alone makes it, and so
/// that it is made again if this process ends.
pub(crate) async fn claim(
    tx: &mut TenantTx,
    at: StreamRef,
    (now, pause): (Timestamp, fn(i32) -> Duration),
) -> Result<Option<Due>, StoreError> {
    let (tenant_id, environment) = (tx.tenant_uuid(), at.environment.as_str());
    let stream: Option<(Option<String>, String)> = s::table
        .find((tenant_id, environment, at.stream.as_uuid()))
        .select((s::endpoint, s::status))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((Some(endpoint), status)) = stream else {
        return Ok(None);
    };
    let kinds = if status == StreamStatus::Enabled.as_str() {
        SecurityEvent::ALL
    } else {
        &[SecurityEvent::Verification, SecurityEvent::StreamUpdated]
    };
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
    let own = e::tenant_id
        .eq(tenant_id)
        .and(e::environment.eq(environment))
        .and(e::stream_id.eq(at.stream.as_uuid()));
    let due: Option<(Uuid, Option<String>, i32)> = e::table
        .filter(own.and(e::state.eq("signed").and(e::next_at.le(now))))
        .filter(e::kind.eq_any(kinds))
        .order((e::at, e::event_id))
        .select((e::event_id, e::signed, e::tries))
        .for_update()
        .skip_locked()
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((id, Some(signed), tries)) = due else {
        return Ok(None);
    };
    let row = e::table.find((tenant_id, environment, at.stream.as_uuid(), id));
    diesel::update(row)
        .set((e::tries.eq(tries + 1), e::next_at.eq(now + pause(tries))))
        .execute(tx.connection()?)
        .await?;
    Ok(Some(Due {
        id,
        endpoint: WebUri::parse(&endpoint)
            .map_err(StoreError::corrupt("issue.event_stream", "endpoint"))?,
        signed,
        tries,
    }))
}

/// Writes down how a try ended, for the event and for its stream.
pub(crate) async fn note(
    tx: &mut TenantTx,
    at: StreamRef,
    (id, pushed, outcome): (Uuid, Pushed, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tenant_id, environment) = (tx.tenant_uuid(), at.environment.as_str());
    let outcome: String = outcome.chars().take(200).collect();
    // The stream is locked before its events, as everywhere.
    let stream = s::table.find((tenant_id, environment, at.stream.as_uuid()));
    if pushed == Pushed::Delivered {
        diesel::update(stream)
            .set((s::failures.eq(0), s::delivered_at.eq(now)))
            .execute(tx.connection()?)
            .await?;
    } else {
        diesel::update(stream)
            .set((s::failures.eq(s::failures + 1), s::last_error.eq(&outcome)))
            .execute(tx.connection()?)
            .await?;
    }
    let event = e::table.find((tenant_id, environment, at.stream.as_uuid(), id));
    let event = diesel::update(event.filter(e::state.eq("signed")));
    match pushed {
        Pushed::Failed => {
            event
                .set(e::outcome.eq(&outcome))
                .execute(tx.connection()?)
                .await?
        }
        Pushed::Delivered => {
            event
                .set((e::outcome.eq(&outcome), e::state.eq("delivered")))
                .execute(tx.connection()?)
                .await?
        }
        Pushed::Refused => {
            event
                .set((e::outcome.eq(&outcome), e::state.eq("refused")))
                .execute(tx.connection()?)
                .await?
        }
    };
    Ok(())
}
