//! The scopes and tools of a case as rows, each with the fields of its offer while it can be decided. It decides
//! nothing, and shows no line that the case does not have.

use narthex_http::page::{Cell, Choice, Field, ScopeRow, When};
use narthex_vocab::{Environment, Scope, TokenLifetime, ToolName};

use super::super::problems::Problems;
use super::super::words::{self, reach_risk};
use super::lines::{Fate, Lines, TOKENS, of_scope, of_tools, until_of, why_of};
use crate::reach::Asked;
use crate::remark::Proposal;
use crate::store::dashboard_review::{Case, Given};

/// `3 scopes and 2 tools`.
pub(super) fn summary(asked: &Asked) -> String {
    let scopes = words::counted(asked.scopes.len(), "scope", "scopes");
    match (asked.scopes.len(), asked.tools.len()) {
        (0, 0) => "sign-in alone, no scope".to_owned(),
        (_, 0) => scopes,
        (_, tools) => format!("{scopes} and {}", words::counted(tools, "tool", "tools")),
    }
}

/// The shorter lives of tokens that a reviewer can choose, in minutes.
const SHORTER: [u8; 3] = [5, 2, 1];

/// One row a scope, each followed by its tools; with the fields of an offer while it can be decided.
pub(super) fn rows(case: &Case, form: Option<(&Lines, &Problems)>) -> Vec<ScopeRow> {
    let asked = &case.request.asked;
    let fields = of_tools(asked);
    let mut scopes: Vec<_> = asked.scopes.iter().collect();
    scopes.sort_by(|(a, one), (b, other)| other.risk.cmp(&one.risk).then(a.cmp(b)));
    let mut rows = Vec::with_capacity(scopes.len() + fields.len());
    for (scope, wanted) in scopes {
        let columns = columns(case, |there| there.scopes.contains(scope));
        let meaning = meaning_of_scope(case, scope);
        let row = ScopeRow::new(scope.as_str(), meaning, reach_risk(wanted.risk), columns);
        let row = with_offer(case, row, &of_scope(scope), form);
        rows.push(if wanted.reason.is_empty() {
            row
        } else {
            row.reason(wanted.reason.as_str())
        });
        let of_scope = asked.tools.iter().filter(|(_, tool)| tool.scope == *scope);
        for (tool, _) in of_scope {
            let columns = columns_of_tool(case, &tool.tool);
            let meaning = case
                .words
                .tools
                .get(tool)
                .map_or_else(String::new, |words| {
                    let colon = if words.meaning.is_empty() { "" } else { ". " };
                    format!(
                        "Tool of {}, needs {scope}{colon}{}",
                        words.at, words.meaning
                    )
                });
            let row = ScopeRow::new(
                tool.tool.as_str(),
                meaning,
                reach_risk(wanted.risk),
                columns,
            );
            let field = fields.get(tool).map_or("", String::as_str);
            rows.push(with_offer(case, row, field, form));
        }
    }
    rows
}

/// How long tokens live, as a field of the offer.
pub(super) fn tokens(lines: &Lines, problems: &Problems) -> Field {
    let usual = format!("{} minutes, as usual", TokenLifetime::LONGEST.minutes());
    let shorter = SHORTER.map(|minutes| {
        Choice::new(
            minutes.to_string(),
            words::counted(minutes.into(), "minute", "minutes"),
        )
    });
    let choices = std::iter::once(Choice::new("", usual)).chain(shorter);
    let field = Field::select(TOKENS, "How long access tokens live", choices.collect());
    problems.beside(field.value(lines.tokens.clone()))
}

/// What a proposal gives, line by line: `notes:read`, `notes:write until 5 Dec 2026`.
pub(super) fn given(proposal: &Proposal) -> Vec<String> {
    let reach = &proposal.reach;
    let until = |name: &str, end: Option<&narthex_vocab::Timestamp>| match end {
        Some(end) => format!("{name} until {}", When::new(*end).day()),
        None => name.to_owned(),
    };
    let scopes = reach
        .scopes
        .iter()
        .map(|scope| until(scope.as_str(), reach.limits.scopes.get(scope)));
    let tools = reach
        .tools
        .iter()
        .map(|tool| until(tool.tool.as_str(), reach.limits.tools.get(tool)));
    scopes.chain(tools).collect()
}

fn meaning_of_scope<'a>(case: &'a Case, scope: &Scope) -> &'a str {
    let words = case.words.scopes.get(scope);
    words.map_or("", |words| &words.meaning)
}

fn columns_of_tool(case: &Case, tool: &ToolName) -> [Cell; 2] {
    columns(case, |there| there.tools.contains(tool))
}

/// The row with what its line says about the offer.
fn with_offer(
    case: &Case,
    row: ScopeRow,
    name: &str,
    form: Option<(&Lines, &Problems)>,
) -> ScopeRow {
    let Some((lines, problems)) = form else {
        return row;
    };
    let line = lines.line(name);
    let production = case.request.at.environment == Environment::Production;
    let fates = Fate::ALL.into_iter();
    let choices = fates
        .filter(|fate| production || *fate != Fate::SandboxOnly)
        .map(|fate| Choice::new(fate.key(), fate.label()));
    let label = format!("Your offer for {}", row.scope);
    let fate = Field::select(name, label, choices.collect()).value(line.fate.key());
    let until = Field::date(until_of(name), "Last day").optional();
    let why = Field::text(why_of(name), "Reason").optional();
    row.field(problems.beside(fate).quiet()).more(vec![
        problems.beside(until.value(line.until)),
        problems.beside(why.value(line.why)),
    ])
}

/// What the integration has of a line: in the environment that the case asks for, and in the other.
fn columns(case: &Case, given: impl Fn(&Given) -> bool) -> [Cell; 2] {
    let word = |text: &str| Cell::Text(text.to_owned());
    let here = if given(&case.here) {
        "Granted"
    } else if case.request.state.is_open() {
        "Requested"
    } else {
        "Not given"
    };
    let there = if given(&case.elsewhere) {
        "Granted"
    } else {
        "Not granted"
    };
    match case.request.at.environment {
        Environment::Sandbox => [word(here), word(there)],
        Environment::Production => [word(there), word(here)],
    }
}
