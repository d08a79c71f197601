//! `issue.event_stream`: by what a resource hears of security events (OpenID Shared Signals Framework 1.0). Its receiver and its
//! tenant's people set it up alike. What there is to tell is written by the database, beside the change itself.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_vocab::{
    Environment, Id, Label, Resource, SecurityEvent, StreamStatus, Timestamp, WebUri, kind,
};

use crate::{
    StoreError, TenantTx,
    schema::issue::{event_stream as s, security_event as e},
};

const TABLE: &str = "issue.event_stream";
/// How long a receiver waits before it asks for the next verification.
pub const BETWEEN_VERIFICATIONS: Duration = Duration::seconds(60);

/// How events get to the receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// They are sent to this address (RFC 8935).
    Push(WebUri),
    /// It fetches them (RFC 8936).
    Poll,
}

impl Delivery {
    /// The method, as on the wire.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Push(_) => "urn:ietf:rfc:8935",
            Self::Poll => "urn:ietf:rfc:8936",
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Push(_) => "push",
            Self::Poll => "poll",
        }
    }

    /// Where they are sent.
    #[must_use]
    pub const fn endpoint(&self) -> Option<&WebUri> {
        match self {
            Self::Push(endpoint) => Some(endpoint),
            Self::Poll => None,
        }
    }
}

/// What a receiver chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// How.
    pub delivery: Delivery,
    /// What it hears of.
    pub kinds: Vec<SecurityEvent>,
    /// What it calls the stream.
    pub description: Option<Label>,
}

/// A stream as it stands.
#[derive(Debug, Clone)]
pub struct EventStream {
    /// Its identity.
    pub id: Id<kind::EventStream>,
    /// Whose it is.
    pub resource: Id<Resource>,
    /// What was chosen.
    pub terms: Terms,
    /// How it stands.
    pub status: StreamStatus,
    /// Why.
    pub reason: Option<String>,
    /// Deliveries that failed one after another.
    pub failures: i32,
    /// How the last of them failed.
    pub last_error: Option<String>,
    /// When something was last taken.
    pub delivered_at: Option<Timestamp>,
    /// When a verification was last asked for.
    pub verification_at: Option<Timestamp>,
    /// Events that were dropped unheard.
    pub lost: i64,
    /// Since when there is one.
    pub created_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = s)]
struct Row {
    stream_id: uuid::Uuid,
    resource_id: uuid::Uuid,
    endpoint: Option<String>,
    kinds: Vec<String>,
    description: Option<String>,
    status: String,
    status_reason: Option<String>,
    failures: i32,
    last_error: Option<String>,
    delivered_at: Option<Timestamp>,
    verification_at: Option<Timestamp>,
    lost: i64,
    created_at: Timestamp,
}

impl TryFrom<Row> for EventStream {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let endpoint = row.endpoint.as_deref().map(WebUri::parse).transpose();
        let endpoint = endpoint.map_err(StoreError::corrupt(TABLE, "endpoint"))?;
        let kinds: Result<_, _> = row
            .kinds
            .iter()
            .map(|kind| kind.parse::<SecurityEvent>())
            .collect();
        let description = row.description.as_deref().map(Label::parse).transpose();
        Ok(Self {
            id: Id::from_uuid(row.stream_id),
            resource: Id::from_uuid(row.resource_id),
            terms: Terms {
                delivery: endpoint.map_or(Delivery::Poll, Delivery::Push),
                kinds: kinds.map_err(StoreError::corrupt(TABLE, "kinds"))?,
                description: description.map_err(StoreError::corrupt(TABLE, "description"))?,
            },
            status: row
                .status
                .parse()
                .map_err(StoreError::corrupt(TABLE, "status"))?,
            reason: row.status_reason,
            failures: row.failures,
            last_error: row.last_error,
            delivered_at: row.delivered_at,
            verification_at: row.verification_at,
            lost: row.lost,
            created_at: row.created_at,
        })
    }
}

/// The stream of a resource, locked until the transaction ends; `None` where it has none.
pub async fn lock_of(
    tx: &mut TenantTx,
    (environment, resource): (Environment, Id<Resource>),
) -> Result<Option<EventStream>, StoreError> {
    let own = s::table.filter(
        s::tenant_id
            .eq(tx.tenant_uuid())
            .and(s::environment.eq(environment.as_str()))
            .and(s::resource_id.eq(resource.as_uuid())),
    );
    let row: Option<Row> = own
        .select(Row::as_select())
        .for_no_key_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(EventStream::try_from).transpose()
}

