//! A request's history in the words of the portal: findings, decisions, answers. What the platform's people are called
//! stays with the platform: the tenant reads "Review team".

use std::collections::BTreeMap;

use narthex_http::page::{Actor, Day, Entry, Fact, Finding, Outcome, When};
use narthex_vocab::{RedirectUri, RequestState, Timestamp};

use crate::assignment;
use crate::decision::DecisionKind;
use crate::endpoint::warning_words;
use crate::endpoint::workload_words;
use crate::store::portal_request::{Case, Decided, Seen};

/// What the checks saw, as the page lists it.
pub(super) fn findings(seen: &[Seen]) -> Vec<Finding> {
    seen.iter().map(finding).collect()
}

fn finding(seen: &Seen) -> Finding {
    let outcome = match seen.outcome.as_str() {
        "pass" => Outcome::Passed,
        "attention" => Outcome::NeedsPerson,
        _ => Outcome::Failed,
    };
    let finding = Finding::new(outcome, seen.check.as_str(), seen.title.as_str());
    if outcome == Outcome::Passed {
        return finding;
    }
    let finding = finding.saw(seen.observed.as_str(), seen.required.as_str());
    match &seen.fix {
        Some(fix) => finding.fix(fix.as_str()),
        None => finding,
    }
}

/// How many checks need somebody, in words; once nobody works on the case, how many did.
pub(super) fn findings_summary(seen: &[Seen], state: RequestState) -> String {
    let open = seen.iter().filter(|one| one.outcome != "pass").count();
    match (open, seen.len()) {
        (1.., all) if !state.is_open() => format!("{open} of {all} did not pass by themselves."),
        (_, 0) => "They have not run yet.".to_owned(),
        (0, all) => format!("All {all} passed."),
        (1, all) => format!("1 of {all} needs a decision or a change."),
        (open, all) => format!("{open} of {all} need a decision or a change."),
    }
}

/// The facts of a request.
pub(super) fn facts(case: &Case) -> Vec<Fact> {
    let request = &case.request;
    let mut facts = vec![
        Fact::text(
            "How it proves itself",
            request.metadata.auth_method().label(),
        ),
        request
            .metadata
            .redirect_uris()
            .iter()
            .fold(Fact::new("Redirect addresses"), |fact, uri| {
                fact.and_code(RedirectUri::as_str(uri))
            }),
        Fact::code("Request id", request.at.id.to_string()),
        Fact::text("Version", request.at.version.to_string()),
    ];
    facts.extend(request.metadata.workload().map(workload_words::fact));
    let waits = matches!(
        request.state,
        RequestState::InReview | RequestState::AwaitingSecond
    );
    if let Some(sent) = case.submitted_at.filter(|_| waits) {
        let due = assignment::due(request.at.environment, sent);
        facts.push(Fact::when("Answer due by", When::new(due)));
    }
    if let Some(client) = &request.client_id {
        facts.push(Fact::code("Identifier in quarantine", client.as_str()));
    }
    let warned = case.decisions.iter().find_map(|decided| decided.warning);
    facts.extend(warned.map(|warning| {
        let words = format!("The consent page warns {}.", warning_words::ends(warning));
        Fact::text("Approved with a warning", words)
    }));
    facts.retain(|fact| !fact.text.is_empty() || !fact.code.is_empty());
    facts
}

/// Everything that happened, newest first, by day.
pub(super) fn history(case: &Case) -> Vec<Day> {
    let mut entries: Vec<(Timestamp, Entry)> = case.decisions.iter().map(decision).collect();
    if let Some((accepted, at)) = case.offer.as_ref().and_then(|offer| offer.answered) {
        let action = if accepted {
            "accepted the offer"
        } else {
            "declined the offer"
        };
        entries.push((
            at,
            Entry::new(When::new(at), Actor::Person, "Your tenant", action),
        ));
    }
    if let Some(at) = case.findings.iter().map(|seen| seen.at).max() {
        let action = format!("ran {} checks", case.findings.len());
        entries.push((
            at,
            Entry::new(When::new(at), Actor::System, "Narthex", action),
        ));
    }
    if let Some(at) = case.submitted_at {
        let (actor, name) = match &case.requested_by {
            Some(name) => (Actor::Person, name.as_str()),
            None => (Actor::Stranger, "The app itself"),
        };
        let action = format!("sent version {}", case.request.at.version);
        entries.push((at, Entry::new(When::new(at), actor, name, action)));
    }
    // Stable: of two things at one moment the later cause comes first, as listed above.
    entries.sort_by(|(a, _), (b, _)| b.cmp(a));
    by_day(entries)
}

fn decision(decided: &Decided) -> (Timestamp, Entry) {
    let action = match decided.kind {
        DecisionKind::Approve => "approved it",
        DecisionKind::Offer => "offered less than was asked for",
        DecisionKind::AskForChanges => "asked for changes",
        DecisionKind::Reject => "rejected it",
        DecisionKind::RejectAndBlock => "rejected it and blocked what asked",
        DecisionKind::Confirm => "confirmed it, as the second of two people",
        DecisionKind::Refuse => "refused it, as the second of two people",
    };
    let (actor, name) = match &decided.rule {
        Some(rule) => (Actor::System, format!("Rule {rule}")),
        None => (Actor::Person, "Review team".to_owned()),
    };
    let when = When::new(decided.at);
    let action = match decided.warning {
        Some(_) => format!("{action}, with a warning"),
        None => action.to_owned(),
    };
    let entry = Entry::new(when, actor, name, action).reason(decided.reason.as_str());
    let lasts = decided.warning.map(warning_words::ends);
    let entry = lasts.into_iter().fold(entry, |entry, lasts| {
        entry.detail(Fact::text("People are warned", lasts))
    });
    (decided.at, entry)
}

fn by_day(entries: Vec<(Timestamp, Entry)>) -> Vec<Day> {
    let mut days: BTreeMap<_, (Timestamp, Vec<Entry>)> = BTreeMap::new();
    for (at, entry) in entries {
        let (_, of_day) = days.entry(at.date_naive()).or_insert((at, Vec::new()));
        of_day.push(entry);
    }
    let newest_first = days.into_values().rev();
    newest_first
        .map(|(at, entries)| Day::new(When::new(at), entries))
        .collect()
}

/// The newest decision that says no or not yet, with its reason: what the tenant has to read first.
pub(super) fn last_word(case: &Case) -> Option<(&'static str, String)> {
    let decided = case.decisions.first()?;
    let heading = match decided.kind {
        DecisionKind::Approve | DecisionKind::Offer | DecisionKind::Confirm => return None,
        DecisionKind::AskForChanges => "The review team asks for changes",
        DecisionKind::Reject => "The review team rejected this request",
        DecisionKind::RejectAndBlock => "The review team rejected this request and blocked it",
        DecisionKind::Refuse => "The second of two people refused this request",
    };
    Some((heading, decided.reason.clone()))
}
