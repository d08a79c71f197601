//! A mail about what ends: several that came to the same step together are one mail. It names nothing that somebody wrote: what it
//! is about is on its page, for who may read it.

use chrono::Duration;
use narthex_vocab::{Environment, TenantSlug, Timestamp};

use crate::deadline::{Deadline, Ending, Step};

/// Several of one kind, of one environment, that came to the same step together: its people get one mail.
#[derive(Debug)]
pub(crate) struct Reminder {
    pub(crate) step: Step,
    pub(crate) first: Deadline,
    /// How many there are, the first one too.
    pub(crate) count: usize,
    /// When the last of them ends.
    last: Timestamp,
}

impl Reminder {
    /// Puts together what came to the same step.
    pub(crate) fn together(mut told: Vec<(Deadline, Step)>) -> Vec<Self> {
        let key = |(one, step): &(Deadline, Step)| {
            let environment = one.environment.map(Environment::as_str);
            (one.ending, environment, *step)
        };
        told.sort_by_key(|one| (key(one), one.0.ends_at));
        let mut all: Vec<Self> = Vec::new();
        for (deadline, step) in told {
            match all.last_mut() {
                Some(last)
                    if (last.first.ending, last.first.environment, last.step)
                        == (deadline.ending, deadline.environment, step) =>
                {
                    last.count += 1;
                    last.last = deadline.ends_at;
                }
                Some(_) | None => all.push(Self {
                    step,
                    last: deadline.ends_at,
                    first: deadline,
                    count: 1,
                }),
            }
        }
        all
    }

    /// Where people do something about them.
    pub(crate) fn page(&self, slug: &TenantSlug) -> String {
        if self.count == 1 {
            return self.first.page(slug);
        }
        match self.first.ending {
            Ending::Offer | Ending::Confirmation => format!("/t/{slug}"),
            Ending::Client | Ending::Reach | Ending::Credential => format!("/t/{slug}/inventory"),
            Ending::Proof => format!("/t/{slug}/domains"),
        }
    }

    /// Its kind, as it is stored.
    pub(crate) const fn kind(&self) -> &'static str {
        match self.first.ending {
            Ending::Offer => "reminder_offer",
            Ending::Confirmation => "reminder_confirmation",
            Ending::Client => "reminder_client",
            Ending::Reach => "reminder_reach",
            Ending::Credential => "reminder_credential",
            Ending::Proof => "reminder_proof",
        }
    }

    /// One line.
    pub(crate) fn heading(&self, now: Timestamp) -> String {
        let (one, many) = match self.first.ending {
            Ending::Offer => ("An offer", "offers"),
            Ending::Confirmation => ("A request", "requests"),
            Ending::Client => ("A client", "clients"),
            Ending::Reach => ("A part of what a client may do", "limited permissions"),
            Ending::Credential => ("A credential", "credentials"),
            Ending::Proof => ("The proof of a domain", "proofs of domains"),
        };
        let (what, are) = match self.count {
            1 => (one.to_owned(), false),
            count => (format!("{count} {many}"), true),
        };
        let place = match self.first.environment {
            Some(environment) => format!(" in {environment}"),
            None => String::new(),
        };
        match (self.step, are) {
            (Step::OVER, false) => format!("{what}{place} has ended"),
            (Step::OVER, true) => format!("{what}{place} have ended"),
            (_, false) => format!("{what}{place} ends within {}", self.left(now)),
            (_, true) => format!("{what}{place} end within {}", self.left(now)),
        }
    }

    /// How much time is left, in whole days.
    fn left(&self, now: Timestamp) -> String {
        let begun = self.last - now + Duration::days(1) - Duration::nanoseconds(1);
        match begun.num_days() {
            ..=1 => "a day".to_owned(),
            days => format!("{days} days"),
        }
    }

    /// What follows from it, and what people can do.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let over = self.step == Step::OVER;
        let until = self.first.ends_at.format("%-d %b %Y, %H:%M UTC");
        let when = match (over, self.count) {
            (true, 1) => format!("It ended on {until}."),
            (true, _) => format!("The first ended on {until}."),
            (false, 1) => format!("It ends on {until}."),
            (false, _) => format!("The first ends on {until}."),
        };
        vec![when, consequence(self.first.ending, over).to_owned()]
    }

    /// What the link says.
    pub(crate) const fn label(&self) -> &'static str {
        match self.first.ending {
            Ending::Offer | Ending::Confirmation => "Look at the request",
            Ending::Client | Ending::Reach | Ending::Credential => "Look at the client",
            Ending::Proof => "Look at the domain",
        }
    }
}

