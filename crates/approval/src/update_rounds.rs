//! Wishes of clients to change their registrations, without anybody asking: each opens the next version of its case. A
//! lost notice is made good by the next round.

use narthex_tenancy::ambient::{now, rng};
use narthex_vocab::{ClientId, Environment, Id, kind};

use crate::{
    Acting, Approval,
    store::registration_update,
    take_update::{TakeUpdate, Taken, take_update},
};

/// The channel on which the database says that a client wants its registration changed.
pub(crate) const CHANNEL: &str = "narthex_update";

/// A hint names a client: tenant, environment and identifier.
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
        take(approval, tenant, (environment, client_id)).await;
    }
}

/// Everything whose hint was lost.
pub(crate) async fn round(approval: &Approval) {
    let found = approval.staff.platform(registration_update::unseen).await;
    let found = found.inspect_err(|error| tracing::warn!(%error, "wishes cannot be seen"));
    for (tenant, environment, client_id) in found.unwrap_or_default() {
        take(approval, tenant, (environment, client_id)).await;
    }
}

async fn take(
    approval: &Approval,
    tenant: Id<kind::Tenant>,
    (environment, client_id): (Environment, ClientId),
) {
    let taken = approval
        .database
        .tenant(tenant, async |tx| {
            let mut rng = rng();
            let mut acting = Acting::system("registration", now(), &mut rng, "worker");
            let command = TakeUpdate {
                environment,
                client_id,
            };
            take_update(tx, command, &mut acting).await
        })
        .await;
    match taken {
        Ok(Taken::Nothing) => {}
        Ok(outcome) => {
            tracing::info!(%tenant, ?outcome, "a client wants its registration changed");
        }
        Err(error) => tracing::warn!(%tenant, %error, "a wish of a client was not taken up"),
    }
}
