//! A registration that is answered after a decision (draft-dellaert-oauth-approval-based-dcr): two codes,
//! one to poll with and one that a person enters in the portal. It gives no identifier, and stores neither code.

use chrono::Duration;
use narthex_tenancy::{
    StoreError,
    budget::Bucket,
    sealed_answer::{AnswerKey, AnswerSeal},
};
use narthex_vocab::{Id, Secret, SecretHash, SecretKind, Timestamp, VerificationCode, kind};
use rand_core::CryptoRng;
use url::Url;

use crate::{
    Discovery,
    candidate::Candidate,
    place::Place,
    pricing::within,
    register::RegisterError,
    store::{
        attempt::{self, Attempt},
        deferral, family,
    },
};

/// How long a registration waits: people are asked.
pub const LIFETIME: Duration = Duration::hours(72);
/// Seconds between two polls, to begin with.
pub const INTERVAL: u32 = 5;
/// The most registrations of an environment that wait for a person to enter their code; the oldest leaves first.
pub const MOST_PENDING: i64 = 2_000;

/// Of these with the same metadata; the oldest leaves first, so that one software never crowds out all others.
pub const MOST_OF_A_FAMILY: i64 = 200;
/// Of these from one caller (/32, /64): it enters a code or gives one up before it gets another.
pub const MOST_OF_A_CALLER: i64 = 10;
/// After how many seconds such a caller may look again.
const CROWDED: u32 = 600;

/// What the registrant is given instead of an identifier.
#[derive(Debug)]
pub struct Deferred {
    /// To poll with; told once.
    pub code: Secret,
    /// For a person to enter.
    pub verification: VerificationCode,
    /// Where they do.
    pub verification_uri: Url,
    /// Until when.
    pub expires_in: Duration,
}

/// A deferral as it is kept.
pub(crate) struct NewDeferral {
    pub(crate) id: Id<kind::Deferral>,
    pub(crate) code: SecretHash,
    pub(crate) verification: SecretHash,
    pub(crate) seal: AnswerSeal,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Lets a registration wait for a decision. The attempt is part of the transaction.
pub(crate) async fn defer(
    discovery: &Discovery,
    place: &Place,
    candidate: &Candidate,
    attempt: &mut Attempt,
    (now, rng): (Timestamp, &mut dyn CryptoRng),
) -> Result<Deferred, RegisterError> {
    let hour = std::time::Duration::from_secs(3_600);
    let source = format!("register/deferred/source/{}", attempt.source.network);
    within(discovery, place.tenant, &[Bucket::new(source, 600, hour)]).await?;

    let code = Secret::generate(SecretKind::RegistrationCode, rng);
    let verification = VerificationCode::generate(rng);
    let seal = AnswerKey::of(&code).and_then(|key| key.seal());
    let new = NewDeferral {
        id: Id::new(now, rng),
        code: code.hash(&discovery.hash_key),
        verification: verification.hash(&discovery.hash_key),
        seal: seal.map_err(StoreError::corrupt("intake.deferral", "sealing_key"))?,
        created_at: now,
        expires_at: now + LIFETIME,
    };
    discovery
        .database
        .tenant(place.tenant, async |tx| {
            // The family's row is locked by this: of two calls at once the second counts the first.
            family::count(tx, place.environment, candidate, now).await?;
            let from_here = (&candidate.fingerprint, attempt.source.network);
            if deferral::pending(tx, place, from_here).await? >= MOST_OF_A_CALLER {
                return Err(RegisterError::Crowded {
                    retry_after: CROWDED,
                });
            }
            deferral::insert(tx, place, (candidate, attempt.source.network), &new).await?;
            let family = Some(&candidate.fingerprint);
            deferral::make_room(tx, place, (family, MOST_OF_A_FAMILY)).await?;
            deferral::make_room(tx, place, (None, MOST_PENDING)).await?;
            attempt.deferred();
            Ok(attempt::insert(tx, std::slice::from_ref(attempt)).await?)
        })
        .await?;
    Ok(Deferred {
        code,
        verification,
        verification_uri: verification_uri(discovery, place)?,
        expires_in: LIFETIME,
    })
}

fn verification_uri(discovery: &Discovery, place: &Place) -> Result<Url, StoreError> {
    let (tenant, environment) = (&place.slug, place.environment);
    let path = format!("/t/{tenant}/{environment}/verify");
    let uri = discovery.portal_base.join(&path);
    uri.map_err(|error| StoreError::Unavailable(error.to_string()))
}
