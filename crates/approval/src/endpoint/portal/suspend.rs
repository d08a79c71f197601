//! Stopping one's own client, and ending it for good: each on a page of its own that says first what will happen, to it
//! and to all below it. What was stopped staff alone let go on.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{ClientId, Environment};

use super::banner::Done;
use super::client_view::{is_live, path_of as client_path};
use super::frame::{Area, again, page as answer};
use super::integration::path_of;
use super::posted::Posted;
use super::problems::{Problems, capital};
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::endpoint::danger_page::DangerPage;
use crate::endpoint::stop::{self, Stopped, Typed};
use crate::integration::Integration;
use crate::prose::{ProseError, Reason};
use crate::store::cascade::{self, Cascade};
use crate::store::portal_integration::{self, Client};
use crate::suspend::{Stop, Suspend, SuspendError, possible, suspend};

/// A client with what it belongs to, and what goes with it.
type Looked = (Integration, Client, Cascade);

/// The path of a client's pages.
type At = (String, Environment, String);

/// `GET /t/{tenant}/{environment}/clients/{client}/suspend`
pub(crate) async fn suspend_page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    page(&who, &path, Stop::Suspend).await
}

/// `POST /t/{tenant}/{environment}/clients/{client}/suspend`
pub(crate) async fn suspend_submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    submit(&who, &path, &posted, Stop::Suspend).await
}

/// `GET /t/{tenant}/{environment}/clients/{client}/resume`
pub(crate) async fn resume_page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    page(&who, &path, Stop::Resume).await
}

/// `POST /t/{tenant}/{environment}/clients/{client}/resume`
pub(crate) async fn resume_submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    submit(&who, &path, &posted, Stop::Resume).await
}

/// `GET /t/{tenant}/{environment}/clients/{client}/revoke`
pub(crate) async fn revoke_page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    page(&who, &path, Stop::Revoke).await
}

/// `POST /t/{tenant}/{environment}/clients/{client}/revoke`
pub(crate) async fn revoke_submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    submit(&who, &path, &posted, Stop::Revoke).await
}

async fn page(who: &SignedIn, at: &At, what: Stop) -> Result<HttpResponse, Refusal> {
    who.permit(what.of_tenant())?;
    let looked = load(who, at, what).await?;
    let id = &looked.1.id;
    let work = async |tx: &mut TenantTx| possible(tx, (at.1, id), what, false).await;
    let mut problems = Problems::default();
    if let Err(error) = who.within(work).await {
        problems.add("", against(error)?);
    }
    let typed = Typed::default();
    Ok(answer(&view(who, &looked, (what, &typed), &problems)))
}

async fn submit(
    who: &SignedIn,
    at: &At,
    posted: &Posted,
    what: Stop,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(what.of_tenant())?;
    let looked = load(who, at, what).await?;
    let (integration, client, _) = &looked;
    let typed = Typed {
        reason: posted.text("reason")?,
        name: posted.text("name")?,
    };
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&typed.reason), reason_words);
    if !stop::is_confirmed(what, &typed, integration.name.as_str()) {
        problems.add("name", stop::OTHER_NAME);
    }
    let Some(reason) = reason.filter(|_| problems.is_empty()) else {
        return Ok(again(&view(who, &looked, (what, &typed), &problems)));
    };
    let command = Suspend {
        environment: client.environment,
        client_id: client.id.clone(),
        what,
        reason,
    };
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| suspend(tx, command, acting).await;
    match who.act(&permit, work).await {
        Ok(_) => {
            let done = match what {
                Stop::Suspend => Done::Suspended,
                Stop::Resume => Done::Resumed,
                Stop::Revoke => Done::Revoked,
            };
            Ok(done.at(&path_of(who, integration.id)))
        }
        Err(error) => {
            problems.add("", against(error)?);
            Ok(again(&view(who, &looked, (what, &typed), &problems)))
        }
    }
}

fn reason_words(error: ProseError) -> String {
    match error {
        ProseError::TooShort(_) => "Enter why you stop it".to_owned(),
        error => format!("Enter another reason: {error}"),
    }
}

/// What stands against it, for people.
fn against(error: SuspendError) -> Result<String, Refusal> {
    match error {
        SuspendError::NotPossible(state) => Ok(stop::not_possible(state)),
        error @ (SuspendError::HeldByStaff | SuspendError::ParentStopped) => {
            let words = capital(&error.to_string());
            Ok(format!("{words}. Nothing was changed"))
        }
        SuspendError::NotPermitted(error) => Err(error.into()),
        SuspendError::Store(error) => Err(error.into()),
    }
}

async fn load(
    who: &SignedIn,
    (_, environment, client): &At,
    what: Stop,
) -> Result<Looked, Refusal> {
    let id = ClientId::parse(client).map_err(|_| Refusal::NotFound)?;
    let work = async |tx: &mut TenantTx| {
        let (integration, client) = portal_integration::client(tx, *environment, &id).await?;
        let (at, goes) = ((tx.tenant(), *environment), (&id, stop::leads_to(what)));
        let cascade = cascade::of(tx, at, goes, who.now).await?;
        Ok::<_, StoreError>((integration, client, cascade))
    };
    Ok(who.within(work).await?)
}

fn view(
    who: &SignedIn,
    (integration, client, cascade): &Looked,
    (what, typed): (Stop, &Typed),
    problems: &Problems,
) -> DangerPage {
    let name = integration.name.as_str();
    let live = client
        .credentials
        .iter()
        .filter(|one| is_live(one, who.now));
    let back = path_of(who, integration.id);
    let verb = stop::verb(what);
    let mut shell = who
        .shell(Area::Integrations, format!("{verb} {name}"))
        .crumb(name, back.as_str());
    shell.environment = Some(client.environment);
    let stopped = Stopped {
        name,
        live: live.count(),
        cascade,
    };
    let fields = stop::fields(name, (what, typed), "Your colleagues read it");
    let action = format!("{}/{}", client_path(who, client), verb.to_lowercase());
    stopped.page(shell, what, (fields, problems), (action, back))
}
