//! Logos are looked at when people want what waits, and again once a day while a client lives. It only orders: discovery
//! looks.

use narthex_tenancy::{
    StoreError, TenantTx,
    ambient::{now, rng},
};
use narthex_vocab::{ClientId, Environment, Id, WebUri, kind};

use crate::{
    Approval,
    logo::Logo,
    store::{logo, quarantine},
};

/// The channel on which the database says that a person wants what waits.
pub(crate) const CHANNEL: &str = "narthex_ask";

/// A hint names a registration: tenant, environment and identifier.
pub(crate) async fn on_notice(approval: &Approval, payload: &str) {
    let mut words = payload.splitn(3, ' ');
    let (Some(tenant), Some(environment), Some(client)) =
        (words.next(), words.next(), words.next())
    else {
        return;
    };
    let tenant = uuid::Uuid::try_parse(tenant).map(Id::from_uuid);
    let read = (tenant, environment.parse(), ClientId::parse(client));
    let (Ok(tenant), Ok(environment), Ok(client)) = read else {
        return;
    };
    let named = async |tx: &mut TenantTx| {
        let waiting = quarantine::load(tx, environment, &client).await?;
        Ok::<_, StoreError>(Logo::named(&waiting.metadata))
    };
    let named = approval.database.tenant(tenant, named).await;
    for logo in named.unwrap_or_default() {
        order(approval, (tenant, environment, &logo.url)).await;
    }
}

/// Every address whose turn it is, whether a hint came or not.
pub(crate) async fn round(approval: &Approval) {
    let found: Result<_, StoreError> = approval
        .staff
        .platform(async |tx| logo::due(tx, now()).await)
        .await;
    let found = found.inspect_err(|error| tracing::warn!(%error, "wanted logos cannot be seen"));
    for (tenant, environment, url) in found.unwrap_or_default() {
        order(approval, (tenant, environment, &url)).await;
    }
}

async fn order(
    approval: &Approval,
    (tenant, environment, url): (Id<kind::Tenant>, Environment, &WebUri),
) {
    let ordered: Result<(), StoreError> = approval
        .database
        .tenant(tenant, async |tx: &mut TenantTx| {
            let order = Id::new(now(), &mut rng());
            logo::order(tx, order, (environment, url), now()).await
        })
        .await;
    if let Err(error) = ordered {
        tracing::warn!(%tenant, %error, "no look at a logo was ordered");
    }
}
