//! The document of a client on its page: what was found under its address, when, and what it says now that was not
//! approved. All of it is the client's own words.

use narthex_http::page::{Change, Diff, Fact, Line, When};
use narthex_vocab::Drift;
use serde_json::Value;

use crate::store::dashboard_documents::Shown;

/// The card of a page.
pub(crate) struct DocumentCard {
    pub(crate) facts: Vec<Fact>,
    pub(crate) drifted: bool,
    pub(crate) diff: Diff,
}

/// The card of a client whose identifier is an address.
pub(crate) fn card(shown: &Shown) -> DocumentCard {
    DocumentCard {
        facts: facts(shown),
        drifted: !shown.drifts.is_empty(),
        diff: diff(&shown.drifts),
    }
}

/// What is said now beside what was approved.
pub(super) fn diff(drifts: &[Drift]) -> Diff {
    Diff {
        changes: drifts.iter().map(change).collect(),
        unchanged: Vec::new(),
    }
}

fn facts(shown: &Shown) -> Vec<Fact> {
    let decision = if shown.drifts.iter().any(Drift::is_grave) {
        "Pinned to the version that was approved; the one of now waits for a reviewer"
    } else {
        "Pinned to the version that was approved"
    };
    let mut facts = vec![Fact::text("Decision", decision)];
    if let Some(pinned) = &shown.pinned {
        facts.push(Fact::code("Approved version", pinned.content.to_string()));
    }
    match &shown.document.content {
        Some(content) => {
            facts.push(Fact::code("Version of now", content.hash.to_string()));
            facts.push(Fact::when(
                "Fetched",
                When::new(content.fetched_at).to_the_second(),
            ));
            facts.push(Fact::when(
                "Looked at again after",
                When::new(content.fresh_until).to_the_second(),
            ));
        }
        None => facts.push(Fact::text("Version of now", "None was ever found")),
    }
    let looked = Fact::when(
        "Last look",
        When::new(shown.document.looked_at).to_the_second(),
    );
    facts.push(match &shown.document.refusal {
        Some(refusal) => looked.and_text(format!("It failed: {refusal}")),
        None => looked.and_text("It found the document"),
    });
    facts
}

fn change(drift: &Drift) -> Change {
    let field = if drift.is_grave() {
        format!("{} (matters)", drift.member)
    } else {
        drift.member.clone()
    };
    let (was, is) = (lines(drift.approved.as_ref()), lines(drift.now.as_ref()));
    let without = |own: &[Line], other: &[Line]| -> Vec<Line> {
        let new = own.iter().filter(|line| !other.contains(line));
        new.cloned().collect()
    };
    Change::new(field, without(&was, &is), without(&is, &was))
}

fn lines(value: Option<&Value>) -> Vec<Line> {
    let line = |value: &Value| match value {
        Value::String(text) => Line::address(text),
        other => Line::plain(other.to_string()),
    };
    match value {
        None => Vec::new(),
        Some(Value::Array(list)) => list.iter().map(line).collect(),
        Some(one) => vec![line(one)],
    }
}
