//! The person's decision becomes a code, or `access_denied`. What was shown is the most that can be allowed; client,
//! address and entitlement are looked at again.

use chrono::Duration;
use narthex_http::Params;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{GrantType, Id, RedirectUri, ScopeSet, Secret, SecretKind, Session, Timestamp};
use rand_core::CryptoRng;
use serde::{Serialize, de::DeserializeOwned};

use crate::authorize::asked_claims::AskedClaims;
use crate::authorize::ends;
use crate::authorize::request::AuthorizationRequest;
use crate::call::Call;
use crate::client::{ApprovedClient, Standing};
use crate::page_error::PageError;
use crate::reach::{self, Excess, Wanted};
use crate::sealed::Pending;
use crate::signed_in::SignedIn;
use crate::store;
use crate::store::code::NewCode;
use crate::store::grant::OpenGrant;

/// A code that is not redeemed by then is worth nothing.
const CODE: Duration = Duration::seconds(60);

/// What the person pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    Deny,
    Allow,
}

impl Choice {
    /// What a form says; without an answer of ours it is no form of ours.
    pub(crate) fn read(form: &Params) -> Result<Self, PageError> {
        match form.one("decision")? {
            Some("allow") => Ok(Self::Allow),
            Some("deny") => Ok(Self::Deny),
            Some(_) | None => Err(PageError::OutOfDate),
        }
    }
}

/// What came of the answer.
#[derive(Debug)]
pub(crate) enum Answered {
    /// The browser goes on to the client.
    Leaving(Leaving),
    /// The client is approved with a warning, or has changed in a way, that the page did not say: the person is asked with
    /// it.
    AskAgain(Box<AuthorizationRequest>),
}

/// Where the browser goes now.
#[derive(Debug)]
pub(crate) struct Leaving {
    pub(crate) address: String,
    pub(crate) redirect_uri: RedirectUri,
}

/// Carries the decision out.
pub(crate) async fn decide(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, pending, choice): (&SignedIn, Pending, Choice),
    rng: &mut dyn CryptoRng,
) -> Result<Answered, PageError> {
    let environment = call.place.environment;
    let request = &pending.request;
    let issuer = call.place.issuer.as_str();
    let standing = store::client::find(tx, environment, &request.client_id, call.now).await?;
    let Standing::Approved(client) = standing else {
        return Err(PageError::Stopped);
    };
    if call.ring.policy.pushed_requests && request.pushed.is_none() {
        return Err(PageError::OutOfDate);
    }
    let redirect_uri = client
        .metadata()
        .redirect_uri(request.redirect_uri.as_str())
        .ok_or(PageError::RedirectUri)?;
    let leaving = |parameters: &[(&str, &str)]| {
        Answered::Leaving(Leaving {
            address: request.answer(issuer, parameters),
            redirect_uri: redirect_uri.clone(),
        })
    };
    if choice == Choice::Allow && lacks(tx, call, (&client, &pending)).await? {
        return Ok(Answered::AskAgain(Box::new(pending.request)));
    }
    if let Some(reference) = &request.pushed
        && !store::pushed::answer(tx, call, reference).await?
    {
        return Err(PageError::OutOfDate);
    }
    let allowed = client.may_begin_grants() && client.allows(GrantType::AuthorizationCode);
    if choice == Choice::Deny || !allowed {
        return Ok(leaving(&[("error", "access_denied")]));
    }
    let asked = (person, &client, request);
    match open(tx, call, asked, (&pending.shown, None), rng).await? {
        Ok((code, grant)) => {
            let approval = client.approval();
            store::consent::remember(tx, environment, (&grant, approval), call.now).await?;
            Ok(leaving(&[("code", code.reveal())]))
        }
        Err(refused) => Ok(leaving(&[("error", refused.code())])),
    }
}

/// Whether the page lacked the warning of the client, or a change of it that people are asked about.
pub(crate) async fn lacks<T: Serialize + DeserializeOwned>(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, pending): (&ApprovedClient, &Pending<T>),
) -> Result<bool, PageError> {
    let at = call.place.environment;
    let shown = pending.shown_at();
    if store::asked_anew::since(tx, at, client.id(), shown).await? {
        return Ok(true);
    }
    Ok(!pending.warned && store::warning::is_in_force(tx, at, client, call.now).await?)
}

/// Who is asked by whom for what.
type Asked<'a> = (&'a SignedIn, &'a ApprovedClient, &'a AuthorizationRequest);

