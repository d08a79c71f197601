//! What people write in their own words: reasons, purposes, texts for others. It never holds markup or control
//! characters, and it never ends up in a header or a log line unescaped.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Trimmed text of `MIN` to `MAX` characters; line breaks are kept, other control characters refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Prose<const MIN: usize, const MAX: usize>(String);

/// Why something is done to a case, a client or a registration.
pub type Reason = Prose<1, 2000>;
/// What an integration is for; may be empty.
pub type Purpose = Prose<0, 1000>;
/// Why a scope is wanted; may be empty.
pub type ScopeReason = Prose<0, 500>;
/// What an environment tells people while an app is undecided.
pub type RefusalText = Prose<1, 500>;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProseError {
    /// Fewer characters than wanted; usually none.
    #[error("write at least {0} characters")]
    TooShort(usize),
    /// More characters than kept.
    #[error("write at most {0} characters")]
    TooLong(usize),
    /// A control character that is not a line break or a tab.
    #[error("the text has a control character")]
    Control,
}

impl<const MIN: usize, const MAX: usize> Prose<MIN, MAX> {
    /// Reads a text as a form or a document has it: trims it and makes every line break `\n`.
    pub fn parse(text: &str) -> Result<Self, ProseError> {
        let text = text.trim().replace("\r\n", "\n");
        if text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
        {
            return Err(ProseError::Control);
        }
        let length = text.chars().count();
        if length < MIN {
            return Err(ProseError::TooShort(MIN));
        }
        if length > MAX {
            return Err(ProseError::TooLong(MAX));
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Prose<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Prose<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("  because\r\nit is so ", Ok("because\nit is so"))]
    #[case("", Err(ProseError::TooShort(1)))]
    #[case(" \n ", Err(ProseError::TooShort(1)))]
    #[case("a\0b", Err(ProseError::Control))]
    #[case("a\u{1b}[31m", Err(ProseError::Control))]
    fn a_reason_is_trimmed_text(#[case] text: &str, #[case] read: Result<&str, ProseError>) {
        let reason = Reason::parse(text);
        assert_eq!(reason.as_ref().map(Reason::as_str).map_err(|e| *e), read);
    }

    #[test]
    fn length_counts_characters() {
        assert!(Reason::parse(&"é".repeat(2000)).is_ok());
        assert_eq!(
            Reason::parse(&"é".repeat(2001)),
            Err(ProseError::TooLong(2000))
        );
        assert!(Purpose::parse("").is_ok_and(|purpose| purpose.is_empty()));
    }
}
