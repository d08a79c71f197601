//! Clients that deleted their registration, without anybody asking: they end. A lost notice is made good by the next
//! round.

use narthex_tenancy::ambient::{now, rng};
use narthex_vocab::{ClientId, Environment, Id, kind};

use crate::{
    Acting, Approval,
    end_registration::{EndRegistration, end_registration},
    store::due,
};

/// The channel on which the database says that a client deleted its registration.
pub(crate) const CHANNEL: &str = "narthex_deletion";

/// A hint names a client: tenant, environment and identifier.
pub(crate) async fn on_notice(approval: &Approval, payload: &str) {
    let mut words = payload.splitn(3, ' ');
    let (Some(tenant), Some(environment), Some(client)) =
        (words.next(), words.next(), words.next())
    else {
        return;
    };
    let tenant = uuid::Uuid::try_parse(tenant).map(Id::from_uuid);
    let environment = environment.parse::<Environment>();
    if let (Ok(tenant), Ok(environment), Ok(client_id)) =
        (tenant, environment, ClientId::parse(client))
    {
        let command = EndRegistration {
            environment,
            client_id,
        };
        end(approval, tenant, command).await;
    }
}

/// Everything that is due.
pub(crate) async fn round(approval: &Approval) {
    let found = approval.staff.platform(due::deletions).await;
    let found = found.inspect_err(|error| tracing::warn!(%error, "deletions cannot be seen"));
    for (tenant, command) in found.unwrap_or_default() {
        end(approval, tenant, command).await;
    }
}

async fn end(approval: &Approval, tenant: Id<kind::Tenant>, command: EndRegistration) {
    let client = command.client_id.clone();
    let ended = approval
        .database
        .tenant(tenant, async |tx| {
            let mut rng = rng();
            let mut acting = Acting::system("registration", now(), &mut rng, "worker");
            end_registration(tx, command, &mut acting).await
        })
        .await;
    match ended {
        Ok(true) => {
            tracing::info!(%tenant, %client, "ended a client that deleted its registration");
        }
        Ok(false) => {}
        Err(error) => {
            tracing::warn!(%tenant, %client, %error, "a deleted client was not ended");
        }
    }
}
