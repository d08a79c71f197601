//! The person's decision becomes a code, or `access_denied`. What was shown is the most that can be allowed; client,
//! address and entitlement are looked at again.

use chrono::Duration;
use narthex_http::Params;
use narthex_tenancy::TenantTx;
use narthex_vocab::{GrantType, Id, RedirectUri, Secret, SecretKind};
use rand_core::CryptoRng;
use serde::{Serialize, de::DeserializeOwned};

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
    match grant(tx, call, (person, &client, &pending), rng).await? {
        Ok(code) => Ok(leaving(&[("code", code.reveal())])),
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

/// Writes grant, consent and code; the code itself is not stored.
async fn grant(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, client, pending): (&SignedIn, &ApprovedClient, &Pending),
    rng: &mut dyn CryptoRng,
) -> Result<Result<Secret, reach::ReachError>, PageError> {
    let wanted = Wanted {
        scope: Some(pending.shown.clone()),
        resource: pending.request.wanted.resource.clone(),
    };
    let grant = match allow(tx, call, (person, client, &wanted), rng).await? {
        Ok(grant) => grant,
        Err(error) => return Ok(Err(error)),
    };
    let code = Secret::generate(SecretKind::AuthorizationCode, rng);
    let row = NewCode {
        hash: &code.hash(call.hash_key),
        grant: grant.id,
        client: client.id(),
        redirect_uri: &pending.request.redirect_uri,
        challenge: &pending.request.code_challenge,
        nonce: pending.request.nonce.as_deref(),
        auth_time: person.session.created_at,
        expires_at: call.now + CODE,
        key: pending.request.dpop_jkt.as_ref(),
    };
    store::code::insert(tx, call.place.environment, &row, call.now).await?;
    Ok(Ok(code))
}

/// Writes what a person allows a client, within what it is approved for now, and the consent.
pub(crate) async fn allow(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, client, wanted): (&SignedIn, &ApprovedClient, &Wanted),
    rng: &mut dyn CryptoRng,
) -> Result<Result<OpenGrant, reach::ReachError>, PageError> {
    let environment = call.place.environment;
    let entitlement = client.entitlement(call.now);
    let reach = match reach::narrow(wanted, &entitlement, Excess::LeftOut, true) {
        Ok(reach) => reach,
        Err(error) => return Ok(Err(error)),
    };
    let grant = OpenGrant {
        id: Id::new(call.now, rng),
        client: client.id().clone(),
        member: person.member.id,
        expires_at: ends(client, &reach, call.now),
        resource: reach.resource.map(|at| at.identifier),
        scope: reach.scopes,
    };
    store::grant::insert(tx, environment, &grant, call.now).await?;
    store::consent::remember(tx, environment, &grant, call.now).await?;
    Ok(Ok(grant))
}
