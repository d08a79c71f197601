//! Registration with an initial access token (RFC 7591 section 3): somebody answers for it, so it is taken in every
//! mode. It waits like any other; the token gives it a sponsor and a case, never reach.

use narthex_tenancy::{StoreError, TenantTx, budget::Bucket, metadata_rules, statement_issuer};
use narthex_vocab::{ClientId, QuarantineState, RegistrationMode, Secret, Timestamp};
use rand_core::CryptoRng;
use serde_json::{Map, Value};
use std::time::Duration;

use crate::{
    Discovery, gate,
    place::Place,
    pricing::{self, Call},
    register::{Candidate, QUARANTINE, RegisterError, Registered, read},
    software_statement::Vouched,
    store::{
        attempt::{self, Attempt},
        family,
        initial_access_token::{self as tokens, Token},
        quarantine::{self, Waiting},
    },
};

/// What a caller shows to be more than a stranger.
#[derive(Debug)]
pub enum Shown {
    /// Nothing: a stranger.
    Nothing,
    /// What has the form of an initial access token.
    Token(Secret),
    /// Something else.
    Other,
}

/// Takes the registration, once for each use of the token; the same software again gets the same identifier.
pub(crate) async fn admit(
    discovery: &Discovery,
    call: Call<'_>,
    (shown, body): (Shown, Result<Map<String, Value>, String>),
    attempt: &mut Attempt,
    rng: &mut dyn CryptoRng,
) -> Result<(Registered, Option<Vouched>), RegisterError> {
    let Shown::Token(secret) = shown else {
        return Err(RegisterError::InvalidToken);
    };
    let (place, now) = (call.place, call.now);
    let hash = secret.hash(&discovery.hash_key);
    let (token, rules, trusted) = discovery
        .database
        .tenant(place.tenant, async |tx| {
            let token = tokens::valid(tx, place.environment, &hash, now).await?;
            let rules = metadata_rules::in_force(tx, place.environment).await?;
            let trusted = statement_issuer::trusted(tx, place.environment).await?;
            Ok::<_, StoreError>((token, rules, trusted))
        })
        .await?;
    let token = token.ok_or(RegisterError::InvalidToken)?;
    let candidate = read(body, (RegistrationMode::Quarantine, &trusted, now), attempt)?;
    let apart = discovery
        .database
        .tenant(place.tenant, async |tx| {
            quarantine::is_apart(tx, place, &candidate, token.id).await
        })
        .await?;
    if apart {
        gate::pass_apart(discovery, call, &candidate).await?;
    } else {
        gate::pass(discovery, call, Some(&candidate)).await?;
    }
    rules.check(&candidate.metadata)?;
    within_parents_budget(discovery, place, &token).await?;
    pricing::stranger(discovery, call).await?;

    let waiting = discovery
        .database
        .tenant(place.tenant, async |tx| {
            // The row is locked: of two calls at once the second sees what the first left.
            let token = tokens::valid(tx, place.environment, &hash, now).await?;
            let token = token.ok_or(RegisterError::InvalidToken)?;
            family::count(tx, place.environment, &candidate, now).await?;
            let (waiting, new) = bring(tx, place, (&token, &candidate), (now, &mut *rng)).await?;
            attempt.admitted(new, &waiting.client_id);
            attempt::insert(tx, std::slice::from_ref(attempt)).await?;
            Ok::<_, RegisterError>(waiting)
        })
        .await?;
    Ok((waiting.into(), candidate.vouched))
}

/// What this token brought of the same software before, or a new identifier for one use of it.
async fn bring(
    tx: &mut TenantTx,
    place: &Place,
    (token, candidate): (&Token, &Candidate),
    (now, rng): (Timestamp, &mut dyn CryptoRng),
) -> Result<(Waiting, bool), RegisterError> {
    let apart = quarantine::is_apart(tx, place, candidate, token.id).await?;
    if !apart && quarantine::is_blocked(tx, place, candidate).await? {
        return Err(RegisterError::Blocked);
    }
    match quarantine::brought(tx, place, candidate, token.id).await? {
        Some(known) if known.state == QuarantineState::Blocked => Err(RegisterError::Blocked),
        Some(known) => Ok((known, false)),
        None if !tokens::spend(tx, place.environment, token.id, now).await? => {
            Err(RegisterError::InvalidToken)
        }
        None => {
            let fresh = ClientId::generate(place.environment, rng);
            let times = (now, now + QUARANTINE);
            let brought = quarantine::bring(tx, place, candidate, (fresh, token.id), times);
            Ok((brought.await?, true))
        }
    }
}

/// The budget of the client that registers others: all its tokens together.
async fn within_parents_budget(
    discovery: &Discovery,
    place: &Place,
    token: &Token,
) -> Result<(), RegisterError> {
    let Some(parent) = &token.parent else {
        return Ok(());
    };
    let name = format!("register/{}/parent/{parent}", place.environment);
    let bucket = Bucket::new(name, 60, Duration::from_secs(60));
    pricing::within(discovery, place.tenant, &[bucket]).await
}
