//! Staff give a stranger's registration a home: an integration with a sponsor, and a case about it. Linking gives
//! nothing by itself; it is the only way from quarantine to a decision.

use std::collections::BTreeMap;

use narthex_policy::Origin;
use narthex_tenancy::{StoreError, TenantTx, catalogue, member, permission::Action};
use narthex_vocab::{
    ClientId, ClientMetadata, Environment, Id, Label, QuarantineState, Scope, ScopeSet, Timestamp,
    kind,
};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    integration::{Integration, Operator},
    onboard,
    prose::{Purpose, ScopeReason},
    reach::{Ask, Asked, UnknownReach},
    request::{AccessRequest, ComesFrom, RequestRef},
    screen::Screened,
    store::{
        self,
        quarantine::{Waiting, Wish},
    },
};

/// Which registration to link, to what.
#[derive(Debug, Clone)]
pub struct Link {
    /// The environment it registered in.
    pub environment: Environment,
    /// Its identifier.
    pub client_id: ClientId,
    /// The name of the integration that it becomes.
    pub name: Label,
    /// Who runs it.
    pub operator: Operator,
    /// The person of the tenant who answers for it; by default the first who asked for it.
    pub sponsor: Option<Id<kind::Member>>,
    /// The scopes to ask for; by default what people and the registrant asked for, cut to the catalogue.
    pub scopes: Option<ScopeSet>,
}

/// The case that linking opened.
#[derive(Debug, Clone)]
pub struct Linked {
    /// The new integration.
    pub integration: Id<kind::Integration>,
    /// The case.
    pub request: RequestRef,
    /// Where screening left it.
    pub screened: Screened,
}

/// Why nothing was linked. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It does not wait any more.
    #[error("the registration is {0}")]
    NotWaiting(QuarantineState),
    /// A case about it is open already.
    #[error("a request about this registration is open already")]
    AlreadyOpen,
    /// Nobody asked for it and no sponsor was named.
    #[error("nobody asked for it: name a sponsor")]
    SponsorMissing,
    /// The sponsor is no active person of the tenant.
    #[error("the sponsor is no active person of the tenant")]
    UnknownSponsor,
    /// A scope was named that the environment does not have.
    #[error(transparent)]
    UnknownReach(#[from] UnknownReach),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for LinkError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("one_open_case_per_stranger") => Self::AlreadyOpen,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Links a registration.
pub async fn link(
    tx: &mut TenantTx,
    command: Link,
    acting: &mut Acting<'_>,
) -> Result<Linked, LinkError> {
    acting.staff(tx, Action::HandleQuarantine)?;
    let Link {
        environment,
        client_id,
        ..
    } = &command;
    let waiting = store::quarantine::load(tx, *environment, client_id).await?;
    let wishes = store::quarantine::wishes(tx, *environment, client_id).await?;
    let (environment, client_id) = (*environment, client_id.clone());
    take(tx, (environment, &client_id), &waiting, acting.now).await?;
    let sponsor = sponsor(tx, &command, &wishes).await?;
    let scopes = command.scopes.as_ref();
    let asked = asked(tx, environment, (&waiting, &wishes), scopes).await?;
    let home = Home {
        name: command.name,
        purpose: purpose(&wishes),
        operator: command.operator,
        sponsor,
        by: "quarantine.link",
    };
    let found = (waiting.metadata, asked);
    Ok(open(tx, (environment, client_id), home, found, acting).await?)
}

/// What a registration becomes.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) name: Label,
    pub(crate) purpose: Purpose,
    pub(crate) operator: Operator,
    pub(crate) sponsor: Id<kind::Member>,
    /// The act, as the ledger names it.
    pub(crate) by: &'static str,
}