/// Until when the person has allowed all of it already. That answers for them only where the client proves who it is with what it
/// gets (OAuth 2.1 section 7.3), stands under the approval that it had then, and has not changed since in a way that people are
/// asked about.
pub(crate) async fn given(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, client, request): Asked<'_>,
    scopes: &ScopeSet,
) -> Result<Option<Timestamp>, StoreError> {
    if request.anew || client.metadata().auth_method().is_public() {
        return Ok(None);
    }
    let whose = (person.member.id, client.id());
    let at = call.place.environment;
    let given = store::consent::find(tx, at, whose, call.now).await?;
    let given = given.filter(|given| {
        given.approval == Some(client.approval())
            && scopes.difference(&given.scope).is_empty()
            && request.claims.is_within(&given.claims)
    });
    let Some(given) = given else {
        return Ok(None);
    };
    let changed = store::asked_anew::since(tx, at, client.id(), given.at).await?;
    Ok((!changed).then_some(given.expires_at))
}

/// Gives again what the person allowed before, no longer than they did then.
pub(crate) async fn repeat(
    tx: &mut TenantTx,
    call: Call<'_>,
    asked: Asked<'_>,
    (scopes, until): (&ScopeSet, Timestamp),
    rng: &mut dyn CryptoRng,
) -> Result<Leaving, PageError> {
    let (_, _, request) = asked;
    if let Some(reference) = &request.pushed
        && !store::pushed::answer(tx, call, reference).await?
    {
        return Err(PageError::OutOfDate);
    }
    let issuer = call.place.issuer.as_str();
    let address = match open(tx, call, asked, (scopes, Some(until)), rng).await? {
        Ok((code, _)) => request.answer(issuer, &[("code", code.reveal())]),
        Err(refused) => request.answer(issuer, &[("error", refused.code())]),
    };
    Ok(Leaving {
        address,
        redirect_uri: request.redirect_uri.clone(),
    })
}

/// Writes grant and code; the code itself is not stored.
async fn open(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, client, request): Asked<'_>,
    (scopes, until): (&ScopeSet, Option<Timestamp>),
    rng: &mut dyn CryptoRng,
) -> Result<Result<(Secret, OpenGrant), reach::ReachError>, PageError> {
    let allowed = Allowed {
        wanted: Wanted {
            scope: Some(scopes.clone()),
            resource: request.wanted.resource.clone(),
        },
        claims: request.claims.clone(),
        session: Some(person.session.id),
        until,
    };
    let grant = match allow(tx, call, (person, client, allowed), rng).await? {
        Ok(grant) => grant,
        Err(error) => return Ok(Err(error)),
    };
    let code = Secret::generate(SecretKind::AuthorizationCode, rng);
    let row = NewCode {
        hash: &code.hash(call.hash_key),
        grant: grant.id,
        client: client.id(),
        redirect_uri: &request.redirect_uri,
        challenge: &request.code_challenge,
        nonce: request.nonce.as_deref(),
        auth_time: person.session.created_at,
        expires_at: call.now + CODE,
        key: request.dpop_jkt.as_ref(),
    };
    store::code::insert(tx, call.place.environment, &row, call.now).await?;
    Ok(Ok((code, grant)))
}

/// What a person allows.
pub(crate) struct Allowed {
    pub(crate) wanted: Wanted,
    pub(crate) claims: AskedClaims,
    /// The session that ends with it; `None` for a device, which outlives the browser it was allowed in.
    pub(crate) session: Option<Id<Session>>,
    /// No longer than so, where they said it before.
    pub(crate) until: Option<Timestamp>,
}

/// Writes what a person allows a client, within what it is approved for now.
pub(crate) async fn allow(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, client, allowed): (&SignedIn, &ApprovedClient, Allowed),
    rng: &mut dyn CryptoRng,
) -> Result<Result<OpenGrant, reach::ReachError>, PageError> {
    let entitlement = client.entitlement(call.now);
    let reach = match reach::narrow(&allowed.wanted, &entitlement, Excess::LeftOut, true) {
        Ok(reach) => reach,
        Err(error) => return Ok(Err(error)),
    };
    let end = ends(client, &reach, call.now);
    let grant = OpenGrant {
        id: Id::new(call.now, rng),
        client: client.id().clone(),
        member: person.member.id,
        expires_at: allowed.until.map_or(end, |until| until.min(end)),
        resource: reach.resource.map(|at| at.identifier),
        scope: reach.scopes,
        session: allowed.session,
        claims: allowed.claims,
    };
    store::grant::insert(tx, call.place.environment, (&grant, None), call.now).await?;
    Ok(Ok(grant))
}