/// Begins a stream. Refused by `one_stream_a_resource` where there is one, and by a foreign key where there is no such resource.
pub async fn insert(
    tx: &mut TenantTx,
    (environment, resource): (Environment, Id<Resource>),
    (id, terms): (Id<kind::EventStream>, &Terms),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(s::table)
        .values((
            s::tenant_id.eq(tenant_id),
            s::environment.eq(environment.as_str()),
            s::stream_id.eq(id.as_uuid()),
            s::resource_id.eq(resource.as_uuid()),
            s::method.eq(terms.delivery.word()),
            s::endpoint.eq(terms.delivery.endpoint().map(WebUri::as_str)),
            s::kinds.eq(words(terms)),
            s::description.eq(terms.description.as_ref().map(Label::as_str)),
            s::created_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Sets what was chosen. What failed at another address is forgotten.
pub async fn change(
    tx: &mut TenantTx,
    environment: Environment,
    (stream, terms): (&EventStream, &Terms),
) -> Result<(), StoreError> {
    let moved = stream.terms.delivery != terms.delivery;
    let failures = if moved { 0 } else { stream.failures };
    let tenant_id = tx.tenant_uuid();
    diesel::update(s::table.find((tenant_id, environment.as_str(), stream.id.as_uuid())))
        .set((
            s::method.eq(terms.delivery.word()),
            s::endpoint.eq(terms.delivery.endpoint().map(WebUri::as_str)),
            s::kinds.eq(words(terms)),
            s::description.eq(terms.description.as_ref().map(Label::as_str)),
            s::failures.eq(failures),
        ))
        .execute(tx.connection()?)
        .await?;
    if moved {
        at_once(tx, environment, stream.id).await?;
    }
    Ok(())
}

fn words(terms: &Terms) -> Vec<&'static str> {
    terms.kinds.iter().map(|kind| kind.as_str()).collect()
}

/// Sets how it stands. What waits goes out at once where it may.
pub async fn set_status(
    tx: &mut TenantTx,
    environment: Environment,
    stream: Id<kind::EventStream>,
    (status, reason): (StreamStatus, Option<&str>),
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let reason: Option<String> = reason.map(|words| words.chars().take(200).collect());
    diesel::update(s::table.find((tenant_id, environment.as_str(), stream.as_uuid())))
        .set((
            s::status.eq(status.as_str()),
            s::status_reason.eq(reason),
            s::failures.eq(0),
        ))
        .execute(tx.connection()?)
        .await?;
    if status == StreamStatus::Enabled {
        at_once(tx, environment, stream).await?;
    }
    Ok(())
}

/// What failed before is tried again without waiting.
async fn at_once(
    tx: &mut TenantTx,
    environment: Environment,
    stream: Id<kind::EventStream>,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let waiting = e::tenant_id
        .eq(tenant_id)
        .and(e::environment.eq(environment.as_str()))
        .and(e::stream_id.eq(stream.as_uuid()))
        .and(e::state.eq("signed"));
    diesel::update(e::table.filter(waiting))
        .set(e::next_at.eq(diesel::dsl::now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Ends the stream and everything that waits in it.
pub async fn remove(
    tx: &mut TenantTx,
    environment: Environment,
    stream: Id<kind::EventStream>,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::delete(s::table.find((tenant_id, environment.as_str(), stream.as_uuid())))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Leaves a verification in the stream (SSF 1.0 section 8.1.4), with what the receiver sent along.
pub async fn verify(
    tx: &mut TenantTx,
    environment: Environment,
    (stream, state): (Id<kind::EventStream>, Option<&str>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::update(s::table.find((tenant_id, environment.as_str(), stream.as_uuid())))
        .set(s::verification_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    leave(
        tx,
        environment,
        stream,
        (SecurityEvent::Verification, state),
    )
    .await
}

/// Tells the receiver that somebody else changed how its stream stands (SSF 1.0 section 8.1.5).
pub async fn tell_status(
    tx: &mut TenantTx,
    environment: Environment,
    stream: Id<kind::EventStream>,
    status: StreamStatus,
) -> Result<(), StoreError> {
    let what = (SecurityEvent::StreamUpdated, Some(status.as_str()));
    leave(tx, environment, stream, what).await
}

async fn leave(
    tx: &mut TenantTx,
    environment: Environment,
    stream: Id<kind::EventStream>,
    (kind, detail): (SecurityEvent, Option<&str>),
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(e::table)
        .values((
            e::tenant_id.eq(tenant_id),
            e::environment.eq(environment.as_str()),
            e::stream_id.eq(stream.as_uuid()),
            e::kind.eq(kind.as_str()),
            e::detail.eq(detail),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
