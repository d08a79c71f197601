//! What one screening check saw. It never decides: the policy does.

use std::borrow::Cow;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingOutcome {
    /// As required.
    Pass,
    /// A person looks at it.
    Attention,
    /// Not as required.
    Fail,
}

impl FindingOutcome {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Pass, Self::Attention, Self::Fail];

    /// The text form, as in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Attention => "attention",
            Self::Fail => "fail",
        }
    }

    /// The word people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pass => "Pass",
            Self::Attention => "Needs attention",
            Self::Fail => "Fail",
        }
    }
}

crate::word::closed_word!(FindingOutcome, "finding outcome");

/// What one check saw, in words for the person entitled to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check; where a rule asks for the same, that rule's name. A rule of a published policy is a check of its own.
    pub check: Cow<'static, str>,
    /// What is checked.
    pub title: &'static str,
    /// How it ended.
    pub outcome: FindingOutcome,
    /// What was seen.
    pub observed: String,
    /// What is wanted.
    pub required: String,
    /// What the person who asked can do about it; `None` on a pass or when nothing can be done.
    pub fix: Option<String>,
    /// What it adds to the risk score, 0 to 100; 0 on a pass.
    pub weight: u8,
}
