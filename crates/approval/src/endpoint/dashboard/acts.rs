//! Acts of the ledger as entries of a timeline: who, what, why. It reads nothing by itself.

use narthex_http::page::{Actor, Day, Entry, Fact, When, number};

use crate::store::dashboard_acts::Act;

/// Acts, newest first, by day.
pub(super) fn days(acts: &[Act]) -> Vec<Day> {
    let mut days: Vec<(chrono::NaiveDate, When, Vec<Entry>)> = Vec::new();
    for act in acts {
        let (day, at) = (act.at.date_naive(), When::new(act.at));
        match days.last_mut() {
            Some((last, _, entries)) if *last == day => entries.push(entry(act)),
            Some(_) | None => days.push((day, at, vec![entry(act)])),
        }
    }
    days.into_iter()
        .map(|(_, at, entries)| Day::new(at, entries))
        .collect()
}

/// One act.
pub(super) fn entry(act: &Act) -> Entry {
    let (actor, name) = actor(act);
    let entry = Entry::new(
        When::new(act.at).to_the_second(),
        actor,
        name,
        deed(&act.action),
    )
    .detail(Fact::code("Act", &act.action))
    .detail(Fact::text(
        "Ledger entry",
        number(u64::try_from(act.seq).unwrap_or_default()),
    ))
    .detail(Fact::code("Request id", &act.request_id));
    if act.reason.is_empty() {
        entry
    } else {
        entry.reason(&act.reason)
    }
}

/// Who acted, by the name they had then.
fn actor(act: &Act) -> (Actor, String) {
    match act.actor_kind.as_str() {
        // A person is written as id and name.
        "person" => (
            Actor::Person,
            act.actor
                .split_once(' ')
                .map_or(act.actor.as_str(), |(_, name)| name)
                .to_owned(),
        ),
        "rule" => (Actor::System, format!("Rule {}", act.actor)),
        _ => (Actor::System, "The platform".to_owned()),
    }
}

/// An act of the ledger as the rest of a sentence.
fn deed(action: &str) -> String {
    match action {
        "client.activate" => "let it in".to_owned(),
        "client.renew" => "let it in as it is now".to_owned(),
        "client.restrict" => "let it begin nothing new".to_owned(),
        "client.unrestrict" => "let it go on in full".to_owned(),
        "client.ask_anew" => "had people asked again".to_owned(),
        "client.note_change" => "noted a change, with which it goes on".to_owned(),
        "client.note_document" => "noted a change of its document".to_owned(),
        "client.suspend" => "suspended it".to_owned(),
        "client.resume" => "resumed it".to_owned(),
        "client.revoke" => "revoked it".to_owned(),
        "client.expire" => "ended it with its approval".to_owned(),
        "client.follow" => "stopped it with the client that registered it".to_owned(),
        "client.wish_registration" => "took its wish for another registration".to_owned(),
        "client.keep_registration" => "kept its registration as it was approved".to_owned(),
        "quarantine.link" => "linked its registration to a request".to_owned(),
        "quarantine.take_up" => "opened a request for its sponsor".to_owned(),
        "quarantine.take_trusted" => "opened a request for who trusts its domain".to_owned(),
        "quarantine.invite_claim" => "invited the tenant to claim its registration".to_owned(),
        "quarantine.claim" => "claimed its registration".to_owned(),
        "quarantine.disown" => "said that its registration is not theirs".to_owned(),
        "quarantine.block" => "blocked its registration".to_owned(),
        "quarantine.let_expire" => "let its registration expire".to_owned(),
        "credential.create" => "created a credential".to_owned(),
        "credential.retire" => "retired a credential".to_owned(),
        "credential.expire" => "saw a credential end".to_owned(),
        other => format!("did {}", other.replace(['.', '_'], " ")),
    }
}
