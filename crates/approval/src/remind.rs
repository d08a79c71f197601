//! People of a tenant hear before something of theirs ends, and why it ended: whoever can do something about it, each step
//! once. Nobody hears while the tenant is frozen, since they can do nothing; the latest step is told when it goes on.

use narthex_tenancy::{StoreError, TenantTx, member, tenant};

use crate::{
    acting::{Acting, NotPermitted},
    deadline::{Deadline, NEWS, Step},
    letter::Letter,
    reminder::Reminder,
    store,
};

/// Why nobody was told.
#[derive(Debug, thiserror::Error)]
pub enum RemindError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Tells what is due in the transaction's tenant; says how many mails were written.
pub async fn remind(tx: &mut TenantTx, acting: &mut Acting<'_>) -> Result<usize, RemindError> {
    acting.itself()?;
    let tenant = tenant::load(tx).await?;
    if !acting.tells() || tenant.frozen_because.is_some() {
        return Ok(0);
    }
    let due = due(tx, acting).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let (people, now) = (member::list(tx).await?, acting.now);
    let mut written = 0;
    for reminder in Reminder::together(due) {
        let first = &reminder.first;
        let action = first.ending.answered_by(first.environment);
        let may = people
            .iter()
            .filter(|person| person.role.is_some_and(|role| role.may(action)));
        for person in may {
            acting
                .tell(tx, |mail| {
                    Letter::reminder(mail, &tenant, person, (&reminder, now))
                })
                .await?;
            written += 1;
        }
    }
    Ok(written)
}

/// What came to a step that nobody has told of.
async fn due(tx: &mut TenantTx, acting: &Acting<'_>) -> Result<Vec<(Deadline, Step)>, StoreError> {
    let now = acting.now;
    store::deadline::forget(tx, now - NEWS - NEWS).await?;
    let mut due = Vec::new();
    for deadline in store::deadline::near(tx, now).await? {
        let steps = deadline.steps(now);
        let Some(latest) = steps.last().copied() else {
            continue;
        };
        if store::deadline::take(tx, &deadline, &steps, now).await? {
            due.push((deadline, latest));
        }
    }
    Ok(due)
}
