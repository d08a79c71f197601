//! A refresh token becomes fresh tokens and is rotated (RFC 6749 section 6, RFC 9700 section 4.14.2). What happens when
//! one is used twice: the grant ends, and with it every token of it; that must be remembered, so it is an outcome.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Grant, GrantType, Id, Secret, SecretHash, SecretKind, Timestamp};
use rand_core::CryptoRng;

use crate::call::Call;
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::issue::{self, Issued, Mint, Person};
use crate::reach::{ReachError, Wanted};
use crate::redeem::{IDLE, check_asked, check_person, check_resource, reach_of};
use crate::store;
use crate::store::grant::OpenGrant;
use crate::store::refresh::RefreshRow;
use narthex_http::dpop::Thumbprint;

/// What a client brings.
pub(crate) struct Refresh {
    /// `None`: not a refresh token at all.
    pub(crate) token: Option<Secret>,
    /// Less than the grant, if anything is named; never more.
    pub(crate) wanted: Wanted,
    /// The key that was proved with it.
    pub(crate) key: Option<Thumbprint>,
}

/// What became of it.
pub(crate) enum Refreshed {
    Issued(Box<Issued>),
    /// The token was used before: its grant has ended.
    Replayed,
}

/// Uses one refresh token.
pub(crate) async fn refresh(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, command): (&ApprovedClient, Refresh),
    rng: &mut dyn CryptoRng,
) -> Result<Refreshed, TokenError> {
    let environment = call.place.environment;
    if !client.allows(GrantType::RefreshToken) {
        return Err(TokenError::GrantNotAllowed);
    }
    let Some(secret) = &command.token else {
        return Err(TokenError::Grant("not a refresh token"));
    };
    let hash = secret.hash(call.hash_key);
    let row = store::refresh::lock(tx, environment, &hash).await?;
    let row = row.ok_or(TokenError::Grant("no such refresh token"))?;
    let grant = store::grant::lock_open(tx, environment, row.grant, call.now).await?;
    let grant = grant
        .filter(|grant| grant.client == *client.id())
        .ok_or(TokenError::Grant(
            "the grant has ended or is another client's",
        ))?;
    // Before anything else: whoever has not the key can end nothing.
    if row.key.is_some() && row.key != command.key {
        return Err(TokenError::Grant(
            "the refresh token is bound to another key",
        ));
    }
    if row.rotated {
        let why = "a refresh token was used twice";
        store::grant::end(tx, environment, grant.id, why, call.now).await?;
        return Ok(Refreshed::Replayed);
    }
    if row.idle_expires_at.min(row.expires_at) <= call.now {
        return Err(TokenError::Grant("the refresh token is over"));
    }
    check_asked(tx, call, &grant).await?;
    check_resource(&grant, command.wanted.resource.as_ref())?;
    check_person(tx, &grant).await?;
    let narrowed = narrowed(grant, command.wanted)?;
    let reach = reach_of(call, client, &narrowed)?;
    let person = Person {
        subject: narrowed.member.to_string(),
        grant: narrowed.id,
        auth_time: auth_time(tx, call, narrowed.id).await?,
    };
    let mint = Mint {
        client,
        reach: &reach,
        grant_type: GrantType::RefreshToken,
        person: Some(person),
        key: command.key.as_ref(),
        exchanged: None,
    };
    let mut issued = issue::issue(tx, call, mint, rng).await?;

    // Of a public client the first proof binds what comes after it (RFC 9449 section 5).
    let shared = client.metadata().auth_method().is_public();
    let key = row.key.clone().or(command.key.filter(|_| shared));
    let next = RefreshRow { key, ..row };
    issued.refresh_token = Some(rotate(tx, call, (&hash, next), rng).await?);
    Ok(Refreshed::Issued(Box::new(issued)))
}

/// The used one ends, and another one takes its place.
async fn rotate(
    tx: &mut TenantTx,
    call: Call<'_>,
    (used, row): (&SecretHash, RefreshRow),
    rng: &mut dyn CryptoRng,
) -> Result<String, TokenError> {
    let environment = call.place.environment;
    let next = Secret::generate(SecretKind::RefreshToken, rng);
    let row = RefreshRow {
        generation: row.generation.saturating_add(1),
        idle_expires_at: call.now + IDLE,
        ..row
    };
    store::refresh::rotated(tx, environment, used, call.now).await?;
    store::refresh::insert(tx, environment, &next.hash(call.hash_key), &row, call.now).await?;
    Ok(next.reveal().to_owned())
}

/// When the person of a grant had signed in: its code remembers, or its device.
async fn auth_time(
    tx: &mut TenantTx,
    call: Call<'_>,
    grant: Id<Grant>,
) -> Result<Timestamp, TokenError> {
    let at = call.place.environment;
    let found = match store::code::auth_time(tx, at, grant).await? {
        Some(found) => Some(found),
        None => store::device::auth_time(tx, at, grant).await?,
    };
    Ok(found.ok_or(StoreError::NotFound)?)
}

/// The grant with the scopes that were asked for this time; the grant itself keeps its own.
fn narrowed(grant: OpenGrant, wanted: Wanted) -> Result<OpenGrant, TokenError> {
    let Some(asked) = wanted.scope else {
        return Ok(grant);
    };
    let beyond: narthex_vocab::ScopeSet = asked
        .difference(&grant.scope)
        .into_iter()
        .filter(|scope| scope.as_str() != crate::reach::OFFLINE)
        .collect();
    if !beyond.is_empty() {
        return Err(ReachError::Beyond(beyond).into());
    }
    Ok(OpenGrant {
        scope: asked,
        ..grant
    })
}
