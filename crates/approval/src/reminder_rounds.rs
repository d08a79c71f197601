//! Has every tenant hear of what ends. Each tenant is a transaction of its own: the mail and the mark that it was written are one.

use narthex_tenancy::ambient;
use narthex_vocab::Timestamp;

use crate::{
    Acting, Approval,
    remind::{RemindError, remind},
    store::deadline,
};

/// Everything that is due at `now`.
pub async fn round(approval: &Approval, now: Timestamp) {
    let Some(mail) = &approval.mail else {
        return;
    };
    let found = approval
        .staff
        .platform(async |tx| deadline::tenants(tx, now).await);
    let found = found
        .await
        .inspect_err(|error| tracing::warn!(%error, "what ends soon cannot be seen"));
    for tenant in found.unwrap_or_default() {
        let told: Result<_, RemindError> = approval
            .database
            .tenant(tenant, async |tx| {
                let mut rng = ambient::rng();
                let acting = Acting::system("reminders", now, &mut rng, "worker");
                remind(tx, &mut acting.telling(Some(mail))).await
            })
            .await;
        match told {
            Ok(0) => {}
            Ok(written) => tracing::info!(%tenant, written, "told what ends"),
            Err(error) => tracing::warn!(%tenant, %error, "nobody was told what ends"),
        }
    }
}
