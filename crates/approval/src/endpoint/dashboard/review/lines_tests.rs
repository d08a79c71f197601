//! What the lines of a form mean: what is given, until when, and what is said about the rest.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use narthex_http::Params;

use super::super::tests as sample;
use super::*;

const GIVEN: [&str; 4] = [
    "scope:notes:read=give",
    "scope:notes:delete=give",
    "tool:list_notes=give",
    "tool:drop_note=give",
];

/// Reads a form in which these pairs stand in the place of what would give everything.
fn read(changes: &[&str]) -> Result<(Proposal, Vec<(String, String)>), NotOnThePage> {
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let kept = GIVEN
        .iter()
        .filter(|pair| changes.iter().all(|change| name(change) != name(pair)));
    let form: Vec<&str> = kept.chain(changes).copied().collect();
    let sent = Params::parse(form.join("&").as_bytes()).unwrap();
    let text = |name: &str| {
        let value = sent.one(name).unwrap().unwrap_or_default();
        Ok::<_, ()>(value.to_owned())
    };
    let asked = sample::case().request.asked;
    let lines = Lines::sent(&asked, text).unwrap()?;
    let mut problems = Problems::default();
    let proposal = lines.proposal(&asked, &mut problems);
    Ok((proposal, problems.summary().items))
}

#[test]
fn at_first_everything_is_given() {
    let (proposal, problems) = read(&[]).unwrap();
    assert_eq!(
        proposal,
        Proposal::from(sample::case().request.asked.reach())
    );
    assert_eq!(problems, []);
}

#[test]
fn a_line_is_given_until_the_end_of_its_day() {
    let (proposal, problems) = read(&[
        "scope:notes:delete=until",
        "until:scope:notes:delete=2027-06-30",
        "why:scope:notes:delete=The clean-up ends in June",
        "tokens=5",
    ])
    .unwrap();
    assert_eq!(problems, []);
    let delete = Scope::parse("notes:delete").unwrap();
    let end = proposal.reach.limits.scopes[&delete];
    assert_eq!(end.to_rfc3339(), "2027-06-30T23:59:59+00:00");
    assert!(proposal.reach.scopes.contains(&delete));
    let remark = &proposal.remarks.scopes[&delete];
    assert_eq!(remark.reason.as_str(), "The clean-up ends in June");
    let tokens = proposal.reach.limits.tokens.map(TokenLifetime::minutes);
    assert_eq!(tokens, Some(5));
}

#[test]
fn a_tool_goes_with_its_scope() {
    let (proposal, _) = read(&[
        "scope:notes:delete=sandbox",
        "why:scope:notes:delete=Try it there",
    ])
    .unwrap();
    let tools = proposal.reach.tools.iter();
    let tools: Vec<_> = tools.map(|tool| tool.tool.as_str()).collect();
    assert_eq!(tools, ["list_notes"]);
    let delete = Scope::parse("notes:delete").unwrap();
    assert!(proposal.remarks.scopes[&delete].sandbox_only);
    assert!(!proposal.reach.scopes.contains(&delete));
}

#[test]
fn what_is_wrong_stands_beside_its_field() {
    let (_, problems) = read(&[
        "tool:list_notes=until",
        "until:tool:list_notes=30 June",
        "tokens=90",
    ])
    .unwrap();
    let fields: Vec<_> = problems.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["until:tool:list_notes", "tokens"]);
}

#[test]
fn a_line_that_is_missing_or_made_up_is_no_offer() {
    assert_eq!(read(&["scope:notes:read="]).map(drop), Err(NotOnThePage));
    assert_eq!(read(&["scope:notes:read=all"]).map(drop), Err(NotOnThePage));
    let (proposal, _) = read(&["scope:notes:admin=give"]).unwrap();
    assert!(!proposal.reach.scopes.has("notes:admin"), "it is not read");
}
