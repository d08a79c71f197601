//! A receiver fetches its events (RFC 8936): what it acknowledges is gone, everything else comes again. It waits a while for the
//! next one unless it says otherwise, and no receiver waits for another.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use narthex_tenancy::{TenantTx, event_stream::EventStream};
use narthex_vocab::StreamStatus;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use crate::Token;
use crate::call::Call;
use crate::event_stream::{StreamError, own};
use crate::resource_auth::ResourceCaller;
use crate::security_event::name_of;
use crate::store;

/// The most events of one answer.
const MOST: i64 = 100;
/// How long an answer waits for an event.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a receiver says and asks for (section 2.2); members that are not known are ignored.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Poll {
    #[serde(rename = "maxEvents")]
    most: Option<u32>,
    #[serde(rename = "returnImmediately", default)]
    at_once: bool,
    #[serde(default)]
    ack: Vec<String>,
    #[serde(rename = "setErrs", default)]
    errors: BTreeMap<String, SetError>,
}

/// Why it cannot take one.
#[derive(Debug, Deserialize)]
struct SetError {
    err: String,
    #[serde(default)]
    description: String,
}

/// What it gets (section 2.3).
#[derive(Debug, Serialize)]
pub(crate) struct Polled {
    sets: HashMap<Uuid, String>,
    #[serde(rename = "moreAvailable")]
    more: bool,
}

impl Poll {
    fn most(&self) -> i64 {
        self.most.map_or(MOST, |most| i64::from(most).min(MOST))
    }
}

/// Takes what is acknowledged and answers with what waits.
pub(crate) async fn poll(
    token: &Token,
    call: Call<'_>,
    (caller, asked): (&ResourceCaller, &Poll),
) -> Result<Polled, StreamError> {
    let until = Instant::now() + PATIENCE;
    // Listening begins before the first look, so that nothing falls between the two.
    let mut told = token.memory.signed();
    let work = async |tx: &mut TenantTx| {
        let stream = own(tx, call, (caller, None)).await?;
        settle(tx, call, (&stream, asked)).await?;
        look(tx, call, (&stream, asked))
            .await
            .map(|polled| (stream, polled))
    };
    let (stream, mut polled) = token.database.tenant(call.place.tenant, work).await?;
    let name = name_of((call.place.tenant, call.place.environment), stream.id);
    while polled.sets.is_empty() && !asked.at_once && asked.most() > 0 {
        match timeout_at(until, told.recv()).await {
            // Too many to keep: one of them may have been ours.
            Ok(Err(tokio::sync::broadcast::error::RecvError::Lagged(_))) => {}
            Ok(Ok(named)) if named == name => {}
            Ok(Ok(_)) => continue,
            Ok(Err(tokio::sync::broadcast::error::RecvError::Closed)) | Err(_) => break,
        }
        let work = async |tx: &mut TenantTx| {
            let stream = own(tx, call, (caller, None)).await?;
            look(tx, call, (&stream, asked)).await
        };
        polled = token.database.tenant(call.place.tenant, work).await?;
    }
    Ok(polled)
}

async fn settle(
    tx: &mut TenantTx,
    call: Call<'_>,
    (stream, asked): (&EventStream, &Poll),
) -> Result<(), StreamError> {
    let at = (call.place.environment, stream.id);
    let taken: Vec<_> = asked
        .ack
        .iter()
        .filter_map(|jti| Uuid::try_parse(jti).ok())
        .collect();
    if !taken.is_empty() {
        store::security_event::acknowledge(tx, at, &taken, call.now).await?;
    }
    for (jti, error) in &asked.errors {
        let Ok(id) = Uuid::try_parse(jti) else {
            continue;
        };
        let why = format!("{}: {}", error.err, error.description);
        store::security_event::refuse(tx, at, (id, &why)).await?;
    }
    Ok(())
}

async fn look(
    tx: &mut TenantTx,
    call: Call<'_>,
    (stream, asked): (&EventStream, &Poll),
) -> Result<Polled, StreamError> {
    let at = (call.place.environment, stream.id);
    let delivers = stream.status == StreamStatus::Enabled;
    // A stream that pushes is not polled beside it.
    if stream.terms.delivery.endpoint().is_some() {
        return Err(StreamError::Unknown);
    }
    let (sets, more) = store::security_event::waiting(tx, at, (delivers, asked.most())).await?;
    Ok(Polled {
        sets: sets.into_iter().collect(),
        more,
    })
}
