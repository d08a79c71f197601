//! How much a reviewer has to worry, from the findings. It never decides: all that rules make of it is a second person.

use std::borrow::Cow;

use crate::finding::Finding;

/// How high a risk score is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RiskLevel {
    /// 0 to 29.
    Low,
    /// 30 to 59.
    Medium,
    /// 60 to 84; a second person is wanted from here on.
    High,
    /// 85 to 100.
    Critical,
}

impl RiskLevel {
    /// All of them, lowest first.
    pub const ALL: &'static [Self] = &[Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The level of a score.
    pub const fn of(score: u8) -> Self {
        match score {
            0..=29 => Self::Low,
            30..=59 => Self::Medium,
            60..=84 => Self::High,
            85..=u8::MAX => Self::Critical,
        }
    }

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The word people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }
}

crate::word::closed_word!(RiskLevel, "risk level");

/// One reason for a risk score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskReason {
    /// The check that saw it.
    pub check: Cow<'static, str>,
    /// What was seen.
    pub text: String,
    /// What it added.
    pub weight: u8,
}

/// A risk score with the reasons that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskScore {
    /// 0 to 100.
    pub score: u8,
    /// How high that is.
    pub level: RiskLevel,
    /// The largest reasons, at most [`RiskScore::REASONS`], largest first.
    pub reasons: Vec<RiskReason>,
}

impl RiskScore {
    /// How many reasons a score names.
    pub const REASONS: usize = 3;

    /// The sum of what the findings add, at most 100.
    pub fn of(findings: &[Finding]) -> Self {
        let sum = findings
            .iter()
            .fold(0_u8, |sum, finding| sum.saturating_add(finding.weight));
        let mut reasons: Vec<RiskReason> = findings
            .iter()
            .filter(|finding| finding.weight > 0)
            .map(|finding| RiskReason {
                check: finding.check.clone(),
                text: finding.observed.clone(),
                weight: finding.weight,
            })
            .collect();
        reasons.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.check.cmp(&b.check)));
        reasons.truncate(Self::REASONS);
        let score = sum.min(100);
        Self {
            score,
            level: RiskLevel::of(score),
            reasons,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::finding::FindingOutcome;

    fn finding(check: &'static str, weight: u8) -> Finding {
        Finding {
            check: check.into(),
            title: "t",
            outcome: FindingOutcome::Attention,
            observed: format!("saw {check}"),
            required: String::new(),
            fix: None,
            weight,
        }
    }

    #[rstest]
    #[case(0, RiskLevel::Low)]
    #[case(29, RiskLevel::Low)]
    #[case(30, RiskLevel::Medium)]
    #[case(59, RiskLevel::Medium)]
    #[case(60, RiskLevel::High)]
    #[case(84, RiskLevel::High)]
    #[case(85, RiskLevel::Critical)]
    #[case(100, RiskLevel::Critical)]
    fn levels_have_fixed_limits(#[case] score: u8, #[case] level: RiskLevel) {
        assert_eq!(RiskLevel::of(score), level);
    }

    #[test]
    fn a_score_is_capped_and_names_its_largest_reasons() {
        let findings = [
            finding("a", 10),
            finding("b", 90),
            finding("c", 0),
            finding("d", 200),
            finding("e", 10),
        ];
        let risk = RiskScore::of(&findings);
        assert_eq!((risk.score, risk.level), (100, RiskLevel::Critical));
        let named: Vec<_> = risk.reasons.iter().map(|reason| &*reason.check).collect();
        assert_eq!(named, ["d", "b", "a"]);
        assert_eq!(
            RiskScore::of(&[]),
            RiskScore {
                score: 0,
                level: RiskLevel::Low,
                reasons: vec![]
            }
        );
    }
}
