//! That something changed in what waits for staff, for those who look at it right now. It carries no numbers: whoever
//! hears reads them with the rights they have at that moment.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use narthex_vocab::{Id, kind};
use tokio::sync::{Notify, watch};

/// The open pages of one person that are told; one more, and the one that was opened first is told no longer.
pub const MOST: usize = 8;

type Pages = HashMap<Id<kind::Member>, VecDeque<Arc<Notify>>>;

/// Who is told.
#[derive(Debug, Clone)]
pub struct Live {
    changes: watch::Sender<u64>,
    pages: Arc<Mutex<Pages>>,
}

/// One open page; dropping it frees its place.
#[derive(Debug)]
pub(crate) struct Seat {
    member: Id<kind::Member>,
    changes: watch::Receiver<u64>,
    given_up: Arc<Notify>,
    pages: Arc<Mutex<Pages>>,
}

/// What a page hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// Something changed.
    Changed,
    /// Its place is another page's now.
    GivenUp,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            changes: watch::Sender::new(0),
            pages: Arc::default(),
        }
    }
}

impl Live {
    /// Tells everybody who looks.
    pub(crate) fn tell(&self) {
        self.changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// A place for one more page of this person.
    pub(crate) fn sit(&self, member: Id<kind::Member>) -> Seat {
        let given_up = Arc::new(Notify::new());
        let mut pages = locked(&self.pages);
        let own = pages.entry(member).or_default();
        own.push_back(given_up.clone());
        if own.len() > MOST
            && let Some(first) = own.pop_front()
        {
            first.notify_one();
        }
        Seat {
            member,
            changes: self.changes.subscribe(),
            given_up,
            pages: self.pages.clone(),
        }
    }
}

impl Seat {
    /// Waits for the next word; at once when there was one since the last time.
    pub(crate) async fn next(&mut self) -> Word {
        tokio::select! {
            () = self.given_up.notified() => Word::GivenUp,
            changed = self.changes.changed() => {
                if changed.is_err() {
                    // Nobody tells any more: who waits goes on by its own beat.
                    std::future::pending::<()>().await;
                }
                Word::Changed
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut pages = locked(&self.pages);
        if let Some(own) = pages.get_mut(&self.member) {
            own.retain(|page| !Arc::ptr_eq(page, &self.given_up));
            if own.is_empty() {
                pages.remove(&self.member);
            }
        }
    }
}

fn locked(pages: &Mutex<Pages>) -> MutexGuard<'_, Pages> {
    pages.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(number: u128) -> Id<kind::Member> {
        Id::from_uuid(uuid::Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn the_page_that_was_opened_first_gives_its_place_up() {
        let live = Live::default();
        let mut first = live.sit(member(1));
        let mut other = live.sit(member(2));
        let rest: Vec<_> = (0..MOST).map(|_| live.sit(member(1))).collect();
        assert_eq!(first.next().await, Word::GivenUp);
        live.tell();
        live.tell();
        assert_eq!(other.next().await, Word::Changed);
        let soon = std::time::Duration::from_millis(20);
        let again = tokio::time::timeout(soon, other.next()).await;
        assert!(again.is_err(), "two words at once are one");
        drop((first, rest));
        assert_eq!(locked(&live.pages).len(), 1);
    }
}
