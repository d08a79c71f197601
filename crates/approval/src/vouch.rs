//! A person of the tenant has entered a registration's verification code, has seen what it says about itself, and
//! vouches for it as its sponsor: an integration and a case, which is decided as any other. Vouching gives nothing.

use std::collections::BTreeMap;

use narthex_policy::Origin;
use narthex_tenancy::{StoreError, TenantTx, catalogue, permission::Action};
use narthex_vocab::{Environment, Id, Label, SecretHash, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    integration::{Integration, Operator},
    onboard,
    prose::{Purpose, ScopeReason},
    reach::{Ask, Asked, UnknownReach},
    request::{AccessRequest, ComesFrom, RequestRef},
    screen::Screened,
    store,
};

/// For which registration, and as what.
#[derive(Debug, Clone)]
pub struct Vouch {
    /// The environment it is for.
    pub environment: Environment,
    /// The hash of the code that was entered.
    pub verification: SecretHash,
    /// The name of the integration that it becomes.
    pub name: Label,
    /// What it is for.
    pub purpose: Purpose,
    /// Who runs it.
    pub operator: Operator,
}

/// The case that it opened.
#[derive(Debug, Clone)]
pub struct Vouched {
    /// The new integration.
    pub integration: Id<kind::Integration>,
    /// The case.
    pub request: RequestRef,
    /// Where screening left it.
    pub screened: Screened,
}

/// Why there is no case. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum VouchError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// No registration waits under this code (any more).
    #[error("no registration waits under this code")]
    NotWaiting,
    /// The catalogue changed meanwhile.
    #[error(transparent)]
    UnknownReach(#[from] UnknownReach),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for VouchError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotWaiting,
            other => Self::Store(other),
        }
    }
}

/// Opens the case of a registration, with the person as its sponsor.
pub async fn vouch(
    tx: &mut TenantTx,
    command: Vouch,
    acting: &mut Acting<'_>,
) -> Result<Vouched, VouchError> {
    let approver = acting.member(tx, Action::EditIntegration)?.member;
    let environment = command.environment;
    let pending = store::deferral::find(tx, environment, &command.verification, acting.now).await?;
    let catalogue = catalogue::load(tx, environment).await?;
    let wanted: BTreeMap<_, _> = pending
        .scope
        .iter()
        .map(|scope| (scope.clone(), ScopeReason::default()))
        .collect();
    let asked = Asked::look_up(Ask::covering(&wanted, &catalogue), &catalogue)?;

    let integration = Integration {
        id: acting.id(),
        name: command.name,
        purpose: command.purpose,
        operator: command.operator,
        origin: Origin::Approval,
        sponsor: Some(approver),
    };
    let at = RequestRef {
        environment,
        id: acting.id(),
        version: 1,
    };
    if !store::deferral::confirm(tx, pending.at, approver, at).await? {
        return Err(VouchError::NotWaiting);
    }
    store::integration::insert(tx, &integration, acting.now).await?;
    onboard::record(tx, &integration, acting).await?;
    let deed = Deed {
        action: "registration.vouch",
        object: pending.at.id.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({ "integration": integration.id, "request": at.id, "approver": approver }),
    };
    acting.record(tx, deed).await?;
    let comes = ComesFrom {
        origin: Origin::Approval,
        client_id: None,
        requested_by: Some(approver),
    };
    let request = AccessRequest::submitted(at, integration.id, comes, pending.metadata, asked);
    let screened = onboard::send(tx, &request, acting).await?;
    Ok(Vouched {
        integration: integration.id,
        request: at,
        screened,
    })
}
