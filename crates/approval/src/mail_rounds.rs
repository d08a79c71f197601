//! Delivers what waits in the outbox, and answers who asked for a new password. A try is written down before it is made: a
//! process that ends in the middle of one leaves the mail to the next, under the same Message-ID. No network call is inside
//! a transaction.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use narthex_people::reset;
use narthex_tenancy::{
    StoreError, TenantTx, ambient,
    listen::{Hint, listen},
    outbox::{self, Taken},
    tenant,
};
use narthex_vocab::{Id, Timestamp, kind};
use tokio::time::{MissedTickBehavior, interval};

use crate::{Approval, letter::Letter, mail::Mail, mailer::MailError, reminder_rounds};

/// Of how many tenants mail is handed over at the same time.
const AT_ONCE: usize = 4;
/// How often the outbox is looked at, hints or not.
const ROUND: Duration = Duration::from_secs(10);
/// How often people are told what ends: what comes to the same step meanwhile is one mail.
const HOURLY: Duration = Duration::from_secs(3_600);
const CHANNELS: &[&str] = &["narthex_mail"];

/// Works until the process ends. `listen_url` is a connection of `narthex_approval` that no pooler sits before.
pub async fn run(approval: Arc<Approval>, listen_url: String) {
    let mut hints = listen(listen_url, CHANNELS);
    let (mut rounds, mut hourly) = (interval(ROUND), interval(HOURLY));
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    hourly.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            hint = hints.recv() => match hint {
                Some(Hint::Notice { .. } | Hint::Connected) => {}
                Some(Hint::Lost | Hint::Heard { .. }) => continue,
                None => return,
            },
            _ = hourly.tick() => reminder_rounds::round(&approval, ambient::now()).await,
            _ = rounds.tick() => {}
        }
        round(&approval, ambient::now()).await;
    }
}

/// Everything that is due at `now`.
pub async fn round(approval: &Approval, now: Timestamp) {
    let Some(mail) = &approval.mail else {
        return;
    };
    let waiting = approval
        .staff
        .platform(async |tx| reset::waiting(tx, now).await);
    for (tenant, reset) in seen(waiting.await) {
        answer(approval, mail, (tenant, reset), now).await;
    }
    let due = approval
        .staff
        .platform(async |tx| outbox::due(tx, now).await);
    let mut tenants: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (tenant, id) in seen(due.await) {
        tenants.entry(tenant).or_default().push(id);
    }
    // A tenant's mail leaves in its order, and one tenant's beside another's.
    let deliver_all = async |(tenant, ids): (_, Vec<_>)| {
        for id in ids {
            deliver(approval, mail, (tenant, id), now).await;
        }
    };
    stream::iter(tenants)
        .for_each_concurrent(AT_ONCE, deliver_all)
        .await;
}

/// Deletes what nobody needs any more: whom old mail went to, and old wishes for a password.
pub async fn forget(approval: &Approval, now: Timestamp) {
    let found = approval.staff.platform(async |tx| {
        let mut tenants = outbox::forgettable(tx, now).await?;
        tenants.extend(reset::forgettable(tx, now).await?);
        Ok(tenants)
    });
    let mut tenants = seen(found.await);
    tenants.sort();
    tenants.dedup();
    for tenant in tenants {
        let forgotten = approval.database.tenant(tenant, async |tx| {
            let mails = outbox::forget(tx, now).await?;
            Ok((mails, reset::forget(tx, now).await?))
        });
        match forgotten.await {
            Ok((mails, resets)) => tracing::info!(%tenant, mails, resets, "forgot what is over"),
            Err::<_, StoreError>(error) => {
                tracing::warn!(%tenant, %error, "what is over was not forgotten");
            }
        }
    }
}

/// Writes the link to whose account it is, if it is anybody's.
async fn answer(
    approval: &Approval,
    mail: &Mail,
    (tenant, reset): (Id<kind::Tenant>, Id<kind::PasswordReset>),
    now: Timestamp,
) {
    let key = &approval.people.hash_key;
    let answered = approval.database.tenant(tenant, async |tx: &mut TenantTx| {
        let rng = &mut ambient::rng();
        let Some(found) = reset::answer(tx, key, reset, (now, rng)).await? else {
            return Ok(());
        };
        let tenant = tenant::load(tx).await?;
        let letter = Letter::reset(mail, &tenant, found.email, &found.token);
        mail.post(tx, &letter, (now, rng)).await
    });
    noted(tenant, answered.await);
}

async fn deliver(
    approval: &Approval,
    mail: &Mail,
    (tenant, id): (Id<kind::Tenant>, Id<kind::Mail>),
    now: Timestamp,
) {
    let database = &approval.database;
    let taken = database.tenant(tenant, async |tx| mail.take(tx, id, now).await);
    let Ok(Some(taken)) = taken.await.inspect_err(|error: &StoreError| {
        tracing::warn!(%tenant, mail = %id, %error, "a mail was not taken");
    }) else {
        return;
    };
    let handed = mail.hand_over(&taken).await;
    if let Err(error) = &handed {
        tracing::warn!(%tenant, mail = %id, %error, "a mail was not delivered");
    }
    let ended = database.tenant(tenant, async |tx| settle(tx, &taken, handed, now).await);
    noted(tenant, ended.await);
}

async fn settle(
    tx: &mut TenantTx,
    taken: &Taken,
    handed: Result<(), MailError>,
    now: Timestamp,
) -> Result<(), StoreError> {
    match handed {
        Ok(()) => outbox::delivered(tx, taken.id, now).await,
        Err(MailError::Never(why)) => outbox::give_up(tx, taken.id, &why, now).await,
        Err(MailError::Later(why)) if taken.last => outbox::give_up(tx, taken.id, &why, now).await,
        Err(MailError::Later(why)) => outbox::put_off(tx, taken.id, &why).await,
    }
}

fn seen<T>(found: Result<Vec<T>, StoreError>) -> Vec<T> {
    found
        .inspect_err(|error| tracing::warn!(%error, "waiting mail cannot be seen"))
        .unwrap_or_default()
}

fn noted(tenant: Id<kind::Tenant>, ended: Result<(), StoreError>) {
    if let Err(error) = ended {
        tracing::warn!(%tenant, %error, "what became of a mail was not written");
    }
}
