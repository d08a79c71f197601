//! The front door (OAuth 2.1 section 4.1): a list of named steps, each returning what the next one needs. Until the
//! client and its redirect URI are known nothing is ever sent anywhere; after that, refusals go to the client.
//!
//! identify -> find the client -> look at its address, if it is one -> find the target -> read the request, or the one that
//! was pushed (RFC 9126) -> narrow the reach -> find the person -> ask.

pub(crate) mod asked_claims;
mod person;
pub(crate) mod request;
mod undecided;

use chrono::Duration;
use narthex_http::Params;
use narthex_tenancy::{TenantTx, tenant};
use narthex_vocab::{ClientId, ClientMetadata, GrantType, PictureHash, RedirectUri, Timestamp};
use rand_core::CryptoRng;

use crate::call::Call;
use crate::changed::Since;
use crate::check::{Unchecked, address_to_check};
use crate::client::{ApprovedClient, Standing};
use crate::consent::{self, Leaving};
use crate::entitlement::{EntitledScope, Entitlement};
use crate::page_error::PageError;
use crate::reach::{self, Excess, Reach, Wanted};
use crate::signed_in::{SignedIn, signed_in};
use crate::store;

use self::person::{StepIn, step_in};
use self::request::{AuthorizationRequest, Prompt, Refusal};
use self::undecided::{at_unchecked, at_undecided};
use crate::push::Reference;

pub(crate) use self::undecided::{Undecided, undecided};

/// What is to be shown or sent.
pub(crate) enum Outcome {
    /// Nobody is signed in, or must sign in again; then the same request.
    SignIn(SignsIn),
    /// The person allowed it before, and the client has proved who it is whenever it uses what it gets.
    Leaves(Box<Leaving>),
    /// The person decides.
    Consent(Box<Asking>),
    /// The client's own address has to be looked at first.
    Check(Box<Unchecked>),
    /// Nobody has decided about the client: the person may ask.
    Undecided(Box<Undecided>),
    /// A refusal for the client.
    Refused(Box<(AuthorizationTarget, Refusal)>),
}

/// What somebody who signs in came with.
pub(crate) struct SignsIn {
    pub(crate) request: Box<AuthorizationRequest>,
    /// With which address, as the client believes.
    pub(crate) hint: Option<String>,
}

impl SignsIn {
    fn new(request: AuthorizationRequest, prompt: Prompt) -> Self {
        Self {
            request: Box::new(request),
            hint: prompt.login_hint,
        }
    }
}

/// Who is asked by whom for what.
pub(crate) struct Asking {
    pub(crate) tenant: String,
    pub(crate) person: SignedIn,
    pub(crate) request: AuthorizationRequest,
    pub(crate) client: ApprovedClient,
    pub(crate) reach: Reach,
    /// The scopes of the reach that the catalogue describes.
    pub(crate) described: Vec<EntitledScope>,
    /// When the access would end.
    pub(crate) ends: Timestamp,
    /// It was approved with a warning that is not over: nothing that was allowed before answers for the person.
    pub(crate) warned: bool,
    /// What changed since the person last allowed it.
    pub(crate) changed: Since,
    /// Its logo, where the host is proved and nothing is to be warned of.
    pub(crate) logo: Option<PictureHash>,
}

/// A registered address of an approved client: where refusals may go.
pub(crate) struct AuthorizationTarget {
    pub(crate) redirect_uri: RedirectUri,
    pub(crate) state: Option<String>,
}

/// The longest that a person's permission lasts.
pub(crate) const LONGEST_GRANT: Duration = Duration::days(30);

/// Answers a request at the front door.
pub(crate) async fn authorize(
    tx: &mut TenantTx,
    call: Call<'_>,
    (params, cookie): (&Params, Option<&str>),
    rng: &mut dyn CryptoRng,
) -> Result<Outcome, PageError> {
    let id = identify(params)?;
    let standing = store::client::find(tx, call.place.environment, &id, call.now).await?;
    if let Some(url) = address_to_check(tx, call, (&id, &standing)).await? {
        return at_unchecked(tx, call, (id, url), (params, cookie)).await;
    }
    match standing {
        Standing::Approved(client) => {
            if let Some((request, prompt)) = pushed(tx, call, &id, params).await? {
                let registered = client
                    .metadata()
                    .redirect_uri(request.redirect_uri.as_str());
                registered.ok_or(PageError::RedirectUri)?;
                return at_approved(tx, call, (client, request, prompt), cookie, rng).await;
            }
            let redirect_uri = target(client.metadata(), params)?;
            at_address(tx, call, (client, redirect_uri), (params, cookie), rng).await
        }
        Standing::Undecided(client) => {
            let redirect_uri = target(&client.metadata, params)?;
            at_undecided(tx, call, (*client, redirect_uri), (params, cookie)).await
        }
        Standing::Stopped(_) => Err(PageError::Stopped),
        Standing::Unknown => Err(PageError::UnknownClient),
    }
}

/// Step: who is said to ask.
fn identify(params: &Params) -> Result<ClientId, PageError> {
    let text = params.given("client_id")?.ok_or(PageError::UnknownClient)?;
    ClientId::parse(text).map_err(|_| PageError::UnknownClient)
}

