//! `GET|POST …/authorize` (OAuth 2.1 section 4.1): parses, renders what the front door says.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::page::{Badge, ErrorSummary, Field, Narrow, Tone, When};
use narthex_http::{Params, StrictForm, StrictQuery};
use narthex_tenancy::{ambient, tenant};
use narthex_vocab::{ClientId, ClientMetadata, RedirectUri};

use crate::authorize::{self, Asking, Outcome, Undecided};
use crate::call::Call;
use crate::changed::ChangedView;
use crate::check::{self, Unchecked};
use crate::consent::Leaving;
use crate::continue_to::ContinueTo;
use crate::endpoint::consent::leave;
use crate::endpoint::logo;
use crate::endpoint::visit::{Visit, see_other, towards_client};
use crate::page_error::PageError;
use crate::sealed::{Pending, Step};
use crate::throttle::{self, Counted};
use crate::wording::{SentTo, Verb, app_address, own_host, verbs};

/// The consent page; the fields stand in the order of the page.
#[derive(Template)]
#[template(path = "token/consent.html")]
struct ConsentPage {
    narrow: Narrow,
    tenant: String,
    account: String,
    switch: String,
    app_address: String,
    name: Option<String>,
    /// Its picture on our own origin, where the host of it is proved.
    logo: Option<String>,
    not_verified: Badge,
    sent_to: SentTo,
    /// Any program on the person's computer could receive the answer.
    loopback_only: bool,
    /// It was approved with a warning.
    warned: bool,
    /// What changed since the person last allowed it.
    changed: Option<ChangedView>,
    first_seen: When,
    verbs: Vec<Verb>,
    ends: When,
    action: String,
    pending: String,
}

/// The page before an undecided client.
#[derive(Template)]
#[template(path = "token/undecided.html")]
struct UndecidedPage {
    narrow: Narrow,
    errors: ErrorSummary,
    tenant: String,
    account: String,
    switch: String,
    words: Option<String>,
    name: Option<String>,
    not_verified: Badge,
    /// The host of its identifier, where that is an address.
    own_host: Option<String>,
    sent_to: SentTo,
    first_seen: When,
    asked_at: Option<When>,
    reason: Field,
    action: String,
    pending: String,
}

/// The longest request that is asked again by address.
const LONGEST: usize = 8 * 1024;

pub(crate) async fn get(visit: Visit, query: StrictQuery) -> HttpResponse {
    let answered = answer(&visit, &query).await;
    answered.unwrap_or_else(|error| error.page(&visit.id))
}

/// A posted request has no cookies of ours when another site sent it: it is asked again by address.
pub(crate) async fn post(visit: Visit, form: StrictForm) -> HttpResponse {
    by_address(&visit, "authorize", &form)
}

/// The same at the same endpoint, by address.
pub(crate) fn by_address(visit: &Visit, endpoint: &str, form: &StrictForm) -> HttpResponse {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form.pairs())
        .finish();
    if query.len() > LONGEST {
        let words = "the request is too long".to_owned();
        return PageError::Request(words).page(&visit.id);
    }
    see_other(&format!("{}?{query}", visit.place.path(endpoint)))
}

async fn answer(visit: &Visit, params: &Params) -> Result<HttpResponse, PageError> {
    let arrival = visit.arrive().await?;
    let (call, cookie) = (arrival.call(), visit.session());
    let mut rng = ambient::rng();
    look_again(visit, call, params).await?;
    let outcome = visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| {
            authorize::authorize(tx, call, (params, cookie.as_deref()), &mut rng).await
        })
        .await?;
    match outcome {
        Outcome::SignIn(who) => {
            let back = ContinueTo::authorize(&visit.place, &who.request);
            let hint = who.hint.as_deref();
            Ok(see_other(&back.sign_in(&visit.place, hint)))
        }
        Outcome::Leaves(leaving) => to_client(visit, &leaving).await,
        Outcome::Consent(asking) => consent(visit, *asking),
        Outcome::Check(unchecked) => check(visit, call, *unchecked).await,
        Outcome::Undecided(undecided) => self::undecided(visit, *undecided, None, StatusCode::OK),
        Outcome::Refused(refused) => {
            let (target, refusal) = *refused;
            let entry = visit.error_entry(refusal.code);
            let mut parameters = vec![
                ("error", refusal.code.as_str()),
                ("error_description", refusal.description.as_str()),
            ];
            parameters.extend(entry.as_deref().map(|entry| ("error_uri", entry)));
            parameters.extend(target.state.as_deref().map(|state| ("state", state)));
            parameters.push(("iss", visit.place.issuer.as_str()));
            let leaving = Leaving {
                address: target.redirect_uri.with_response(&parameters),
                redirect_uri: target.redirect_uri,
            };
            to_client(visit, &leaving).await
        }
    }
}

