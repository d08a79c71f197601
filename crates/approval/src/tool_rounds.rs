//! Tools that changed without anybody asking, in whatever tenant. It never denies a tool: the token plane does.

use narthex_tenancy::{
    StoreError,
    ambient::{now, rng},
};

use crate::{
    Acting, Approval,
    store::changed_tool,
    watch_tools::{WatchTools, WatchToolsError, WatchedTools, watch_tools},
};

/// Every client with a tool that changed, or is as it was again.
pub(crate) async fn round(approval: &Approval) {
    let found: Result<_, StoreError> = approval
        .staff
        .platform(async |tx| changed_tool::due(tx).await)
        .await;
    let found = found.inspect_err(|error| tracing::warn!(%error, "changed tools cannot be seen"));
    for (tenant, environment, client_id) in found.unwrap_or_default() {
        let watched: Result<WatchedTools, WatchToolsError> = approval
            .database
            .tenant(tenant, async |tx| {
                let mut rng = rng();
                let mut acting = Acting::system("tools", now(), &mut rng, "worker");
                let command = WatchTools {
                    environment,
                    client_id,
                };
                watch_tools(tx, command, &mut acting).await
            })
            .await;
        match watched {
            Ok(outcome) => tracing::info!(%tenant, ?outcome, "watched the tools of a client"),
            Err(error) => tracing::warn!(%tenant, %error, "the tools of a client were not watched"),
        }
    }
}
