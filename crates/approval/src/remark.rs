//! Why a line of an offer is not what was asked for: the reviewer's reason, beside the scope or the tool. It gives
//! nothing and takes nothing away.

use std::collections::BTreeMap;

use narthex_vocab::{Environment, Scope};

use crate::{
    prose::ScopeReason,
    reach::{Asked, Reach, ToolRef},
};

/// What is said about one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remark {
    /// The tenant may have it in the sandbox, and not here.
    pub sandbox_only: bool,
    /// Why, in the reviewer's words; may be empty.
    pub reason: ScopeReason,
}

/// What is said about the lines that are not offered as they were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remarks {
    /// About scopes.
    pub scopes: BTreeMap<Scope, Remark>,
    /// About tools.
    pub tools: BTreeMap<ToolRef, Remark>,
}

/// What a reviewer offers instead of what was asked for, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    /// What is given.
    pub reach: Reach,
    /// Why what is changed is changed.
    pub remarks: Remarks,
}

/// A remark that does not fit its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a remark is about a line that was asked for; the sandbox alone is said in production of what is not given"
)]
pub struct OutOfPlace;

impl From<Reach> for Proposal {
    fn from(reach: Reach) -> Self {
        Self {
            reach,
            remarks: Remarks::default(),
        }
    }
}

impl Proposal {
    /// Every remark is about a line of the ask; what is for the sandbox alone is not given, and this is production.
    pub(crate) fn in_place(
        &self,
        asked: &Asked,
        environment: Environment,
    ) -> Result<(), OutOfPlace> {
        let fits = |remark: &Remark, asked: bool, given: bool| {
            let withheld = environment == Environment::Production && !given;
            asked && (!remark.sandbox_only || withheld)
        };
        let scopes = self.remarks.scopes.iter().all(|(scope, remark)| {
            let given = self.reach.scopes.contains(scope);
            fits(remark, asked.scopes.contains_key(scope), given)
        });
        let tools = self.remarks.tools.iter().all(|(tool, remark)| {
            let given = self.reach.tools.contains(tool);
            fits(remark, asked.tools.contains_key(tool), given)
        });
        (scopes && tools).then_some(()).ok_or(OutOfPlace)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::request_fixture::{asked, list_notes, scope};

    fn about(name: &str, given: &str, sandbox_only: bool) -> Proposal {
        let remark = Remark {
            sandbox_only,
            reason: ScopeReason::default(),
        };
        Proposal {
            reach: Reach {
                scopes: [scope(given)].into_iter().collect(),
                ..Reach::default()
            },
            remarks: Remarks {
                scopes: [(scope(name), remark.clone())].into(),
                tools: [(list_notes(), remark)].into(),
            },
        }
    }

    #[rstest]
    #[case::a_reason(Environment::Sandbox, about("notes:write", "notes:read", false), true)]
    #[case::a_reason_for_a_date(
        Environment::Production,
        about("notes:read", "notes:read", false),
        true
    )]
    #[case::sandbox_only(
        Environment::Production,
        about("notes:write", "notes:read", true),
        true
    )]
    #[case::given_all_the_same(
        Environment::Production,
        about("notes:read", "notes:read", true),
        false
    )]
    #[case::said_in_the_sandbox(
        Environment::Sandbox,
        about("notes:write", "notes:read", true),
        false
    )]
    #[case::nobody_asked(
        Environment::Production,
        about("mail:read", "notes:read", false),
        false
    )]
    fn a_remark_has_its_line(
        #[case] environment: Environment,
        #[case] proposal: Proposal,
        #[case] fits: bool,
    ) {
        assert_eq!(proposal.in_place(&asked(), environment).is_ok(), fits);
    }
}
