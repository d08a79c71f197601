//! What changes the hash of a case, and what does not.
#![allow(clippy::unwrap_used, reason = "tests")]

use narthex_vocab::Risk;

use super::*;
use crate::{
    prose::ScopeReason,
    request_fixture::{asked, id, list_notes, metadata, scope},
};

const LOOPBACK: &str = "http://127.0.0.1/callback";

fn hash(change: impl FnOnce(&mut Asked)) -> PayloadHash {
    let mut asked = asked();
    change(&mut asked);
    PayloadHash::of(Environment::Production, id(2), &metadata(LOOPBACK), &asked)
}

#[test]
fn whatever_a_reviewer_decides_on_changes_the_hash() {
    let base = hash(|_| {});
    let asked = asked();
    let others = [
        PayloadHash::of(Environment::Sandbox, id(2), &metadata(LOOPBACK), &asked),
        PayloadHash::of(Environment::Production, id(4), &metadata(LOOPBACK), &asked),
        PayloadHash::of(
            Environment::Production,
            id(2),
            &metadata("https://app.example/cb"),
            &asked,
        ),
        hash(|asked| drop(asked.scopes.remove(&scope("notes:write")))),
        hash(|asked| drop(asked.tools.remove(&list_notes()))),
        hash(|asked| {
            let schema = &mut asked.tools.get_mut(&list_notes()).unwrap().schema_hash;
            *schema = narthex_vocab::SchemaHash::of(&json!(1));
        }),
        hash(|asked| {
            let reason = &mut asked.scopes.get_mut(&scope("notes:read")).unwrap().reason;
            *reason = ScopeReason::parse("to read").unwrap();
        }),
    ];
    for other in others {
        assert_ne!(other, base);
    }
}

#[test]
fn what_the_catalogue_says_later_does_not_change_it() {
    let later = hash(|asked| {
        let scope = asked.scopes.get_mut(&scope("notes:read")).unwrap();
        (scope.risk, scope.open) = (Risk::Admin, true);
    });
    assert_eq!(later, hash(|_| {}));
}

#[test]
fn text_form() {
    let hash = hash(|_| {});
    assert_eq!(hash.to_string().parse(), Ok(hash));
    for bad in [
        "",
        "00",
        &hash.to_string().to_uppercase(),
        &format!("{hash}00"),
    ] {
        assert_eq!(bad.parse::<PayloadHash>(), Err(NotAPayloadHash), "{bad}");
    }
}
