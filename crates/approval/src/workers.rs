//! What the approval plane does by itself: it answers registrations, settles ownership proofs, compares documents of
//! clients with what was approved, and ends what is over. Hints from Postgres make it quick; looking again makes it
//! sure. Each piece of work is one transaction of one tenant, and doing it twice changes nothing.

use std::{sync::Arc, time::Duration};

use narthex_tenancy::{
    StoreError,
    ambient::{now, rng},
    days,
    listen::{Hint, listen},
};
use narthex_vocab::{ClientId, Id, PLATFORM_TENANT, QuarantineState, kind};
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::{
    Acting, Approval, deferral_rounds, deletion_rounds, document_rounds, event_rounds,
    expire::{ExpireError, expire},
    logo_rounds, mail_rounds,
    make_room::{MakeRoom, MakeRoomError, make_room},
    name_rounds,
    open_registration::{RegisterOpenly, RegisterOpenlyError, register_openly},
    orphan_rounds, proof_rounds, sponsored_rounds, statement_key_rounds,
    store::due,
    tool_rounds, trusted_rounds, update_rounds,
};

/// How often open registrations are looked for while no hint can arrive.
const LOST: Duration = Duration::from_secs(1);
/// How often everything is looked at, hints or not.
const ROUND: Duration = Duration::from_secs(30);
/// How often the logs' partitions are made, and how many days ahead.
const HOURLY: Duration = Duration::from_secs(3_600);
const DAYS_AHEAD: i32 = 7;
/// Cases were sent or moved.
const CASES: &str = "narthex_case";
const CHANNELS: &[&str] = &[
    "narthex_intake",
    CASES,
    deferral_rounds::CHANNEL,
    deletion_rounds::CHANNEL,
    proof_rounds::CHANNEL,
    document_rounds::CHANNEL,
    sponsored_rounds::CHANNEL,
    update_rounds::CHANNEL,
    logo_rounds::CHANNEL,
    document_rounds::LISTED,
];

/// Works until the process ends; for `actix_web::rt::spawn`, since it stays on its thread. `listen_url` is a connection
/// of `narthex_approval` that no pooler sits before.
pub async fn run(approval: Arc<Approval>, listen_url: String) {
    let mut hints = listen(listen_url, CHANNELS);
    let (mut quick, mut round, mut hourly) = (every(LOST), every(ROUND), every(HOURLY));
    let mut heard = false;
    loop {
        tokio::select! {
            hint = hints.recv() => match hint {
                Some(Hint::Notice { channel, payload }) => {
                    approval.live.tell();
                    on_notice(&approval, &channel, &payload).await;
                }
                Some(Hint::Connected) => {
                    heard = true;
                    proof_rounds::settle_answered(&approval).await;
                    look_around(&approval).await;
                }
                Some(Hint::Lost) => heard = false,
                Some(Hint::Heard { .. }) => {}
                None => return,
            },
            _ = quick.tick(), if !heard => look_for_open_registrations(&approval).await,
            _ = round.tick() => {
                // What ended by the clock alone, nobody says.
                approval.live.tell();
                proof_rounds::round(&approval).await;
                look_around(&approval).await;
                end_what_is_over(&approval).await;
                orphan_rounds::round(&approval).await;
                tool_rounds::round(&approval).await;
                make_room_where_it_is_crowded(&approval).await;
            }
            _ = hourly.tick() => {
                prepare_days(&approval).await;
                name_rounds::round(&approval).await;
                mail_rounds::forget(&approval, now()).await;
                logo_rounds::round(&approval).await;
            }
        }
    }
}

