//! The attempt log's one writer. Calls hand it their attempt and wait; it writes what came together in one
//! transaction, so that one commit serves all who waited, and a flood is a number and not rows (`digest.rs`). A call
//! is answered only when its attempt is durable. It decides about no registration.
//!
//! No tenant waits for another: each has one transaction at a time, and a bound on how many may wait for it.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use narthex_tenancy::{Database, StoreError};
use narthex_vocab::{Environment, Fingerprint, Id, Tenant, Timestamp};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

use crate::{
    digest::{Digest, Kept, Line},
    store::{
        attempt::{self, Attempt},
        family, hint, tally,
    },
};

/// Calls that are handed over and not looked at yet.
const HANDED: usize = 8_192;
/// Calls of one tenant that wait for its next transaction; more are refused at once.
const WAITING: usize = 2_048;
/// How long a call waits at most.
const PATIENCE: Duration = Duration::from_secs(4);
/// Hints are gathered for so long: a flood of new families is a few notices a second.
const HINTS: Duration = Duration::from_millis(50);

/// Where calls leave their attempts.
#[derive(Debug, Clone)]
pub struct Tally {
    notes: mpsc::Sender<Note>,
}

/// What the writer takes from: see [`keep`].
#[derive(Debug)]
pub struct Notes(mpsc::Receiver<Note>);

/// The attempt cannot be kept now, so the call has no answer but "later".
#[derive(Debug, thiserror::Error)]
#[error("the attempt log takes no more for the moment")]
pub(crate) struct NotKept;

#[derive(Debug)]
enum Note {
    Attempt {
        tenant: Id<Tenant>,
        attempt: Box<Attempt>,
        kept: oneshot::Sender<()>,
    },
    Waiting {
        tenant: Id<Tenant>,
        environment: Environment,
    },
}

/// Both ends.
#[must_use]
pub fn tally() -> (Tally, Notes) {
    let (notes, taken) = mpsc::channel(HANDED);
    (Tally { notes }, Notes(taken))
}

impl Tally {
    /// Keeps an attempt; returns when it is durable.
    pub(crate) async fn note(&self, tenant: Id<Tenant>, attempt: Attempt) -> Result<(), NotKept> {
        let (kept, waiting) = oneshot::channel();
        let attempt = Box::new(attempt);
        let note = Note::Attempt {
            tenant,
            attempt,
            kept,
        };
        self.notes.try_send(note).map_err(|_| NotKept)?;
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(NotKept),
        }
    }

    /// Tells the approval plane, soon and once for many, that registrations wait there. A lost hint costs time alone.
    pub(crate) fn hint(&self, tenant: Id<Tenant>, environment: Environment) {
        let note = Note::Waiting {
            tenant,
            environment,
        };
        if self.notes.try_send(note).is_err() {
            tracing::debug!(%tenant, "a hint was dropped");
        }
    }
}

/// What waits for one tenant's next transaction.
#[derive(Debug, Default)]
struct Batch {
    rows: Vec<Attempt>,
    lines: HashMap<Line, i64>,
    families: HashMap<(Environment, Fingerprint), (i64, Timestamp)>,
    waiting: Vec<oneshot::Sender<()>>,
}

impl Batch {
    fn add(&mut self, attempt: Attempt, kept: Kept) {
        if let Some(family) = attempt.family() {
            let counted = self
                .families
                .entry((attempt.environment, family))
                .or_insert((0, attempt.at));
            *counted = (counted.0 + 1, counted.1.max(attempt.at));
        }
        match kept {
            Kept::Row => self.rows.push(attempt),
            Kept::Counted(line) => *self.lines.entry(line).or_insert(0) += 1,
        }
    }

    async fn write(self, database: Database, tenant: Id<Tenant>) {
        let lines: Vec<_> = self.lines.into_iter().collect();
        let families: Vec<_> = self.families.into_iter().collect();
        let written: Result<(), StoreError> = database
            .tenant(tenant, async |tx| {
                attempt::insert(tx, &self.rows).await?;
                tally::add(tx, &lines).await?;
                family::add(tx, &families).await
            })
            .await;
        match written {
            // A caller that went away is counted all the same.
            Ok(()) => {
                for kept in self.waiting {
                    let _gone = kept.send(());
                }
            }
            Err(error) => tracing::warn!(%tenant, %error, "attempts were not kept"),
        }
    }
}

/// Writes until the process ends. `database` is a pool of its own, which no other work of the plane can empty.
pub async fn keep(notes: Notes, database: Database) {
    let mut notes = notes.0;
    let mut writer = Writer::new(database);
    let mut hints = interval(HINTS);
    hints.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            note = notes.recv() => match note {
                Some(note) => writer.take(note),
                None => return,
            },
            Some(done) = writer.work.join_next() => match done {
                Ok(Done::Batch(tenant)) => writer.written(tenant),
                Ok(Done::Hints) => {}
                Err(error) => tracing::error!(%error, "the attempt log's writer failed"),
            },
            _ = hints.tick(), if !writer.hints.is_empty() => writer.send_hints(),
        }
    }
}

enum Done {
    Batch(Id<Tenant>),
    Hints,
}

struct Writer {
    database: Database,
    digest: Digest,
    /// By tenant, what waits; a tenant that is here has a transaction under way.
    batches: HashMap<Id<Tenant>, Batch>,
    hints: HashSet<(Id<Tenant>, Environment)>,
    work: JoinSet<Done>,
}

impl Writer {
    fn new(database: Database) -> Self {
        Self {
            database,
            digest: Digest::default(),
            batches: HashMap::new(),
            hints: HashSet::new(),
            work: JoinSet::new(),
        }
    }

    fn take(&mut self, note: Note) {
        let (tenant, attempt, kept) = match note {
            Note::Attempt {
                tenant,
                attempt,
                kept,
            } => (tenant, *attempt, kept),
            Note::Waiting {
                tenant,
                environment,
            } => {
                self.hints.insert((tenant, environment));
                return;
            }
        };
        let idle = !self.batches.contains_key(&tenant);
        let batch = self.batches.entry(tenant).or_default();
        if batch.waiting.len() >= WAITING {
            return;
        }
        let how = self.digest.take(tenant, &attempt);
        batch.add(attempt, how);
        batch.waiting.push(kept);
        if idle {
            self.begin(tenant);
        }
    }

    /// Writes what waits, and leaves an empty batch for those who come meanwhile.
    fn begin(&mut self, tenant: Id<Tenant>) {
        let batch = self.batches.insert(tenant, Batch::default());
        let database = self.database.clone();
        self.work.spawn(async move {
            batch.unwrap_or_default().write(database, tenant).await;
            Done::Batch(tenant)
        });
    }

    /// A transaction ended: the next one begins, if anybody came meanwhile.
    fn written(&mut self, tenant: Id<Tenant>) {
        let waits = |batch: &Batch| !batch.waiting.is_empty();
        if self.batches.get(&tenant).is_some_and(waits) {
            self.begin(tenant);
        } else {
            self.batches.remove(&tenant);
        }
    }

    fn send_hints(&mut self) {
        let hints = std::mem::take(&mut self.hints);
        let database = self.database.clone();
        self.work.spawn(async move {
            for (tenant, environment) in hints {
                let sent: Result<(), StoreError> = database
                    .tenant(tenant, async |tx| hint::waiting(tx, environment).await)
                    .await;
                if let Err(error) = sent {
                    tracing::warn!(%tenant, %error, "a hint was not sent");
                }
            }
            Done::Hints
        });
    }
}
