//! Registration by somebody who is known: with an initial access token (RFC 7591 section 3), or by a client that may
//! register others and shows an access token of its own. Somebody answers for it, so it is taken in every mode. It waits
//! like any other; it has a sponsor and a case, never reach.

use narthex_http::dpop::{DpopError, Proof};
use narthex_tenancy::{TenantTx, budget::Bucket, metadata_rules, statement_issuer};
use narthex_vocab::{
    ClientId, IssuerPurpose, QuarantineState, RegistrationMode, Secret, SecretHash, Timestamp,
};
use rand_core::CryptoRng;
use serde_json::{Map, Value};
use std::time::Duration;

use crate::{
    Discovery,
    agent::{self, AccessToken, Agent, AgentError},
    candidate::{Candidate, Keeps, read},
    gate, metadata,
    place::Place,
    pricing::{self, Call},
    register::{QUARANTINE, RegisterError, Registered},
    software_statement::Vouched,
    store::{
        attempt::{self, Attempt},
        family,
        initial_access_token::{self as tokens, Token},
        key_set,
        quarantine::{self, Waiting},
        revocation,
    },
};

/// How long a proof of possession is remembered: longer than its time lets it be used.
const REMEMBERED: Duration = Duration::from_secs(10 * 60);

/// What a caller shows to be more than a stranger.
#[derive(Debug)]
pub enum Shown {
    /// Nothing: a stranger.
    Nothing,
    /// What has the form of an initial access token.
    Token(Secret),
    /// What has the form of an access token.
    AccessToken(AccessToken),
    /// Something else.
    Other,
}

/// What was shown, as it can be looked up.
enum Key {
    Hash(SecretHash),
    Agent(Agent),
}

/// Takes the registration, once for each use; the same software again gets the same identifier.
pub(crate) async fn admit(
    discovery: &Discovery,
    call: Call<'_>,
    (shown, body): (Shown, Result<Map<String, Value>, String>),
    attempt: &mut Attempt,
    rng: &mut dyn CryptoRng,
) -> Result<(Registered, Option<Vouched>), RegisterError> {
    let (place, now) = (call.place, call.now);
    let key = key(discovery, call, shown).await?;
    let keeps = match key {
        Key::Hash(_) => RegistrationMode::Quarantine.into(),
        Key::Agent(_) => Keeps::Keys,
    };
    let (token, rules, trusted) = discovery
        .database
        .tenant(place.tenant, async |tx| {
            let token = valid(tx, place, &key, now).await?;
            let rules = metadata_rules::in_force(tx, place.environment).await?;
            let trusted =
                statement_issuer::trusted_for(tx, place.environment, IssuerPurpose::Statements)
                    .await?;
            Ok::<_, RegisterError>((token, rules, trusted))
        })
        .await?;
    let candidate = read(
        body,
        (keeps, (&trusted, &discovery.issuer(place)), now),
        attempt,
    )?;
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
            let token = valid(tx, place, &key, now).await?;
            family::count(tx, place.environment, &candidate, now).await?;
            let (waiting, new) = bring(tx, place, (&token, &candidate), (now, &mut *rng)).await?;
            attempt.admitted(new, &waiting.client_id);
            attempt::insert(tx, std::slice::from_ref(attempt)).await?;
            Ok::<_, RegisterError>(waiting)
        })
        .await?;
    Ok((waiting.into(), candidate.vouched))
}

/// What to look up: the hash of an initial access token, or the client of an access token that holds.
async fn key(discovery: &Discovery, call: Call<'_>, shown: Shown) -> Result<Key, RegisterError> {
    let shown = match shown {
        Shown::Token(secret) => return Ok(Key::Hash(secret.hash(&discovery.hash_key))),
        Shown::AccessToken(shown) => shown,
        Shown::Nothing | Shown::Other => return Err(RegisterError::InvalidToken),
    };
    let (place, now) = (call.place, call.now);
    let keys = discovery
        .database
        .tenant(place.tenant, async |tx| {
            key_set::load(tx, place.environment, now).await
        })
        .await?;
    let issuer = discovery.issuer(place);
    let endpoint = metadata::below(&discovery.discovery_base, &issuer, "register");
    let (agent, proof) = agent::verify(&shown, &keys, (&issuer, &endpoint), now)?;
    if let Some(proof) = proof {
        first_use(discovery, place, &proof).await?;
    }
    Ok(Key::Agent(agent))
}

/// A proof counts once (RFC 9449 section 11.1). Without Redis nobody can tell, and registration is closed anyway.
async fn first_use(
    discovery: &Discovery,
    place: &Place,
    proof: &Proof,
) -> Result<(), RegisterError> {
    let name = format!("dpop/{}/{}", place.environment, proof.once);
    let budgets = &discovery.budgets;
    match budgets.first_use(place.tenant, &name, REMEMBERED).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(AgentError::from(DpopError::Replayed).into()),
        Err(error) => {
            tracing::warn!(%error, "no proof is taken while its single use cannot be seen");
            Err(RegisterError::Closed { retry_after: 5 })
        }
    }
}

/// The row that the registration rests on, locked until the end of the transaction, if what was shown counts now.
async fn valid(
    tx: &mut TenantTx,
    place: &Place,
    key: &Key,
    now: Timestamp,
) -> Result<Token, RegisterError> {
    let environment = place.environment;
    match key {
        Key::Hash(hash) => tokens::valid(tx, environment, hash, now)
            .await?
            .ok_or(RegisterError::InvalidToken),
        Key::Agent(agent) => {
            let standing = tokens::standing(tx, environment, &agent.client_id, now).await?;
            if revocation::is_revoked(tx, environment, agent.jti).await? {
                return Err(AgentError::Stopped.into());
            }
            standing.ok_or_else(|| AgentError::Stopped.into())
        }
    }
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
    match quarantine::brought(tx, place, candidate, token).await? {
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