const fn consequence(ending: Ending, over: bool) -> &'static str {
    match (ending, over) {
        (Ending::Offer, false) => {
            "Accept or decline before that. Afterwards it lapses, and nothing of it can be accepted."
        }
        (Ending::Offer, true) => {
            "Nobody answered in time, so it has lapsed. To ask again, send a new version of the request."
        }
        (Ending::Confirmation, _) => {
            "One person of the review team decided, and no second one confirmed it within 72 hours. To ask again, send a new version of the request."
        }
        (Ending::Client, false) => {
            "Its approval ends then, and it gets no tokens any more. To go on, send a new version of its request in time: it works meanwhile."
        }
        (Ending::Client, true) => {
            "Its approval is over: it gets no tokens any more. To start again, send a request for it."
        }
        (Ending::Reach, false) => {
            "Scopes or tools were given until then, and the client goes on without them. To keep them, ask for them in a new version of its request."
        }
        (Ending::Reach, true) => {
            "Scopes or tools were given until then. The client goes on without them. To have them again, ask for them in a new version of its request."
        }
        (Ending::Credential, false) => {
            "Create another one and use it before that: two can work at once. Afterwards the old one is refused."
        }
        (Ending::Credential, true) => {
            "Whoever still uses it is refused. Create another one if nobody has."
        }
        (Ending::Proof, false) => {
            "We no longer find the value there that proves it is yours. Put it back before that. Afterwards clients with addresses there are limited."
        }
        (Ending::Proof, true) => {
            "The value was not found for seven days. What clients with addresses there may do is limited until you prove it again."
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_timestamp(days * 86_400, 0).unwrap()
    }

    fn deadline(ending: Ending, ends: i64) -> Deadline {
        Deadline {
            ending,
            about: "one".to_owned(),
            environment: Some(Environment::Production),
            object: uuid::Uuid::from_u128(1),
            began_at: at(0),
            ends_at: at(ends),
            over: Some(false),
        }
    }

    #[test]
    fn what_comes_together_is_one_mail() {
        let one = deadline(Ending::Client, 365);
        let other = Deadline {
            environment: Some(Environment::Sandbox),
            ..one.clone()
        };
        let later = deadline(Ending::Client, 366);
        let told = vec![
            (later, Step(30)),
            (other, Step(30)),
            (one.clone(), Step(3)),
            (one, Step(30)),
        ];
        let together = Reminder::together(told);
        let counts: Vec<_> = together
            .iter()
            .map(|one| (one.step.0, one.count, one.heading(at(336))))
            .collect();
        let expected = [
            (3, 1, "A client in production ends within 29 days"),
            (30, 2, "2 clients in production end within 30 days"),
            (30, 1, "A client in sandbox ends within 29 days"),
        ];
        assert_eq!(
            counts,
            expected.map(|(step, count, text)| (step, count, text.to_owned()))
        );
    }

    #[test]
    fn time_that_is_left_is_rounded_up() {
        for (hours, words) in [(1, "a day"), (24, "a day"), (25, "2 days"), (72, "3 days")] {
            let mut together = Reminder::together(vec![(deadline(Ending::Offer, 14), Step(2))]);
            let reminder = together.pop().unwrap();
            let heading = reminder.heading(at(14) - Duration::hours(hours));
            assert_eq!(
                heading,
                format!("An offer in production ends within {words}")
            );
        }
    }
}
