//! The front door before a client without an approval: nothing is ever sent to its address, which proves nothing. The person
//! signs in, and sees what there is to see.

use narthex_http::Params;
use narthex_tenancy::{TenantTx, environment, tenant};
use narthex_vocab::{ClientId, DocumentUrl, RedirectUri, Timestamp};

use super::person::{StepIn, step_in};
use super::request::{AuthorizationRequest, Prompt, Refusal};
use super::{Outcome, SignsIn};
use crate::call::Call;
use crate::check::Unchecked;
use crate::client::UndecidedClient;
use crate::page_error::PageError;
use crate::signed_in::{SignedIn, signed_in};
use crate::store;

/// A person before a client that nobody has decided about.
pub(crate) struct Undecided {
    pub(crate) tenant: String,
    pub(crate) person: SignedIn,
    pub(crate) request: AuthorizationRequest,
    pub(crate) client: UndecidedClient,
    /// What the tenant wants people to read.
    pub(crate) words: Option<String>,
    /// When this person asked already.
    pub(crate) asked_at: Option<Timestamp>,
}

/// The steps for a client that nobody has decided about: nothing is ever sent to its address, which proves nothing.
pub(super) async fn at_undecided(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, redirect_uri): (UndecidedClient, RedirectUri),
    (params, cookie): (&Params, Option<&str>),
) -> Result<Outcome, PageError> {
    if !client.waiting {
        return Err(PageError::Stopped);
    }
    let asking = (client.id.clone(), redirect_uri);
    match somebody(tx, call, asking, (params, cookie)).await? {
        Somebody::Here(person, request) => undecided(tx, call, (*person, *request, client)).await,
        Somebody::SignsIn(who) => Ok(Outcome::SignIn(who)),
    }
}

/// The steps for an address that nobody has looked at lately. Whether the redirect URI is the client's own is not known
/// yet: nothing is sent there.
pub(super) async fn at_unchecked(
    tx: &mut TenantTx,
    call: Call<'_>,
    (id, url): (ClientId, DocumentUrl),
    (params, cookie): (&Params, Option<&str>),
) -> Result<Outcome, PageError> {
    let presented = params.given("redirect_uri")?;
    let redirect_uri = presented.and_then(|text| RedirectUri::parse(text).ok());
    let asking = (id, redirect_uri.ok_or(PageError::RedirectUri)?);
    match somebody(tx, call, asking, (params, cookie)).await? {
        Somebody::Here(person, request) => Ok(Outcome::Check(Box::new(Unchecked {
            person: *person,
            request: *request,
            url,
        }))),
        Somebody::SignsIn(who) => Ok(Outcome::SignIn(who)),
    }
}

/// Who stands before a client without an approval.
enum Somebody {
    Here(Box<SignedIn>, Box<AuthorizationRequest>),
    SignsIn(SignsIn),
}

/// Steps: the request and the person, where no refusal may be sent to an address.
async fn somebody(
    tx: &mut TenantTx,
    call: Call<'_>,
    (id, redirect_uri): (ClientId, RedirectUri),
    (params, cookie): (&Params, Option<&str>),
) -> Result<Somebody, PageError> {
    let wrong = |refusal: Refusal| PageError::Request(refusal.to_string());
    let asking = (id, redirect_uri);
    let (request, prompt) =
        AuthorizationRequest::with_prompt(call, params, asking).map_err(wrong)?;
    let prompt = prompt.for_undecided();
    let person = signed_in(tx, call, cookie).await?;
    match step_in(person, (&prompt, request.subject), call.now) {
        StepIn::GoOn(person) => Ok(Somebody::Here(person, Box::new(request))),
        StepIn::SignIn => Ok(Somebody::SignsIn(SignsIn::new(request, prompt))),
        StepIn::Refused(refusal) => Err(wrong(refusal)),
    }
}

/// What a person before an undecided client sees.
pub(crate) async fn undecided(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, request, client): (SignedIn, AuthorizationRequest, UndecidedClient),
) -> Result<Outcome, PageError> {
    let at = call.place.environment;
    let asked_at = store::ask::asked_at(tx, at, &client.id, person.member.id).await?;
    Ok(Outcome::Undecided(Box::new(Undecided {
        tenant: tenant::load(tx).await?.name.to_string(),
        words: environment::load(tx, at).await?.refusal_text,
        person,
        request,
        client,
        asked_at,
    })))
}

impl Prompt {
    /// Nobody is told anything at an address that proves nothing: the person gets the page.
    fn for_undecided(self) -> Self {
        Self {
            none: false,
            ..self
        }
    }
}
