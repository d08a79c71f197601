//! A tenant lets its environment's registration endpoint take access tokens: the endpoint becomes a resource of the
//! catalogue, with the one scope that lets a client register others. Nobody has it by that; it is asked for, reviewed
//! and decided like any other.

use narthex_tenancy::{
    TenantTx,
    catalogue::{self, Resource, ResourceKind, ScopeEntry},
    permission::Action,
};
use narthex_vocab::{Environment, ResourceUri, Risk, Scope, ScopeError};
use serde_json::json;

use crate::{
    acting::{Acting, Deed},
    catalogue::CatalogueError,
};

/// What to offer.
#[derive(Debug, Clone)]
pub struct OfferRegistration {
    /// The environment.
    pub environment: Environment,
    /// Its registration endpoint.
    pub endpoint: ResourceUri,
}

/// Adds the endpoint and its scope to the catalogue. Offering it twice is refused.
pub async fn offer_registration(
    tx: &mut TenantTx,
    command: OfferRegistration,
    acting: &mut Acting<'_>,
) -> Result<Resource, CatalogueError> {
    acting.member(tx, Action::EditCatalogue)?;
    let OfferRegistration {
        environment,
        endpoint,
    } = command;
    let known = catalogue::load(tx, environment).await?;
    let fresh = || Resource {
        id: acting.id(),
        environment,
        identifier: endpoint.clone(),
        name: "Client registration".to_owned(),
        kind: ResourceKind::Api,
    };
    let there = known.resource(&endpoint).cloned();
    let is_new = there.is_none();
    let resource = there.unwrap_or_else(fresh);
    if is_new {
        catalogue::add_resource(tx, &resource, acting.now).await?;
    }
    let entry = ScopeEntry {
        scope: register()?,
        resource: resource.id,
        description: "Register clients of its own".to_owned(),
        risk: Risk::Admin,
        open: false,
    };
    catalogue::add_scope(tx, environment, &entry).await?;
    let deed = Deed {
        action: "registration.offer",
        object: resource.id.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({ "identifier": resource.identifier, "scope": entry.scope, "risk": entry.risk }),
    };
    acting.record(tx, deed).await?;
    Ok(resource)
}

fn register() -> Result<Scope, CatalogueError> {
    Scope::parse(Scope::REGISTER).map_err(|_: ScopeError| CatalogueError::Reserved)
}
