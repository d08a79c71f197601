//! Stopping one's own client, on a page of its own that says first what will happen. It never ends a client for good.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::{Field, number};
use narthex_tenancy::permission::Action;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{ClientId, ClientState, Environment};

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
use crate::store::cascade::{self, Cascade};
use crate::store::portal_integration::{self, Client};
use crate::suspend::{Stop, Suspend, SuspendError, suspend};

/// A client with what it belongs to, and what goes with it.
type Looked = (Integration, Client, Cascade);

/// The path of a client's pages.
type At = (String, Environment, String);

/// `GET /t/{tenant}/{environment}/clients/{client}/suspend`
pub(crate) async fn page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    who.permit(Action::SuspendOwn)?;
    let looked = load(&who, &path).await?;
    Ok(answer(&view(&who, &looked, "", &Problems::default())))
}

/// `POST /t/{tenant}/{environment}/clients/{client}/suspend`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::SuspendOwn)?;
    let looked = load(&who, &path).await?;
    let (integration, client, _) = &looked;
    let typed = posted.text("reason")?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&typed), |error| match error {
        ProseError::TooShort(_) => "Enter why you stop it".to_owned(),
        error => format!("Enter another reason: {error}"),
    });
    let Some(reason) = reason else {
        return Ok(again(&view(&who, &looked, &typed, &problems)));
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

async fn load(who: &SignedIn, (_, environment, client): &At) -> Result<Looked, Refusal> {
    let id = ClientId::parse(client).map_err(|_| Refusal::NotFound)?;
    let work = async |tx: &mut TenantTx| {
        let (integration, client) = portal_integration::client(tx, *environment, &id).await?;
        let (at, goes) = ((tx.tenant(), *environment), (&id, ClientState::Suspended));
        let cascade = cascade::of(tx, at, goes, who.now).await?;
        Ok::<_, StoreError>((integration, client, cascade))
    };
    Ok(who.within(work).await?)
}

fn view(
    who: &SignedIn,
    (integration, client, cascade): &Looked,
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
        effects: effects(environment, live, cascade),
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

fn effects(environment: Environment, live: usize, cascade: &Cascade) -> Vec<(String, String)> {
    let mut effects = vec![(
        "1".to_owned(),
        format!("client stops in {environment}, at once"),
    )];
    let names: Vec<_> = cascade
        .followers
        .iter()
        .map(|kin| kin.name.as_str())
        .collect();
    if !names.is_empty() {
        let which = names.join(", ");
        effects.push((
            names.len().to_string(),
            format!("clients that it registered stop with it: {which}"),
        ));
    }
    effects.extend([
        (
            live.to_string(),
            "credentials stop working until it is resumed".to_owned(),
        ),
        (
            number(cascade.tokens),
            "access tokens that have not ended yet are refused".to_owned(),
        ),
    ]);
    effects
}
