//! `issue.security_event`: what receivers are to hear. It is written by the database; here it is signed, fetched and acknowledged.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        issue::{event_stream as s, security_event as e},
        registry::resource as r,
    },
};
use narthex_vocab::{
    ClientId, Environment, EventStream, Id, Member, Resource, ResourceUri, SecurityEvent, Session,
    Timestamp,
};
use uuid::Uuid;

const TABLE: &str = "issue.security_event";

/// An event that is not signed yet.
pub(crate) struct Unsigned {
    pub(crate) id: Uuid,
    pub(crate) stream: Id<EventStream>,
    pub(crate) kind: SecurityEvent,
    pub(crate) client: Option<ClientId>,
    pub(crate) member: Option<Id<Member>>,
    pub(crate) session: Option<Id<Session>>,
    pub(crate) detail: Option<String>,
    pub(crate) cause: Option<String>,
    pub(crate) initiator: Option<String>,
    pub(crate) at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = e)]
struct Row {
    event_id: Uuid,
    stream_id: Uuid,
    kind: String,
    client_id: Option<String>,
    member_id: Option<Uuid>,
    session_id: Option<Uuid>,
    detail: Option<String>,
    cause: Option<String>,
    initiator: Option<String>,
    at: Timestamp,
}

impl TryFrom<Row> for Unsigned {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let client = row.client_id.as_deref().map(ClientId::parse).transpose();
        Ok(Self {
            id: row.event_id,
            stream: Id::from_uuid(row.stream_id),
            kind: row
                .kind
                .parse()
                .map_err(StoreError::corrupt(TABLE, "kind"))?,
            client: client.map_err(StoreError::corrupt(TABLE, "client_id"))?,
            member: row.member_id.map(Id::from_uuid),
            session: row.session_id.map(Id::from_uuid),
            detail: row.detail,
            cause: row.cause,
            initiator: row.initiator,
            at: row.at,
        })
    }
}

/// The oldest events that nobody signs, locked: two processes never sign the same one.
pub(crate) async fn take_unsigned(
    tx: &mut TenantTx,
    environment: Environment,
    most: i64,
) -> Result<Vec<Unsigned>, StoreError> {
    let here = e::tenant_id
        .eq(tx.tenant_uuid())
        .and(e::environment.eq(environment.as_str()));
    let rows: Vec<Row> = e::table
        .filter(here.and(e::state.eq("unsigned")))
        .order((e::at, e::event_id))
        .limit(most)
        .select(Row::as_select())
        .for_update()
        .skip_locked()
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(Unsigned::try_from).collect()
}

/// To which resource each stream of the environment belongs.
pub(crate) async fn receivers(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<HashMap<Id<EventStream>, (Id<Resource>, ResourceUri)>, StoreError> {
    let rows: Vec<(Uuid, Uuid, String)> = s::table
        .inner_join(
            r::table.on(r::tenant_id
                .eq(s::tenant_id)
                .and(r::environment.eq(s::environment))
                .and(r::resource_id.eq(s::resource_id))),
        )
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::environment.eq(environment.as_str())),
        )
        .select((s::stream_id, s::resource_id, r::identifier))
        .load(tx.connection()?)
        .await?;
    let read = |(stream, resource, identifier): (_, _, String)| {
        let identifier = ResourceUri::parse(&identifier)
            .map_err(StoreError::corrupt("registry.resource", "identifier"))?;
        Ok((Id::from_uuid(stream), (Id::from_uuid(resource), identifier)))
    };
    rows.into_iter().map(read).collect()
}

/// Keeps the token of an event: it may go out now.
pub(crate) async fn keep_signed(
    tx: &mut TenantTx,
    environment: Environment,
    event: &Unsigned,
    signed: &str,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let row = e::table.find((
        tenant_id,
        environment.as_str(),
        event.stream.as_uuid(),
        event.id,
    ));
    diesel::update(row)
        .set((
            e::state.eq("signed"),
            e::signed.eq(signed),
            e::next_at.eq(diesel::dsl::now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The oldest events that wait, with whether there are more. A stream that does not deliver gives what is about itself alone.
pub(crate) async fn waiting(
    tx: &mut TenantTx,
    (environment, stream): (Environment, Id<EventStream>),
    (delivers, most): (bool, i64),
) -> Result<(Vec<(Uuid, String)>, bool), StoreError> {
    let own = e::tenant_id
        .eq(tx.tenant_uuid())
        .and(e::environment.eq(environment.as_str()))
        .and(e::stream_id.eq(stream.as_uuid()));
    let kinds = if delivers {
        SecurityEvent::ALL
    } else {
        &[SecurityEvent::Verification, SecurityEvent::StreamUpdated]
    };
    let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
    let rows: Vec<(Uuid, Option<String>)> = e::table
        .filter(own.and(e::state.eq("signed")))
        .filter(e::kind.eq_any(kinds))
        .order((e::at, e::event_id))
        .limit(most + 1)
        .select((e::event_id, e::signed))
        .load(tx.connection()?)
        .await?;
    let most = usize::try_from(most).unwrap_or_default();
    let more = rows.len() > most;
    let sets = rows.into_iter().take(most);
    let sets = sets.filter_map(|(id, signed)| Some((id, signed?)));
    Ok((sets.collect(), more))
}

/// The receiver has these. What it does not have to have, or had before, is no error.
pub(crate) async fn acknowledge(
    tx: &mut TenantTx,
    (environment, stream): (Environment, Id<EventStream>),
    taken: &[Uuid],
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let own = e::tenant_id
        .eq(tenant_id)
        .and(e::environment.eq(environment.as_str()))
        .and(e::stream_id.eq(stream.as_uuid()))
        .and(e::state.eq("signed"));
    let told = diesel::update(e::table.filter(own.and(e::event_id.eq_any(taken))))
        .set((
            e::state.eq("delivered"),
            e::tries.eq(e::tries + 1),
            e::outcome.eq("taken"),
        ))
        .execute(tx.connection()?)
        .await?;
    if told > 0 {
        diesel::update(s::table.find((tenant_id, environment.as_str(), stream.as_uuid())))
            .set(s::delivered_at.eq(now))
            .execute(tx.connection()?)
            .await?;
    }
    Ok(())
}

/// The receiver cannot take this one, and says why.
pub(crate) async fn refuse(
    tx: &mut TenantTx,
    (environment, stream): (Environment, Id<EventStream>),
    (id, why): (Uuid, &str),
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let row = e::table.find((tenant_id, environment.as_str(), stream.as_uuid(), id));
    let why: String = why.chars().take(200).collect();
    diesel::update(row.filter(e::state.eq("signed")))
        .set((
            e::state.eq("refused"),
            e::tries.eq(e::tries + 1),
            e::outcome.eq(why),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
