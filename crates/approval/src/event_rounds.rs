//! Security events that wait longer than they should, in whatever tenant: the database says again whose turn it is. It signs and
//! sends nothing.

use narthex_tenancy::ambient::now;

use crate::{Approval, store::security_event};

/// Everything that was overlooked, or whose next try is due.
pub(crate) async fn round(approval: &Approval) {
    let look = async |tx: &mut _| security_event::overlooked(tx, now()).await;
    let found = approval.staff.platform(look).await;
    let found = found.inspect_err(|error| tracing::warn!(%error, "security events cannot be seen"));
    for (tenant, environment, stream) in found.unwrap_or_default() {
        let remind =
            async |tx: &mut _| security_event::remind(tx, (environment, stream), now()).await;
        if let Err(error) = approval.database.tenant(tenant, remind).await {
            tracing::warn!(%tenant, %stream, %error, "nobody was reminded of security events");
        }
    }
}
