//! Tables for what may be asked, offered and agreed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use narthex_tenancy::catalogue::{ScopeEntry, ToolEntry};
use serde_json::json;

use super::*;

const NOTES: Id<kind::Resource> = Id::from_uuid(uuid::Uuid::from_u128(7));

fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

fn tool(text: &str) -> ToolRef {
    ToolRef {
        resource: NOTES,
        tool: ToolName::parse(text).unwrap(),
    }
}

/// `notes:read` with `list_notes`, `notes:write` with `add_note`.
fn catalogue() -> Catalogue {
    let scope_entry = |text: &str, risk| ScopeEntry {
        scope: scope(text),
        resource: NOTES,
        description: "d".to_owned(),
        risk,
        open: false,
    };
    let tool_entry = |text: &str, of: &str| ToolEntry {
        tool: tool(text).tool,
        resource: NOTES,
        scope: scope(of),
        description: "d".to_owned(),
        schema_hash: SchemaHash::of(&json!({ "name": text })),
    };
    Catalogue {
        resources: vec![],
        scopes: vec![
            scope_entry("notes:read", Risk::Read),
            scope_entry("notes:write", Risk::Change),
        ],
        tools: vec![
            tool_entry("add_note", "notes:write"),
            tool_entry("list_notes", "notes:read"),
        ],
    }
}

fn ask(scopes: &[&str], tools: &[&str]) -> Ask {
    Ask {
        scopes: scopes
            .iter()
            .map(|text| (scope(text), ScopeReason::default()))
            .collect(),
        tools: tools.iter().map(|text| tool(text)).collect(),
    }
}

fn choice(scopes: &[&str], tools: &[&str]) -> Reach {
    Reach {
        scopes: scopes.iter().map(|text| scope(text)).collect(),
        tools: tools.iter().map(|text| tool(text)).collect(),
        limits: Limits::default(),
    }
}

fn everything() -> Asked {
    let ask = ask(&["notes:read", "notes:write"], &["add_note", "list_notes"]);
    Asked::look_up(ask, &catalogue()).unwrap()
}

#[test]
fn an_ask_takes_risk_and_schema_from_the_catalogue() {
    let asked = everything();
    assert_eq!(asked.scopes[&scope("notes:write")].risk, Risk::Change);
    let hash = SchemaHash::of(&json!({ "name": "list_notes" }));
    assert_eq!(asked.tools[&tool("list_notes")].schema_hash, hash);
    assert_eq!(
        asked.reach(),
        choice(&["notes:read", "notes:write"], &["add_note", "list_notes"])
    );
}

#[test]
fn an_ask_names_all_that_is_unknown_at_once() {
    let ask = ask(
        &["notes:read", "mail:read", "mail:send"],
        &["send_mail", "add_note", "list_notes"],
    );
    assert_eq!(
        Asked::look_up(ask, &catalogue()),
        Err(UnknownReach {
            scopes: vec![scope("mail:read"), scope("mail:send")],
            tools: vec![tool("send_mail")],
            stranded: vec![tool("add_note")],
        })
    );
}

#[test]
fn covering_cuts_to_the_catalogue_and_adds_the_tools_of_its_scopes() {
    let wanted = ask(&["notes:read", "mail:read"], &[]).scopes;
    assert_eq!(
        Ask::covering(&wanted, &catalogue()),
        ask(&["notes:read"], &["list_notes"])
    );
    assert_eq!(
        Ask::covering(&BTreeMap::new(), &catalogue()),
        Ask::default()
    );
}

#[test]
fn a_choice_can_only_narrow() {
    let asked = everything();
    for narrower in [
        choice(&[], &[]),
        choice(&["notes:read"], &[]),
        choice(&["notes:read", "notes:write"], &["list_notes"]),
        asked.reach(),
    ] {
        assert_eq!(asked.narrowed(&narrower).unwrap().reach(), narrower);
    }
    let read = asked
        .narrowed(&choice(&["notes:read"], &["list_notes"]))
        .unwrap();
    assert_eq!(
        read.narrowed(&choice(
            &["notes:read", "notes:write"],
            &["list_notes", "add_note"]
        )),
        Err(NotAsked {
            scopes: vec![scope("notes:write")],
            tools: vec![tool("add_note")],
            stranded: vec![],
        })
    );
}

#[test]
fn a_tool_goes_with_its_scope() {
    let beyond = everything().narrowed(&choice(&["notes:write"], &["list_notes"]));
    assert_eq!(beyond.unwrap_err().stranded, vec![tool("list_notes")]);
}