/// A hint: what it names is looked at, or what waits when it names nothing.
async fn on_notice(approval: &Approval, channel: &str, payload: &str) {
    match channel {
        proof_rounds::CHANNEL => proof_rounds::on_notice(approval, payload).await,
        deletion_rounds::CHANNEL => deletion_rounds::on_notice(approval, payload).await,
        deferral_rounds::CHANNEL => deferral_rounds::on_notice(approval, payload).await,
        document_rounds::CHANNEL => document_rounds::on_notice(approval, payload).await,
        sponsored_rounds::CHANNEL => sponsored_rounds::on_notice(approval, payload).await,
        update_rounds::CHANNEL => update_rounds::on_notice(approval, payload).await,
        document_rounds::LISTED => {
            document_rounds::look_at_blocks(approval).await;
        }
        logo_rounds::CHANNEL => logo_rounds::on_notice(approval, payload).await,
        CASES => {}
        // It says that registrations wait, and not which: one hint for many.
        _ => {
            look_for_open_registrations(approval).await;
            trusted_rounds::round(approval).await;
        }
    }
}

/// Whatever waits, hint or not.
async fn look_around(approval: &Approval) {
    look_for_open_registrations(approval).await;
    trusted_rounds::round(approval).await;
    sponsored_rounds::round(approval).await;
    deferral_rounds::round(approval).await;
    deletion_rounds::round(approval).await;
    document_rounds::round(approval).await;
    update_rounds::round(approval).await;
    statement_key_rounds::round(approval).await;
    event_rounds::round(approval).await;
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

async fn look_for_open_registrations(approval: &Approval) {
    let found = approval
        .staff
        .platform(async |tx| due::open_registrations(tx, now()).await)
        .await;
    for (tenant, client) in logged(found).unwrap_or_default() {
        open_registration(approval, tenant, client).await;
    }
}

async fn open_registration(approval: &Approval, tenant: Id<kind::Tenant>, client_id: ClientId) {
    let done = approval
        .database
        .tenant(tenant, async |tx| {
            let mut rng = rng();
            let mut acting = Acting::system("open-registration", now(), &mut rng, "worker");
            register_openly(tx, RegisterOpenly { client_id }, &mut acting).await
        })
        .await;
    match done {
        Ok(outcome) => tracing::info!(%tenant, ?outcome, "looked at a registration of a sandbox"),
        Err(RegisterOpenlyError::Store(StoreError::NotFound)) => {}
        Err(error) => tracing::warn!(%tenant, %error, "a registration of a sandbox was left"),
    }
}

async fn end_what_is_over(approval: &Approval) {
    let found = approval
        .staff
        .platform(async |tx| due::tenants(tx, now()).await)
        .await;
    for tenant in logged(found).unwrap_or_default() {
        let ended: Result<_, ExpireError> = approval
            .database
            .tenant(tenant, async |tx| {
                let mut rng = rng();
                expire(tx, &mut Acting::system("expiry", now(), &mut rng, "worker")).await
            })
            .await;
        match ended {
            Ok(ended) => tracing::info!(%tenant, ?ended, "ended what was over"),
            Err(error) => tracing::warn!(%tenant, %error, "what is over was not ended"),
        }
    }
}

async fn make_room_where_it_is_crowded(approval: &Approval) {
    let most = QuarantineState::MOST_WAITING;
    let found = approval
        .staff
        .platform(async |tx| due::crowded(tx, most).await)
        .await;
    for (tenant, environment, most) in logged(found).unwrap_or_default() {
        let made: Result<_, MakeRoomError> = approval
            .database
            .tenant(tenant, async |tx| {
                let mut rng = rng();
                let acting = &mut Acting::system("quarantine", now(), &mut rng, "worker");
                make_room(tx, MakeRoom { environment, most }, acting).await
            })
            .await;
        match made {
            Ok(ended) => tracing::info!(%tenant, %environment, ended, "made room in quarantine"),
            Err(error) => tracing::warn!(%tenant, %error, "no room was made in quarantine"),
        }
    }
}

async fn prepare_days(approval: &Approval) {
    let made = approval
        .database
        .tenant(PLATFORM_TENANT, async |tx| {
            days::prepare(tx, now().date_naive(), DAYS_AHEAD).await
        })
        .await;
    logged(made);
}

fn logged<T>(found: Result<T, StoreError>) -> Option<T> {
    found
        .inspect_err(|error| tracing::warn!(%error, "a worker cannot see what is due"))
        .ok()
}
