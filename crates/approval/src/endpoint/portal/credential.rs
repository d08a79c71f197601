//! The secrets of a client: made by a post and shown once, retired on a page that says first what will happen. One form
//! makes one secret.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use narthex_http::page::{Fact, Shell, When};
use narthex_tenancy::TenantTx;
use narthex_vocab::{ClientId, Environment};

use super::frame::{Area, bare_page};
use super::integration::path_of;
use super::posted::Posted;
use super::refusal::Refusal;
use super::secret_page::{AlreadyShownPage, SecretPage};
use super::signed_in::SignedIn;
use crate::Acting;
use crate::create_credential::{
    CreateCredential, CreateCredentialError, CreatedCredential, action, create_credential,
};
use crate::integration::Integration;
use crate::store::{portal_integration, portal_turn};

/// `POST /t/{tenant}/{environment}/clients/{client}/credentials`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment, String)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment, client) = path.into_inner();
    let permit = who.permit(action(environment))?;
    let client_id = ClientId::parse(&client).map_err(|_| Refusal::NotFound)?;
    let seen = posted.text("after")?;
    let command = CreateCredential {
        environment,
        client_id: client_id.clone(),
        hash_key: who.hash_key(),
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let newest = portal_turn::newest_credential(tx, environment, &client_id).await?;
        let (integration, _) = portal_integration::client(tx, environment, &client_id).await?;
        let first = newest.map_or_else(String::new, |id| id.to_string()) == seen;
        let made = if first {
            Some(create_credential(tx, command, acting).await?)
        } else {
            None
        };
        Ok((integration, made))
    };
    let (integration, made) = who.act(&permit, work).await.map_err(refusal)?;
    Ok(shown(&who, environment, &client_id, (&integration, made)))
}

fn refusal(error: CreateCredentialError) -> Refusal {
    match error {
        CreateCredentialError::NotPermitted(error) => error.into(),
        // The page shows no form then: it was left open while something changed.
        CreateCredentialError::NoSecretWanted
        | CreateCredentialError::NotPossible(_)
        | CreateCredentialError::TwoLive => Refusal::Stale,
        CreateCredentialError::Store(error) => error.into(),
    }
}

fn shown(
    who: &SignedIn,
    environment: Environment,
    client_id: &ClientId,
    (integration, made): (&Integration, Option<CreatedCredential>),
) -> HttpResponse {
    let back = path_of(who, integration.id);
    let shell = |title: &str| frame(who, environment, title, (integration, back.as_str()));
    let Some(made) = made else {
        let page = AlreadyShownPage::new(shell("Secret already shown"), back.clone());
        return bare_page(&page, StatusCode::OK);
    };
    let (issuer, token_endpoint) = (who.issuer(environment), who.token_endpoint(environment));
    let env = [
        ("OAUTH_ISSUER", issuer.as_str()),
        ("OAUTH_TOKEN_ENDPOINT", token_endpoint.as_str()),
        ("OAUTH_CLIENT_ID", client_id.as_str()),
        ("OAUTH_CLIENT_SECRET", made.secret.reveal()),
    ];
    let page = SecretPage::new(shell("Client secret"), &made.secret, &env)
        .fact(Fact::text("For", integration.name.as_str()))
        .fact(Fact::code("Client id", client_id.as_str()))
        .fact(Fact::when("Ends", When::new(made.expires_at).day()))
        .back("Back to the integration", back.clone());
    bare_page(&page, StatusCode::OK)
}

fn frame(
    who: &SignedIn,
    environment: Environment,
    title: &str,
    (integration, back): (&Integration, &str),
) -> Shell {
    let mut shell = who
        .shell(Area::Integrations, title)
        .crumb(integration.name.as_str(), back)
        .without_script();
    shell.environment = Some(environment);
    shell
}
