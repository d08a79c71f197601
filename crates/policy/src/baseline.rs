//! The platform's own policies, parsed and validated once. It never falls back to a looser set:
//! a baseline that does not load answers every question with an error.

use std::sync::LazyLock;

use cedar_policy::Request;

use crate::policies::{Evaluation, Policies, PolicyError, Question};
use crate::rule::Rule;

/// What a policy may ask about an access request.
pub(crate) const SCREEN_SCHEMA: &str = include_str!("baseline/screen.cedarschema");
/// What a policy may ask about one call.
pub(crate) const CALL_SCHEMA: &str = include_str!("baseline/call.cedarschema");
/// The rules for access requests, as they are written.
const SCREENING_TEXT: &str = include_str!("baseline/screening.cedar");
/// The rules for calls, as they are written.
const CALL_TEXT: &str = include_str!("baseline/call.cedar");

pub(crate) static SCREENING: LazyLock<Result<Policies, PolicyError>> =
    LazyLock::new(|| Policies::parse("screening", SCREEN_SCHEMA, SCREENING_TEXT));

pub(crate) static CALL: LazyLock<Result<Policies, PolicyError>> =
    LazyLock::new(|| Policies::parse("call", CALL_SCHEMA, CALL_TEXT));

/// Loads the baseline, for a process that must not start without it.
pub fn check_baseline() -> Result<(), PolicyError> {
    for policies in [&*SCREENING, &*CALL] {
        if let Err(error) = policies {
            return Err(error.clone());
        }
    }
    Ok(())
}

/// The baseline rule with this name (`R-20`, `C-04`), for a page that explains a decision.
pub fn rule(id: &str) -> Option<&'static Rule> {
    [&*SCREENING, &*CALL]
        .into_iter()
        .flatten()
        .find_map(|policies| policies.rule(id))
}

/// Every rule of the baseline, those for requests first.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [&*SCREENING, &*CALL]
        .into_iter()
        .flatten()
        .flat_map(Policies::rules)
}

/// The baseline's rules and what they may ask about, as text, for people who write policies on top: of access requests, and
/// of calls.
pub const fn texts() -> [(&'static str, &'static str); 2] {
    [(SCREENING_TEXT, SCREEN_SCHEMA), (CALL_TEXT, CALL_SCHEMA)]
}

/// The name of the baseline's text for access requests.
pub fn screening_version() -> String {
    version(&SCREENING)
}

/// Poses a question to a set that may not have loaded: how other sets of its schema take it, and what this one says.
pub(crate) fn pose<'a>(
    policies: &'a Result<Policies, PolicyError>,
    question: Question<'_>,
) -> (Result<Request, String>, Evaluation<'a>) {
    match policies {
        Ok(policies) => match policies.request(question) {
            Ok(request) => {
                let evaluation = policies.answer(&request);
                (Ok(request), evaluation)
            }
            Err(error) => (Err(error.clone()), Evaluation::failed(error)),
        },
        Err(error) => {
            let error = error.to_string();
            (Err(error.clone()), Evaluation::failed(error))
        }
    }
}

/// The version to write on a decision; `unloaded` when the set did not load.
pub(crate) fn version(policies: &Result<Policies, PolicyError>) -> String {
    policies
        .as_ref()
        .map_or_else(|_| "unloaded".to_owned(), |set| set.version().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_baseline_fits_its_schema() {
        assert_eq!(check_baseline(), Ok(()));
    }

    #[test]
    fn every_rule_that_stops_a_request_says_how_to_go_on() {
        for id in [
            "R-01", "R-02", "R-03", "R-04", "R-05", "R-06", "R-07", "R-08", "R-12", "R-51",
        ] {
            assert!(rule(id).is_some_and(|rule| rule.fix.is_some()), "{id}");
        }
        assert_eq!(
            rule("R-20").map(|rule| rule.title.as_str()),
            Some("Sandbox open registration")
        );
        assert_eq!(rule("R-98"), None);
    }
}
