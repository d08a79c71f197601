//! A tenant onboards an integration: one case for each environment it asks for, screened at once. It never approves:
//! screening and people do.

use std::collections::BTreeMap;

use narthex_policy::Origin;
use narthex_tenancy::{
    StoreError, TenantTx, catalogue, member, metadata_rules, permission::Action,
};
use narthex_vocab::{ClientMetadata, Disallowed, Environment, Id, Label, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    integration::{Integration, Operator},
    logo::Logo,
    prose::Purpose,
    reach::{Ask, Asked, UnknownReach},
    request::{AccessRequest, ComesFrom, RequestRef},
    screen::{self, Screened},
    store,
};

/// What to onboard, and what it asks for.
#[derive(Debug, Clone)]
pub struct Onboard {
    /// Its name for people.
    pub name: Label,
    /// What it is for.
    pub purpose: Purpose,
    /// Who runs it.
    pub operator: Operator,
    /// The person of the tenant who answers for it.
    pub sponsor: Id<kind::Member>,
    /// What its client says about itself.
    pub client: ClientMetadata,
    /// What it asks for in each environment; at least one.
    pub asks: BTreeMap<Environment, Ask>,
}

/// The integration and its cases.
#[derive(Debug, Clone)]
pub struct Onboarded {
    /// The integration.
    pub integration: Id<kind::Integration>,
    /// One for each environment asked for.
    pub requests: Vec<Sent>,
}

/// One case that was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Which.
    pub request: RequestRef,
    /// Where screening left it.
    pub screened: Screened,
}

/// Why nothing was onboarded. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum OnboardError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// No environment is asked for.
    #[error("no environment is asked for")]
    NothingAsked,
    /// The sponsor is no active person of the tenant.
    #[error("the sponsor is no active person of the tenant")]
    UnknownSponsor,
    /// The ask names what the environment does not have.
    #[error("{environment}: {unknown}")]
    UnknownReach {
        /// The environment.
        environment: Environment,
        /// What it does not have.
        unknown: UnknownReach,
    },
    /// An environment does not take such metadata.
    #[error("{environment}: {disallowed}")]
    Disallowed {
        /// The environment.
        environment: Environment,
        /// What it does not take.
        disallowed: Disallowed,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Onboards an integration.
pub async fn onboard(
    tx: &mut TenantTx,
    command: Onboard,
    acting: &mut Acting<'_>,
) -> Result<Onboarded, OnboardError> {
    let person = acting.member(tx, Action::EditIntegration)?;
    if command.asks.is_empty() {
        return Err(OnboardError::NothingAsked);
    }
    require_sponsor(tx, command.sponsor).await?;
    require_allowed(tx, &command.client, command.asks.keys().copied()).await?;
    let integration = Integration {
        id: acting.id(),
        name: command.name,
        purpose: command.purpose,
        operator: command.operator,
        origin: Origin::Portal,
        sponsor: Some(command.sponsor),
    };
    store::integration::insert(tx, &integration, acting.now).await?;
    record(tx, &integration, acting).await?;

    let mut requests = Vec::new();
    for (environment, ask) in command.asks {
        let catalogue = catalogue::load(tx, environment).await?;
        let asked =
            Asked::look_up(ask, &catalogue).map_err(|unknown| OnboardError::UnknownReach {
                environment,
                unknown,
            })?;
        let at = RequestRef {
            environment,
            id: acting.id(),
            version: 1,
        };
        let comes = ComesFrom {
            origin: Origin::Portal,
            client_id: None,
            requested_by: Some(person.member),
        };
        let request =
            AccessRequest::submitted(at, integration.id, comes, command.client.clone(), asked);
        requests.push(Sent {
            request: at,
            screened: send(tx, &request, acting).await?,
        });
    }
    Ok(Onboarded {
        integration: integration.id,
        requests,
    })
}

/// Whether every environment that is asked for takes such metadata; asked before anything is written.
pub(crate) async fn require_allowed(
    tx: &mut TenantTx,
    client: &ClientMetadata,
    environments: impl Iterator<Item = Environment>,
) -> Result<(), OnboardError> {
    for environment in environments {
        let rules = metadata_rules::in_force(tx, environment).await?;
        let refuse = |disallowed| OnboardError::Disallowed {
            environment,
            disallowed,
        };
        rules.check(client).map_err(refuse)?;
    }
    Ok(())
}

/// Writes a submitted case, says so in the ledger, and screens it.
pub(crate) async fn send(
    tx: &mut TenantTx,
    request: &AccessRequest,
    acting: &mut Acting<'_>,
) -> Result<Screened, StoreError> {
    store::request::insert(tx, request, acting.now).await?;
    let integration = store::integration::load(tx, tx.tenant(), request.integration).await?;
    let shown = (&integration.name, &request.metadata);
    store::mark::insert(tx, request.at, shown).await?;
    for logo in Logo::named(&request.metadata) {
        let at = (request.at.environment, &logo.url);
        store::logo::order(tx, acting.id(), at, acting.now).await?;
    }
    let deed = Deed {
        action: "request.submit",
        object: request.at.id.to_string(),
        environment: Some(request.at.environment),
        reason: "",
        detail: json!({
            "version": request.at.version,
            "integration": request.integration,
            "origin": request.origin,
            "client_id": request.client_id,
            "payload_hash": request.payload.to_string(),
            "scopes": request.asked.reach().scopes,
        }),
    };
    acting.record(tx, deed).await?;
    screen::screen(tx, request, acting).await
}

/// Says in the ledger that an integration came to be.
pub(crate) async fn record(
    tx: &mut TenantTx,
    integration: &Integration,
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let deed = Deed {
        action: "integration.create",
        object: integration.id.to_string(),
        environment: None,
        reason: "",
        detail: json!({
            "name": integration.name,
            "operator": integration.operator.as_str(),
            "origin": integration.origin,
            "sponsor": integration.sponsor,
        }),
    };
    acting.record(tx, deed).await
}

async fn require_sponsor(tx: &mut TenantTx, sponsor: Id<kind::Member>) -> Result<(), OnboardError> {
    match member::load_end_user(tx, sponsor).await {
        Ok(_) => Ok(()),
        Err(StoreError::NotFound) => Err(OnboardError::UnknownSponsor),
        Err(error) => Err(error.into()),
    }
}
