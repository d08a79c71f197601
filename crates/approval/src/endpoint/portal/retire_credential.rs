//! Retiring a secret of a client: first the page that says when it was last used, then the act. The client's other
//! secret is never touched.

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::Duration;
use narthex_http::page::{ErrorSummary, When};
use narthex_tenancy::TenantTx;
use narthex_vocab::{ClientId, Environment, Id, kind};

use super::banner::Done;
use super::client_view::{is_live, path_of as client_path, prefix};
use super::frame::{Area, page as answer};
use super::integration::path_of;
use super::posted::Posted;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::create_credential::action;
use crate::endpoint::danger_page::DangerPage;
use crate::integration::Integration;
use crate::retire_credential::{RetireCredential, RetireCredentialError, retire_credential};
use crate::store::portal_integration::{self, Client, Credential};

/// The path of a credential's page.
type At = (String, Environment, String, Id<kind::Credential>);

/// `GET /t/{tenant}/{environment}/clients/{client}/credentials/{credential}/retire`
pub(crate) async fn page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    who.permit(action(path.1))?;
    let (integration, client) = load(&who, &path).await?;
    let credential = client.credentials.iter().find(|one| one.id == path.3);
    let credential = credential.ok_or(Refusal::NotFound)?;
    if !is_live(credential, who.now) {
        return Err(Refusal::Stale);
    }
    Ok(answer(&view(&who, &integration, &client, credential)))
}

/// `POST /t/{tenant}/{environment}/clients/{client}/credentials/{credential}/retire`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = who.permit(action(path.1))?;
    let (integration, client) = load(&who, &path).await?;
    let command = RetireCredential {
        environment: path.1,
        client_id: client.id,
        credential: path.3,
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        retire_credential(tx, command, acting).await
    };
    who.act(&permit, work).await.map_err(|error| match error {
        RetireCredentialError::NotPermitted(error) => error.into(),
        RetireCredentialError::NotLive => Refusal::Stale,
        RetireCredentialError::Store(error) => error.into(),
    })?;
    Ok(Done::CredentialRetired.at(&path_of(&who, integration.id)))
}

async fn load(
    who: &SignedIn,
    (_, environment, client, _): &At,
) -> Result<(Integration, Client), Refusal> {
    let id = ClientId::parse(client).map_err(|_| Refusal::NotFound)?;
    let work = async |tx: &mut TenantTx| portal_integration::client(tx, *environment, &id).await;
    Ok(who.within(work).await?)
}

fn view(
    who: &SignedIn,
    integration: &Integration,
    client: &Client,
    credential: &Credential,
) -> DangerPage {
    let name = format!("{}…{}", prefix(client.environment), credential.last4);
    let back = path_of(who, integration.id);
    let live = client
        .credentials
        .iter()
        .filter(|one| is_live(one, who.now))
        .count();
    let mut effects = vec![(
        "1".to_owned(),
        format!("credential, {name}, stops working at once"),
    )];
    effects.push(match credential.last_used {
        None => (
            "Never".to_owned(),
            "used: nothing is known to depend on it".to_owned(),
        ),
        Some(at) if who.now - at < Duration::hours(1) => {
            let when = When::new(at).text();
            (
                "In use".to_owned(),
                format!("within the last hour, {when}: whatever uses it stops"),
            )
        }
        Some(at) => ("Last".to_owned(), format!("used {}", When::new(at).text())),
    });
    if live < 2 {
        let what = "other credential works: the client gets no tokens until you create one";
        effects.push(("No".to_owned(), what.to_owned()));
    }
    let what = "a retired credential cannot be brought back; you can create another";
    effects.push(("For good".to_owned(), what.to_owned()));
    let mut shell = who
        .shell(Area::Integrations, "Retire a credential")
        .crumb(integration.name.as_str(), back.as_str());
    shell.environment = Some(client.environment);
    DangerPage {
        shell,
        errors: ErrorSummary::default(),
        last: None,
        effects,
        kept: [
            "Tokens that were issued already work until they end.",
            "The client, its approval and its other credential.",
        ]
        .map(str::to_owned)
        .into(),
        fields: Vec::new(),
        button: format!("Retire {name}"),
        action: format!(
            "{}/credentials/{}/retire",
            client_path(who, client),
            credential.id
        ),
        back,
    }
}
