//! The keys of every issuer: made on first use, sealed at rest under the key-encryption key, parsed once and kept in
//! memory. A private key is never in a row, a log or an answer.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use narthex_tenancy::token_policy::{self, TokenPolicy};
use narthex_tenancy::{StoreError, ambient, sealing::SealError};
use narthex_vocab::{SigningAlgorithm, Timestamp};
use rand_core::CryptoRng;
use serde_json::Value;

use crate::Token;
use crate::memory::At;
use crate::rotate;
use crate::signing_key::{SigningKey, SigningKeyError};
use crate::store::signing_key::{self as store, NewKey};

/// What one issuer signs with, what its tokens are checked with, and what it demands of them.
pub(crate) struct Ring {
    es256: SigningKey,
    ed_dsa: SigningKey,
    rs256: SigningKey,
    /// By kid: the current ones and those that are not withdrawn yet. Each checks by its own algorithm alone.
    checking: HashMap<String, (Algorithm, DecodingKey)>,
    /// What an owner demands of every client here.
    pub(crate) policy: TokenPolicy,
    /// When the next of the keys is withdrawn: then these are not the ones any more.
    withdraws_at: Option<Timestamp>,
    /// When the next step of a rotation is due.
    due_at: Timestamp,
}

impl Ring {
    /// The key that signs by this algorithm.
    pub(crate) const fn key(&self, algorithm: SigningAlgorithm) -> &SigningKey {
        match algorithm {
            SigningAlgorithm::Es256 => &self.es256,
            SigningAlgorithm::EdDsa => &self.ed_dsa,
            SigningAlgorithm::Rs256 => &self.rs256,
        }
    }

    /// The key that checks tokens with this `kid`, with the one algorithm that it is for.
    pub(crate) fn checking(&self, kid: &str) -> Option<(Algorithm, &DecodingKey)> {
        let (algorithm, key) = self.checking.get(kid)?;
        Some((*algorithm, key))
    }
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("the thread that makes keys ended")]
    Thread,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The keys of one issuer. Keys that were never made are made now; when two processes make them at once, the database keeps
/// the first and both use it.
pub(crate) async fn ring(token: &Token, at: At, now: Timestamp) -> Result<Arc<Ring>, KeysError> {
    let read = async || {
        if let Some(ring) = load(token, at, now).await? {
            return Ok(Some(ring));
        }
        make(token, at, now, &mut ambient::rng()).await?;
        load(token, at, now).await
    };
    let found = token.remembered_ring(at, now, read).await?;
    let mut ring = found.ok_or(KeysError::Store(StoreError::NotFound))?;
    if ring.withdraws_at.is_some_and(|end| end <= now) {
        token.memory.forget_ring(at);
        let read = load(token, at, now).await?;
        ring = Arc::new(read.ok_or(KeysError::Store(StoreError::NotFound))?);
    }
    if ring.due_at <= now {
        token.memory.note_due(at);
    }
    Ok(ring)
}

/// Reads and opens the keys; `None` while one of the algorithms has none.
async fn load(token: &Token, at: At, now: Timestamp) -> Result<Option<Ring>, KeysError> {
    let (tenant, environment) = at;
    let read = token.database.tenant(tenant, async |tx| {
        let current = store::current(tx, environment).await?;
        let published = store::published(tx, environment, now).await?;
        let policy = token_policy::load(tx, environment).await?;
        let mut due_at = now + rotate::TURN;
        for algorithm in SigningAlgorithm::ALL {
            let turns = store::turns(tx, environment, *algorithm).await?;
            due_at = due_at.min(rotate::due(&turns, now).1);
        }
        Ok::<_, StoreError>((current, published, policy, due_at))
    });
    let (current, published, policy, due_at) = read.await?;
    let withdraws_at = published.iter().filter_map(|(_, _, end)| *end).min();
    let open = |algorithm: SigningAlgorithm| -> Result<Option<SigningKey>, KeysError> {
        let Some(key) = current.iter().find(|key| key.algorithm == algorithm) else {
            return Ok(None);
        };
        let pkcs8 = token.sealing.open(&key.sealed, &place(at, &key.kid))?;
        let key = SigningKey::from_pkcs8(algorithm, key.kid.clone(), &pkcs8)?;
        Ok(Some(key))
    };
    let (Some(es256), Some(ed_dsa), Some(rs256)) = (
        open(SigningAlgorithm::Es256)?,
        open(SigningAlgorithm::EdDsa)?,
        open(SigningAlgorithm::Rs256)?,
    ) else {
        return Ok(None);
    };
    let checking = published.into_iter();
    let checking = checking.filter_map(|(kid, jwk, _)| Some((kid, check(jwk)?)));
    Ok(Some(Ring {
        es256,
        ed_dsa,
        rs256,
        checking: checking.collect(),
        policy,
        withdraws_at,
        due_at,
    }))
}

/// A published key with the algorithm that it was made for.
fn check(jwk: Value) -> Option<(Algorithm, DecodingKey)> {
    let algorithm = jwk.get("alg")?.as_str()?.parse().ok()?;
    let jwk = serde_json::from_value(jwk).ok()?;
    Some((algorithm, DecodingKey::from_jwk(&jwk).ok()?))
}

async fn make(
    token: &Token,
    at: At,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<(), KeysError> {
    let (tenant, environment) = at;
    let keys = make_pairs(token, at, rng).await?;
    let write = token.database.tenant(tenant, async |tx| {
        for key in keys {
            store::insert(tx, environment, key, now).await?;
        }
        Ok::<_, StoreError>(())
    });
    write.await?;
    tracing::info!(%tenant, %environment, "made the keys of an issuer");
    Ok(())
}

/// New keys, sealed: one of each algorithm.
pub(crate) async fn make_pairs(
    token: &Token,
    at: At,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<NewKey>, KeysError> {
    let wanted: Vec<_> = SigningAlgorithm::ALL
        .iter()
        .map(|algorithm| (*algorithm, new_kid(rng)))
        .collect();
    let generate = tokio::task::spawn_blocking(|| {
        let one = |(algorithm, kid)| SigningKey::generate(algorithm, kid);
        wanted.into_iter().map(one).collect()
    });
    let made: Result<Vec<SigningKey>, SigningKeyError> =
        generate.await.map_err(|_| KeysError::Thread)?;
    let sealed = made?.into_iter().map(|key| {
        let belongs = place(at, key.kid());
        Ok(NewKey {
            kid: key.kid().to_owned(),
            algorithm: key.algorithm(),
            sealed: token.sealing.seal(&key.pkcs8()?, &belongs, rng)?,
            jwk: key.public_jwk()?,
        })
    });
    sealed.collect()
}

/// An opaque identifier: nobody finds a key by what is in it.
fn new_kid(rng: &mut dyn CryptoRng) -> String {
    let mut random = [0_u8; 12];
    rng.fill_bytes(&mut random);
    URL_SAFE_NO_PAD.encode(random)
}

/// Where a sealed key belongs; moved elsewhere it does not open.
fn place((tenant, environment): At, kid: &str) -> String {
    format!("issue.signing_key/{tenant}/{environment}/{kid}")
}
