//! A rule of a policy set, as its annotations name it. It never evaluates.

use std::fmt;

/// The name of a rule: what a decision and the ledger cite. `R-20` and `C-04` are the baseline's; `P-` begins the name of
/// one that the platform published on top, `T-` of one that a tenant did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct RuleId(String);

/// A text that cannot name a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a rule name is R- or C- with two digits, or P- or T- with 2 to 32 small letters, digits and hyphens"
)]
pub struct RuleIdError;

impl RuleId {
    /// The longest name after its letter and hyphen.
    const LONGEST: usize = 32;

    /// Reads a rule name.
    pub fn parse(text: &str) -> Result<Self, RuleIdError> {
        let good = match text.as_bytes() {
            [b'R' | b'C', b'-', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
            [b'P' | b'T', b'-', name @ ..] => {
                let plain =
                    |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
                (2..=Self::LONGEST).contains(&name.len())
                    && name.iter().all(plain)
                    && name.first() != Some(&b'-')
                    && name.last() != Some(&b'-')
            }
            _ => false,
        };
        good.then(|| Self(text.to_owned())).ok_or(RuleIdError)
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
        for text in ["R-07", "C-20", "P-01", "T-no-delete", "T-24h"] {
            assert_eq!(RuleId::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "R-7",
            "r-07",
            "R07",
            "R-077",
            "R-0x",
            " R-07",
            "É-07",
            "X-07",
            "R-no-delete",
            "T-1",
            "T-",
            "T--ab",
            "T-ab-",
            "T-Ab",
            "T-a b",
            "T-é1",
            "T-abcdefghijklmnopqrstuvwxyz0123456",
        ] {
            assert_eq!(RuleId::parse(text), Err(RuleIdError), "{text:?}");
        }
    }
}
