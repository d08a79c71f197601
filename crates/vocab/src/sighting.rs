//! What was seen at a host that a tenant says is its own: by each resolver, and by its web server. Texts of others are
//! shortened and cleaned on the way in. It never resolves or fetches.

use serde::{Deserialize, Serialize};

use crate::challenge::Challenge;
use crate::code_point::{is_bidi_control, is_invisible};

/// What one look saw, in both places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The TXT records, by resolver.
    pub dns: Vec<ResolverSaw>,
    /// The file: one text.
    pub file: Saw,
}

/// What one resolver saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolverSaw {
    /// What people call the resolver.
    pub resolver: Glimpse,
    /// Its records.
    pub saw: Saw,
}

/// Texts that were found, none when there is nothing there; or why nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saw {
    /// These texts, at most [`Saw::MOST`].
    Found(Vec<Glimpse>),
    /// No text could be read: why, in a sentence.
    Failed(Glimpse),
}

/// The beginning of a text that somebody else wrote, fit to be shown: what cannot be seen is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Glimpse(String);

/// Where the value was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProofMethod {
    /// In a TXT record.
    DnsTxt,
    /// In a file on its web server.
    WellKnown,
}

impl Glimpse {
    /// The most characters.
    pub const MAX: usize = 200;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Glimpse {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&str> for Glimpse {
    fn from(text: &str) -> Self {
        let hidden = |c: char| c.is_control() || is_bidi_control(c) || is_invisible(c);
        let shown = text.trim().chars().take(Self::MAX).map(|c| {
            if hidden(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        });
        Self(shown.collect())
    }
}

impl Saw {
    /// The most texts that are kept of one answer.
    pub const MOST: usize = 16;

    /// Texts that were found.
    pub fn found<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Found(
            texts
                .into_iter()
                .take(Self::MOST)
                .map(Glimpse::from)
                .collect(),
        )
    }

    /// Why none could be read.
    pub fn failed(why: &str) -> Self {
        Self::Failed(Glimpse::from(why))
    }

    /// Whether exactly this value is among the texts.
    pub fn has(&self, challenge: &Challenge) -> bool {
        match self {
            Self::Found(texts) => texts.iter().any(|text| text.0 == challenge.as_str()),
            Self::Failed(_) => false,
        }
    }

    const fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_))
    }
}

impl Sighting {
    /// Where the value was seen, if it was: by more than half of all resolvers, or in the file.
    pub fn proof(&self, challenge: &Challenge) -> Option<ProofMethod> {
        let seeing = self.resolvers(|saw| saw.has(challenge));
        if seeing * 2 > self.dns.len() {
            Some(ProofMethod::DnsTxt)
        } else {
            self.file.has(challenge).then_some(ProofMethod::WellKnown)
        }
    }

    /// Whether more than half of the resolvers answered: only then does not seeing the value mean that it is gone.
    pub fn is_conclusive(&self) -> bool {
        self.resolvers(|saw| !saw.is_failure()) * 2 > self.dns.len()
    }

    /// What was seen, in words, beside what should have been.
    pub fn words(&self, challenge: &Challenge) -> String {
        format!(
            "{} {}",
            self.dns_words(challenge),
            self.file_words(challenge)
        )
    }

    fn dns_words(&self, challenge: &Challenge) -> String {
        let all = self.dns.len();
        let empty = |saw: &Saw| matches!(saw, Saw::Found(texts) if texts.is_empty());
        let (value, none, failed) = (
            self.resolvers(|saw| saw.has(challenge)),
            self.resolvers(empty),
            self.resolvers(Saw::is_failure),
        );
        let other = all.saturating_sub(value + none + failed);
        let parts = [
            (value, "saw the value"),
            (other, "saw another value"),
            (none, "saw no record"),
            (failed, "did not answer"),
        ];
        let mut words = String::new();
        for (count, saw) in parts.into_iter().filter(|(count, _)| *count > 0) {
            if words.is_empty() {
                let resolvers = if all == 1 { "resolver" } else { "resolvers" };
                words = format!("{count} of {all} {resolvers} {saw}");
            } else {
                words = format!("{words}, {count} {saw}");
            }
        }
        if words.is_empty() {
            return "No resolver was asked.".to_owned();
        }
        words + "."
    }

