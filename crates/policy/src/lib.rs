//! Cedar policies: screening verdicts and runtime decisions from plain facts. No IO.
//!
//! [`screen`] says whether an access request may be approved without a person; [`decide`] says
//! whether a client may make one call now. Both run through Cedar with the baseline policies in
//! `baseline/`, and both fail closed: an error, or a fact that is missing, is never an allow.
//! This crate never reads a row, a clock or a request.

mod word;

mod baseline;
mod check;
mod decision;
mod facts;
mod finding;
mod imitation;
mod policies;
mod risk_score;
mod rule;
mod screening;

pub use baseline::{check_baseline, rule};
pub use decision::{CallFacts, Decision, DecisionReason, ToolFact, decide};
pub use facts::{Descent, LogoFact, NamesElsewhere, Origin, ScopeFact, ScreeningFacts, Vouch};
pub use finding::{Finding, FindingOutcome};
pub use imitation::{logo_shown, names, reuse};
pub use policies::PolicyError;
pub use risk_score::{RiskLevel, RiskReason, RiskScore};
pub use rule::{Rule, RuleId, RuleOutcome};
pub use screening::{Screening, Verdict, screen};
