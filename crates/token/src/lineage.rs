//! On whose behalf a client acts that another one registered: the `act` claim (RFC 8693 section 4.1). It only tells;
//! nothing is decided by it.

use serde::{Deserialize, Serialize};

/// Somebody who acts, and whoever stands behind: the client itself, the client that registered it, and so on up to the
/// person who answers for the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Actor {
    /// A client's identifier, or last of all a member's.
    pub(crate) sub: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) act: Option<Box<Self>>,
}

impl Actor {
    /// The same, and behind the last of them another line.
    pub(crate) fn before(self, others: Self) -> Self {
        let act = match self.act {
            None => others,
            Some(next) => next.before(others),
        };
        Self {
            sub: self.sub,
            act: Some(Box::new(act)),
        }
    }

    /// How many they are.
    pub(crate) fn depth(&self) -> usize {
        1 + self.act.as_ref().map_or(0, |next| next.depth())
    }
}

/// The first one acts; each of the others stands behind the one before it.
pub(crate) fn nested(line: Vec<String>) -> Option<Actor> {
    line.into_iter().rev().fold(None, |act, sub| {
        Some(Actor {
            sub,
            act: act.map(Box::new),
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    #[test]
    fn whoever_acts_is_outermost() {
        let line = ["np_child", "np_agent", "mem_olga"].map(str::to_owned);
        let act = nested(line.to_vec()).unwrap();
        let wire = json!({ "sub": "np_child", "act": { "sub": "np_agent", "act": { "sub": "mem_olga" } } });
        assert_eq!(serde_json::to_value(&act).unwrap(), wire);
        assert_eq!(serde_json::from_value::<Actor>(wire).unwrap(), act);
        assert_eq!(nested(Vec::new()), None);
    }

    #[test]
    fn lines_come_one_behind_the_other() {
        let line = |names: [&str; 2]| nested(names.map(str::to_owned).to_vec()).unwrap();
        let whole = line(["a", "b"]).before(line(["c", "d"]));
        assert_eq!(whole.depth(), 4);
        assert_eq!(
            Some(whole),
            nested(["a", "b", "c", "d"].map(str::to_owned).to_vec())
        );
    }
}