/// To the client without a page of ours in between; with one where a form of ours led here, since browsers stop a redirect to
/// somebody else that a form began (`form-action 'self'`).
async fn to_client(visit: &Visit, leaving: &Leaving) -> Result<HttpResponse, PageError> {
    if !visit.follows_own_page() {
        return Ok(see_other(&leaving.address));
    }
    let tenant = visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| tenant::load(tx).await)
        .await?;
    Ok(leave(visit, leaving, tenant.name.as_str()))
}

/// Has the address of an approved client looked at again when its time has come. By itself, so that it is remembered
/// even when the request is refused: a client that uses a new address has a new document.
async fn look_again(visit: &Visit, call: Call<'_>, params: &Params) -> Result<(), PageError> {
    let named = params.given("client_id")?;
    let client = named.and_then(|text| ClientId::parse(text).ok());
    let Some((client, url)) = client.and_then(|id| id.document_url().map(|url| (id, url))) else {
        return Ok(());
    };
    let mut rng = ambient::rng();
    visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| {
            check::look_again(tx, call, (&client, &url), &mut rng).await
        })
        .await
}

/// Has the client's address looked at, and waits for it on a page of its own.
async fn check(
    visit: &Visit,
    call: Call<'_>,
    unchecked: Unchecked,
) -> Result<HttpResponse, PageError> {
    let source = visit.peer.source();
    for counted in [Counted::DocumentSource(&source), Counted::Documents] {
        throttle::spend(&visit.token, &visit.place, counted, call.now).await?;
    }
    let mut rng = ambient::rng();
    let parked = visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| {
            check::check(tx, call, unchecked, &mut rng).await
        })
        .await?;
    let waiting = ContinueTo::waiting(&visit.place, parked);
    Ok(see_other(waiting.as_str()))
}

fn consent(visit: &Visit, asking: Asking) -> Result<HttpResponse, PageError> {
    let Asking {
        tenant,
        person,
        request,
        client,
        reach,
        described,
        ends,
        warned,
        changed,
        logo,
    } = asking;
    let title = format!("Allow this app to use your {tenant} account?");
    let page = ConsentPage {
        narrow: visit.frame(title, &tenant),
        account: person.member.email.to_string(),
        switch: ContinueTo::authorize(&visit.place, &request).sign_in(&visit.place, None),
        app_address: app_address(client.id(), &request.redirect_uri),
        name: client.metadata().client_name().map(ToString::to_string),
        logo: logo.map(|hash| logo::address(&visit.place, client.id(), hash)),
        not_verified: Badge::new(Tone::Neutral, "Not verified"),
        sent_to: SentTo::of(&request.redirect_uri),
        loopback_only: loopback_only(client.metadata()),
        warned,
        changed: changed.view(&tenant),
        first_seen: When::new(client.created_at()).day(),
        verbs: verbs(&described, (&reach, &request.claims)),
        ends: When::new(ends).day(),
        action: visit.place.path("consent"),
        pending: {
            let pending = Pending::new(request, reach.scopes, ambient::now()).warned(warned);
            let at = (Step::Consent, &visit.place, &person.session);
            pending.seal(&visit.token.sealing, at, &mut ambient::rng())?
        },
        tenant,
    };
    Ok(towards_client(&page, StatusCode::OK))
}

/// Whether nothing but programs on the person's own computer receives its answers: then its address proves nothing
/// about who asks (draft-ietf-oauth-client-id-metadata-document section 8).
fn loopback_only(metadata: &ClientMetadata) -> bool {
    let redirects = metadata.redirect_uris();
    !redirects.is_empty() && redirects.iter().all(RedirectUri::is_loopback)
}

/// The page before an undecided client; `problem` is what was wrong with the reason.
pub(crate) fn undecided(
    visit: &Visit,
    undecided: Undecided,
    problem: Option<String>,
    status: StatusCode,
) -> Result<HttpResponse, PageError> {
    let Undecided {
        tenant,
        person,
        request,
        client,
        words,
        asked_at,
    } = undecided;
    let title = format!("{tenant} has not decided about this app");
    let reason = Field::area("reason", "Why do you need it?", 4)
        .hint("The people who decide read this. Up to 500 characters.")
        .error(problem);
    let errors = ErrorSummary::of([&reason]);
    let page = UndecidedPage {
        narrow: visit.frame(title, &tenant).problem(!errors.is_empty()),
        errors,
        account: person.member.email.to_string(),
        switch: ContinueTo::authorize(&visit.place, &request).sign_in(&visit.place, None),
        words,
        name: client.metadata.client_name().map(ToString::to_string),
        not_verified: Badge::new(Tone::Neutral, "Not verified"),
        own_host: own_host(&client.id),
        sent_to: SentTo::of(&request.redirect_uri),
        first_seen: When::new(client.first_seen).day(),
        asked_at: asked_at.map(When::new),
        reason,
        action: visit.place.path("ask"),
        pending: {
            let shown = request.wanted.scope.clone().unwrap_or_default();
            let pending = Pending::new(request, shown, ambient::now());
            let at = (Step::Ask, &visit.place, &person.session);
            pending.seal(&visit.token.sealing, at, &mut ambient::rng())?
        },
        tenant,
    };
    Ok(towards_client(&page, status))
}
