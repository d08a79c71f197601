//! The issuance log's writer. A call hands it the row of its token and waits until that is durable; what comes while one
//! transaction is under way goes into the next one, so that one commit serves all who waited. A token leaves after its row,
//! or not at all. It decides about no token.
//!
//! No tenant waits for another: each has one transaction at a time, and a bound on how many may wait for it. No timer holds
//! a call back that comes alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use narthex_tenancy::{Database, StoreError};
use narthex_vocab::{Id, Tenant, Timestamp};
use quick_cache::sync::Cache;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::store::credential::{self, Use};
use crate::store::issuance::{self, Issuance};

/// Tokens of one tenant that wait for its next transaction; more are refused at once.
const WAITING: usize = 2_048;
/// How long a call waits at most.
const PATIENCE: Duration = Duration::from_secs(4);
/// The use of a credential is written when the last one that was is so old.
const USES: chrono::Duration = chrono::Duration::minutes(1);
/// Credentials whose last use is remembered.
const CREDENTIALS: usize = 16_384;

/// Where tokens are logged. Cloning shares it.
#[derive(Clone)]
pub struct Issuances {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    /// What waits, by tenant; a tenant that is here has a transaction under way.
    batches: Mutex<HashMap<Id<Tenant>, Batch>>,
    /// When the use of a credential was last written by this process.
    used: Cache<(Id<Tenant>, Uuid), Timestamp>,
}

#[derive(Default)]
struct Batch {
    rows: Vec<Issuance>,
    /// Of each row, in the same order.
    waiting: Vec<oneshot::Sender<Result<(), Stale>>>,
    uses: Vec<Use>,
}

/// The row cannot be kept now, so there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the issuance log takes no more for the moment")]
pub(crate) struct NotKept;

/// The client does not stand as the call believed: it was stopped, limited or approved anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client stands otherwise than was remembered")]
pub(crate) struct Stale;

impl std::fmt::Debug for Issuances {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Issuances(…)")
    }
}

impl Issuances {
    /// Writes through `database`: a pool of its own, which no other work of the plane can empty.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self {
            inner: Arc::new(Inner {
                database,
                batches: Mutex::default(),
                used: Cache::new(CREDENTIALS),
            }),
        }
    }

    /// Keeps the row of a token; returns when it is durable, or refused because of its client.
    pub(crate) async fn keep(
        &self,
        tenant: Id<Tenant>,
        row: Issuance,
    ) -> Result<Result<(), Stale>, NotKept> {
        let (kept, waiting) = oneshot::channel();
        self.add(tenant, |batch| {
            if batch.waiting.len() >= WAITING {
                return Err(NotKept);
            }
            batch.rows.push(row);
            batch.waiting.push(kept);
            Ok(())
        })?;
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(kept)) => Ok(kept),
            Ok(Err(_)) | Err(_) => Err(NotKept),
        }
    }

    /// Remembers that a credential was accepted, to the minute, with the next transaction. Nobody waits for it.
    pub(crate) fn used(&self, tenant: Id<Tenant>, used: Use) {
        let key = (tenant, used.credential_id);
        let last = self.inner.used.get(&key);
        if last.is_some_and(|last| last + USES > used.at) {
            return;
        }
        self.inner.used.insert(key, used.at);
        let added = self.add(tenant, |batch| {
            if batch.uses.len() >= WAITING {
                return Err(NotKept);
            }
            batch.uses.push(used);
            Ok(())
        });
        if added.is_err() {
            tracing::warn!(%tenant, "the use of a credential was not written");
        }
    }

    /// Adds to what waits for a tenant, and begins to write where nobody does.
    fn add(
        &self,
        tenant: Id<Tenant>,
        add: impl FnOnce(&mut Batch) -> Result<(), NotKept>,
    ) -> Result<(), NotKept> {
        let mut batches = self.inner.batches();
        let idle = !batches.contains_key(&tenant);
        let added = add(batches.entry(tenant).or_default());
        drop(batches);
        if idle {
            let turn = Turn {
                inner: Arc::clone(&self.inner),
                tenant,
                over: false,
            };
            tokio::spawn(turn.write());
        }
        added
    }
}

impl Inner {
    fn batches(&self) -> MutexGuard<'_, HashMap<Id<Tenant>, Batch>> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A tenant's turn to write; when it is dropped halfway, those who wait are told and the next one may begin.
struct Turn {
    inner: Arc<Inner>,
    tenant: Id<Tenant>,
    over: bool,
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.over {
            self.inner.batches().remove(&self.tenant);
        }
    }
}

impl Turn {
    /// Writes what waits until nothing does.
    async fn write(mut self) {
        while let Some(batch) = self.take() {
            match self.write_one(&batch).await {
                Ok(refused) => {
                    for (row, kept) in batch.rows.iter().zip(batch.waiting) {
                        let stale = refused.contains(&row.jti);
                        // A caller that went away has its row all the same.
                        let _gone = kept.send(if stale { Err(Stale) } else { Ok(()) });
                    }
                }
                Err(error) => {
                    tracing::error!(tenant = %self.tenant, %error, "tokens were not logged");
                }
            }
        }
    }

    /// What waits; when nothing does, the tenant's turn is over in the same moment.
    fn take(&mut self) -> Option<Batch> {
        let mut batches = self.inner.batches();
        let batch = batches.get_mut(&self.tenant)?;
        if batch.waiting.is_empty() && batch.uses.is_empty() {
            batches.remove(&self.tenant);
            self.over = true;
            return None;
        }
        Some(std::mem::take(batch))
    }

    /// The tokens that were refused.
    async fn write_one(&self, batch: &Batch) -> Result<Vec<Uuid>, StoreError> {
        let (database, tenant) = (&self.inner.database, self.tenant);
        let rows =
            async |connection: &mut _| issuance::write(connection, tenant, &batch.rows).await;
        let refused = if batch.rows.is_empty() {
            Vec::new()
        } else {
            database.one_trip(rows).await?
        };
        let uses =
            async |connection: &mut _| credential::used(connection, tenant, &batch.uses).await;
        if !batch.uses.is_empty()
            && let Err(error) = database.one_trip(uses).await
        {
            tracing::warn!(%tenant, %error, "the use of credentials was not written");
        }
        Ok(refused)
    }
}