/// Makes the integration and the case of a registration that was taken out of the waiting ones, and screens it.
pub(crate) async fn open(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, ClientId),
    home: Home,
    (metadata, asked): (ClientMetadata, Asked),
    acting: &mut Acting<'_>,
) -> Result<Linked, StoreError> {
    let sponsor = home.sponsor;
    let integration = Integration {
        id: acting.id(),
        name: home.name,
        purpose: home.purpose,
        operator: home.operator,
        origin: Origin::Quarantine,
        sponsor: Some(sponsor),
    };
    store::integration::insert(tx, &integration, acting.now).await?;
    onboard::record(tx, &integration, acting).await?;
    let at = RequestRef {
        environment,
        id: acting.id(),
        version: 1,
    };
    let deed = Deed {
        action: home.by,
        object: client_id.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({ "integration": integration.id, "request": at.id, "sponsor": sponsor }),
    };
    acting.record(tx, deed).await?;
    let comes = ComesFrom {
        origin: Origin::Quarantine,
        client_id: Some(client_id),
        requested_by: Some(sponsor),
    };
    let request = AccessRequest::submitted(at, integration.id, comes, metadata, asked);
    let screened = onboard::send(tx, &request, acting).await?;
    Ok(Linked {
        integration: integration.id,
        request: at,
        screened,
    })
}

/// Takes the registration out of the waiting ones. One whose case was closed without a client may be linked again.
pub(crate) async fn take(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, &ClientId),
    waiting: &Waiting,
    now: Timestamp,
) -> Result<(), LinkError> {
    match waiting.state {
        QuarantineState::Quarantined | QuarantineState::Linked if waiting.expires_at <= now => {
            Err(LinkError::NotWaiting(QuarantineState::Expired))
        }
        QuarantineState::Linked => Ok(()),
        from @ QuarantineState::Quarantined => {
            let to = QuarantineState::Linked;
            if store::quarantine::advance(tx, environment, client_id, from, to).await? {
                Ok(())
            } else {
                Err(LinkError::AlreadyOpen)
            }
        }
        ended @ (QuarantineState::Activated
        | QuarantineState::Blocked
        | QuarantineState::Expired) => Err(LinkError::NotWaiting(ended)),
    }
}

async fn sponsor(
    tx: &mut TenantTx,
    command: &Link,
    wishes: &[Wish],
) -> Result<Id<kind::Member>, LinkError> {
    let first = wishes.first().map(|wish| wish.member);
    let sponsor = command.sponsor.or(first).ok_or(LinkError::SponsorMissing)?;
    match member::load_end_user(tx, sponsor).await {
        Ok(_) => Ok(sponsor),
        Err(StoreError::NotFound) => Err(LinkError::UnknownSponsor),
        Err(error) => Err(error.into()),
    }
}

/// What the case asks for: the named scopes, which the environment must have, or else what was asked for, cut to the
/// catalogue; with every tool that these scopes cover, so that the reviewer chooses.
pub(crate) async fn asked(
    tx: &mut TenantTx,
    environment: Environment,
    (waiting, wishes): (&Waiting, &[Wish]),
    named: Option<&ScopeSet>,
) -> Result<Asked, LinkError> {
    let catalogue = catalogue::load(tx, environment).await?;
    let everything = || {
        let registered = waiting.scope.clone();
        wishes
            .iter()
            .fold(registered, |all, wish| all.union(&wish.scope))
    };
    let mut scopes = named.cloned().unwrap_or_else(everything);
    if let Some(token) = waiting.initial_access {
        let ceiling = store::initial_access_token::ceiling(tx, environment, token).await?;
        scopes = scopes.intersection(&ceiling);
    }
    let wanted = with_reasons(&scopes, wishes);
    let mut ask = Ask::covering(&wanted, &catalogue);
    if named.is_some() {
        ask.scopes = wanted;
    }
    Ok(Asked::look_up(ask, &catalogue)?)
}

/// Each scope with the reason of the first person who wanted it.
fn with_reasons(scopes: &ScopeSet, wishes: &[Wish]) -> BTreeMap<Scope, ScopeReason> {
    let reason = |scope: &Scope| {
        let first = wishes.iter().find(|wish| wish.scope.contains(scope));
        first.map(|wish| wish.reason.clone()).unwrap_or_default()
    };
    scopes
        .iter()
        .map(|scope| (scope.clone(), reason(scope)))
        .collect()
}

/// What people said they want it for.
pub(crate) fn purpose(wishes: &[Wish]) -> Purpose {
    let first = wishes.first().map_or("", |wish| wish.reason.as_str());
    Purpose::parse(first).unwrap_or_default()
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
