//! Stopping one's own client, on a page of its own that says first what will happen. It never ends a client for good.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::Field;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientId, Environment};

use super::banner::Done;
use super::client_view::{is_live, path_of as client_path};
use super::danger_page::DangerPage;
use super::frame::{Area, again, page as answer};
use super::integration::path_of;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::integration::Integration;
use crate::prose::{ProseError, Reason};
use crate::store::portal_integration::{self, Client};
use crate::suspend::{Stop, Suspend, SuspendError, suspend};

/// The path of a client's pages.
type At = (String, Environment, String);

/// `GET /t/{tenant}/{environment}/clients/{client}/suspend`
pub(crate) async fn page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    who.permit(Action::SuspendOwn)?;
    let (integration, client) = load(&who, &path).await?;
    let page = view(&who, (&integration, &client), "", &Problems::default());
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/clients/{client}/suspend`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::SuspendOwn)?;
    let (integration, client) = load(&who, &path).await?;
    let typed = posted.text("reason")?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&typed), |error| match error {
        ProseError::TooShort(_) => "Enter why you stop it".to_owned(),
        error => format!("Enter another reason: {error}"),
    });
    let Some(reason) = reason else {
        return Ok(again(&view(
            &who,
            (&integration, &client),
            &typed,
            &problems,
        )));
    };
    let command = Suspend {
        environment: client.environment,
        client_id: client.id.clone(),
        what: Stop::Suspend,
        reason,
    };
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| suspend(tx, command, acting).await;
    who.act(&permit, work).await.map_err(refusal)?;
    Ok(Done::Suspended.at(&path_of(&who, integration.id)))
}

fn refusal(error: SuspendError) -> Refusal {
    match error {
        SuspendError::NotPermitted(error) => error.into(),
        SuspendError::NotPossible(_) | SuspendError::HeldByStaff | SuspendError::ParentStopped => {
            Refusal::Stale
        }
        SuspendError::Store(error) => error.into(),
    }
}

async fn load(
    who: &SignedIn,
    (_, environment, client): &At,
) -> Result<(Integration, Client), Refusal> {
    let id = ClientId::parse(client).map_err(|_| Refusal::NotFound)?;
    let work = async |tx: &mut TenantTx| portal_integration::client(tx, *environment, &id).await;
    Ok(who.within(work).await?)
}

fn view(
    who: &SignedIn,
    (integration, client): (&Integration, &Client),
    reason: &str,
    problems: &Problems,
) -> DangerPage {
    let environment = client.environment;
    let name = integration.name.as_str();
    let live = client
        .credentials
        .iter()
        .filter(|one| is_live(one, who.now))
        .count();
    let back = path_of(who, integration.id);
    let mut shell = who
        .shell(Area::Integrations, format!("Suspend {name}"))
        .crumb(name, back.as_str())
        .problem(!problems.is_empty());
    shell.environment = Some(environment);
    let field = Field::area("reason", "Why", 3)
        .hint("Kept in the record. Your colleagues read it.")
        .value(reason);
    DangerPage {
        shell,
        errors: problems.summary(),
        effects: vec![
            (
                "1".to_owned(),
                format!("client stops in {environment}, at once"),
            ),
            (
                live.to_string(),
                "credentials stop working until it is resumed".to_owned(),
            ),
            ("All".to_owned(), "tokens it holds are refused".to_owned()),
        ],
        stays: vec![
            "Nothing is deleted. The review team can resume it.",
            "Its approval and what it may reach stay as they are.",
            "The other environment and every other client go on.",
        ],
        fields: vec![problems.beside(field)],
        button: format!("Suspend {name} in {environment}"),
        here: format!("{}/suspend", client_path(who, client)),
        cancel: back,
    }
}
