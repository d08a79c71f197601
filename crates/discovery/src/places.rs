//! How many orders are carried out at once, in all and for one tenant: a tenant whose hosts are slow waits for itself.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use narthex_vocab::{Id, kind};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of a process.
pub(crate) struct Places {
    all: Arc<Semaphore>,
    each: usize,
    tenants: Mutex<HashMap<Id<kind::Tenant>, Arc<Semaphore>>>,
}

/// A place; given back on drop.
pub(crate) struct Taken {
    _all: OwnedSemaphorePermit,
    _tenant: OwnedSemaphorePermit,
}

impl Places {
    /// `all` places, of which one tenant has `each` at most.
    pub(crate) fn new(all: usize, each: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(all)),
            each,
            tenants: Mutex::default(),
        }
    }

    /// Waits for a place; the tenant's comes first, so that one tenant cannot hold all of them while it waits for
    /// itself. `None` only when the process ends.
    pub(crate) async fn take(&self, tenant: Id<kind::Tenant>) -> Option<Taken> {
        let own = self.of(tenant).acquire_owned().await.ok()?;
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Taken {
            _all: all,
            _tenant: own,
        })
    }

    fn of(&self, tenant: Id<kind::Tenant>) -> Arc<Semaphore> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever holds or waits for a place holds its semaphore too; the rest is idle.
        tenants.retain(|_, places| Arc::strong_count(places) > 1);
        let places = tenants
            .entry(tenant)
            .or_insert_with(|| Arc::new(Semaphore::new(self.each)));
        Arc::clone(places)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    async fn takes(places: &Places, tenant: u128) -> Option<Taken> {
        let tenant = Id::from_uuid(Uuid::from_u128(tenant));
        tokio::time::timeout(Duration::from_millis(20), places.take(tenant))
            .await
            .ok()?
    }

    #[tokio::test]
    async fn a_tenant_waits_for_itself_alone() {
        let places = Places::new(3, 2);
        let first = takes(&places, 1).await;
        let second = takes(&places, 1).await;
        assert!(first.is_some() && second.is_some());
        assert!(takes(&places, 1).await.is_none());
        let other = takes(&places, 2).await;
        assert!(other.is_some());
        assert!(takes(&places, 3).await.is_none(), "all are taken");
        drop(first);
        assert!(takes(&places, 1).await.is_some());
    }

    #[tokio::test]
    async fn idle_tenants_are_forgotten() {
        let places = Places::new(3, 2);
        for tenant in 1..9 {
            takes(&places, tenant).await.unwrap();
        }
        let held = takes(&places, 9).await.unwrap();
        assert_eq!(places.tenants.lock().unwrap().len(), 1);
        drop(held);
    }
}
