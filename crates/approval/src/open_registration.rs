//! A registration in an open sandbox becomes a client by a named rule, with the open scopes alone. It never acts in
//! production and never for an environment that is not open at this moment.

use std::collections::BTreeMap;

use narthex_policy::Origin;
use narthex_tenancy::{
    StoreError, TenantTx,
    catalogue::{self, Catalogue},
    environment,
};
use narthex_vocab::{
    ClientId, ClientMetadata, Environment, Id, Label, QuarantineState, RegistrationMode, Scope,
    ScopeSet,
};

use crate::{
    acting::{Acting, NotPermitted},
    integration::{Integration, Operator},
    onboard,
    prose::{Purpose, ScopeReason},
    reach::{Ask, Asked, UnknownReach},
    request::{AccessRequest, ComesFrom, RequestRef},
    screen::Screened,
    store::{self, quarantine::Waiting},
};

/// The registration to look at, in the sandbox of the transaction's tenant.
#[derive(Debug, Clone)]
pub struct RegisterOpenly {
    /// Its identifier.
    pub client_id: ClientId,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum OpenlyRegistered {
    /// Screening has it: approved by rule, or waiting for a person.
    Screened(Screened),
    /// The sandbox is not open, or the registration does not wait: nothing was done.
    NotForUs,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum RegisterOpenlyError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The catalogue changed meanwhile.
    #[error(transparent)]
    UnknownReach(#[from] UnknownReach),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The one environment that can be open.
pub const ENVIRONMENT: Environment = Environment::Sandbox;

/// Makes the case of an open registration and screens it.
pub async fn register_openly(
    tx: &mut TenantTx,
    command: RegisterOpenly,
    acting: &mut Acting<'_>,
) -> Result<OpenlyRegistered, RegisterOpenlyError> {
    acting.itself()?;
    let client_id = command.client_id;
    let settings = environment::load(tx, ENVIRONMENT).await?;
    let waiting = store::quarantine::load(tx, ENVIRONMENT, &client_id).await?;
    let comes_open =
        settings.registration_mode == RegistrationMode::Open && waiting.initial_access.is_none();
    if !comes_open || waiting.expires_at <= acting.now {
        return Ok(OpenlyRegistered::NotForUs);
    }
    let (from, to) = (QuarantineState::Quarantined, QuarantineState::Linked);
    if !store::quarantine::advance(tx, ENVIRONMENT, &client_id, from, to).await? {
        return Ok(OpenlyRegistered::NotForUs);
    }
    let catalogue = catalogue::load(tx, ENVIRONMENT).await?;
    let ask = Ask::covering(&capped(&waiting.scope, &catalogue), &catalogue);
    let asked = Asked::look_up(ask, &catalogue)?;
    let request = request(tx, client_id, waiting, asked, acting).await?;
    Ok(OpenlyRegistered::Screened(
        onboard::send(tx, &request, acting).await?,
    ))
}

async fn request(
    tx: &mut TenantTx,
    client_id: ClientId,
    waiting: Waiting,
    asked: Asked,
    acting: &mut Acting<'_>,
) -> Result<AccessRequest, StoreError> {
    let integration = Integration {
        id: acting.id(),
        name: name(&waiting.metadata, &client_id)?,
        purpose: Purpose::default(),
        operator: Operator::Partner,
        origin: Origin::Open,
        sponsor: None,
    };
    store::integration::insert(tx, &integration, acting.now).await?;
    onboard::record(tx, &integration, acting).await?;
    let at = RequestRef {
        environment: ENVIRONMENT,
        id: Id::new(acting.now, &mut *acting.rng),
        version: 1,
    };
    let comes = ComesFrom {
        origin: Origin::Open,
        client_id: Some(client_id),
        requested_by: None,
    };
    Ok(AccessRequest::submitted(
        at,
        integration.id,
        comes,
        waiting.metadata,
        asked,
    ))
}

/// What it asked for, or everything when it named nothing; of that, what the sandbox gives to everyone.
pub(crate) fn capped(wanted: &ScopeSet, catalogue: &Catalogue) -> BTreeMap<Scope, ScopeReason> {
    let open = catalogue
        .scopes
        .iter()
        .filter(|entry| entry.open)
        .map(|entry| &entry.scope);
    open.filter(|scope| wanted.is_empty() || wanted.contains(scope))
        .map(|scope| (scope.clone(), ScopeReason::default()))
        .collect()
}

/// What it calls itself, else where it lives, else its identifier.
pub(crate) fn name(metadata: &ClientMetadata, client_id: &ClientId) -> Result<Label, StoreError> {
    let host = metadata.hosts().into_iter().next();
    let text = match (metadata.client_name(), &host) {
        (Some(name), _) => name.as_str(),
        (None, Some(host)) => host.as_str(),
        (None, None) => client_id.as_str(),
    };
    let short: String = text.chars().take(Label::MAX).collect();
    Label::parse(&short).map_err(StoreError::corrupt("intake.quarantine", "metadata"))
}

#[cfg(test)]
#[path = "open_registration_tests.rs"]
mod tests;
