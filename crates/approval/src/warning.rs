//! The warning with which a person approves a client that comes with an address: for a time, or for the first people who
//! allow it, the consent page says so (draft-ietf-oauth-client-id-metadata-document section 8). It ends by itself and
//! never begins after the approval.

use chrono::Duration;
use narthex_vocab::Timestamp;
use serde::Serialize;

/// The longest that a warning lasts.
pub const LONGEST: Duration = Duration::days(366);

/// The most people that a warning waits for.
pub const MOST_PEOPLE: u16 = 10_000;

/// How long people are warned: until the one or the other, whichever comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Warning {
    until: Option<Timestamp>,
    people: Option<u16>,
}

/// Why it is no warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WarningError {
    /// Neither a date nor a number of people.
    #[error("a warning ends: at a date, or after some people")]
    Endless,
    /// The date is not ahead, or more than a year away.
    #[error("a warning ends within a year")]
    Date,
    /// No people, or more than anybody waits for.
    #[error("a warning is for 1 to {MOST_PEOPLE} people")]
    People,
}

impl Warning {
    /// A warning that begins now and ends at `until`, or when `people` have allowed the client.
    pub fn new(
        until: Option<Timestamp>,
        people: Option<u16>,
        now: Timestamp,
    ) -> Result<Self, WarningError> {
        if until.is_none() && people.is_none() {
            return Err(WarningError::Endless);
        }
        if until.is_some_and(|until| until <= now || until > now + LONGEST) {
            return Err(WarningError::Date);
        }
        if people.is_some_and(|people| people == 0 || people > MOST_PEOPLE) {
            return Err(WarningError::People);
        }
        Ok(Self { until, people })
    }

    /// Only for `store::warning`: what a row says.
    pub(crate) const fn from_row(until: Option<Timestamp>, people: Option<u16>) -> Self {
        Self { until, people }
    }

    /// When it ends at the latest.
    pub const fn until(self) -> Option<Timestamp> {
        self.until
    }

    /// After how many people it ends, if that is earlier.
    pub const fn people(self) -> Option<u16> {
        self.people
    }
}

/// A warning and how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Warned {
    pub(crate) warning: Warning,
    /// How many people have allowed the client since.
    pub(crate) allowed: u64,
}

impl Warned {
    /// Whether people are warned now.
    pub(crate) fn is_in_force(&self, now: Timestamp) -> bool {
        let Warning { until, people } = self.warning;
        until.is_none_or(|until| until > now)
            && people.is_none_or(|people| u64::from(people) > self.allowed)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    #[rstest]
    #[case(None, None, Some(WarningError::Endless))]
    #[case(Some(30), None, None)]
    #[case(Some(366), None, None)]
    #[case(Some(367), None, Some(WarningError::Date))]
    #[case(Some(0), Some(100), Some(WarningError::Date))]
    #[case(Some(-1), None, Some(WarningError::Date))]
    #[case(None, Some(1), None)]
    #[case(None, Some(10_000), None)]
    #[case(None, Some(0), Some(WarningError::People))]
    #[case(Some(30), Some(10_001), Some(WarningError::People))]
    fn it_ends(
        #[case] days: Option<i64>,
        #[case] people: Option<u16>,
        #[case] refused: Option<WarningError>,
    ) {
        let until = days.map(|days| now() + Duration::days(days));
        assert_eq!(Warning::new(until, people, now()).err(), refused);
    }

    #[rstest]
    #[case(Some(2), None, 1_000, true)]
    #[case(Some(1), None, 0, false)]
    #[case(None, Some(3), 2, true)]
    #[case(None, Some(3), 3, false)]
    #[case(Some(2), Some(3), 3, false)]
    #[case(Some(1), Some(3), 0, false)]
    fn it_is_over_at_whichever_comes_first(
        #[case] days: Option<i64>,
        #[case] people: Option<u16>,
        #[case] allowed: u64,
        #[case] in_force: bool,
    ) {
        let until = days.map(|days| now() + Duration::days(days));
        let warning = Warning::from_row(until, people);
        let tomorrow = now() + Duration::days(1);
        let warned = Warned { warning, allowed };
        assert_eq!(warned.is_in_force(tomorrow), in_force);
    }
}
