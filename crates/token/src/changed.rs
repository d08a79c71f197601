//! What changed about a client since a person allowed it, in words for that person. What its document says is shown as
//! its own claim, member by member; nothing here says what to do.

use std::collections::BTreeMap;

use narthex_http::page::{Change as Line, Diff, Line as Value, When};
use narthex_vocab::{AuthMethod, Change, Timestamp};
use serde_json::Value as Json;

/// The most lines of one change on a page.
const MOST: usize = 5;

/// One thing that changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Changed {
    pub(crate) at: Timestamp,
    pub(crate) change: Change,
    /// The member, host or tool.
    pub(crate) about: String,
    /// Nobody has approved the client since.
    pub(crate) undecided: bool,
    pub(crate) approved: Option<Json>,
    pub(crate) found: Option<Json>,
}

/// What changed, and since when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Since {
    /// When the person last allowed the client.
    pub(crate) allowed: Option<Timestamp>,
    /// The oldest first.
    pub(crate) changes: Vec<Changed>,
}

/// The part of the consent page.
#[derive(Debug)]
pub(crate) struct ChangedView {
    pub(crate) heading: String,
    pub(crate) words: String,
    pub(crate) diff: Diff,
}

impl Since {
    /// For the page; nothing where nothing changed.
    pub(crate) fn view(&self, tenant: &str) -> Option<ChangedView> {
        let last = self.changes.last()?;
        let heading = match self.allowed {
            Some(at) => {
                let day = When::new(at).day().text();
                format!("What changed since you allowed it on {day}")
            }
            None => format!("What changed since {tenant} let it in"),
        };
        let day = When::new(last.at).day().text();
        let words = if self.changes.iter().any(|change| change.undecided) {
            format!(
                "Seen on {day}. {tenant} has not decided about it yet: the app works here as it was let in, with the address below."
            )
        } else {
            format!("Seen on {day}. {tenant} has approved it.")
        };
        Some(ChangedView {
            heading,
            words,
            diff: Diff {
                changes: self.lines(),
                unchanged: Vec::new(),
            },
        })
    }

    /// From what was there first to what was found last, each member once.
    fn lines(&self) -> Vec<Line> {
        let mut members = BTreeMap::<(Change, &str), (Option<&Json>, _)>::new();
        for change in &self.changes {
            let key = (change.change, change.about.as_str());
            let of = members
                .entry(key)
                .or_insert((change.approved.as_ref(), None));
            of.1 = change.found.as_ref();
        }
        let line = |((change, about), (was, is)): (&(Change, &str), &(_, _))| {
            let (was, is) = (values(*change, *was), values(*change, *is));
            let without = |own: &[String], other: &[String]| {
                let new = own.iter().filter(|value| !other.contains(value));
                shown(&new.cloned().collect::<Vec<_>>())
            };
            Line::new(
                title(*change, about),
                without(&was, &is),
                without(&is, &was),
            )
        };
        members.iter().map(line).collect()
    }
}

fn title(change: Change, about: &str) -> String {
    match change {
        Change::Redirects => "Where it wants to send you back to".to_owned(),
        Change::Keys => "It wants to prove itself with other keys".to_owned(),
        Change::Authentication => "How it wants to prove itself".to_owned(),
        Change::Scopes => "What it wishes to do".to_owned(),
        Change::Terms => "How it wants to work with your account".to_owned(),
        Change::Silence => "What it says about itself could not be read for a week".to_owned(),
        Change::Proof => format!("Nobody shows any more that {about} is its owner\u{2019}s"),
        Change::Owner => "Who answered for it has left".to_owned(),
        Change::Tool => {
            let tool = about.rsplit(' ').next().unwrap_or(about);
            format!("Its tool {tool} works in another way")
        }
    }
}

/// A member's values as people read them. Keys say nothing to people.
fn values(change: Change, value: Option<&Json>) -> Vec<String> {
    let text = |value: &Json| match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    match (change, value) {
        (Change::Keys, _) | (_, None) => Vec::new(),
        (Change::Authentication, Some(value)) => {
            let method = text(value);
            let known = method.parse::<AuthMethod>();
            vec![known.map_or(method, |known| known.label().to_owned())]
        }
        (Change::Scopes, Some(value)) => {
            let scopes = text(value);
            scopes.split(' ').map(str::to_owned).collect()
        }
        (_, Some(Json::Array(list))) => list.iter().map(text).collect(),
        (_, Some(one)) => vec![text(one)],
    }
}

fn shown(values: &[String]) -> Vec<Value> {
    let mut lines: Vec<_> = values
        .iter()
        .take(MOST)
        .map(|text| Value::address(text))
        .collect();
    let more = values.len().saturating_sub(MOST);
    if more > 0 {
        lines.push(Value::plain(format!("and {more} more")));
    }
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use serde_json::json;

    use super::*;

    fn at(day: u32) -> Timestamp {
        format!("2026-11-{day:02}T12:00:00Z").parse().unwrap()
    }

    fn changed(day: u32, was: &Json, is: &Json) -> Changed {
        Changed {
            at: at(day),
            change: Change::Redirects,
            about: "redirect_uris".to_owned(),
            undecided: true,
            approved: Some(was.clone()),
            found: Some(is.clone()),
        }
    }

    #[test]
    fn a_member_is_shown_once_from_first_to_last() {
        let (a, b, c) = (
            "https://a.example/",
            "https://b.example/",
            "https://c.example/",
        );
        let mut since = Since {
            allowed: Some(at(1)),
            changes: vec![
                changed(2, &json!([a]), &json!([b])),
                changed(3, &json!([a]), &json!([a, c])),
            ],
        };
        let view = since.view("Acme").unwrap();
        assert!(view.heading.ends_with("on 1 Nov 2026"), "{}", view.heading);
        assert!(view.words.contains("3 Nov 2026") && view.words.contains("not decided"));
        assert_eq!(view.diff.changes.len(), 1);
        let line = &view.diff.changes[0];
        assert_eq!((line.removed.len(), line.added.len()), (0, 1));
        assert_eq!(line.added[0].strong, "c.example");
        for change in &mut since.changes {
            change.undecided = false;
        }
        since.allowed = None;
        let view = since.view("Acme").unwrap();
        assert_eq!(view.heading, "What changed since Acme let it in");
        assert!(view.words.ends_with("Acme has approved it."));
        since.changes.clear();
        assert!(since.view("Acme").is_none());
    }

    #[test]
    fn a_long_list_is_cut() {
        let many: Vec<String> = (0..9).map(|n| format!("https://{n}.example/")).collect();
        let since = Since {
            allowed: None,
            changes: vec![changed(2, &json!([]), &json!(many))],
        };
        let view = since.view("Acme").unwrap();
        let added = &view.diff.changes[0].added;
        assert_eq!(added.len(), MOST + 1);
        assert_eq!(added[MOST].lead, "and 4 more");
    }

    #[test]
    fn every_change_has_words_and_keys_show_nothing() {
        for change in Change::ALL.iter().copied() {
            assert!(!title(change, "res_1 list_notes").is_empty());
        }
        assert!(title(Change::Tool, "res_1 list_notes").contains(" list_notes "));
        assert!(values(Change::Keys, Some(&json!({ "keys": [] }))).is_empty());
        let method = json!("private_key_jwt");
        let words = values(Change::Authentication, Some(&method));
        assert_eq!(words, ["Signed with its own key"]);
        let scopes = values(Change::Scopes, Some(&json!("notes:read notes:write")));
        assert_eq!(scopes.len(), 2);
    }
}
