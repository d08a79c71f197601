//! `issue.security_event` as the approval plane may see it: how each was delivered, for people, and where word of one was lost, for
//! the workers. Never the signed token.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::issue::{event_stream as s, security_event as e},
};
use narthex_vocab::{Environment, EventStream, Id, SecurityEvent, StreamStatus, Timestamp, kind};

/// The most that one page shows.
const MOST: i64 = 50;
/// Whoever's turn it was has had it by then, unless word was lost.
const PATIENCE: Duration = Duration::seconds(5);

/// How one event fared.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) kind: SecurityEvent,
    pub(crate) client: Option<String>,
    pub(crate) state: String,
    pub(crate) tries: i32,
    pub(crate) outcome: Option<String>,
    pub(crate) at: Timestamp,
    pub(crate) next_at: Timestamp,
}

/// The newest events of a stream.
pub(crate) async fn newest(
    tx: &mut TenantTx,
    environment: Environment,
    stream: Id<EventStream>,
) -> Result<Vec<Told>, StoreError> {
    type Row = (
        String,
        Option<String>,
        String,
        i32,
        Option<String>,
        Timestamp,
        Timestamp,
    );
    let rows: Vec<Row> = e::table
        .filter(
            e::tenant_id
                .eq(tx.tenant_uuid())
                .and(e::environment.eq(environment.as_str()))
                .and(e::stream_id.eq(stream.as_uuid())),
        )
        .order((e::at.desc(), e::event_id))
        .limit(MOST)
        .select((
            e::kind,
            e::client_id,
            e::state,
            e::tries,
            e::outcome,
            e::at,
            e::next_at,
        ))
        .load(tx.connection()?)
        .await?;
    let told = |(kind, client, state, tries, outcome, at, next_at): Row| {
        Ok(Told {
            kind: kind
                .parse()
                .map_err(StoreError::corrupt("issue.security_event", "kind"))?,
            client,
            state,
            tries,
            outcome,
            at,
            next_at,
        })
    };
    rows.into_iter().map(told).collect()
}

/// How many of a stream wait.
pub(crate) async fn waiting(
    tx: &mut TenantTx,
    environment: Environment,
    stream: Id<EventStream>,
) -> Result<i64, StoreError> {
    Ok(e::table
        .filter(
            e::tenant_id
                .eq(tx.tenant_uuid())
                .and(e::environment.eq(environment.as_str()))
                .and(e::stream_id.eq(stream.as_uuid())),
        )
        .filter(e::state.eq_any(["unsigned", "signed"]))
        .count()
        .get_result(tx.connection()?)
        .await?)
}

/// Streams in which something is due and nobody is at it, over all tenants; read in the staff role.
pub(crate) async fn overlooked(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<(Id<kind::Tenant>, Environment, Id<EventStream>)>, StoreError> {
    let pushes = s::method
        .eq("push")
        .and(s::status.eq(StreamStatus::Enabled.as_str()));
    let rows: Vec<(uuid::Uuid, String, uuid::Uuid)> = e::table
        .inner_join(
            s::table.on(s::tenant_id
                .eq(e::tenant_id)
                .and(s::environment.eq(e::environment))
                .and(s::stream_id.eq(e::stream_id))),
        )
        .filter(e::next_at.lt(now - PATIENCE))
        .filter(
            e::state
                .eq("unsigned")
                .or(e::state.eq("signed").and(pushes)),
        )
        .select((e::tenant_id, e::environment, e::stream_id))
        .distinct()
        .limit(500)
        .load(tx.connection()?)
        .await?;
    let read = |(tenant, environment, stream): (_, String, _)| {
        let environment = environment
            .parse()
            .map_err(StoreError::corrupt("issue.security_event", "environment"))?;
        Ok((Id::from_uuid(tenant), environment, Id::from_uuid(stream)))
    };
    rows.into_iter().map(read).collect()
}

/// Has the database say again whose turn it is.
pub(crate) async fn remind(
    tx: &mut TenantTx,
    (environment, stream): (Environment, Id<EventStream>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let overlooked = e::tenant_id
        .eq(tx.tenant_uuid())
        .and(e::environment.eq(environment.as_str()))
        .and(e::stream_id.eq(stream.as_uuid()))
        .and(e::state.eq_any(["unsigned", "signed"]))
        .and(e::next_at.lt(now - PATIENCE));
    diesel::update(e::table.filter(overlooked))
        .set(e::next_at.eq(diesel::dsl::now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
