//! Registrations that wait, without anybody asking: the ones whose client is there are answered, and what the ones that
//! were given up led to is ended. A lost notice is made good by the next round.

use narthex_tenancy::ambient::{now, rng};
use narthex_vocab::{Environment, Id, kind};

use crate::{
    Acting, Approval,
    answer_registration::{AnswerRegistration, answer_registration},
    give_up::{GiveUp, give_up},
    store::{deferral::DeferralRef, due},
};

/// The channel on which the database says that a registration was activated or given up.
pub(crate) const CHANNEL: &str = "narthex_deferral";

/// A hint names a registration: tenant, environment and registration.
pub(crate) async fn on_notice(approval: &Approval, payload: &str) {
    let mut words = payload.splitn(3, ' ');
    let (Some(tenant), Some(environment), Some(id)) = (words.next(), words.next(), words.next())
    else {
        return;
    };
    let ids = (uuid::Uuid::try_parse(tenant), uuid::Uuid::try_parse(id));
    if let ((Ok(tenant), Ok(id)), Ok(environment)) = (ids, environment.parse::<Environment>()) {
        let at = DeferralRef {
            environment,
            id: Id::from_uuid(id),
        };
        settle(approval, Id::from_uuid(tenant), at).await;
    }
}

/// Everything that is due.
pub(crate) async fn round(approval: &Approval) {
    let found = approval.staff.platform(due::deferrals).await;
    let found =
        found.inspect_err(|error| tracing::warn!(%error, "waiting registrations cannot be seen"));
    for (tenant, at) in found.unwrap_or_default() {
        settle(approval, tenant, at).await;
    }
}

async fn settle(approval: &Approval, tenant: Id<kind::Tenant>, at: DeferralRef) {
    answer(approval, tenant, at).await;
    end(approval, tenant, at).await;
}

async fn answer(approval: &Approval, tenant: Id<kind::Tenant>, at: DeferralRef) {
    let answered = approval
        .database
        .tenant(tenant, async |tx| {
            let mut rng = rng();
            let mut acting = Acting::system("registration", now(), &mut rng, "worker");
            let command = AnswerRegistration {
                at,
                hash_key: &approval.people.hash_key,
                registration_key: &approval.registration_key,
                discovery_base: &approval.discovery_base,
            };
            answer_registration(tx, command, &mut acting).await
        })
        .await;
    match answered {
        Ok(Some(client)) => tracing::info!(%tenant, %client, "answered a registration"),
        Ok(None) => {}
        Err(error) => {
            tracing::warn!(%tenant, id = %at.id, %error, "a registration was not answered");
        }
    }
}

async fn end(approval: &Approval, tenant: Id<kind::Tenant>, at: DeferralRef) {
    let ended = approval
        .database
        .tenant(tenant, async |tx| {
            let mut rng = rng();
            let mut acting = Acting::system("registration", now(), &mut rng, "worker");
            give_up(tx, GiveUp { at }, &mut acting).await
        })
        .await;
    match ended {
        Ok(true) => tracing::info!(%tenant, id = %at.id, "ended what was given up"),
        Ok(false) => {}
        Err(error) => {
            tracing::warn!(%tenant, id = %at.id, %error, "what was given up was not ended");
        }
    }
}
