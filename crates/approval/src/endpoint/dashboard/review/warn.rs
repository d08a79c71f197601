//! The fields that approve with a warning, on the review page of a client that is an address. What is valid is asked of
//! [`Warning`].

use chrono::Duration;
use narthex_http::form::FormError;
use narthex_http::page::{Choice, Field};
use narthex_vocab::Timestamp;

use super::super::posted::Posted;
use super::super::problems::Problems;
use crate::decision::DecisionKind;
use crate::warning::{MOST_PEOPLE, Warning, WarningError};

/// The draft suggests that so many people are warned (draft-ietf-oauth-client-id-metadata-document section 8).
const SUGGESTED: &str = "100";

/// No warning, and a warning without a date.
const NONE: &str = "";
const PEOPLE: &str = "people";

/// For how long: its word, what people read, and the days.
const SPANS: [(&str, &str, i64); 4] = [
    ("30d", "For 30 days", 30),
    ("90d", "For 90 days", 90),
    ("180d", "For 180 days", 180),
    ("365d", "For 1 year", 365),
];

/// What the two fields hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Warn {
    span: String,
    people: String,
}

impl Default for Warn {
    fn default() -> Self {
        Self {
            span: NONE.to_owned(),
            people: SUGGESTED.to_owned(),
        }
    }
}

impl Warn {
    /// What a form sent; nothing, where the page did not have the fields.
    pub(crate) fn sent(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            span: posted.text("warn")?,
            people: posted.text("warn_people")?,
        })
    }

    /// The warning that is meant with a decision, if one is; what is wrong is noted.
    pub(crate) fn read(
        &self,
        decision: Option<DecisionKind>,
        now: Timestamp,
        problems: &mut Problems,
    ) -> Option<Warning> {
        let span = SPANS.iter().find(|(word, ..)| *word == self.span);
        if self.span != PEOPLE && span.is_none() {
            if self.span != NONE {
                problems.add("warn", "Choose for how long");
            }
            return None;
        }
        match decision {
            Some(DecisionKind::Approve | DecisionKind::Offer) | None => {}
            Some(_) => {
                let words = "Only an approval comes with a warning: choose No warning, or approve";
                problems.add("warn", words);
                return None;
            }
        }
        let people = match self.people.trim() {
            "" => Ok(None),
            typed => typed.parse().map(Some).map_err(|_| WarningError::People),
        };
        let until = span.map(|(_, _, days)| now + Duration::days(*days));
        let warning = people.and_then(|people| Warning::new(until, people, now));
        problems.keep("warn_people", warning, words)
    }

    /// The two fields.
    pub(crate) fn fields(&self, problems: &Problems) -> [Field; 2] {
        let mut choices = vec![Choice::new(NONE, "No warning")];
        choices.extend(SPANS.map(|(word, label, _)| Choice::new(word, label)));
        choices.push(Choice::new(PEOPLE, "Until enough people allowed it"));
        let span = Field::select("warn", "Warn people before they allow it", choices)
            .hint("The consent page says that you approved it with a warning.")
            .value(self.span.as_str());
        let people = Field::text("warn_people", "End the warning after this many people")
            .hint(format!("Up to {MOST_PEOPLE}. Counts with a warning only."))
            .optional()
            .value(self.people.as_str());
        [span, people].map(|field| problems.beside(field))
    }
}

fn words(error: WarningError) -> String {
    match error {
        WarningError::Endless => "Enter after how many people the warning ends".to_owned(),
        WarningError::Date => "Choose an end within a year".to_owned(),
        WarningError::People => format!("Enter a number from 1 to {MOST_PEOPLE}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", "100", Some(DecisionKind::Approve), None, &[])]
    #[case("", "", Some(DecisionKind::Reject), None, &[])]
    #[case("90d", "100", Some(DecisionKind::Approve), Some((Some(90), Some(100))), &[])]
    #[case("365d", " ", Some(DecisionKind::Offer), Some((Some(365), None)), &[])]
    #[case("people", "7", Some(DecisionKind::Approve), Some((None, Some(7))), &[])]
    #[case("people", "", Some(DecisionKind::Approve), None, &["warn_people"])]
    #[case("people", "0", Some(DecisionKind::Approve), None, &["warn_people"])]
    #[case("30d", "many", Some(DecisionKind::Approve), None, &["warn_people"])]
    #[case("30d", "99999999", Some(DecisionKind::Approve), None, &["warn_people"])]
    #[case("30d", "", Some(DecisionKind::Reject), None, &["warn"])]
    #[case("forever", "", Some(DecisionKind::Approve), None, &["warn"])]
    fn what_the_fields_mean(
        #[case] span: &str,
        #[case] people: &str,
        #[case] decision: Option<DecisionKind>,
        #[case] meant: Option<(Option<i64>, Option<u16>)>,
        #[case] wrong: &[&str],
    ) {
        let now = Timestamp::UNIX_EPOCH;
        let (span, people) = (span.to_owned(), people.to_owned());
        let mut problems = Problems::default();
        let read = Warn { span, people }.read(decision, now, &mut problems);
        let expected = meant.map(|(days, people)| {
            Warning::new(days.map(|days| now + Duration::days(days)), people, now).unwrap()
        });
        assert_eq!(read, expected);
        let ids = problems.summary().items;
        let ids: Vec<_> = ids.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, wrong);
    }
}
