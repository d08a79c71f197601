//! What was there before names were kept is remembered, a few at a time. Doing it twice changes nothing.

use narthex_tenancy::{
    StoreError,
    ambient::{now, rng},
};

use crate::{
    Acting, Approval,
    remember_names::{RememberNamesError, remember_names},
    store::due_names,
};

/// Every request and client whose names nobody kept.
pub(crate) async fn round(approval: &Approval) {
    let found: Result<_, StoreError> = approval
        .staff
        .platform(async |tx| due_names::unnamed(tx).await)
        .await;
    let found =
        found.inspect_err(|error| tracing::warn!(%error, "what has no names cannot be seen"));
    for (tenant, command) in found.unwrap_or_default() {
        let done: Result<(), RememberNamesError> = approval
            .database
            .tenant(tenant, async |tx| {
                let mut rng = rng();
                let mut acting = Acting::system("names", now(), &mut rng, "worker");
                remember_names(tx, command, &mut acting).await
            })
            .await;
        if let Err(error) = done {
            tracing::warn!(%tenant, %error, "names were not remembered");
        }
    }
}
