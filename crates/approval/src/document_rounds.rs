//! Documents of clients without anybody asking: what discovery found anew is compared with what was approved. It never
//! looks at an address itself.

use std::collections::BTreeSet;

use narthex_tenancy::{
    StoreError,
    ambient::{now, rng},
};
use narthex_vocab::{ClientId, Environment, Id, kind};

use crate::{
    Acting, Approval,
    compare_document::{CompareDocument, CompareDocumentError, Compared, compare_document},
    store::{
        blocked_host::{self, Found, Place},
        document,
    },
    watch_document::{WatchDocument, WatchDocumentError, Watched, watch_document},
};

/// The channel on which the database says that an address has another content.
pub(crate) const CHANNEL: &str = "narthex_document";

/// A hint names an address: tenant, environment and identifier.
pub(crate) async fn on_notice(approval: &Approval, payload: &str) {
    let mut words = payload.splitn(3, ' ');
    let (Some(tenant), Some(environment), Some(client)) =
        (words.next(), words.next(), words.next())
    else {
        return;
    };
    let tenant = uuid::Uuid::try_parse(tenant).map(Id::from_uuid);
    let read = (tenant, environment.parse(), ClientId::parse(client));
    if let (Ok(tenant), Ok(environment), Ok(client_id)) = read {
        compare(approval, tenant, (environment, client_id)).await;
    }
}

/// Everything whose hint was lost.
pub(crate) async fn round(approval: &Approval) {
    let found = approval
        .staff
        .platform(async |tx| document::uncompared(tx).await)
        .await;
    let found: Result<_, StoreError> =
        found.inspect_err(|error| tracing::warn!(%error, "new documents cannot be seen"));
    for (tenant, environment, client_id) in found.unwrap_or_default() {
        compare(approval, tenant, (environment, client_id)).await;
    }
    watch(approval).await;
}

/// The channel on which the database says that a line of the lists names a host, or does not any more.
pub(crate) const LISTED: &str = "narthex_listing";

/// Clients whose host is blocked, or was.
pub(crate) async fn look_at_blocks(approval: &Approval) -> BTreeSet<Place> {
    let found: Result<_, StoreError> = approval
        .staff
        .platform(async |tx| blocked_host::clients(tx, now()).await)
        .await;
    let found = found.inspect_err(|error| tracing::warn!(%error, "blocked hosts cannot be seen"));
    let Found { blocked, free } = found.unwrap_or_default();
    for place in &free {
        watch_one(approval, place.clone(), false).await;
    }
    for place in &blocked {
        watch_one(approval, place.clone(), true).await;
    }
    blocked
}

/// Clients whose host is blocked, or was; and of the others those whose address cannot be read, or could not be.
async fn watch(approval: &Approval) {
    let blocked = look_at_blocks(approval).await;
    let found: Result<_, StoreError> = approval
        .staff
        .platform(async |tx| document::unreadable(tx).await)
        .await;
    let found =
        found.inspect_err(|error| tracing::warn!(%error, "unreadable documents cannot be seen"));
    for place in found.unwrap_or_default() {
        if !blocked.contains(&place) {
            watch_one(approval, place, false).await;
        }
    }
}

async fn watch_one(approval: &Approval, (tenant, environment, client_id): Place, blocked: bool) {
    let watched: Result<Watched, WatchDocumentError> = approval
        .database
        .tenant(tenant, async |tx| {
            let mut rng = rng();
            let mut acting = Acting::system("client-document", now(), &mut rng, "worker");
            let command = WatchDocument {
                environment,
                client_id,
                blocked,
            };
            watch_document(tx, command, &mut acting).await
        })
        .await;
    match watched {
        Ok(Watched::Nothing) => {}
        Ok(outcome) => tracing::info!(%tenant, ?outcome, "watched a document"),
        Err(error) => tracing::warn!(%tenant, %error, "a document was not watched"),
    }
}

async fn compare(
    approval: &Approval,
    tenant: Id<kind::Tenant>,
    (environment, client_id): (Environment, ClientId),
) {
    let compared: Result<Compared, CompareDocumentError> = approval
        .database
        .tenant(tenant, async |tx| {
            let mut rng = rng();
            let mut acting = Acting::system("client-document", now(), &mut rng, "worker");
            let command = CompareDocument {
                environment,
                client_id,
            };
            compare_document(tx, command, &mut acting).await
        })
        .await;
    match compared {
        Ok(Compared::Nothing) => {}
        Ok(outcome) => tracing::info!(%tenant, ?outcome, "compared a document with its approval"),
        Err(error) => tracing::warn!(%tenant, %error, "a document was not compared"),
    }
}
