//! The button that lets clients ask for the right to register others.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, ResourceUri};

use super::banner::Done;
use super::frame::Area;
use super::posted::Posted;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::catalogue::CatalogueError;
use crate::offer_registration::{OfferRegistration, offer_registration};

/// `POST /t/{tenant}/{environment}/resources/registration`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    _posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let environment = path.1;
    let permit = who.permit(Action::EditCatalogue)?;
    let endpoint = ResourceUri::parse(&who.registration_endpoint(environment));
    let command = OfferRegistration {
        environment,
        endpoint: endpoint.map_err(|_| Refusal::NotFound)?,
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        offer_registration(tx, command, acting).await
    };
    let all = who.path(&Area::Resources(environment).path());
    match who.act(&permit, work).await {
        // Somebody else was first: it is offered.
        Ok(_) | Err(CatalogueError::Exists) => Ok(Done::RegistrationOffered.at(&all)),
        Err(CatalogueError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(CatalogueError::Store(error)) => Err(Refusal::from(error).into()),
        Err(CatalogueError::Unknown | CatalogueError::NotOpen | CatalogueError::Reserved) => {
            Err(Refusal::NotFound.into())
        }
    }
}
