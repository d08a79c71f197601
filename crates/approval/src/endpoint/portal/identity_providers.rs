//! Where people of the tenant sign in: its identity providers, whether each can be reached, and whether passwords count beside
//! them. What changes it ends with a proof of who changes it; those pages load no script. Nobody sees a client secret again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use narthex_http::page::{Badge, Choice, ErrorSummary, Field, Icon, Shell, Tone, When};
use narthex_http::{Peer, StrictQuery};
use narthex_people::elsewhere;
use narthex_people::provider::{self, Provider};
use narthex_tenancy::permission::{Action, Role};
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::frame::{Area, again, bare_page, page as answer};
use super::identity_provider_form::{Typed, new_form};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::endpoint::account::{FormPage, proof, proof_fields};
use crate::identity_provider::{
    IdentityProviderError, SignInRule, add_provider, reached_provider, remove_provider,
    set_sign_in_rule,
};

const AREA: Area = Area::SignIn;

#[derive(Template)]
#[template(path = "portal/identity_providers.html")]
struct ProvidersPage {
    shell: Shell,
    errors: ErrorSummary,
    rows: Vec<Row>,
    providers_only: bool,
    may: bool,
    here: String,
    who_may: String,
}

struct Row {
    id: String,
    name: String,
    issuer: String,
    client_id: String,
    redirect_uri: String,
    joins_as: &'static str,
    state: Badge,
    tested: Option<When>,
}

type ProviderPath = Path<(String, Id<kind::IdentityProvider>)>;

/// `GET /t/{tenant}/identity-providers`
pub(crate) async fn page(who: SignedIn, query: StrictQuery) -> Result<HttpResponse, Refusal> {
    let mut page = view(&who, &Problems::default()).await?;
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `GET /t/{tenant}/identity-providers/new`
pub(crate) async fn new_page(who: SignedIn) -> actix_web::Result<HttpResponse> {
    who.permit(Action::ManagePeople)?;
    let page = new_form(&who, &Typed::default(), &Problems::default()).await?;
    Ok(bare_page(&page, StatusCode::OK))
}

/// `POST /t/{tenant}/identity-providers/new`
pub(crate) async fn new_submit(
    who: SignedIn,
    peer: Peer,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ManagePeople)?;
    let typed = Typed::read(&posted)?;
    let mut problems = Problems::default();
    let new = typed.parse(posted.text("client_secret")?, &mut problems);
    if let Some(new) = new
        && proof(&who, &peer, &posted, &mut problems).await?.is_some()
    {
        let way = who.people().providers.as_ref().ok_or(Refusal::NotFound)?;
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            add_provider(tx, (new, &way.key), acting).await
        };
        match who.act(&permit, work).await {
            Ok(_) => return Ok(Done::ProviderAdded.at(&who.path(&AREA.path()))),
            Err(error) => problems.add(field_of(&error), told(error)?),
        }
    }
    let page = new_form(&who, &typed, &problems).await?;
    Ok(bare_page(&page, StatusCode::UNPROCESSABLE_ENTITY))
}

/// `POST /t/{tenant}/identity-providers/{provider}/test`
pub(crate) async fn test(
    who: SignedIn,
    path: ProviderPath,
    _: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ManagePeople)?;
    let provider = load(&who, path.1).await?;
    if let Some(seconds) = who.may_try("test-provider", "").await {
        let words = format!("This was tried very often. Try again in {seconds} seconds");
        return Ok(again(&view(&who, &Problems::one("", words)).await?));
    }
    if let Err(fault) = elsewhere::test(who.people(), &provider).await {
        let words = format!("{} was not reached: {fault}", provider.name);
        return Ok(again(&view(&who, &Problems::one("", words)).await?));
    }
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        reached_provider(tx, provider.id, acting).await
    };
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::ProviderReached.at(&who.path(&AREA.path()))),
        Err(error) => {
            let problems = Problems::one("", told(error)?);
            Ok(again(&view(&who, &problems).await?))
        }
    }
}

/// `GET /t/{tenant}/identity-providers/{provider}/remove`
pub(crate) async fn remove_page(
    who: SignedIn,
    path: ProviderPath,
) -> actix_web::Result<HttpResponse> {
    who.permit(Action::ManagePeople)?;
    let provider = load(&who, path.1).await?;
    let page = remove_form(&who, &provider, &Problems::default()).await?;
    Ok(bare_page(&page, StatusCode::OK))
}

/// `POST /t/{tenant}/identity-providers/{provider}/remove`
pub(crate) async fn remove_submit(
    who: SignedIn,
    peer: Peer,
    path: ProviderPath,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ManagePeople)?;
    let provider = load(&who, path.1).await?;
    let mut problems = Problems::default();
    if proof(&who, &peer, &posted, &mut problems).await?.is_some() {
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            remove_provider(tx, provider.id, acting).await
        };
        match who.act(&permit, work).await {
            Ok(_) => return Ok(Done::ProviderRemoved.at(&who.path(&AREA.path()))),
            Err(error) => problems.add("", told(error)?),
        }
    }
    let page = remove_form(&who, &provider, &problems).await?;
    Ok(bare_page(&page, StatusCode::UNPROCESSABLE_ENTITY))
}

