//! Signing in elsewhere: a browser leaves for an identity provider and comes back with its answer (OpenID Connect Core section
//! 3.1.2). Nothing is stored meanwhile: state, nonce and PKCE verifier follow from what the browser holds, so an answer counts in
//! that browser alone. Throttled per source. Who is let in, others decide.

use std::time::Duration as Span;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use narthex_tenancy::budget::Bucket;
use narthex_vocab::{Id, Secret, SecretHash, SecretKind, Timestamp, kind};
use openidconnect::core::CoreIdTokenClaims;
use rand_core::CryptoRng;
use url::Url;

use crate::{
    People,
    identity::{Asserted, Claims},
    provider::{Provider, Way},
    relying_party::{self, Bound, ProviderFault},
    session::Surface,
    sign_in,
};

const WINDOW: Span = Span::from_secs(300);
/// How long somebody may take at the provider.
const LIFETIME: Duration = Duration::minutes(15);
/// How long ago a person who had to sign in anew may have done so.
const FRESH: Duration = Duration::minutes(5);

/// The round that a browser is on.
#[derive(Debug, Clone, Copy)]
pub struct Round<'a> {
    /// The tenant of the path.
    pub tenant: Id<kind::Tenant>,
    /// On whose pages.
    pub surface: Surface,
    /// The provider of the path.
    pub provider: &'a Provider,
    /// Where the provider sends the browser back: each provider has an address of its own (RFC 9700 section 4.4.2).
    pub redirect_uri: &'a str,
    /// The source prefix of the caller, for throttling.
    pub source: &'a str,
}

/// What a provider's answer says.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// What the browser holds.
    pub browser: &'a str,
    /// `state`.
    pub state: &'a str,
    /// `code`.
    pub code: &'a str,
    /// `iss` (RFC 9207), if it came.
    pub iss: Option<&'a str>,
}

/// Where somebody goes, and what their browser holds until they are back.
#[derive(Debug)]
pub struct Leaving {
    /// The provider's page.
    pub address: Url,
    /// For a cookie.
    pub browser: Secret,
}

