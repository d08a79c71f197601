//! The review page from a case as the store would give it: what a stranger wrote stays text, what nobody checked is in
//! quotes, and the form offers exactly what can be decided.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::too_many_lines,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeMap;

use narthex_policy::Origin;
use narthex_vocab::{
    ClientId, ClientMetadata, Environment, Label, Risk, SchemaHash, Scope, Timestamp, ToolName,
};
use serde_json::json;

use super::super::frame;
use super::*;
use crate::integration::{Integration, Operator};
use crate::payload_hash::PayloadHash;
use crate::prose::{Purpose, ScopeReason};
use crate::reach::{Asked, AskedScope, AskedTool, ToolRef};
use crate::request::{AccessRequest, RequestRef};
use crate::store::dashboard_catalogue::Words;
use crate::store::dashboard_people::Named;
use crate::store::dashboard_quarantine::{Asked as Ask, Family};
use crate::store::dashboard_review::{Given, Run};
use crate::store::dashboard_waiting::Waiting;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(uuid::Uuid::from_u128(number))
}

pub(in super::super) fn tenant() -> Tenant {
    Tenant {
        frozen_because: None,
        id: id(1),
        slug: "acme".parse().unwrap(),
        name: Label::parse("Acme").unwrap(),
        created_at: at("2026-09-01T08:00:00Z"),
    }
}

fn asked() -> Asked {
    let scope = |risk, reason: &str| AskedScope {
        reason: ScopeReason::parse(reason).unwrap(),
        risk,
        open: false,
    };
    let tool = |name: &str, of: &str| {
        let tool = ToolRef {
            resource: id(9),
            tool: ToolName::parse(name).unwrap(),
        };
        let schema_hash = SchemaHash::from_bytes([7; 32]);
        (
            tool,
            AskedTool {
                scope: Scope::parse(of).unwrap(),
                schema_hash,
            },
        )
    };
    Asked {
        scopes: BTreeMap::from([
            (
                Scope::parse("notes:read").unwrap(),
                scope(Risk::Read, "I want to ask about my notes."),
            ),
            (
                Scope::parse("notes:delete").unwrap(),
                scope(Risk::Delete, ""),
            ),
        ]),
        tools: BTreeMap::from([
            tool("list_notes", "notes:read"),
            tool("drop_note", "notes:delete"),
        ]),
    }
}

/// A stranger's case in review, with a name that tries to leave its quotes.
pub(in super::super) fn case() -> Case {
    let metadata = json!({
        "client_name": "Claude <b>Desktop</b>",
        "redirect_uris": ["http://127.0.0.1/callback", "https://login.evil.example/cb"],
        "token_endpoint_auth_method": "none",
        "scope": "notes:read notes:delete",
    });
    let metadata = ClientMetadata::parse(metadata.as_object().unwrap()).unwrap();
    let (environment, integration, asked) = (Environment::Production, id(3), asked());
    let payload = PayloadHash::of(environment, integration, &metadata, &asked);
    let found = |check: &str, outcome, observed: &str, weight| Found {
        check: check.to_owned(),
        title: "Host ownership".to_owned(),
        outcome,
        observed: observed.to_owned(),
        required: "Every host is proved.".to_owned(),
        fix: (outcome == FindingOutcome::Fail).then(|| "Prove the host.".to_owned()),
        weight,
    };
    Case {
        score: Some(72),
        created_at: at("2026-11-22T09:14:05Z"),
        taken: None,
        integration: Integration {
            id: integration,
            name: Label::parse("Claude Desktop").unwrap(),
            purpose: Purpose::parse("Reading notes").unwrap(),
            operator: Operator::Agent,
            origin: Origin::Quarantine,
            sponsor: Some(id(5)),
        },
        findings: vec![
            found(
                "R-12",
                FindingOutcome::Fail,
                "Not proved: login.evil.example.",
                40,
            ),
            found(
                "R-09",
                FindingOutcome::Attention,
                "It never had an approval.",
                10,
            ),
            found(
                "R-06",
                FindingOutcome::Pass,
                "The name looks like no known name.",
                0,
            ),
        ],
        runs: vec![Run {
            verdict: Verdict::NeedsPerson,
            policy_version: "2026-11-01".to_owned(),
            layers: (Some(3), None),
            rules: vec!["R-20".to_owned()],
            at: at("2026-11-22T09:14:06Z"),
        }],
        decisions: Vec::new(),
        offer: None,
        second: None,
        agreed: None,
        client: None,
        changes: None,
        promotion: None,
        logos: Vec::new(),
        unproved: metadata.hosts().into_iter().collect(),
        here: Given::default(),
        elsewhere: Given::default(),
        words: Words::default(),
        family: Some(Family {
            name: "Claude <b>Desktop</b>".to_owned(),
            redirects: "this computer, login.evil.example".to_owned(),
            first_seen: at("2026-11-21T20:00:00Z"),
            last_seen: at("2026-11-22T08:00:00Z"),
            attempts: 31_022,
        }),
        acts: Vec::new(),
        asks: vec![Ask {
            member: id(5),
            scope: "notes:read".to_owned(),
            reason: "<script>alert(1)</script>".to_owned(),
            at: at("2026-11-22T08:30:00Z"),
        }],
        people: [(id(5), named("Sam Okafor", "sam@acme.example"))]
            .into_iter()
            .collect(),
        request: AccessRequest {
            at: RequestRef {
                environment,
                id: id(4),
                version: 1,
            },
            integration,
            client_id: Some(ClientId::parse("np_k3v7q2x5m4a6b7c2d3e4f5g6h7").unwrap()),
            origin: Origin::Quarantine,
            state: RequestState::InReview,
            metadata,
            payload,
            requested_by: Some(id(5)),
            asked,
        },
    }
}

