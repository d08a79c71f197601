//! Policy results: what each check saw, what it wanted and how to mend it. Sorts nothing and judges nothing.

use super::{Badge, Icon, Tone};

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Refused by the rule.
    Failed,
    /// A person has to decide.
    NeedsPerson,
    /// Nothing to object.
    Passed,
    /// It could not run, or not yet.
    NotRun,
}

impl Outcome {
    /// The badge that says so.
    pub fn badge(self) -> Badge {
        match self {
            Self::Failed => Badge::new(Tone::Danger, "Failed").icon(Icon::Cross),
            Self::NeedsPerson => Badge::new(Tone::Warn, "Needs a decision").icon(Icon::Warning),
            Self::Passed => Badge::new(Tone::Ok, "Passed").icon(Icon::Tick),
            Self::NotRun => Badge::new(Tone::Neutral, "Not run").icon(Icon::Clock),
        }
    }
}

/// One check of a screening, display-ready. The list is shown in the order given: failed first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it ended.
    pub outcome: Outcome,
    /// Rule id and version (`R-07, version 3`).
    pub rule: String,
    /// One plain sentence.
    pub sentence: String,
    /// What was seen.
    pub observed: Option<String>,
    /// What the rule wants.
    pub required: Option<String>,
    /// What to do about it.
    pub fix: Option<String>,
}

impl Finding {
    /// A finding of one sentence.
    pub fn new(outcome: Outcome, rule: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self {
            outcome,
            rule: rule.into(),
            sentence: sentence.into(),
            observed: None,
            required: None,
            fix: None,
        }
    }

    /// What was seen, and what the rule wants instead.
    #[must_use]
    pub fn saw(mut self, observed: impl Into<String>, required: impl Into<String>) -> Self {
        self.observed = Some(observed.into());
        self.required = Some(required.into());
        self
    }

    /// Where the documentation explains the rule: the platform's own have an entry each.
    pub fn entry(&self, docs: Option<&String>) -> Option<String> {
        let own = self.rule.starts_with("R-") || self.rule.starts_with("C-");
        docs.filter(|_| own)
            .map(|docs| format!("{docs}/rules#{}", self.rule))
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}