    fn file_words(&self, challenge: &Challenge) -> String {
        match &self.file {
            file if file.has(challenge) => "The file has the value.".to_owned(),
            Saw::Found(texts) if texts.iter().all(|text| text.0.is_empty()) => {
                "The file is empty.".to_owned()
            }
            Saw::Found(_) => "The file has another value.".to_owned(),
            Saw::Failed(why) => format!("The file could not be read: {}.", why.0),
        }
    }

    fn resolvers(&self, like: impl Fn(&Saw) -> bool) -> usize {
        self.dns.iter().filter(|one| like(&one.saw)).count()
    }
}

impl ProofMethod {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::DnsTxt, Self::WellKnown];

    /// The text form, as in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DnsTxt => "dns_txt",
            Self::WellKnown => "well_known",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::DnsTxt => "TXT record",
            Self::WellKnown => "File on the web server",
        }
    }
}

crate::word::closed_word!(ProofMethod, "proof method");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn sighting(dns: &[Saw], file: Saw) -> Sighting {
        let resolver = |saw: &Saw| ResolverSaw {
            resolver: Glimpse::from("one"),
            saw: saw.clone(),
        };
        Sighting {
            dns: dns.iter().map(resolver).collect(),
            file,
        }
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "a table")]
    fn a_majority_or_the_file_proves() {
        let challenge = Challenge::generate(&mut Chance(7));
        let other = Challenge::generate(&mut Chance(8));
        let value = || Saw::found(["v=spf1 -all", challenge.as_str()]);
        let wrong = || Saw::found([other.as_str()]);
        let none = || Saw::found([]);
        let down = || Saw::failed("the resolver did not answer");
        let gone = || Saw::failed("the answer has status 404, not 200");
        let dns = Some(ProofMethod::DnsTxt);
        let table = [
            (
                vec![value(), value(), none()],
                gone(),
                dns,
                true,
                "2 of 3 resolvers saw the value, 1 saw no record. The file could not be read: the answer has status 404, not 200.",
            ),
            (
                vec![value(), none(), down()],
                gone(),
                None,
                true,
                "1 of 3 resolvers saw the value, 1 saw no record, 1 did not answer. The file could not be read: the answer has status 404, not 200.",
            ),
            (
                vec![none(), none(), none()],
                value(),
                Some(ProofMethod::WellKnown),
                true,
                "3 of 3 resolvers saw no record. The file has the value.",
            ),
            (
                vec![wrong()],
                wrong(),
                None,
                true,
                "1 of 1 resolver saw another value. The file has another value.",
            ),
            (
                vec![value()],
                none(),
                dns,
                true,
                "1 of 1 resolver saw the value. The file is empty.",
            ),
            (
                vec![down(), down(), none()],
                none(),
                None,
                false,
                "1 of 3 resolvers saw no record, 2 did not answer. The file is empty.",
            ),
            (
                vec![],
                none(),
                None,
                false,
                "No resolver was asked. The file is empty.",
            ),
        ];
        for (dns, file, proof, conclusive, words) in table {
            let seen = sighting(&dns, file);
            assert_eq!(seen.proof(&challenge), proof, "{seen:?}");
            assert_eq!(seen.is_conclusive(), conclusive, "{seen:?}");
            assert_eq!(seen.words(&challenge), words);
        }
    }

    #[test]
    fn texts_of_others_are_short_and_visible() {
        let long = "x".repeat(1000);
        assert_eq!(Glimpse::from(long.as_str()).as_str().len(), Glimpse::MAX);
        assert_eq!(
            Glimpse::from(" a\u{202e}b\nc ").as_str(),
            "a\u{fffd}b\u{fffd}c"
        );
        let read: Result<Glimpse, _> = serde_json::from_str("\"a\\u0000\"");
        assert_eq!(read.ok(), Some(Glimpse::from("a\u{0}")));
        let many = vec!["a"; 100];
        assert_eq!(
            Saw::found(many),
            Saw::Found(vec![Glimpse::from("a"); Saw::MOST])
        );
    }
}
