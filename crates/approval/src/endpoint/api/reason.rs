//! The reason that an act carries, and what answers an act.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fault::Fault;
use crate::prose::{ProseError, Reason};

/// Why somebody acts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithReason {
    /// Why: people of the tenant read it, and the ledger keeps it.
    pub(crate) reason: String,
}

/// How the object stands after an act.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Standing {
    /// Its state.
    pub(crate) state: &'static str,
}

/// Reads a reason.
pub(crate) fn parse(text: &str) -> Result<Reason, Fault> {
    named("reason", text)
}

/// Reads a reason of another name.
pub(crate) fn named(member: &str, text: &str) -> Result<Reason, Fault> {
    Reason::parse(text).map_err(|error| {
        let words = match error {
            ProseError::TooShort(_) => format!("write the {member}"),
            ProseError::TooLong(most) => format!("at most {most} characters"),
            ProseError::Control => "without invisible control characters".to_owned(),
        };
        Fault::member(member, words)
    })
}
