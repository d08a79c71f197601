//! Pushes signed security events to a receiver (RFC 8935), through the guard, one after another. What fails is tried again later and
//! holds up nobody else. It can sign nothing, and whether a receiver fails too often is not for it to say.

use std::time::Duration;

use narthex_egress::FetchError;
use narthex_tenancy::{StoreError, ambient};
use narthex_vocab::{Environment, Id, Tenant, WebUri, kind};
use uuid::Uuid;

use crate::{Discovery, fetch_orders::said, store::security_event as store};

/// What is pushed (RFC 8935 section 2.1).
const TYPE: &str = "application/secevent+jwt";
/// How long is waited after each failure; after the last of them for as long again.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(300),
    Duration::from_secs(1_800),
    Duration::from_secs(3_600),
];
/// Pauses up to this one are waited for here; longer ones end with a reminder of the approval plane.
const WAITED_FOR: Duration = Duration::from_secs(10);

/// A stream, by what the database says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StreamRef {
    pub(crate) tenant: Id<Tenant>,
    pub(crate) environment: Environment,
    pub(crate) stream: Id<kind::EventStream>,
}

impl StreamRef {
    /// Reads the payload: tenant, environment and stream, with blanks between.
    pub(crate) fn parse(payload: &str) -> Option<Self> {
        let mut words = payload.splitn(3, ' ');
        let (tenant, environment, stream) = (words.next()?, words.next()?, words.next()?);
        Some(Self {
            tenant: Uuid::try_parse(tenant).map(Id::from_uuid).ok()?,
            environment: environment.parse().ok()?,
            stream: Uuid::try_parse(stream).map(Id::from_uuid).ok()?,
        })
    }
}

/// One event on its way.
pub(crate) struct Due {
    pub(crate) id: Uuid,
    pub(crate) endpoint: WebUri,
    pub(crate) signed: String,
    /// How often it was tried before.
    pub(crate) tries: i32,
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pushed {
    Delivered,
    /// The receiver cannot take this one (RFC 8935 section 2.3): it is not tried again.
    Refused,
    Failed,
}

/// How long an event waits after it has failed so often.
fn pause(tries: i32) -> Duration {
    let tries = usize::try_from(tries).unwrap_or_default();
    PAUSES
        .get(tries)
        .copied()
        .unwrap_or(Duration::from_secs(3_600))
}

/// Pushes what is due, until nothing is or something fails. When to come again, if that is soon.
pub(crate) async fn push(
    discovery: &Discovery,
    at: StreamRef,
) -> Result<Option<Duration>, StoreError> {
    loop {
        let now = ambient::now();
        let claim = async |tx: &mut _| store::claim(tx, at, (now, pause)).await;
        let Some(due) = discovery.database.tenant(at.tenant, claim).await? else {
            return Ok(None);
        };
        let (pushed, outcome) = once(discovery, &due).await;
        let now = ambient::now();
        let note = async |tx: &mut _| store::note(tx, at, (due.id, pushed, &outcome), now).await;
        discovery.database.tenant(at.tenant, note).await?;
        let host = due.endpoint.host();
        tracing::info!(tenant = %at.tenant, %host, ?pushed, outcome, "pushed a security event");
        if pushed == Pushed::Failed {
            let pause = pause(due.tries);
            return Ok((pause <= WAITED_FOR).then_some(pause));
        }
    }
}

async fn once(discovery: &Discovery, due: &Due) -> (Pushed, String) {
    let Ok(url) = due.endpoint.as_str().parse() else {
        return (Pushed::Refused, "the address cannot be used".to_owned());
    };
    match discovery.guard.post(url, (TYPE, due.signed.clone())).await {
        Ok(()) => (Pushed::Delivered, "taken".to_owned()),
        Err(error) => {
            let pushed = match error {
                FetchError::Status { status: 400 } => Pushed::Refused,
                _ => Pushed::Failed,
            };
            (pushed, said(&error).as_str().to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn notices_name_one_stream() {
        let id = "00000000-0000-7000-8000-000000000002";
        let read = StreamRef::parse(&format!("{id} sandbox {id}")).unwrap();
        assert_eq!(read.environment, Environment::Sandbox);
        for payload in [
            String::new(),
            id.to_owned(),
            format!("{id} {id}"),
            format!("{id} staging {id}"),
            format!("{id} sandbox {id} more"),
        ] {
            assert_eq!(StreamRef::parse(&payload), None, "{payload}");
        }
    }

    #[test]
    fn pauses_grow_and_end_at_an_hour() {
        let pauses: Vec<_> = (0..9).map(pause).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&Duration::from_secs(3_600)));
    }
}
