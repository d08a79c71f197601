//! What ends by itself, and the days on which its people hear of it: before, while they can do something, and once when it is
//! over. Only the newest step counts: who comes late tells the latest alone. It reads no clock.

use chrono::Duration;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Id, TenantSlug, Timestamp, kind};

use crate::create_credential;

/// For how long an end is news.
pub(crate) const NEWS: Duration = Duration::days(7);
/// The most days before an end that anybody hears of it.
pub(crate) const LONGEST: Duration = Duration::days(30);

/// What ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// An offer that waits for an answer.
    Offer,
    /// A decision that waited for a second person.
    Confirmation,
    /// A client, with its approval.
    Client,
    /// Scopes or tools that end before their client.
    Reach,
    /// A secret or a key.
    Credential,
    /// The proof of a domain that no longer shows its value.
    Proof,
}

impl Ending {
    const ALL: [Self; 6] = [
        Self::Offer,
        Self::Confirmation,
        Self::Client,
        Self::Reach,
        Self::Credential,
        Self::Proof,
    ];

    /// As it is stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Confirmation => "confirmation",
            Self::Client => "client",
            Self::Reach => "reach",
            Self::Credential => "credential",
            Self::Proof => "proof",
        }
    }

    /// How it is read again.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// How many days before the end its people hear of it, the first step first.
    const fn steps(self) -> &'static [i16] {
        match self {
            // Of fourteen days, the seventh and the twelfth.
            Self::Offer => &[7, 2],
            // Nobody of the tenant can do anything before.
            Self::Confirmation => &[],
            Self::Client => &[30, 14, 3],
            Self::Reach => &[14, 3],
            Self::Credential => &[30, 14, 3, 1],
            // The first of the seven days, and the last.
            Self::Proof => &[7, 1],
        }
    }

    /// What somebody has to be allowed to do, to do something about it.
    pub(crate) fn answered_by(self, environment: Option<Environment>) -> Action {
        match self {
            Self::Offer => Action::AnswerOffer,
            Self::Confirmation | Self::Client | Self::Reach | Self::Proof => {
                Action::EditIntegration
            }
            Self::Credential => environment.map_or(
                Action::CreateProductionCredential,
                create_credential::action,
            ),
        }
    }
}

/// A step before an end: so many days before, and 0 when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step(pub(crate) i16);

impl Step {
    /// It is over.
    pub(crate) const OVER: Self = Self(0);
}

/// One thing that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deadline {
    pub(crate) ending: Ending,
    /// Which one.
    pub(crate) about: String,
    /// Where; nothing for what belongs to both environments.
    pub(crate) environment: Option<Environment>,
    /// What its page is of: a request, an integration or a domain.
    pub(crate) object: uuid::Uuid,
    pub(crate) began_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    /// Whether it has ended; nothing where the clock alone ends it.
    pub(crate) over: Option<bool>,
}

impl Deadline {
    /// The steps that have come by `now`, the latest last. A step before the beginning is none.
    pub(crate) fn steps(&self, now: Timestamp) -> Vec<Step> {
        let ended = self.ends_at <= now;
        if ended && self.over.unwrap_or(true) {
            let news = now - self.ends_at < NEWS;
            return Vec::from_iter(news.then_some(Step::OVER));
        }
        // What has no time left and is not over yet, somebody is about to end.
        let come = |days: &&i16| {
            let at = self.ends_at - Duration::days(i64::from(**days));
            !ended && at <= now && at >= self.began_at
        };
        let steps = self.ending.steps().iter().filter(come);
        steps.map(|days| Step(*days)).collect()
    }

    /// Where people do something about it, in their portal.
    pub(crate) fn page(&self, slug: &TenantSlug) -> String {
        let object = self.object;
        match (self.ending, self.environment) {
            (Ending::Offer | Ending::Confirmation, Some(environment)) => {
                let request: Id<kind::Request> = Id::from_uuid(object);
                format!("/t/{slug}/{environment}/requests/{request}")
            }
            (Ending::Proof, _) => {
                let domain: Id<kind::Domain> = Id::from_uuid(object);
                format!("/t/{slug}/domains/{domain}")
            }
            (Ending::Client | Ending::Reach | Ending::Credential, _) => {
                let integration: Id<kind::Integration> = Id::from_uuid(object);
                format!("/t/{slug}/integrations/{integration}")
            }
            (Ending::Offer | Ending::Confirmation, None) => format!("/t/{slug}"),
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

    fn deadline(ending: Ending, (began, ends): (i64, i64), over: Option<bool>) -> Deadline {
        Deadline {
            ending,
            about: "one".to_owned(),
            environment: Some(Environment::Production),
            object: uuid::Uuid::from_u128(1),
            began_at: at(began),
            ends_at: at(ends),
            over,
        }
    }

    fn days(deadline: &Deadline, now: i64) -> Vec<i16> {
        let steps = deadline.steps(at(now));
        steps.into_iter().map(|step| step.0).collect()
    }

    #[test]
    fn an_offer_is_remembered_on_the_seventh_and_the_twelfth_day() {
        let offer = deadline(Ending::Offer, (0, 14), Some(false));
        for (day, come) in [
            (0, vec![]),
            (6, vec![]),
            (7, vec![7]),
            (11, vec![7]),
            (12, vec![7, 2]),
            (13, vec![7, 2]),
            // Nobody has ended it yet.
            (14, vec![]),
        ] {
            assert_eq!(days(&offer, day), come, "day {day}");
        }
    }

    #[test]
    fn a_step_before_the_beginning_is_none() {
        let short = deadline(Ending::Credential, (0, 10), Some(false));
        assert_eq!(days(&short, 0), [0_i16; 0]);
        assert_eq!(days(&short, 7), [3]);
        assert_eq!(days(&short, 9), [3, 1]);
    }

    #[test]
    fn an_end_is_news_for_a_week() {
        let lapsed = deadline(Ending::Client, (0, 365), Some(true));
        assert_eq!(days(&lapsed, 365), [0]);
        assert_eq!(days(&lapsed, 371), [0]);
        assert_eq!(days(&lapsed, 372), [0_i16; 0]);
        let reach = deadline(Ending::Reach, (0, 40), None);
        assert_eq!(days(&reach, 39), [14, 3]);
        assert_eq!(days(&reach, 40), [0]);
    }
}
