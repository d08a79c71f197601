//! The answers about a new integration as rows to tick and as a list to check. Words only.

use narthex_http::page::{Cell, Fact, Field, ScopeRow};
use narthex_vocab::{Environment, RedirectUri};

use super::integration_form::{Answers, Described, group, why, why_id};
use super::posted::Posted;
use super::problems::Problems;
use super::resource::risk_level;
use super::wish_list::WishList;
use crate::endpoint::workload_words;
use crate::reach::Ask;

/// One row a scope: a box for each environment that has it, and why.
pub(super) fn scope_rows(
    wishes: &WishList,
    answers: &Answers,
    problems: &Problems,
) -> Vec<ScopeRow> {
    let row = |(index, wish): (usize, &super::wish_list::ScopeWish)| {
        let scope = wish.scope.as_str();
        let cell = |environment: Environment| {
            if !wish.environments.contains(&environment) {
                return Cell::Text("Not there".to_owned());
            }
            Cell::Tick {
                name: group(environment).0.to_owned(),
                value: scope.to_owned(),
                ticked: answers.has_scope(environment, scope),
                label: format!("{scope} in {environment}"),
            }
        };
        let reason = answers.reasons.get(scope).cloned().unwrap_or_default();
        let field = Field::text(why(scope), format!("Why it needs {scope}"))
            .id(why_id(index))
            .quiet()
            .value(reason);
        let cells = [cell(Environment::Sandbox), cell(Environment::Production)];
        ScopeRow::new(
            scope,
            wish.description.as_str(),
            risk_level(wish.risk),
            cells,
        )
        .field(problems.beside(field))
    };
    wishes.scopes.iter().enumerate().map(row).collect()
}

/// One row a tool: a box for each environment that has it.
pub(super) fn tool_rows(wishes: &WishList, answers: &Answers) -> Vec<ScopeRow> {
    let row = |wish: &super::wish_list::ToolWish| {
        let tool = wish.entry.tool.as_str();
        let cell = |environment: Environment| {
            if !wish.resources.contains_key(&environment) {
                return Cell::Text("Not there".to_owned());
            }
            Cell::Tick {
                name: group(environment).1.to_owned(),
                value: wish.key.clone(),
                ticked: answers.has_tool(environment, &wish.key),
                label: format!("{tool} in {environment}"),
            }
        };
        let meaning = match wish.entry.description.as_str() {
            "" => format!("Needs {}", wish.entry.scope),
            what => format!("{what}. Needs {}", wish.entry.scope),
        };
        let cells = [cell(Environment::Sandbox), cell(Environment::Production)];
        ScopeRow::new(tool, meaning, risk_level(wish.risk), cells)
    };
    wishes.tools.iter().map(row).collect()
}

/// The answers as they will be sent, each with the field where it is changed.
pub(super) fn check_answers(described: &Described, posted: &Posted) -> Vec<(&'static str, Fact)> {
    let purpose = posted.text("purpose").unwrap_or_default();
    let redirects = described.client.redirect_uris();
    let redirects = redirects
        .iter()
        .fold(Fact::new("Redirect addresses"), |fact, uri| {
            fact.and_code(RedirectUri::as_str(uri))
        });
    let mut answers = vec![
        ("name", Fact::text("Name", described.name.as_str())),
        ("purpose", Fact::text("Purpose", purpose.trim())),
        (
            "operator",
            Fact::text("Who runs it", described.operator.label()),
        ),
        (
            "sign_in",
            Fact::text("How it signs in", described.sign_in.label()),
        ),
    ];
    if !redirects.code.is_empty() {
        answers.push(("redirect_uris", redirects));
    }
    if let Some(workload) = described.client.workload() {
        answers.push(("workload_issuer", workload_words::fact(workload)));
    }
    for (environment, ask) in &described.asks {
        answers.push(("scopes", ask_fact(*environment, ask)));
    }
    answers
}

fn ask_fact(environment: Environment, ask: &Ask) -> Fact {
    let label = format!("Asks for in {environment}");
    let fact = ask.scopes.keys().fold(Fact::new(label), |fact, scope| {
        fact.and_code(scope.as_str())
    });
    ask.tools
        .iter()
        .fold(fact, |fact, tool| fact.and_code(tool.tool.as_str()))
}
