//! What a form means: the command it becomes, or the words beside its fields.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use narthex_http::Params;

use super::super::review::tests as sample;
use super::super::signed_in::Seen;
use super::*;
use crate::remark::Proposal;
use crate::store::dashboard_waiting::Waiting;

fn looked() -> Looked {
    Seen {
        found: (sample::tenant(), sample::case()),
        waiting: Waiting::default(),
    }
}

fn filled(form: &str) -> Filled {
    let sent = Params::parse(form.as_bytes()).unwrap();
    let text = |name: &str| {
        let value = sent.one(name).unwrap().unwrap_or_default();
        Ok::<_, ()>(value.to_owned())
    };
    let asked = sample::case().request.asked;
    Filled {
        decision: text("decision").unwrap().parse().ok(),
        reason: text("reason").unwrap(),
        lines: Lines::sent(&asked, text).unwrap().unwrap(),
        warn: Warn::default(),
    }
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

const ALL: &str =
    "scope:notes:read=give&scope:notes:delete=give&tool:list_notes=give&tool:drop_note=give";
const READ: &str =
    "scope:notes:read=give&scope:notes:delete=withhold&tool:list_notes=give&tool:drop_note=give";
const NOTHING: &str = "scope:notes:read=withhold&scope:notes:delete=withhold&tool:list_notes=give&tool:drop_note=give";

fn outcome(form: &str) -> Result<Outcome, Vec<(String, String)>> {
    let looked = looked();
    let payload = looked.found.1.request.payload.to_string();
    match read(&looked, &filled(form), (&payload, now())) {
        Ok(Ok(command)) => Ok(command.outcome),
        Ok(Err(problems)) => Err(problems.summary().items),
        Err(refusal) => panic!("{refusal}"),
    }
}

#[test]
fn everything_given_approves() {
    let form = format!("decision=approve&reason=Fine&{ALL}");
    assert_eq!(outcome(&form), Ok(Outcome::Approve));
}

#[test]
fn a_line_that_says_less_makes_an_offer_of_an_approval() {
    let form = format!("decision=approve&reason=Reading&{READ}");
    let Ok(Outcome::Offer(Proposal { reach, .. })) = outcome(&form) else {
        panic!("not an offer");
    };
    assert!(reach.scopes.has("notes:read") && reach.scopes.len() == 1 && reach.tools.len() == 1);
}

#[test]
fn an_offer_takes_something_away_and_gives_something() {
    let all = outcome(&format!("decision=offer&reason=x&{ALL}")).unwrap_err();
    assert!(all[0].1.starts_with("Every line is given"), "{all:?}");
    let none = outcome(&format!("decision=approve&reason=x&{NOTHING}")).unwrap_err();
    assert!(none[0].1.starts_with("Give at least one scope"), "{none:?}");
}

#[test]
fn a_choice_and_a_reason_are_wanted() {
    let problems = outcome(ALL).unwrap_err();
    let fields: Vec<_> = problems.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["decision", "reason"]);
    let form = format!("decision=reject&reason=No&{ALL}");
    assert_eq!(outcome(&form), Ok(Outcome::Reject));
    let second = outcome(&format!("decision=confirm&reason=Yes&{ALL}")).unwrap_err();
    assert_eq!(second[0].0, "decision", "that is the second person's");
}

#[test]
fn a_hash_that_is_none_is_unreadable() {
    let all = filled(&format!("decision=approve&reason=x&{ALL}"));
    assert!(matches!(
        read(&looked(), &all, ("abc", now())),
        Err(Refusal::Unreadable)
    ));
}

#[test]
fn unproved_hosts_are_named() {
    let hosts = sample::case().unproved;
    let words = not_approvable(&NotApprovable::Unproved { hosts });
    assert!(words.contains("login.evil.example"), "{words}");
}
