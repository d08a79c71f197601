//! How many exchanges run at once, in all and for one domain. It never queues without end: who
//! waits sets a time limit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use narthex_vocab::Host;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Limits;
use crate::error::FetchError;

/// The places that fetches take.
pub(crate) struct Gate {
    all: Arc<Semaphore>,
    each: usize,
    domains: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A place; given back on drop.
pub(crate) struct Place {
    _all: OwnedSemaphorePermit,
    _domain: Option<OwnedSemaphorePermit>,
}

impl Gate {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            all: Arc::new(Semaphore::new(limits.at_once)),
            each: limits.at_once_per_domain,
            domains: Mutex::new(HashMap::new()),
        }
    }

    /// Waits for a place; the domain's comes first, so that one domain cannot hold all of them
    /// while it waits for itself.
    pub(crate) async fn enter(&self, host: &Host) -> Result<Place, FetchError> {
        let domain = self
            .domain(host)
            .acquire_owned()
            .await
            .map_err(|_| FetchError::Busy)?;
        Ok(Place {
            _domain: Some(domain),
            ..self.enter_any().await?
        })
    }

    /// Waits for a place that belongs to no domain.
    pub(crate) async fn enter_any(&self) -> Result<Place, FetchError> {
        let all = Arc::clone(&self.all)
            .acquire_owned()
            .await
            .map_err(|_| FetchError::Busy)?;
        Ok(Place {
            _all: all,
            _domain: None,
        })
    }

    fn domain(&self, host: &Host) -> Arc<Semaphore> {
        let key = host
            .name()
            .and_then(narthex_vocab::HostName::registrable)
            .map_or_else(|| host.to_string(), |domain| domain.as_str().to_owned());
        let mut domains = self.domains.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever holds or waits for a place holds its semaphore too; the rest is idle.
        domains.retain(|_, places| Arc::strong_count(places) > 1);
        Arc::clone(
            domains
                .entry(key)
                .or_insert_with(|| Arc::new(Semaphore::new(self.each))),
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::time::Duration;

    use super::*;

    fn gate(at_once: usize, at_once_per_domain: usize) -> Gate {
        Gate::new(&Limits {
            at_once,
            at_once_per_domain,
            ..Limits::default()
        })
    }

    async fn enters(gate: &Gate, host: &str) -> Option<Place> {
        let host = Host::parse(host).unwrap();
        tokio::time::timeout(Duration::from_millis(20), gate.enter(&host))
            .await
            .ok()?
            .ok()
    }

    #[tokio::test]
    async fn names_of_one_domain_share_its_places() {
        let gate = gate(8, 2);
        let first = enters(&gate, "a.example.com").await;
        let second = enters(&gate, "b.example.com").await;
        assert!(first.is_some() && second.is_some());
        assert!(enters(&gate, "c.example.com").await.is_none());
        assert!(enters(&gate, "example.org").await.is_some());
        drop(first);
        assert!(enters(&gate, "c.example.com").await.is_some());
    }

    #[tokio::test]
    async fn all_domains_share_the_places_of_the_guard() {
        let gate = gate(2, 2);
        let held = (
            enters(&gate, "a.com").await.unwrap(),
            enters(&gate, "b.com").await.unwrap(),
        );
        assert!(enters(&gate, "c.com").await.is_none());
        drop(held);
        assert!(enters(&gate, "c.com").await.is_some());
    }

    #[tokio::test]
    async fn idle_domains_are_forgotten() {
        let gate = gate(8, 2);
        for host in ["a.com", "b.com", "c.com"] {
            enters(&gate, host).await.unwrap();
        }
        let held = enters(&gate, "d.com").await.unwrap();
        assert_eq!(gate.domains.lock().unwrap().len(), 1);
        drop(held);
    }
}
