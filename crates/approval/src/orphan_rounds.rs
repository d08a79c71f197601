//! Who left otherwise than by the portal's page is found too: what nobody answers for is limited, in whatever tenant. Doing
//! it twice changes nothing.

use narthex_tenancy::{
    StoreError,
    ambient::{now, rng},
};

use crate::{Acting, Approval, orphan::limit_orphans, store::orphan};

/// Every tenant with a client that nobody answers for.
pub(crate) async fn round(approval: &Approval) {
    let found: Result<_, StoreError> = approval
        .staff
        .platform(async |tx| orphan::due(tx).await)
        .await;
    let found =
        found.inspect_err(|error| tracing::warn!(%error, "what nobody answers for cannot be seen"));
    for tenant in found.unwrap_or_default() {
        let done: Result<_, StoreError> = approval
            .database
            .tenant(tenant, async |tx| {
                let mut rng = rng();
                let acting = Acting::system("orphans", now(), &mut rng, "worker");
                limit_orphans(tx, &acting).await
            })
            .await;
        match done {
            Ok(found) => tracing::info!(%tenant, ?found, "limited what nobody answers for"),
            Err(error) => tracing::warn!(%tenant, %error, "what nobody answers for was left"),
        }
    }
}
