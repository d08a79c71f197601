//! Registrations that initial access tokens brought, taken up as they come: by the notice of the row, and by looking
//! again. It never takes up what a stranger brought.

use narthex_tenancy::{
    StoreError,
    ambient::{now, rng},
};
use narthex_vocab::{ClientId, Environment, Id, kind};

use crate::{
    Acting, Approval,
    sponsored_registration::{TakeUp, TakeUpError, take_up},
    store::due,
};

/// The channel on which the discovery plane says that a token brought something.
pub(crate) const CHANNEL: &str = "narthex_sponsored";

/// A hint names a registration: tenant, environment and identifier.
pub(crate) async fn on_notice(approval: &Approval, payload: &str) {
    let mut words = payload.splitn(3, ' ');
    let (Some(tenant), Some(environment), Some(client)) =
        (words.next(), words.next(), words.next())
    else {
        return;
    };
    let tenant = uuid::Uuid::try_parse(tenant).map(Id::from_uuid);
    let environment = environment.parse::<Environment>();
    if let (Ok(tenant), Ok(environment), Ok(client)) =
        (tenant, environment, ClientId::parse(client))
    {
        take(approval, tenant, environment, client).await;
    }
}

/// Whatever waits.
pub(crate) async fn round(approval: &Approval) {
    let found = approval
        .staff
        .platform(async |tx| due::sponsored_registrations(tx, now()).await)
        .await;
    let found =
        found.inspect_err(|error| tracing::warn!(%error, "sponsored registrations cannot be seen"));
    for (tenant, environment, client) in found.unwrap_or_default() {
        take(approval, tenant, environment, client).await;
    }
}

async fn take(
    approval: &Approval,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    client_id: ClientId,
) {
    let command = TakeUp {
        environment,
        client_id,
    };
    let taken = approval
        .database
        .tenant(tenant, async |tx| {
            let mut rng = rng();
            let mut acting = Acting::system("sponsored-registration", now(), &mut rng, "worker");
            take_up(tx, command, &mut acting).await
        })
        .await;
    match taken {
        Ok(outcome) => tracing::info!(%tenant, ?outcome, "looked at a sponsored registration"),
        Err(TakeUpError::Store(StoreError::NotFound)) => {}
        Err(error) => tracing::warn!(%tenant, %error, "a sponsored registration was left"),
    }
}
