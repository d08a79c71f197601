//! Lineage: a person answers for a client, and that client may register others. What is below reaches no further than
//! what is above it, and stops with it. It never gives anything: it only says what would be too much.

use std::collections::BTreeSet;

use narthex_policy::Descent;
use narthex_vocab::{ClientState, SchemaHash, ScopeSet, Timestamp};

use crate::{
    limits::Limits,
    reach::{Asked, ToolRef},
};

/// The most clients in one line: a client, one that it registered, one that this one registered.
pub(crate) const DEEPEST: i16 = 3;

/// A client that registers others, as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Parent {
    /// Whether it works.
    pub(crate) state: ClientState,
    /// How many clients are in the line down to it.
    pub(crate) depth: i16,
    /// When it ends; what it registers ends then at the latest.
    pub(crate) expires_at: Timestamp,
    /// The scopes it has.
    pub(crate) scopes: ScopeSet,
    /// The tools it has, each with the schema it was approved with.
    pub(crate) tools: BTreeSet<(ToolRef, SchemaHash)>,
    /// When each of them ends, and how long its tokens live.
    pub(crate) limits: Limits,
    /// Whether it has as many below it as it may, not counting the client that is looked at.
    pub(crate) crowded: bool,
}

impl Parent {
    /// Whether it may have children that work.
    pub(crate) const fn works(&self) -> bool {
        self.state.honours_tokens()
    }

    /// How what is asked for stands to what it has.
    pub(crate) fn judge(&self, asked: &Asked) -> Descent {
        let scopes = asked.scopes.keys().all(|scope| self.scopes.contains(scope));
        let tools = asked
            .tools
            .iter()
            .all(|(tool, asked)| self.tools.contains(&(tool.clone(), asked.schema_hash)));
        match (self.works(), scopes && tools) {
            (false, _) => Descent::Stopped,
            (true, false) => Descent::Beyond,
            (true, true) if self.crowded => Descent::Crowded,
            (true, true) => Descent::Within,
        }
    }
}

/// Where a client goes when the one above it goes to `above`: it stops with it, and ends with it.
pub(crate) fn follows(state: ClientState, above: ClientState) -> Option<ClientState> {
    match above {
        ClientState::Suspended | ClientState::Expired | ClientState::Revoked => {
            state.may_become(above).then_some(above)
        }
        ClientState::AwaitingCredentials | ClientState::Active | ClientState::Restricted => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use ClientState as S;
    use rstest::rstest;

    use super::*;
    use crate::request_fixture::asked;

    fn parent(state: ClientState, scopes: &str) -> Parent {
        Parent {
            state,
            depth: 1,
            expires_at: Timestamp::default(),
            scopes: ScopeSet::parse(scopes).unwrap(),
            tools: BTreeSet::new(),
            limits: Limits::default(),
            crowded: false,
        }
    }

    #[rstest]
    #[case(S::Active, Descent::Within)]
    #[case(S::Restricted, Descent::Within)]
    #[case(S::AwaitingCredentials, Descent::Stopped)]
    #[case(S::Suspended, Descent::Stopped)]
    #[case(S::Expired, Descent::Stopped)]
    #[case(S::Revoked, Descent::Stopped)]
    fn only_what_works_has_children(#[case] state: ClientState, #[case] expected: Descent) {
        let mut all = asked();
        all.tools.clear();
        let scopes = all.reach().scopes.to_string();
        assert_eq!(parent(state, &scopes).judge(&all), expected);
    }

    #[test]
    fn a_scope_or_a_tool_more_is_beyond() {
        let all = asked();
        let mut above = parent(S::Active, &all.reach().scopes.to_string());
        assert_eq!(above.judge(&all), Descent::Beyond, "it has no tool");
        above.tools = all
            .tools
            .iter()
            .map(|(tool, asked)| (tool.clone(), asked.schema_hash))
            .collect();
        assert_eq!(above.judge(&all), Descent::Within);
        assert_eq!(parent(S::Active, "").judge(&all), Descent::Beyond);
        assert_eq!(
            parent(S::Active, "").judge(&Asked::default()),
            Descent::Within
        );
    }

    #[test]
    fn one_more_than_it_may_have_is_too_many() {
        let mut above = parent(S::Active, "");
        above.crowded = true;
        assert_eq!(above.judge(&Asked::default()), Descent::Crowded);
        above.state = S::Suspended;
        assert_eq!(above.judge(&Asked::default()), Descent::Stopped);
    }

    #[rstest]
    #[case(S::Suspended, &[S::AwaitingCredentials, S::Active, S::Restricted])]
    #[case(S::Expired, &[S::AwaitingCredentials, S::Active, S::Restricted, S::Suspended])]
    #[case(S::Revoked, &[S::AwaitingCredentials, S::Active, S::Restricted, S::Suspended, S::Expired])]
    #[case(S::Active, &[])]
    #[case(S::Restricted, &[])]
    fn what_is_below_stops_with_it(#[case] above: ClientState, #[case] moved: &[ClientState]) {
        for state in S::ALL {
            let expected = moved.contains(state).then_some(above);
            assert_eq!(follows(*state, above), expected, "{state}");
        }
    }
}
