//! Software that waits in quarantine: the same again is told what is known, new software gets an identifier, and in an
//! open sandbox the caller waits for what the approval plane makes of it. It asks no budget and no list who may come.

use std::time::Duration;

use narthex_tenancy::StoreError;
use narthex_vocab::{ClientId, QuarantineState};
use rand_core::CryptoRng;

use crate::{
    Discovery,
    candidate::Candidate,
    place::Place,
    pricing::{self, Call},
    register::{RegisterError, Registered},
    store::{
        attempt::{self, Attempt},
        family,
        quarantine::{self, New, Waiting},
    },
};

/// How long the caller of an open sandbox waits for the approval plane.
const OPEN_BUDGET: Duration = Duration::from_secs(2);

/// The family's one identifier, known or new. `open` says that becoming a client confirms nothing here.
pub(crate) async fn wait(
    discovery: &Discovery,
    call: Call<'_>,
    (candidate, open): (&Candidate, bool),
    attempt: &mut Attempt,
    rng: &mut dyn CryptoRng,
) -> Result<Waiting, RegisterError> {
    let place = call.place;
    let call = Call {
        family: Some(candidate.fingerprint),
        ..call
    };
    let known = discovery
        .known(place, &candidate.fingerprint, call.now)
        .await?;
    attempt.of_known_family = known.is_some();
    if let Some(known) = known {
        return repeated(discovery, call, known, attempt).await;
    }
    pricing::newcomer(discovery, call, open).await?;
    first(discovery, call, candidate, attempt, rng).await
}

/// The same software again gives no row: it is told what is known, and counted.
async fn repeated(
    discovery: &Discovery,
    call: Call<'_>,
    known: Waiting,
    attempt: &mut Attempt,
) -> Result<Waiting, RegisterError> {
    if known.state == QuarantineState::Blocked {
        return Err(RegisterError::Blocked);
    }
    pricing::repeat(discovery, call).await?;
    attempt.admitted(false, &known.client_id);
    discovery
        .tally
        .note(call.place.tenant, attempt.clone())
        .await?;
    Ok(known)
}

/// A family that does not wait yet. The attempt is part of the transaction.
async fn first(
    discovery: &Discovery,
    call: Call<'_>,
    candidate: &Candidate,
    attempt: &mut Attempt,
    rng: &mut dyn CryptoRng,
) -> Result<Waiting, RegisterError> {
    let (place, now) = (call.place, call.now);
    discovery
        .database
        .tenant(place.tenant, async |tx| {
            family::count(tx, place.environment, candidate, now).await?;
            let new = New {
                client_id: ClientId::generate(place.environment, rng),
                introduced_by: call.source.range,
                created_at: now,
                expires_at: now + call.limits.lifetime(),
            };
            let (waiting, new) = quarantine::join(tx, place, candidate, new).await?;
            if waiting.state == QuarantineState::Blocked {
                return Err(RegisterError::Blocked);
            }
            attempt.admitted(new, &waiting.client_id);
            attempt::insert(tx, std::slice::from_ref(attempt)).await?;
            Ok(waiting)
        })
        .await
}

/// Waits for the approval plane, which alone can make a client; the caller retries when it is away.
pub(crate) async fn activated(
    discovery: &Discovery,
    place: &Place,
    waiting: Waiting,
) -> Result<Registered, RegisterError> {
    let answered = async {
        loop {
            let found = discovery
                .database
                .tenant(place.tenant, async |tx| {
                    quarantine::find(tx, place, &waiting.client_id).await
                })
                .await?;
            match found {
                Some(found) if found.answer.is_some() => return Ok(found.into()),
                Some(found) if found.state == QuarantineState::Blocked => {
                    return Err(RegisterError::Blocked);
                }
                Some(_) => tokio::time::sleep(Duration::from_millis(40)).await,
                None => return Err(RegisterError::Store(StoreError::NotFound)),
            }
        }
    };
    tokio::time::timeout(OPEN_BUDGET, answered)
        .await
        .unwrap_or(Err(RegisterError::Closed { retry_after: 5 }))
}
