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
use crate::store::dashboard_waiting::Waiting;

fn looked() -> Looked {
    Seen {
        found: (sample::tenant(), sample::case()),
        waiting: Waiting::default(),
    }
}

fn filled(form: &str) -> Filled {
    let sent = Params::parse(form.as_bytes()).unwrap();
    let text = |name| sent.one(name).unwrap().unwrap_or_default();
    Filled {
        decision: text("decision").parse().ok(),
        reason: text("reason").to_owned(),
        ticks: Some(Ticks::sent(sent.many("scope"), sent.many("tool"))),
        warn: Warn::default(),
    }
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

const ALL: &str = "scope=notes:read&scope=notes:delete&tool=list_notes&tool=drop_note";

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
fn all_boxes_approve() {
    let form = format!("decision=approve&reason=Fine&{ALL}");
    assert_eq!(outcome(&form), Ok(Outcome::Approve));
}

#[test]
fn a_tick_away_makes_an_offer_of_an_approval() {
    let form = "decision=approve&reason=Reading&scope=notes:read&tool=list_notes";
    let Ok(Outcome::Offer(reach)) = outcome(form) else {
        panic!("not an offer");
    };
    assert!(reach.scopes.has("notes:read") && reach.scopes.len() == 1 && reach.tools.len() == 1);
}

#[test]
fn an_offer_takes_something_away_and_gives_something() {
    let all = outcome(&format!("decision=offer&reason=x&{ALL}")).unwrap_err();
    assert!(all[0].1.starts_with("Every box is ticked"), "{all:?}");
    let none = outcome("decision=approve&reason=x").unwrap_err();
    assert!(none[0].1.starts_with("Tick at least one scope"), "{none:?}");
}

#[test]
fn a_choice_and_a_reason_are_wanted() {
    let problems = outcome(ALL).unwrap_err();
    let fields: Vec<_> = problems.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["decision", "reason"]);
    assert_eq!(outcome("decision=reject&reason=No"), Ok(Outcome::Reject));
}

#[test]
fn a_box_that_the_page_does_not_have_is_refused() {
    let looked = looked();
    let payload = looked.found.1.request.payload.to_string();
    for form in [
        "scope=notes:admin",
        "tool=other",
        "scope=notes:read&tool=res_1/list_notes",
    ] {
        let filled = filled(&format!("decision=offer&reason=x&{form}"));
        assert!(
            matches!(
                read(&looked, &filled, (&payload, now())),
                Err(Refusal::Unreadable)
            ),
            "{form}"
        );
    }
    let all = filled(&format!("decision=approve&reason=x&{ALL}"));
    assert!(matches!(
        read(&looked, &all, ("abc", now())),
        Err(Refusal::Unreadable)
    ));
}

#[test]
fn unproved_hosts_are_named() {
    let hosts = sample::case().unproved;
    let words = not_approvable(&NotApprovable::Unproved { hosts });
    assert!(words.contains("login.evil.example"), "{words}");
}