/// Why somebody does not get there or back.
#[derive(Debug, thiserror::Error)]
pub enum ElsewhereError {
    /// Too many tries.
    #[error("too many tries; again in {retry_after} s")]
    Throttled {
        /// Seconds until the next try.
        retry_after: u32,
    },
    /// The answer is to nothing that this browser asked here, or it came too late.
    #[error("the answer does not belong to what this browser asked")]
    NotAsked,
    /// The answer names another issuer, or none where it has to.
    #[error("the answer is somebody else's")]
    Mixed,
    /// The person had to sign in anew, and the provider does not say that they did.
    #[error("the provider does not say that the person signed in anew")]
    NotFresh,
    /// This process gets to no provider, or the provider's secret does not open.
    #[error("there is no way to this provider")]
    NoWay,
    /// The provider does not do.
    #[error(transparent)]
    Provider(#[from] ProviderFault),
}

/// Looks whether a provider can be used: its discovery document and its keys.
pub async fn test(people: &People, provider: &Provider) -> Result<(), ProviderFault> {
    let way = people.providers.as_ref();
    let way = way.ok_or(ProviderFault::Unfit("there is no way out"))?;
    relying_party::describe(way, provider.issuer.as_str())
        .await
        .map(drop)
}

/// Sends a browser to the provider; `fresh`: the person has to sign in there anew.
pub async fn leave(
    people: &People,
    (round, fresh): (Round<'_>, bool),
    (now, rng): (Timestamp, &mut dyn CryptoRng),
) -> Result<Leaving, ElsewhereError> {
    let browser = Secret::generate(SecretKind::SignInElsewhere, rng);
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    throttle(people, &round, now).await?;
    let (way, secret) = way(people, &round)?;
    let state = state(people, &round, &browser, (now + LIFETIME, fresh, salt));
    let bound = bound(people, &round, (&browser, &state, fresh));
    let described = relying_party::describe(way, round.provider.issuer.as_str()).await?;
    let address = described.address(round.provider, &secret, &bound)?;
    Ok(Leaving { address, browser })
}

/// What the provider says of the person who comes back. Checked in this order: that this browser asked, whose answer it is, the
/// code, the ID token.
pub async fn come_back(
    people: &People,
    (round, answer): (Round<'_>, Answer<'_>),
    now: Timestamp,
) -> Result<Asserted, ElsewhereError> {
    throttle(people, &round, now).await?;
    let browser = Secret::parse(SecretKind::SignInElsewhere, answer.browser);
    let browser = browser.map_err(|_| ElsewhereError::NotAsked)?;
    let asked = asked(people, &round, (&browser, answer.state), now);
    let fresh = asked.ok_or(ElsewhereError::NotAsked)?;
    let issuer = round.provider.issuer.as_str();
    if answer.iss.is_some_and(|iss| iss != issuer) {
        return Err(ElsewhereError::Mixed);
    }
    let (way, secret) = way(people, &round)?;
    let described = relying_party::describe(way, issuer).await?;
    if described.names_itself() && answer.iss.is_none() {
        return Err(ElsewhereError::Mixed);
    }
    let bound = bound(people, &round, (&browser, answer.state, fresh));
    let with = (way, round.provider, secret.as_str());
    let said = described.redeem(with, answer.code, &bound, now).await?;
    let confirmed_at = confirmed(&said, fresh, now)?;
    let state = people
        .hash_key
        .mac(&[b"narthex answer ", answer.state.as_bytes()]);
    Ok(Asserted {
        provider: round.provider.clone(),
        claims: claims(&said, confirmed_at, (&state, now)),
    })
}

fn way<'a>(
    people: &'a People,
    round: &Round<'_>,
) -> Result<(&'a Way, zeroize::Zeroizing<String>), ElsewhereError> {
    let way = people.providers.as_ref().ok_or(ElsewhereError::NoWay)?;
    let secret = round.provider.secret(round.tenant, &way.key);
    Ok((way, secret.map_err(|_| ElsewhereError::NoWay)?))
}

/// When the person signed in there, where they had to do so anew.
fn confirmed(
    said: &CoreIdTokenClaims,
    fresh: bool,
    now: Timestamp,
) -> Result<Option<Timestamp>, ElsewhereError> {
    if !fresh {
        return Ok(None);
    }
    let at = said.auth_time().filter(|at| *at + FRESH > now);
    at.map(|at| Some(at.min(now)))
        .ok_or(ElsewhereError::NotFresh)
}

fn claims(
    said: &CoreIdTokenClaims,
    confirmed_at: Option<Timestamp>,
    (state, now): (&SecretHash, Timestamp),
) -> Claims {
    let name = said.name().and_then(|name| name.get(None));
    Claims {
        subject: said.subject().to_string(),
        email: said.email().map(|email| email.to_string()),
        email_verified: said.email_verified() == Some(true),
        name: name.map(|name| name.to_string()),
        confirmed_at,
        state: *state.as_bytes(),
        at: now,
    }
}

/// In five minutes: sixty rounds of a source, three thousand of a tenant.
async fn throttle(
    people: &People,
    round: &Round<'_>,
    now: Timestamp,
) -> Result<(), ElsewhereError> {
    let name = format!("elsewhere/{}", round.surface.as_str());
    let buckets = [
        Bucket::new(format!("{name}/source/{}", round.source), 60, WINDOW),
        Bucket::new(name, 3_000, WINDOW),
    ];
    sign_in::spend(people, round.tenant, &buckets, now)
        .await
        .map_err(|retry_after| ElsewhereError::Throttled { retry_after })
}

/// What binds an answer to what was asked: until when, whether anew, and a MAC over all of it and the round and the browser.
fn state(
    people: &People,
    round: &Round<'_>,
    browser: &Secret,
    (until, fresh, salt): (Timestamp, bool, [u8; 16]),
) -> String {
    let until = until.timestamp().to_be_bytes();
    let said = [until.as_slice(), &[u8::from(fresh)], &salt].concat();
    let mac = state_mac(people, round, (browser, &said));
    URL_SAFE_NO_PAD.encode([said.as_slice(), mac.as_bytes()].concat())
}

/// Whether the person had to sign in anew; `None` when this browser asked for nothing like it, or too long ago.
fn asked(
    people: &People,
    round: &Round<'_>,
    (browser, state): (&Secret, &str),
    now: Timestamp,
) -> Option<bool> {
    let bytes = URL_SAFE_NO_PAD.decode(state).ok()?;
    let (said, mac) = bytes.split_at_checked(25)?;
    let mac: [u8; 32] = mac.try_into().ok()?;
    if state_mac(people, round, (browser, said)) != SecretHash::from_bytes(mac) {
        return None;
    }
    let (until, rest) = said.split_first_chunk::<8>()?;
    let in_time = i64::from_be_bytes(*until) > now.timestamp();
    rest.first().filter(|_| in_time).map(|fresh| *fresh == 1)
}

fn state_mac(people: &People, round: &Round<'_>, (browser, said): (&Secret, &[u8])) -> SecretHash {
    people.hash_key.mac(&[
        b"narthex state ",
        round.tenant.as_uuid().as_bytes(),
        round.provider.id.as_uuid().as_bytes(),
        round.surface.as_str().as_bytes(),
        said,
        browser.reveal().as_bytes(),
    ])
}

fn bound<'a>(
    people: &People,
    round: &Round<'a>,
    (browser, state, fresh): (&Secret, &str, bool),
) -> Bound<'a> {
    let derived = |what: &[u8]| {
        let parts = [what, state.as_bytes(), browser.reveal().as_bytes()];
        URL_SAFE_NO_PAD.encode(people.hash_key.mac(&parts).as_bytes())
    };
    Bound {
        redirect_uri: round.redirect_uri,
        state: state.to_owned(),
        nonce: derived(b"narthex nonce "),
        verifier: derived(b"narthex verifier "),
        fresh,
    }
}
