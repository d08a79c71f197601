//! A promotion in words, for the portal and the dashboard alike: how ready it is, and what is other in production. It
//! judges nothing.

use narthex_http::page::{Badge, Change, Diff, Icon, Line, Task, Tone};
use narthex_vocab::{ClientMetadata, Drift, RedirectUri};

use crate::readiness::{Item, Ready};

/// The list, each item that is missing with where it can be mended.
pub(crate) fn tasks(list: &[Ready], mend: impl Fn(Item) -> Option<String>) -> Vec<Task> {
    let task = |ready: &Ready| {
        let (label, seen) = (ready.item.label(), ready.seen.as_str());
        if ready.met {
            let badge = Badge::new(Tone::Ok, "Ready").icon(Icon::Tick);
            return Task::waiting(label, seen, badge);
        }
        let badge = Badge::new(Tone::Warn, "Not ready").icon(Icon::Warning);
        match mend(ready.item) {
            Some(href) => Task::new(label, href, badge).hint(seen),
            None => Task::waiting(label, seen, badge),
        }
    };
    list.iter().map(task).collect()
}

/// How many are missing, in a sentence.
pub(crate) fn summary(list: &[Ready]) -> String {
    match list.iter().filter(|ready| !ready.met).count() {
        0 => "Everything that is looked at is there.".to_owned(),
        1 => "1 thing is missing. It can be sent all the same; the review team sees this list."
            .to_owned(),
        more => format!(
            "{more} things are missing. It can be sent all the same; the review team sees this list."
        ),
    }
}

/// What the client says about itself in production that it does not say in the sandbox.
pub(crate) fn said(sandbox: &ClientMetadata, production: &ClientMetadata) -> Vec<Change> {
    let mut changes = Vec::new();
    let (was, is) = (addresses(sandbox), addresses(production));
    if was != is {
        changes.push(difference("Redirect addresses", &was, &is));
    }
    let known = ["redirect_uris", "jwks", "jwks_uri", "scope"];
    for drift in Drift::of_replacement(sandbox, production) {
        if !known.contains(&drift.member.as_str()) {
            let line = |value: Option<serde_json::Value>| {
                value.map(|value| Line::plain(value.to_string()))
            };
            changes.push(Change::new(
                drift.member,
                line(drift.approved).into_iter().collect(),
                line(drift.now).into_iter().collect(),
            ));
        }
    }
    changes
}

/// What never goes along.
pub(crate) fn new_ones(sandbox: &ClientMetadata) -> Vec<Change> {
    let one = |field: &str, was: &str, is: &str| {
        Change::new(field, vec![Line::plain(was)], vec![Line::plain(is)])
    };
    let mut changes = vec![one(
        "Client id",
        "The one of the sandbox stays there",
        "A new one, when it is approved",
    )];
    let method = sandbox.auth_method();
    if method.needs_secret() {
        let is = "New ones, when you create them";
        changes.push(one("Credentials", "Those of the sandbox stay there", is));
    } else if method.is_workload() {
        let is = "The one that you say here, with tokens for production alone";
        let was = "Its tokens are for the sandbox alone";
        changes.push(one("Workload", was, is));
    } else if !method.is_public() {
        let is = "The key that you send with this promotion";
        changes.push(one("Key", "The one of the sandbox stays there", is));
    }
    changes
}

/// Two lists of names, side by side.
pub(crate) fn names(field: &str, was: &[String], is: &[String]) -> Option<Change> {
    let lines = |all: &[String]| all.iter().map(Line::plain).collect::<Vec<_>>();
    (was != is).then(|| difference(field, &lines(was), &lines(is)))
}

/// What stays the same.
pub(crate) fn unchanged(sandbox: &ClientMetadata) -> Vec<(String, String)> {
    let grants = sandbox.grant_types().iter().map(|grant| grant.as_str());
    let grants = grants.collect::<Vec<_>>().join(", ");
    let mut same = vec![
        (
            "How it proves itself".to_owned(),
            sandbox.auth_method().label().to_owned(),
        ),
        ("Grants".to_owned(), grants),
    ];
    if let Some(name) = sandbox.client_name() {
        same.push(("Name".to_owned(), name.as_str().to_owned()));
    }
    same
}

/// All of it.
pub(crate) fn diff(changes: Vec<Change>, sandbox: &ClientMetadata) -> Diff {
    Diff {
        changes,
        unchanged: unchanged(sandbox),
    }
}

fn addresses(metadata: &ClientMetadata) -> Vec<Line> {
    let uris = metadata.redirect_uris().iter().map(RedirectUri::as_str);
    uris.map(Line::address).collect()
}

fn difference(field: &str, was: &[Line], is: &[Line]) -> Change {
    let without = |own: &[Line], other: &[Line]| -> Vec<Line> {
        let new = own.iter().filter(|line| !other.contains(line));
        new.cloned().collect()
    };
    Change::new(field, without(was, is), without(is, was))
}
