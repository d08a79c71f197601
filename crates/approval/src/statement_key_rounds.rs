//! Keys of issuers of software statements, without anybody asking: discovery is told whose turn it is. It never looks at
//! an address itself.

use narthex_tenancy::ambient::now;

use crate::{Approval, store::statement_keys};

/// Everything that is due.
pub(crate) async fn round(approval: &Approval) {
    let found = approval
        .staff
        .platform(async |tx| statement_keys::due(tx, now()).await)
        .await;
    let found =
        found.inspect_err(|error| tracing::warn!(%error, "issuers that are due cannot be seen"));
    for (tenant, environment) in found.unwrap_or_default() {
        let ask = async |tx: &mut _| statement_keys::ask(tx, environment).await;
        if let Err(error) = approval.database.tenant(tenant, ask).await {
            tracing::warn!(%tenant, %environment, %error, "no look at keys was asked for");
        }
    }
}
