//! Ownership proofs without anybody asking: answers of the discovery plane are settled, orders that nobody answered are
//! sent again, and hosts whose time has come are looked at. It never looks itself.

use narthex_tenancy::{
    StoreError,
    ambient::{now, rng},
};
use narthex_vocab::{Id, kind};

use crate::{
    Acting, Approval,
    check_domain::{CheckDomain, CheckDomainError, check_when_due},
    settle_proof::{SettleProof, settle_proof},
    store::{domain, fetch_order},
};

/// The channel on which the discovery plane says that it has answered.
pub(crate) const CHANNEL: &str = "narthex_order_done";

/// A hint names an answered order: tenant and order.
pub(crate) async fn on_notice(approval: &Approval, payload: &str) {
    let Some((tenant, order)) = payload.split_once(' ') else {
        return;
    };
    let ids = (uuid::Uuid::try_parse(tenant), uuid::Uuid::try_parse(order));
    if let (Ok(tenant), Ok(order)) = ids {
        settle(approval, Id::from_uuid(tenant), Id::from_uuid(order)).await;
    }
}

/// Answers whose hint was lost.
pub(crate) async fn settle_answered(approval: &Approval) {
    for (tenant, order) in open(approval).await.answered {
        settle(approval, tenant, order).await;
    }
}

/// Everything that is due.
pub(crate) async fn round(approval: &Approval) {
    let open = open(approval).await;
    for (tenant, order) in open.answered {
        settle(approval, tenant, order).await;
    }
    for (tenant, order) in open.unanswered {
        let reminded = async |tx: &mut _| fetch_order::remind(tx, order, now()).await;
        if let Err(error) = approval.database.tenant(tenant, reminded).await {
            tracing::warn!(%tenant, %order, %error, "an order could not be sent again");
        }
    }
    let due = approval
        .staff
        .platform(async |tx| domain::due(tx, now()).await)
        .await;
    let due =
        due.inspect_err(|error| tracing::warn!(%error, "domains that are due cannot be seen"));
    for (tenant, domain) in due.unwrap_or_default() {
        check(approval, tenant, domain).await;
    }
}

async fn open(approval: &Approval) -> fetch_order::Open {
    let open = approval
        .staff
        .platform(async |tx| fetch_order::open(tx, now()).await)
        .await;
    open.inspect_err(|error| tracing::warn!(%error, "open orders cannot be seen"))
        .unwrap_or_default()
}

async fn settle(approval: &Approval, tenant: Id<kind::Tenant>, order: Id<kind::Order>) {
    let settled = approval
        .database
        .tenant(tenant, async |tx| {
            let mut rng = rng();
            let mut acting = Acting::system("domain-proof", now(), &mut rng, "worker");
            settle_proof(tx, SettleProof { order }, &mut acting).await
        })
        .await;
    match settled {
        Ok(Some(settled)) => {
            tracing::info!(%tenant, host = %settled.host, state = %settled.state, "settled a look at a host");
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%tenant, %order, %error, "a look at a host was not settled"),
    }
}

async fn check(approval: &Approval, tenant: Id<kind::Tenant>, domain: Id<kind::Domain>) {
    let ordered = approval
        .database
        .tenant(tenant, async |tx| {
            let mut rng = rng();
            let mut acting = Acting::system("domain-proof", now(), &mut rng, "worker");
            check_when_due(tx, CheckDomain { domain }, &mut acting).await
        })
        .await;
    match ordered {
        Ok(_)
        | Err(CheckDomainError::AlreadyChecking | CheckDomainError::Store(StoreError::NotFound)) => {
        }
        Err(error) => tracing::warn!(%tenant, %domain, %error, "a look at a host was not ordered"),
    }
}
