//! Clients of trusted domains without anybody asking: what waits at such an address becomes a case. Doing it twice
//! changes nothing.

use narthex_tenancy::{
    StoreError,
    ambient::{now, rng},
};

use crate::{
    Acting, Approval,
    store::due,
    trusted_registration::{TakeTrusted, TakeTrustedError, TakenTrusted, take_trusted},
};

/// Every address that waits where somebody trusts domains.
pub(crate) async fn round(approval: &Approval) {
    let found: Result<_, StoreError> = approval
        .staff
        .platform(async |tx| due::addresses_where_domains_are_trusted(tx, now()).await)
        .await;
    let found =
        found.inspect_err(|error| tracing::warn!(%error, "addresses that wait cannot be seen"));
    for (tenant, environment, client_id) in found.unwrap_or_default() {
        let taken: Result<TakenTrusted, TakeTrustedError> = approval
            .database
            .tenant(tenant, async |tx| {
                let mut rng = rng();
                let mut acting = Acting::system("trusted-domain", now(), &mut rng, "worker");
                let command = TakeTrusted {
                    environment,
                    client_id,
                };
                take_trusted(tx, command, &mut acting).await
            })
            .await;
        match taken {
            Ok(TakenTrusted::NotForUs) => {}
            Ok(outcome) => {
                tracing::info!(%tenant, ?outcome, "took up a client of a trusted domain");
            }
            Err(error) => tracing::warn!(%tenant, %error, "a client of a trusted domain was left"),
        }
    }
}
