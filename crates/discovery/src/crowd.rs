//! Things that every call asks for, read for each of them; when a crowd asks, read once for all who come within a moment.
//! So a change counts at once on quiet days and within that moment in a flood, and a flood costs the database as many
//! reads as there are moments. It knows no table.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::Duration;
use narthex_vocab::Timestamp;
use tokio::sync::OnceCell;

/// For how long a crowd shares what was read.
const MOMENT: Duration = Duration::milliseconds(500);
/// So many calls within a moment are a crowd.
const MANY: u32 = 32;
/// Names that are counted; what strangers make up takes nobody's room for long.
const ROOM: usize = 10_000;

/// What calls ask for by a key.
pub(crate) struct Crowd<K, V>(Mutex<HashMap<K, Moment<V>>>);

/// Since when, who came, and what was read for them.
struct Moment<V> {
    since: Timestamp,
    calls: u32,
    /// Whether the moment before was one of a crowd.
    crowded: bool,
    read: Arc<OnceCell<V>>,
}

impl<K, V> Default for Crowd<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Crowd<K, V> {
    /// What `read` finds, now or, in a crowd, at most [`MOMENT`] ago. A failure is nobody else's answer.
    pub(crate) async fn get<E>(
        &self,
        key: &K,
        now: Timestamp,
        read: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        match self.joined(key, now) {
            Some(shared) => shared.get_or_try_init(async || read().await).await.cloned(),
            None => read().await,
        }
    }

    /// Counts the call; what its crowd shares, if there is one.
    fn joined(&self, key: &K, now: Timestamp) -> Option<Arc<OnceCell<V>>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ROOM && !all.contains_key(key) {
            all.clear();
        }
        let moment = all.entry(key.clone()).or_insert_with(|| Moment::at(now));
        if (now - moment.since).abs() >= MOMENT {
            let crowded = moment.calls > MANY && (now - moment.since).abs() < MOMENT * 2;
            *moment = Moment {
                crowded,
                ..Moment::at(now)
            };
        }
        moment.calls = moment.calls.saturating_add(1);
        (moment.crowded || moment.calls > MANY).then(|| Arc::clone(&moment.read))
    }
}

impl<V> Moment<V> {
    fn at(since: Timestamp) -> Self {
        Self {
            since,
            calls: 0,
            crowded: false,
            read: Arc::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::{
        convert::Infallible,
        sync::atomic::{AtomicU32, Ordering},
    };

    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_timestamp_millis(1_800_000_000_000 + milliseconds).unwrap()
    }

    /// Calls at these times; how often was read.
    async fn reads(crowd: &Crowd<u8, u32>, times: impl Iterator<Item = i64>) -> u32 {
        let count = AtomicU32::new(0);
        for time in times {
            let read = async || Ok::<_, Infallible>(count.fetch_add(1, Ordering::Relaxed));
            crowd.get(&1, at(time), read).await.unwrap();
        }
        count.into_inner()
    }

    #[tokio::test]
    async fn each_of_a_few_reads_and_a_crowd_reads_once_a_moment() {
        let few = Crowd::default();
        assert_eq!(reads(&few, (0..100).map(|n| n * 16)).await, 100);
        let many = Crowd::default();
        // Two seconds of a call a millisecond: a moment's first calls, then one for all and for each moment after.
        assert_eq!(reads(&many, 0..2_000).await, 32 + 1 + 3);
        // A pause ends it.
        assert_eq!(reads(&many, 9_000..9_010).await, 10);
    }

    #[tokio::test]
    async fn what_a_crowd_shares_is_never_older_than_a_moment() {
        let crowd = Crowd::<u8, i64>::default();
        for time in (0..5_000).chain((5_000..9_000).step_by(7)) {
            let read = async || Ok::<_, Infallible>(time);
            let found = crowd.get(&1, at(time), read).await.unwrap();
            assert!(time - found < 500, "{time}: {found}");
        }
        // A clock that was set back makes nothing older last longer.
        let read = async || Ok::<_, Infallible>(-1);
        assert_eq!(crowd.get(&1, at(-60_000), read).await.unwrap(), -1);
    }

    #[tokio::test]
    async fn a_failure_is_nobody_elses_answer_and_keys_do_not_mix() {
        let crowd = Crowd::<u8, u32>::default();
        for _ in 0..40 {
            let failed = crowd.get(&1, at(0), async || Err("away"));
            assert_eq!(failed.await.unwrap_err(), "away");
        }
        let found = crowd.get(&1, at(1), async || Ok::<_, &str>(7));
        assert_eq!(found.await.unwrap(), 7);
        let other = crowd.get(&2, at(1), async || Ok::<_, &str>(8));
        assert_eq!(other.await.unwrap(), 8);
    }

    #[test]
    fn made_up_names_take_bounded_room() {
        let crowd = Crowd::<u32, ()>::default();
        for key in 0..50_000 {
            assert!(crowd.joined(&key, at(0)).is_none());
        }
        assert!(crowd.0.lock().unwrap().len() <= ROOM);
    }
}
