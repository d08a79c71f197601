//! Cedar policies: screening verdicts and runtime decisions from plain facts. No IO.
//!
//! [`screen`] says whether an access request may be approved without a person; [`decide`] says
//! whether a client may make one call now. Both run through Cedar with the baseline policies in
//! `baseline/`, and both fail closed: an error, or a fact that is missing, is never an allow. On top of the baseline for
//! access requests come [`Layers`]: what the platform and the tenant published, which can only tighten.
//! This crate never reads a row, a clock or a request.

mod word;

mod baseline;
mod check;
mod decision;
mod facts;
mod finding;
mod history;
mod imitation;
mod judge;
mod layer;
mod policies;
mod reads;
mod risk_score;
mod rule;
mod screening;
mod source;

pub use baseline::{check_baseline, rule, rules, screening_version, texts};
pub use check::checks;
pub use decision::{Behind, CallFacts, Decision, DecisionReason, ToolFact, decide};
pub use facts::{
    Descent, LogoFact, NamesElsewhere, Origin, Past, ScopeFact, ScreeningFacts, Vouch,
};
pub use finding::{Finding, FindingOutcome};
pub use imitation::{logo_shown, names, reuse};
pub use judge::{InForce, Judged, Layers, Posed};
pub use layer::{Layer, Whose};
pub use policies::PolicyError;
pub use risk_score::{RiskLevel, RiskReason, RiskScore};
pub use rule::{Rule, RuleId, RuleOutcome};
pub use screening::{Screening, Verdict, screen};
pub use source::{LONGEST, MOST_POLICIES, Problem};
