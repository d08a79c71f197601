//! What an environment does with a registration (RFC 7591). It never gives reach: no mode does.

use serde_json::{Map, Value};

use crate::metadata_error::MetadataError;
use crate::metadata_member::Members;

const MAX_WORDS: usize = 20;

/// How an environment answers a stranger's registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistrationMode {
    /// Refuses; the registration endpoint is not published.
    Closed,
    /// Answers 202 and issues nothing until somebody decides.
    Approval,
    /// Answers 201 with an identifier and nothing else.
    Quarantine,
    /// Sandbox only: answers 201 with a capped client.
    Open,
}

impl RegistrationMode {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Closed, Self::Approval, Self::Quarantine, Self::Open];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Approval => "approval",
            Self::Quarantine => "quarantine",
            Self::Open => "open",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Closed => "Closed",
            Self::Approval => "By approval",
            Self::Quarantine => "Quarantine",
            Self::Open => "Open",
        }
    }
}

/// Whether a registrant can wait for a decision: `approval` is among its `registration_mode` (draft-dellaert-oauth-
/// approval-based-dcr). Words that are not known are ignored.
pub fn can_wait(sent: &Map<String, Value>) -> Result<bool, MetadataError> {
    let said = Members(sent).texts("registration_mode", MAX_WORDS)?;
    Ok(said.is_some_and(|words| words.contains(&RegistrationMode::Approval.as_str())))
}

crate::word::closed_word!(RegistrationMode, "registration mode");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(json!({}), Some(false))]
    #[case(json!({ "registration_mode": null }), Some(false))]
    #[case(json!({ "registration_mode": [] }), Some(false))]
    #[case(json!({ "registration_mode": ["immediate"] }), Some(false))]
    #[case(json!({ "registration_mode": ["approval"] }), Some(true))]
    #[case(json!({ "registration_mode": ["by-post", "approval", "immediate"] }), Some(true))]
    #[case(json!({ "registration_mode": ["Approval"] }), Some(false))]
    #[case(json!({ "registration_mode": "approval" }), None)]
    #[case(json!({ "registration_mode": [true] }), None)]
    #[case(json!({ "registration_mode": vec!["approval"; 21] }), None)]
    fn who_can_wait_says_so(#[case] sent: Value, #[case] waits: Option<bool>) {
        assert_eq!(can_wait(sent.as_object().unwrap()).ok(), waits);
    }
}