fn named(name: &str, email: &str) -> Named {
    Named {
        name: name.to_owned(),
        email: email.to_owned(),
        role: None,
    }
}

fn render(case: &Case, filled: &Filled, problems: &Problems, may: bool) -> String {
    let shell = frame::shell(
        Area::Requests,
        Waiting::default(),
        "Claude Desktop",
        "token".into(),
    );
    review_page(shell, (&tenant(), case), filled, problems, may)
        .render()
        .unwrap()
}

#[test]
fn what_a_stranger_wrote_stays_text() {
    let html = render(&case(), &Filled::default(), &Problems::default(), true);
    assert!(!html.contains("<b>Desktop</b>") && !html.contains("<script>alert"));
    assert!(
        html.contains("“Claude &#60;b&#62;Desktop&#60;/b&#62;”"),
        "the name is in quotes"
    );
    assert!(html.contains("Viewing Acme as platform staff. Every view is logged."));
    assert!(
        html.contains("<b>login.evil.example</b>"),
        "the host of an address is set apart"
    );
    assert!(!html.contains("style="), "the policy forbids inline style");
}

#[test]
fn the_worst_check_comes_first_and_the_passed_ones_are_folded() {
    let html = render(&case(), &Filled::default(), &Problems::default(), true);
    let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(place("R-12") < place("R-09") && place("R-09") < place("1 passed"));
    assert!(html.contains("2 of 3 need a decision"));
    assert!(place("Prove the host.") < place("Scopes and tools"));
    assert!(
        place("History") < place("What do you want to do?"),
        "the decision is last"
    );
}

#[test]
fn every_line_is_given_at_first_and_the_form_names_what_was_seen() {
    let case = case();
    let html = render(&case, &Filled::default(), &Problems::default(), true);
    for field in [
        "scope:notes:read",
        "scope:notes:delete",
        "tool:list_notes",
        "tool:drop_note",
    ] {
        let select = format!("<select id=\"{field}\" name=\"{field}\">");
        let after = html
            .split_once(&select)
            .unwrap_or_else(|| panic!("no {field}"));
        let chosen = after.1.split_once("selected").unwrap().0;
        assert!(chosen.ends_with("<option value=\"give\" "), "{field}");
    }
    assert!(html.contains(&format!(
        "name=\"payload\" value=\"{}\"",
        case.request.payload
    )));
    assert!(html.contains("name=\"version\" value=\"1\""));
    assert!(html.contains("value=\"reject_and_block\""));
}

#[test]
fn what_was_typed_comes_back_with_its_problems() {
    let mut problems = Problems::default();
    problems.add("decision", "Not proved: login.evil.example");
    let filled = Filled {
        decision: Some(DecisionKind::Approve),
        reason: "Looks fine <i>".to_owned(),
        lines: Lines::default(),
        warn: Warn::default(),
    };
    let html = render(&case(), &filled, &problems, true);
    assert!(html.contains("<title>Error: "));
    assert!(
        html.contains("href=\"#decision\""),
        "the summary leads to the field"
    );
    assert!(html.contains("Looks fine &#60;i&#62;</textarea>"));
    assert!(html.contains("value=\"approve\" checked"));
}

#[test]
fn there_is_no_form_for_who_may_not_decide_or_when_it_is_over() {
    let html = render(&case(), &Filled::default(), &Problems::default(), false);
    assert!(!html.contains("name=\"decision\"") && !html.contains("<select"));
    let mut over = case();
    over.request.state = RequestState::Rejected;
    let html = render(&over, &Filled::default(), &Problems::default(), true);
    assert!(!html.contains("name=\"decision\"") && html.contains("Not given"));
}

#[test]
fn only_a_registration_can_be_blocked() {
    let mut portal = case();
    portal.request.client_id = None;
    portal.request.origin = Origin::Portal;
    let html = render(&portal, &Filled::default(), &Problems::default(), true);
    assert!(!html.contains("reject_and_block"));
    assert!(html.contains("The tenant answers within 14 days."));
}
