//! A tenant sets up by what one of its resources hears of security events, pauses and ends it, and has a test sent. The receiver
//! itself may do the same at the token plane. Nothing here decides what there is to tell.

use narthex_tenancy::{
    StoreError, TenantTx,
    event_stream::{self, BETWEEN_VERIFICATIONS, EventStream, Terms},
    permission::Action,
};
use narthex_vocab::{Environment, Id, Resource, StreamStatus, kind};
use serde_json::{Value, json};

use crate::acting::{Acting, Deed, NotPermitted};

/// Of which resource.
pub type At = (Environment, Id<Resource>);

/// Why the stream is as before.
#[derive(Debug, thiserror::Error)]
pub enum EventStreamError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The environment has no such resource, or the resource no stream.
    #[error("this resource has no stream of events")]
    Unknown,
    /// The last test was a moment ago.
    #[error("the last test was less than a minute ago")]
    TooSoon,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for EventStreamError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("event_stream_tenant_id_environment_resource_id_fkey") => Self::Unknown,
            _ => Self::Store(error),
        }
    }
}

/// Begins the stream of a resource, or changes it.
pub async fn set_event_stream(
    tx: &mut TenantTx,
    (at, terms): (At, &Terms),
    acting: &mut Acting<'_>,
) -> Result<Id<kind::EventStream>, EventStreamError> {
    acting.member(tx, Action::EditCatalogue)?;
    let id = if let Some(before) = event_stream::lock_of(tx, at).await? {
        event_stream::change(tx, at.0, (&before, terms)).await?;
        before.id
    } else {
        let id = acting.id();
        event_stream::insert(tx, at, (id, terms), acting.now).await?;
        id
    };
    let delivery = json!({
        "method": terms.delivery.method(),
        "endpoint": terms.delivery.endpoint(),
        "events": terms.kinds,
    });
    record(tx, ("event_stream.set", at), (id, delivery), acting).await?;
    Ok(id)
}

/// Pauses it, turns it off, or has it deliver again; the receiver hears so.
pub async fn set_event_stream_status(
    tx: &mut TenantTx,
    (at, status): (At, StreamStatus),
    acting: &mut Acting<'_>,
) -> Result<(), EventStreamError> {
    acting.member(tx, Action::EditCatalogue)?;
    let stream = of(tx, at).await?;
    event_stream::set_status(tx, at.0, stream.id, (status, None)).await?;
    if stream.status != status {
        event_stream::tell_status(tx, at.0, stream.id, status).await?;
    }
    let detail = json!({ "before": stream.status, "after": status });
    record(
        tx,
        ("event_stream.set_status", at),
        (stream.id, detail),
        acting,
    )
    .await
}

/// Has a test sent.
pub async fn verify_event_stream(
    tx: &mut TenantTx,
    at: At,
    acting: &mut Acting<'_>,
) -> Result<(), EventStreamError> {
    acting.member(tx, Action::EditCatalogue)?;
    let stream = of(tx, at).await?;
    let next = stream.verification_at.map(|at| at + BETWEEN_VERIFICATIONS);
    if next.is_some_and(|next| next > acting.now) {
        return Err(EventStreamError::TooSoon);
    }
    event_stream::verify(tx, at.0, (stream.id, None), acting.now).await?;
    record(
        tx,
        ("event_stream.verify", at),
        (stream.id, json!({})),
        acting,
    )
    .await
}

/// Ends it, with everything that waits.
pub async fn remove_event_stream(
    tx: &mut TenantTx,
    at: At,
    acting: &mut Acting<'_>,
) -> Result<(), EventStreamError> {
    acting.member(tx, Action::EditCatalogue)?;
    let stream = of(tx, at).await?;
    event_stream::remove(tx, at.0, stream.id).await?;
    record(
        tx,
        ("event_stream.remove", at),
        (stream.id, json!({})),
        acting,
    )
    .await
}

async fn of(tx: &mut TenantTx, at: At) -> Result<EventStream, EventStreamError> {
    let found = event_stream::lock_of(tx, at).await?;
    found.ok_or(EventStreamError::Unknown)
}

async fn record(
    tx: &mut TenantTx,
    (action, (environment, resource)): (&'static str, At),
    (stream, mut detail): (Id<kind::EventStream>, Value),
    acting: &Acting<'_>,
) -> Result<(), EventStreamError> {
    if let Some(members) = detail.as_object_mut() {
        members.insert("resource".to_owned(), json!(resource));
    }
    let deed = Deed {
        action,
        object: stream.to_string(),
        environment: Some(environment),
        reason: "",
        detail,
    };
    Ok(acting.record(tx, deed).await?)
}
