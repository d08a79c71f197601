//! The keys of every issuer: made on first use, sealed at rest under the key-encryption key, parsed once and kept in
//! memory. A private key is never in a row, a log or an answer.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use narthex_tenancy::{StoreError, ambient, sealing::SealError};
use narthex_vocab::Timestamp;
use rand_core::CryptoRng;

use crate::Token;
use crate::memory::At;
use crate::rotate;
use crate::signing_key::{Es256Key, Rs256Key, SigningKeyError};
use crate::store::signing_key::{self as store, CurrentKey, NewKey};

/// What one issuer signs with, and what its tokens are checked with.
pub(crate) struct Ring {
    pub(crate) access: Es256Key,
    pub(crate) identity: Rs256Key,
    /// Access token keys by kid: the current one and those that are not withdrawn yet.
    checking: HashMap<String, DecodingKey>,
    /// When the next of the keys is withdrawn: then these are not the ones any more.
    withdraws_at: Option<Timestamp>,
    /// When the next step of a rotation is due.
    due_at: Timestamp,
}

impl Ring {
    /// The key that checks access tokens with this `kid`.
    pub(crate) fn checking(&self, kid: &str) -> Option<&DecodingKey> {
        self.checking.get(kid)
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

/// Reads and opens the keys; `None` while one of the two algorithms has none.
async fn load(token: &Token, at: At, now: Timestamp) -> Result<Option<Ring>, KeysError> {
    let (tenant, environment) = at;
    let read = token.database.tenant(tenant, async |tx| {
        let current = store::current(tx, environment).await?;
        let published = store::published(tx, environment, now).await?;
        let mut due_at = now + rotate::TURN;
        for algorithm in [Es256Key::ALGORITHM, Rs256Key::ALGORITHM] {
            let turns = store::turns(tx, environment, algorithm).await?;
            due_at = due_at.min(rotate::due(&turns, now).1);
        }
        Ok::<_, StoreError>((current, published, due_at))
    });
    let (current, published, due_at) = read.await?;
    let withdraws_at = published.iter().filter_map(|(_, _, end)| *end).min();
    let open = |algorithm: &str| -> Result<Option<_>, KeysError> {
        let Some(key) = current.iter().find(|key| key.algorithm == algorithm) else {
            return Ok(None);
        };
        let CurrentKey { kid, sealed, .. } = key;
        let pkcs8 = token.sealing.open(sealed, &place(at, kid))?;
        Ok(Some((kid.clone(), pkcs8)))
    };
    let (Some((kid, pkcs8)), Some((rsa_kid, rsa_pkcs8))) =
        (open(Es256Key::ALGORITHM)?, open(Rs256Key::ALGORITHM)?)
    else {
        return Ok(None);
    };
    let checking = published
        .into_iter()
        .filter(|(_, jwk, _)| jwk.get("alg").is_some_and(|alg| alg == Es256Key::ALGORITHM))
        .filter_map(|(kid, jwk, _)| {
            let jwk = serde_json::from_value(jwk).ok()?;
            Some((kid, DecodingKey::from_jwk(&jwk).ok()?))
        })
        .collect();
    Ok(Some(Ring {
        access: Es256Key::from_pkcs8(kid, &pkcs8)?,
        identity: Rs256Key::from_pkcs8(rsa_kid, &rsa_pkcs8)?,
        checking,
        withdraws_at,
        due_at,
    }))
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

/// New keys, sealed: for access tokens and for ID tokens.
pub(crate) async fn make_pairs(
    token: &Token,
    at: At,
    rng: &mut dyn CryptoRng,
) -> Result<[NewKey; 2], KeysError> {
    let (kid, rsa_kid) = (new_kid(rng), new_kid(rng));
    let generate = tokio::task::spawn_blocking(|| {
        Ok((Es256Key::generate(kid)?, Rs256Key::generate(rsa_kid)?))
    });
    let made: Result<_, SigningKeyError> = generate.await.map_err(|_| KeysError::Thread)?;
    let (access, identity) = made?;
    Ok([
        NewKey {
            kid: access.kid().to_owned(),
            algorithm: Es256Key::ALGORITHM,
            sealed: token
                .sealing
                .seal(&access.pkcs8()?, &place(at, access.kid()), rng)?,
            jwk: access.public_jwk()?,
        },
        NewKey {
            kid: identity.kid().to_owned(),
            algorithm: Rs256Key::ALGORITHM,
            sealed: token
                .sealing
                .seal(&identity.pkcs8()?, &place(at, identity.kid()), rng)?,
            jwk: identity.public_jwk(),
        },
    ])
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
