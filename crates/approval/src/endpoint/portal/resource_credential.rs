//! The secret of a resource server: made by a post, shown once, never again. The page loads no script.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use narthex_http::page::{Fact, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::catalogue::{self, Resource};
use narthex_tenancy::permission::Action;

use super::frame::{Area, bare_page};
use super::posted::Posted;
use super::refusal::Refusal;
use super::resource::{At, here};
use super::secret_page::{AlreadyShownPage, SecretPage};
use super::signed_in::SignedIn;
use crate::Acting;
use crate::catalogue::{
    CatalogueError, CreateResourceCredential, ResourceCredential, create_resource_credential,
};
use crate::store::portal_turn;

/// `POST /t/{tenant}/{environment}/resources/{resource}/credentials`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditCatalogue)?;
    let seen = posted.text("after")?;
    let (_, environment, id) = *path;
    let command = CreateResourceCredential {
        environment,
        resource: id,
        hash_key: who.hash_key(),
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let newest = portal_turn::newest_resource_credential(tx, environment, id).await?;
        let catalogue = catalogue::load(tx, environment).await?;
        let resource = catalogue.resources.into_iter().find(|one| one.id == id);
        if newest.map_or_else(String::new, |id| id.to_string()) != seen {
            return Ok((resource, None));
        }
        let made = create_resource_credential(tx, command, acting).await?;
        Ok((resource, Some(made)))
    };
    let (resource, made) = who.act(&permit, work).await.map_err(refusal)?;
    let resource = resource.ok_or(Refusal::NotFound)?;
    Ok(answer(&who, &resource, made, &here(&who, &path)))
}

fn refusal(error: CatalogueError) -> Refusal {
    match error {
        CatalogueError::NotPermitted(error) => error.into(),
        CatalogueError::Store(error) => error.into(),
        CatalogueError::Exists
        | CatalogueError::Unknown
        | CatalogueError::NotOpen
        | CatalogueError::Reserved => Refusal::NotFound,
    }
}

fn answer(
    who: &SignedIn,
    resource: &Resource,
    made: Option<ResourceCredential>,
    back: &str,
) -> HttpResponse {
    let area = Area::Resources(resource.environment);
    let shell = |title: &str| {
        who.shell(area, title)
            .crumb(resource.name.as_str(), back)
            .without_script()
    };
    let Some(made) = made else {
        let page = AlreadyShownPage::new(shell("Secret already shown"), back.to_owned());
        return bare_page(&page, StatusCode::OK);
    };
    let id = resource.id.to_string();
    let issuer = who.issuer(resource.environment);
    let env = [
        ("NARTHEX_ISSUER", issuer.as_str()),
        ("RESOURCE_ID", id.as_str()),
        ("RESOURCE_SECRET", made.secret.reveal()),
    ];
    let page = SecretPage::new(shell("Secret of the resource server"), &made.secret, &env)
        .fact(Fact::text("For", resource.name.as_str()))
        .fact(Fact::code("Resource id", id.as_str()))
        .fact(Fact::when("Ends", When::new(made.expires_at).day()))
        .back("Back to the resource", back.to_owned());
    bare_page(&page, StatusCode::OK)
}
