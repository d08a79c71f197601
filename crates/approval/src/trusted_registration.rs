//! A client with a document at a host of a trusted domain becomes a case at once: in the sandbox with the scopes that it
//! gives to everyone, which a named rule lets in; in production with what it asked for, for a person to decide. It never
//! approves: screening and people do.

use narthex_policy::Origin;
use narthex_tenancy::{StoreError, TenantTx, catalogue, environment, member};
use narthex_vocab::{ClientId, Environment, QuarantineState};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    integration::{Integration, Operator},
    link::{self, LinkError},
    onboard,
    open_registration::{capped, name},
    prose::Purpose,
    reach::{Ask, Asked, UnknownReach},
    request::{AccessRequest, ComesFrom, RequestRef},
    screen::Screened,
    store::{self, quarantine::Waiting, trusted_domain::Trust},
};

/// The registration to look at, in the transaction's tenant.
#[derive(Debug, Clone)]
pub struct TakeTrusted {
    /// The environment it waits in.
    pub environment: Environment,
    /// The address that is its identifier.
    pub client_id: ClientId,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum TakenTrusted {
    /// There is a case now; screening has left it here.
    Screened(Screened),
    /// Nobody trusts its domain, or it does not wait: nothing was done.
    NotForUs,
    /// Who trusted the domain has left: it waits as any other.
    NoSponsor,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum TakeTrustedError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The catalogue changed meanwhile.
    #[error(transparent)]
    UnknownReach(#[from] UnknownReach),
    /// It could not be read as a case.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the case of a client whose domain is trusted, and screens it.
pub async fn take_trusted(
    tx: &mut TenantTx,
    command: TakeTrusted,
    acting: &mut Acting<'_>,
) -> Result<TakenTrusted, TakeTrustedError> {
    acting.itself()?;
    let TakeTrusted {
        environment,
        client_id,
    } = command;
    let Some(url) = client_id.document_url() else {
        return Ok(TakenTrusted::NotForUs);
    };
    let trust = store::trusted_domain::covering(tx, environment, url.host(), acting.now).await?;
    let taken = environment::load(tx, environment).await?.client_documents;
    let Some(trust) = trust.filter(|_| taken) else {
        return Ok(TakenTrusted::NotForUs);
    };
    let waiting = store::quarantine::load(tx, environment, &client_id).await?;
    if waiting.expires_at <= acting.now {
        return Ok(TakenTrusted::NotForUs);
    }
    match member::load_end_user(tx, trust.sponsor).await {
        Ok(_) => {}
        Err(StoreError::NotFound) => return Ok(TakenTrusted::NoSponsor),
        Err(error) => return Err(error.into()),
    }
    let (from, to) = (QuarantineState::Quarantined, QuarantineState::Linked);
    if !store::quarantine::advance(tx, environment, &client_id, from, to).await? {
        return Ok(TakenTrusted::NotForUs);
    }
    let asked = asked(tx, environment, (&client_id, &waiting)).await?;
    let request = request(tx, (client_id, waiting), &trust, asked, acting).await?;
    Ok(TakenTrusted::Screened(
        onboard::send(tx, &request, acting).await?,
    ))
}

/// In the sandbox what it gives to everyone, of what was asked for; in production what was asked for.
async fn asked(
    tx: &mut TenantTx,
    environment: Environment,
    (client_id, waiting): (&ClientId, &Waiting),
) -> Result<Asked, TakeTrustedError> {
    match environment {
        Environment::Sandbox => {
            let catalogue = catalogue::load(tx, environment).await?;
            let ask = Ask::covering(&capped(&waiting.scope, &catalogue), &catalogue);
            Ok(Asked::look_up(ask, &catalogue)?)
        }
        Environment::Production => {
            let wishes = store::quarantine::wishes(tx, environment, client_id).await?;
            Ok(link::asked(tx, environment, (waiting, &wishes), None).await?)
        }
    }
}

async fn request(
    tx: &mut TenantTx,
    (client_id, waiting): (ClientId, Waiting),
    trust: &Trust,
    asked: Asked,
    acting: &mut Acting<'_>,
) -> Result<AccessRequest, StoreError> {
    let domain = &trust.domain;
    let integration = Integration {
        id: acting.id(),
        name: name(&waiting.metadata, &client_id)?,
        purpose: Purpose::parse(&format!(
            "Its document is at a host of {domain}, which is trusted."
        ))
        .unwrap_or_default(),
        operator: Operator::Partner,
        origin: Origin::Trust,
        sponsor: Some(trust.sponsor),
    };
    store::integration::insert(tx, &integration, acting.now).await?;
    onboard::record(tx, &integration, acting).await?;
    let at = RequestRef {
        environment: trust.environment,
        id: acting.id(),
        version: 1,
    };
    let deed = Deed {
        action: "quarantine.take_trusted",
        object: client_id.to_string(),
        environment: Some(trust.environment),
        reason: "",
        detail: json!({
            "integration": integration.id, "request": at.id, "sponsor": trust.sponsor,
            "domain": domain, "trust": trust.id,
        }),
    };
    acting.record(tx, deed).await?;
    let comes = ComesFrom {
        origin: Origin::Trust,
        client_id: Some(client_id),
        requested_by: Some(trust.sponsor),
    };
    let metadata = waiting.metadata;
    Ok(AccessRequest::submitted(
        at,
        integration.id,
        comes,
        metadata,
        asked,
    ))
}
