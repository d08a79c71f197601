//! What happened to a case, newest first: registration, asks, screening, decisions. From rows that nobody can change.

use narthex_http::page::{Actor, Day, Entry, Fact, When};
use narthex_policy::FindingOutcome;
use narthex_vocab::Timestamp;

use super::super::{acts, words};
use crate::decision::DecisionKind;
use crate::endpoint::warning_words;
use crate::store::dashboard_decisions::Decided;
use crate::store::dashboard_people::name_of;
use crate::store::dashboard_review::{Case, Run};

/// The entries by day.
pub(super) fn days(case: &Case) -> Vec<Day> {
    let done = case.acts.iter().rev();
    let mut entries: Vec<(Timestamp, Entry)> = done.map(|act| (act.at, acts::entry(act))).collect();
    entries.push(opened(case));
    entries.extend(registered(case));
    entries.extend(case.asks.iter().map(|ask| {
        let name = name_of(&case.people, ask.member);
        let entry = Entry::new(moment(ask.at), Actor::Person, name, "asked to use it");
        (ask.at, entry.reason(&ask.reason))
    }));
    let runs = case.runs.iter().enumerate();
    entries.extend(runs.map(|(index, run)| (run.at, screened(case, run, index == 0))));
    entries.extend(
        case.decisions
            .iter()
            .map(|decided| (decided.at, decision(case, decided))),
    );
    // What happened in one moment was written in this order: the last of it is the newest.
    entries.sort_by_key(|(at, _)| *at);
    entries.reverse();

    let mut days: Vec<(Timestamp, Vec<Entry>)> = Vec::new();
    for (at, entry) in entries {
        match days.last_mut() {
            Some((day, entries)) if day.date_naive() == at.date_naive() => entries.push(entry),
            Some(_) | None => days.push((at, vec![entry])),
        }
    }
    days.into_iter()
        .map(|(day, entries)| Day::new(When::new(day), entries))
        .collect()
}

fn moment(at: Timestamp) -> When {
    When::new(at).to_the_second()
}

/// The case came to be: sent from the portal, or opened by staff.
fn opened(case: &Case) -> (Timestamp, Entry) {
    let at = case.created_at;
    let version = case.request.at.version;
    let entry = match case
        .request
        .requested_by
        .filter(|_| case.request.client_id.is_none())
    {
        Some(person) => {
            let name = name_of(&case.people, person);
            Entry::new(
                moment(at),
                Actor::Person,
                name,
                format!("sent version {version}"),
            )
        }
        None => Entry::new(
            moment(at),
            Actor::System,
            "The request",
            "was opened from quarantine",
        ),
    };
    (at, entry)
}

fn registered(case: &Case) -> Option<(Timestamp, Entry)> {
    let family = case.family.as_ref()?;
    let name = words::quoted(&case.request.metadata);
    let entry = Entry::new(
        moment(family.first_seen),
        Actor::Stranger,
        name,
        "registered itself",
    );
    Some((family.first_seen, entry))
}

fn screened(case: &Case, run: &Run, first: bool) -> Entry {
    let count = |outcome| {
        case.findings
            .iter()
            .filter(|found| found.outcome == outcome)
            .count()
    };
    let action = if first {
        format!(
            "said: {}. {} passed, {} to look at, {} failed",
            run.verdict.label().to_lowercase(),
            count(FindingOutcome::Pass),
            count(FindingOutcome::Attention),
            count(FindingOutcome::Fail)
        )
    } else {
        let verdict = run.verdict.label().to_lowercase();
        format!("said about what was agreed: {verdict}")
    };
    let rules = run.rules.iter().fold(Fact::new("Rules"), Fact::and_code);
    Entry::new(moment(run.at), Actor::System, "The policy", action)
        .detail(Fact::code("Version", &run.policy_version))
        .detail(rules)
}

fn decision(case: &Case, decided: &Decided) -> Entry {
    let actor = if decided.by.is_some() {
        Actor::Person
    } else {
        Actor::System
    };
    let version = decided.version;
    let action = match decided.kind {
        DecisionKind::Approve => format!("approved version {version}"),
        DecisionKind::Offer => format!("offered less than version {version} asks for"),
        DecisionKind::AskForChanges => format!("asked for changes to version {version}"),
        DecisionKind::Reject => format!("rejected version {version}"),
        DecisionKind::RejectAndBlock => format!("rejected version {version} and blocked it"),
        DecisionKind::Confirm => format!("confirmed the decision about version {version}"),
        DecisionKind::Refuse => format!("refused the decision about version {version}"),
    };
    let action = match decided.warning {
        Some(_) => format!("{action}, with a warning"),
        None => action,
    };
    let entry = Entry::new(moment(decided.at), actor, decider(case, decided), action);
    let lasts = decided.warning.map(warning_words::ends);
    let entry = lasts.into_iter().fold(entry, |entry, lasts| {
        entry.detail(Fact::text("People are warned", lasts))
    });
    entry.reason(&decided.reason)
}

/// The person or the rule that decided.
pub(super) fn decider(case: &Case, decided: &Decided) -> String {
    match (decided.by, &decided.rule) {
        (Some(person), _) => name_of(&case.people, person),
        (None, Some(rule)) => format!("Rule {rule}"),
        (None, None) => "The platform".to_owned(),
    }
}
