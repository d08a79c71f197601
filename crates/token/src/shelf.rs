//! Things this process has read and keeps: each is read once for all who ask at the same time, and let go when it may have
//! changed. It knows no table and no notice.

use std::convert::Infallible;
use std::hash::Hash;
use std::sync::Arc;

use quick_cache::sync::Cache;
use tokio::sync::OnceCell;

/// What one key leads to; `None` inside when there is no such thing.
type Slot<V> = Arc<OnceCell<Option<Arc<V>>>>;

/// A bounded number of things by their key.
///
/// A slot is on the shelf before its reading begins. So what is let go while it is read takes the slot away: those who
/// wait for that reading get what it found, as if they had read it themselves at that moment, and whoever comes later
/// reads again. Nothing read before a notice is kept after it.
pub(crate) struct Shelf<K, V> {
    slots: Cache<K, Slot<V>>,
}

impl<K: Clone + Eq + Hash, V> Shelf<K, V> {
    /// Room for so many.
    pub(crate) fn new(room: usize) -> Self {
        Self {
            slots: Cache::new(room),
        }
    }

    /// The thing, from the shelf or read now. That there is none is not remembered, so that names which somebody makes up
    /// take nobody's room.
    pub(crate) async fn get<E>(
        &self,
        key: &K,
        read: impl AsyncFnOnce() -> Result<Option<V>, E>,
    ) -> Result<Option<Arc<V>>, E> {
        let slot = self
            .slots
            .get_or_insert_with(key, || Ok::<_, Infallible>(Slot::default()))
            .unwrap_or_else(|never| match never {});
        let reading = slot.get_or_try_init(async || Ok(read().await?.map(Arc::new)));
        let found = reading.await?.clone();
        if found.is_none() {
            self.slots.remove_if(key, |kept| Arc::ptr_eq(kept, &slot));
        }
        Ok(found)
    }

    /// One thing may have changed.
    pub(crate) fn forget(&self, key: &K) {
        self.slots.remove(key);
    }

    /// Those may have changed.
    pub(crate) fn forget_if(&self, gone: impl Fn(&K) -> bool) {
        self.slots.retain(|key, _| !gone(key));
    }

    /// Anything may have changed.
    pub(crate) fn forget_all(&self) {
        self.slots.clear();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn what_changes_while_it_is_read_is_not_kept() {
        let shelf = Shelf::<&str, u32>::new(8);
        let (begun, go_on) = (Notify::new(), Notify::new());
        let slow = shelf.get(&"client", async || {
            begun.notify_one();
            go_on.notified().await;
            Ok::<_, Infallible>(Some(1))
        });
        let changed = async {
            begun.notified().await;
            shelf.forget(&"client");
            // Somebody who comes now does not wait for the old reading, and reads what is there now.
            let fresh = shelf.get(&"client", async || Ok::<_, Infallible>(Some(2)));
            assert_eq!(fresh.await.unwrap().as_deref(), Some(&2));
            go_on.notify_one();
        };
        let (old, ()) = tokio::join!(slow, changed);
        assert_eq!(old.unwrap().as_deref(), Some(&1));
        let after = shelf.get(&"client", async || Ok::<_, Infallible>(Some(3)));
        assert_eq!(after.await.unwrap().as_deref(), Some(&2));
    }

    #[tokio::test]
    async fn all_of_it_may_change_while_one_is_read() {
        for forget in [
            Shelf::<u8, u32>::forget_all as fn(&Shelf<u8, u32>),
            |shelf| shelf.forget_if(|key| *key == 7),
        ] {
            let shelf = Shelf::new(8);
            let old = shelf.get(&7, async || {
                forget(&shelf);
                Ok::<_, Infallible>(Some(1))
            });
            assert_eq!(old.await.unwrap().as_deref(), Some(&1));
            let fresh = shelf.get(&7, async || Ok::<_, Infallible>(Some(2)));
            assert_eq!(fresh.await.unwrap().as_deref(), Some(&2));
        }
    }

    #[tokio::test]
    async fn many_at_once_read_once_and_a_failure_is_nobodys_answer() {
        let shelf = Shelf::<u8, u32>::new(8);
        let reads = AtomicU32::new(0);
        let read = async || {
            shelf
                .get(&1, async || {
                    tokio::task::yield_now().await;
                    match reads.fetch_add(1, Ordering::Relaxed) {
                        0 => Err("away"),
                        _ => Ok(Some(5)),
                    }
                })
                .await
        };
        let (first, second, third) = tokio::join!(read(), read(), read());
        assert_eq!(first.unwrap_err(), "away");
        assert_eq!(second.unwrap().as_deref(), Some(&5));
        assert_eq!(third.unwrap().as_deref(), Some(&5));
        assert_eq!(reads.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn nothing_is_not_remembered_and_room_is_bounded() {
        let shelf = Shelf::<u32, u32>::new(16);
        for key in 0..1_000 {
            let none = shelf.get(&key, async || Ok::<_, Infallible>(None));
            assert!(none.await.unwrap().is_none());
        }
        assert_eq!(shelf.slots.len(), 0);
        for key in 0..1_000 {
            let some = shelf.get(&key, async || Ok::<_, Infallible>(Some(key)));
            assert!(some.await.unwrap().is_some());
        }
        assert!(shelf.slots.len() <= 16);
    }
}
