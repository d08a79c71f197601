//! Which attempts are rows of their own, and which are one more in a count. Few attempts are written one by one, with
//! their request and their reason; of a flood only the first are, and the rest of the minute is counted by family,
//! outcome and network. Pure: it holds what was seen this minute and knows no store.

use chrono::{DurationRound, TimeDelta};
use ipnet::IpNet;
use narthex_vocab::{AttemptOutcome, Environment, Fingerprint, Id, Tenant, Timestamp};
use std::collections::{HashMap, hash_map::Entry};

use crate::{source::Source, store::attempt::Attempt};

/// Attempts of one kind that are rows in the minute in which they begin.
const ROWS_AT_ONCE: u32 = 60;
/// The same in each further minute of a flood: a sample, with a request that can be found.
const ROWS_OF_A_FLOOD: u32 = 1;
/// Rows of one environment in a minute, whatever they are.
const ROWS_OF_A_PLACE: u32 = 600;
/// Networks of one kind that are told apart in a minute.
const NETWORKS: usize = 8;
/// Kinds that are told apart in a minute; families beyond that are counted together here, and each for itself in its
/// own row.
const KINDS: usize = 4_096;

/// Attempts that only time and network tell apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Alike {
    pub(crate) tenant: Id<Tenant>,
    pub(crate) environment: Environment,
    pub(crate) outcome: AttemptOutcome,
    /// The code that the caller heard.
    pub(crate) error: &'static str,
    /// The family, when it is a known one.
    pub(crate) family: Option<Fingerprint>,
}

/// One line of `intake.tally`, but for its number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Line {
    pub(crate) alike: Alike,
    pub(crate) minute: Timestamp,
    pub(crate) network: IpNet,
}

/// How an attempt is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    /// As a row.
    Row,
    /// As one more of this line.
    Counted(Line),
}

/// What was seen of one kind in this minute.
#[derive(Debug, Default)]
struct Seen {
    rows: u32,
    counted: bool,
    /// It was counted in the minute before as well.
    flood: bool,
    networks: Vec<IpNet>,
}

/// What was seen in this minute.
#[derive(Debug, Default)]
pub(crate) struct Digest {
    minute: Timestamp,
    places: HashMap<(Id<Tenant>, Environment), u32>,
    kinds: HashMap<Alike, Seen>,
}

impl Digest {
    /// Decides about one attempt.
    pub(crate) fn take(&mut self, tenant: Id<Tenant>, attempt: &Attempt) -> Kept {
        self.turn(attempt.at);
        let alike = attempt.alike(tenant);
        let place = self.places.entry((tenant, alike.environment)).or_insert(0);
        let full = self.kinds.len() >= KINDS;
        let seen = match self.kinds.entry(alike.clone()) {
            Entry::Vacant(_) if full => {
                let nobody = Alike {
                    family: None,
                    ..alike
                };
                return self.counted(nobody, attempt.source.anywhere());
            }
            Entry::Vacant(free) => free.insert(Seen::default()),
            Entry::Occupied(seen) => seen.into_mut(),
        };
        let most = if seen.flood {
            ROWS_OF_A_FLOOD
        } else {
            ROWS_AT_ONCE
        };
        if seen.rows < most && *place < ROWS_OF_A_PLACE {
            seen.rows += 1;
            *place += 1;
            return Kept::Row;
        }
        seen.counted = true;
        let network = seen.network(attempt.source);
        self.counted(alike, network)
    }

    fn counted(&self, alike: Alike, network: IpNet) -> Kept {
        let minute = self.minute;
        Kept::Counted(Line {
            alike,
            minute,
            network,
        })
    }

    /// Begins a new minute, remembering which kinds are a flood. A clock that stands still or goes back begins none.
    fn turn(&mut self, now: Timestamp) {
        let minute = now
            .duration_trunc(TimeDelta::minutes(1))
            .unwrap_or(self.minute);
        if minute <= self.minute {
            return;
        }
        self.minute = minute;
        self.places.clear();
        self.kinds.retain(|_, seen| seen.counted);
        for seen in self.kinds.values_mut() {
            *seen = Seen {
                flood: true,
                ..Seen::default()
            };
        }
    }
}

impl Seen {
    /// The caller's range, or the whole protocol once there are too many.
    fn network(&mut self, source: Source) -> IpNet {
        if self.networks.contains(&source.range) {
            return source.range;
        }
        if self.networks.len() < NETWORKS {
            self.networks.push(source.range);
            return source.range;
        }
        source.anywhere()
    }
}

#[cfg(test)]
#[path = "digest_tests.rs"]
mod tests;
