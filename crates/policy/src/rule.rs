//! A rule of a policy set, as its annotations name it. It never evaluates.

use std::fmt;

/// The name of a rule, for example `R-20`: what a decision and the ledger cite.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct RuleId(String);

/// A text that cannot name a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rule name is a capital letter, a hyphen and two digits")]
pub struct RuleIdError;

impl RuleId {
    /// Reads a rule name: a capital ASCII letter, a hyphen, two digits.
    pub fn parse(text: &str) -> Result<Self, RuleIdError> {
        match text.as_bytes() {
            [letter, b'-', tens, ones]
                if letter.is_ascii_uppercase()
                    && tens.is_ascii_digit()
                    && ones.is_ascii_digit() =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err(RuleIdError),
        }
    }

    /// `R-00`: the policy could not be evaluated.
    pub fn unevaluated() -> Self {
        Self("R-00".to_owned())
    }

    /// `R-99`: no rule fired, so a person decides.
    pub fn nothing_fired() -> Self {
        Self("R-99".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What it means that a rule fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleOutcome {
    /// A `permit`.
    Allow,
    /// A `forbid` with `@outcome("needs_person")`.
    NeedsPerson,
    /// A `forbid` with `@outcome("needs_two")`.
    NeedsTwo,
    /// A `forbid` with `@outcome("deny")`.
    Deny,
}

/// A rule: its name, what it asks for, and how to meet it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// What it asks for, in words.
    pub title: String,
    /// What it means that it fired.
    pub outcome: RuleOutcome,
    /// What the person who asked can do about it.
    pub fix: Option<String>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_rule_name_has_one_form() {
        assert_eq!(RuleId::parse("R-07").unwrap().to_string(), "R-07");
        for text in ["", "R-7", "r-07", "R07", "R-077", "R-0x", " R-07", "É-07"] {
            assert_eq!(RuleId::parse(text), Err(RuleIdError), "{text:?}");
        }
    }
}
