//! A moment on a page: machine-readable, exact, in UTC by name. Never a bare "2 hours ago", never the clock.

use std::fmt;

use askama::filters::HtmlSafe;
use narthex_vocab::Timestamp;

/// A moment as `<time datetime="2026-11-22T09:14:05Z">22 Nov 2026, 09:14 UTC</time>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    at: Timestamp,
    detail: Detail,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Day,
    Minute,
    Second,
}

impl When {
    /// The moment to the minute, as lists show it.
    pub fn new(at: Timestamp) -> Self {
        Self {
            at,
            detail: Detail::Minute,
        }
    }

    /// The same moment to the second, as logs and details show it.
    #[must_use]
    pub fn to_the_second(self) -> Self {
        Self {
            detail: Detail::Second,
            ..self
        }
    }

    /// The same moment as a date alone (`22 Nov 2026`), for ends and deadlines counted in days.
    #[must_use]
    pub fn day(self) -> Self {
        Self {
            detail: Detail::Day,
            ..self
        }
    }

    /// The words alone, for a title, a mail or an export.
    pub fn text(&self) -> String {
        let format = match self.detail {
            Detail::Day => "%-d %b %Y",
            Detail::Minute => "%-d %b %Y, %H:%M UTC",
            Detail::Second => "%-d %b %Y, %H:%M:%S UTC",
        };
        self.at.format(format).to_string()
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = match self.detail {
            Detail::Day => "%Y-%m-%d",
            Detail::Minute | Detail::Second => "%Y-%m-%dT%H:%M:%SZ",
        };
        write!(
            f,
            "<time datetime=\"{}\">{}</time>",
            self.at.format(machine),
            self.text()
        )
    }
}

// Digits, month names and fixed marks only: nothing of it comes from outside.
impl HtmlSafe for When {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::When;

    fn moment() -> When {
        When::new("2026-11-22T09:14:05Z".parse().unwrap())
    }

    #[test]
    fn a_moment_names_its_zone_and_month() {
        assert_eq!(
            moment().to_string(),
            "<time datetime=\"2026-11-22T09:14:05Z\">22 Nov 2026, 09:14 UTC</time>"
        );
        assert_eq!(moment().to_the_second().text(), "22 Nov 2026, 09:14:05 UTC");
    }

    #[test]
    fn a_day_has_no_time() {
        assert_eq!(
            moment().day().to_string(),
            "<time datetime=\"2026-11-22\">22 Nov 2026</time>"
        );
    }

    #[test]
    fn a_single_digit_day_is_not_padded() {
        let at = "2026-01-03T00:00:00Z".parse().unwrap();
        assert_eq!(When::new(at).text(), "3 Jan 2026, 00:00 UTC");
    }
}