/// Step: where an answer may go. A client with one address that is not loopback may leave it out.
fn target(metadata: &ClientMetadata, params: &Params) -> Result<RedirectUri, PageError> {
    match (params.given("redirect_uri")?, metadata.redirect_uris()) {
        (Some(text), _) => metadata.redirect_uri(text).ok_or(PageError::RedirectUri),
        (None, [only]) if !only.is_loopback() => Ok(only.clone()),
        (None, _) => Err(PageError::RedirectUri),
    }
}

/// Step: the request that the client pushed before, if the address names one.
async fn pushed(
    tx: &mut TenantTx,
    call: Call<'_>,
    client: &ClientId,
    params: &Params,
) -> Result<Option<(AuthorizationRequest, Prompt)>, PageError> {
    let named = params.given("request_uri")?.and_then(Reference::parse);
    let Some(reference) = named else {
        return Ok(None);
    };
    let found = store::pushed::find(tx, call, (client, reference)).await?;
    Ok(Some(found.ok_or(PageError::OutOfDate)?))
}

/// The step for a client with an approval that asks by address: every refusal goes to its registered address.
async fn at_address(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, redirect_uri): (ApprovedClient, RedirectUri),
    (params, cookie): (&Params, Option<&str>),
    rng: &mut dyn CryptoRng,
) -> Result<Outcome, PageError> {
    let asking = (client.id().clone(), redirect_uri.clone());
    let pushes = client.metadata().pushes_requests() || call.ring.policy.pushed_requests;
    let refusal = match AuthorizationRequest::with_prompt(call, params, asking) {
        Ok(_) if pushes => Refusal::new(
            "invalid_request",
            "requests are pushed here (RFC 9126), by this client or by all",
        ),
        Ok((request, prompt)) => {
            return at_approved(tx, call, (client, request, prompt), cookie, rng).await;
        }
        Err(refusal) => refusal,
    };
    let target = AuthorizationTarget {
        redirect_uri,
        state: params.given("state").ok().flatten().map(str::to_owned),
    };
    Ok(Outcome::Refused(Box::new((target, refusal))))
}

/// The steps for a client with an approval whose request was understood.
async fn at_approved(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, request, prompt): (ApprovedClient, AuthorizationRequest, Prompt),
    cookie: Option<&str>,
    rng: &mut dyn CryptoRng,
) -> Result<Outcome, PageError> {
    let target = AuthorizationTarget {
        redirect_uri: request.redirect_uri.clone(),
        state: request.state.clone(),
    };
    let refused = |refusal| Ok(Outcome::Refused(Box::new((target, refusal))));
    if !client.may_begin_grants() || !client.allows(GrantType::AuthorizationCode) {
        let words = "this client may not begin new sign-ins";
        return refused(Refusal::new("access_denied", words));
    }
    let entitlement = client.entitlement(call.now);
    let wanted = Wanted::from(&request.wanted);
    let reach = match reach::narrow(&wanted, &entitlement, Excess::LeftOut, true) {
        Ok(reach) => reach,
        Err(error) => return refused(Refusal::new(error.code(), error.to_string())),
    };
    let person = signed_in(tx, call, cookie).await?;
    let person = match step_in(person, (&prompt, request.subject), call.now) {
        StepIn::GoOn(person) => person,
        StepIn::SignIn => return Ok(Outcome::SignIn(SignsIn::new(request, prompt))),
        StepIn::Refused(refusal) => return refused(refusal),
    };
    let at = call.place.environment;
    let warned = store::warning::is_in_force(tx, at, &client, call.now).await?;
    let asked = (&*person, &client, &request);
    if !warned && let Some(until) = consent::given(tx, call, asked, &reach.scopes).await? {
        let leaving = consent::repeat(tx, call, asked, (&reach.scopes, until), rng).await?;
        return Ok(Outcome::Leaves(Box::new(leaving)));
    }
    if prompt.none {
        let words = "the person has not allowed this before, or decides each time";
        return refused(Refusal::new("consent_required", words));
    }
    let logo = if warned {
        None
    } else {
        store::logo::shown(tx, at, &client, call.now).await?
    };
    let changed = store::asked_anew::changed(tx, at, (&client, person.member.id)).await?;
    Ok(Outcome::Consent(Box::new(Asking {
        changed,
        tenant: tenant::load(tx).await?.name.to_string(),
        person: *person,
        request,
        described: described(&entitlement, &reach),
        ends: ends(&client, &reach, call.now),
        warned,
        logo,
        client,
        reach,
    })))
}

/// The scopes of a reach as the catalogue describes them.
pub(crate) fn described(entitlement: &Entitlement, reach: &Reach) -> Vec<EntitledScope> {
    entitlement
        .scopes
        .iter()
        .filter(|entry| reach.scopes.contains(&entry.scope))
        .cloned()
        .collect()
}

/// When a grant of this reach that begins now ends.
pub(crate) fn ends(client: &ApprovedClient, reach: &Reach, now: Timestamp) -> Timestamp {
    let until = reach
        .resource
        .as_ref()
        .map_or(client.expires_at(), |at| at.until);
    (now + LONGEST_GRANT).min(client.expires_at()).min(until)
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;