/// `GET /t/{tenant}/identity-providers/rule`
pub(crate) async fn rule_page(who: SignedIn) -> actix_web::Result<HttpResponse> {
    who.permit(Action::ManagePeople)?;
    let page = rule_form(&who, &Problems::default()).await?;
    Ok(bare_page(&page, StatusCode::OK))
}

/// `POST /t/{tenant}/identity-providers/rule`
pub(crate) async fn rule_submit(
    who: SignedIn,
    peer: Peer,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ManagePeople)?;
    let mut problems = Problems::default();
    let providers_only = match posted.text("rule")?.as_str() {
        "providers" => Some(true),
        "passwords" => Some(false),
        _ => None,
    };
    if providers_only.is_none() {
        problems.add("rule", "Choose how people sign in");
    }
    if let Some(providers_only) = providers_only
        && proof(&who, &peer, &posted, &mut problems).await?.is_some()
    {
        let rule = SignInRule {
            providers_only,
            session: Some(who.session.id),
        };
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            set_sign_in_rule(tx, rule, acting).await
        };
        match who.act(&permit, work).await {
            Ok(_) => return Ok(Done::Saved.at(&who.path(&AREA.path()))),
            Err(error) => problems.add("rule", told(error)?),
        }
    }
    let page = rule_form(&who, &problems).await?;
    Ok(bare_page(&page, StatusCode::UNPROCESSABLE_ENTITY))
}

async fn load(who: &SignedIn, id: Id<kind::IdentityProvider>) -> Result<Provider, Refusal> {
    let work = async |tx: &mut TenantTx| provider::load(tx, id).await;
    Ok(who.within::<_, StoreError, _>(work).await?)
}

/// The error in a sentence that says what to do; what is no matter of words ends the request.
fn told(error: IdentityProviderError) -> Result<String, Refusal> {
    match error {
        IdentityProviderError::NotPermitted(error) => Err(error.into()),
        IdentityProviderError::Store(error) => Err(error.into()),
        IdentityProviderError::Unknown => Err(Refusal::NotFound),
        error => {
            let words = error.to_string();
            let mut letters = words.chars();
            let first = letters.next().map(char::to_uppercase);
            Ok(first.into_iter().flatten().chain(letters).collect())
        }
    }
}

const fn field_of(error: &IdentityProviderError) -> &'static str {
    match error {
        IdentityProviderError::Role => "joins_as",
        _ => "issuer",
    }
}

async fn view(who: &SignedIn, problems: &Problems) -> Result<ProvidersPage, Refusal> {
    let look = async |tx: &mut TenantTx| {
        Ok::<_, StoreError>((provider::all(tx).await?, provider::only(tx).await?))
    };
    let (providers, providers_only) = who.within(look).await?;
    let row = |one: &Provider| Row {
        id: one.id.to_string(),
        name: one.name.to_string(),
        issuer: one.issuer.as_str().to_owned(),
        client_id: one.client_id.clone(),
        redirect_uri: who.address(&format!("/sign-in/with/{}/back", one.id)),
        joins_as: one
            .joins_as
            .map_or("Nobody without an invitation", Role::label),
        state: match one.tested_at {
            Some(_) => Badge::new(Tone::Ok, "Reached").icon(Icon::Tick),
            None => Badge::new(Tone::Warn, "Not tested"),
        },
        tested: one.tested_at.map(When::new),
    };
    Ok(ProvidersPage {
        shell: who.shell(AREA, AREA.label()).problem(!problems.is_empty()),
        errors: problems.summary(),
        rows: providers.iter().map(row).collect(),
        providers_only,
        may: who.may(Action::ManagePeople),
        here: who.path(&AREA.path()),
        who_may: who.who_may(Action::ManagePeople),
    })
}

async fn remove_form(
    who: &SignedIn,
    provider: &Provider,
    problems: &Problems,
) -> actix_web::Result<FormPage> {
    Ok(FormPage {
        shell: who
            .shell(AREA, format!("Remove {}", provider.name))
            .without_script(),
        errors: ErrorSummary::default(),
        lead: "Nobody signs in there any more, and every session that began there ends. People who have no password set one by mail.",
        fields: proof_fields(who).await?,
        button: "Remove provider",
        danger: true,
        here: who.path(&format!("/identity-providers/{}/remove", provider.id)),
        cancel: who.path(&AREA.path()),
    }
    .with(problems))
}

async fn rule_form(who: &SignedIn, problems: &Problems) -> actix_web::Result<FormPage> {
    let look = async |tx: &mut TenantTx| provider::only(tx).await;
    let only = who.within::<_, StoreError, _>(look).await;
    let only = only.map_err(Refusal::from)?;
    let choices = vec![
        Choice::new("passwords", "At providers, or with a password").chosen(!only),
        Choice::new("providers", "At providers alone")
            .hint("Passwords are refused in this portal. Sessions that a password began end, yours apart. Where apps send people to sign in, passwords count as before.")
            .chosen(only),
    ];
    let mut fields = vec![Field::radios("rule", "How people sign in", choices)];
    fields.extend(proof_fields(who).await?);
    Ok(FormPage {
        shell: who.shell(AREA, "How people sign in").without_script(),
        errors: ErrorSummary::default(),
        lead: "When a provider is away, an owner with a second factor still gets in with a password. It is in the activity, and every owner gets mail about it.",
        fields,
        button: "Save",
        danger: false,
        here: who.path("/identity-providers/rule"),
        cancel: who.path(&AREA.path()),
    }
    .with(problems))
}
