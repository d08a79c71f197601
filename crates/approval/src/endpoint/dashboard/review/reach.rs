//! The scopes and tools of a case as rows with boxes, and the boxes that a form sends back. It widens nothing: a box
//! that the case does not have is refused.

use std::collections::{BTreeMap, BTreeSet};

use narthex_http::page::{Cell, ScopeRow};
use narthex_vocab::{Environment, Scope, ToolName};

use super::super::words::{self, reach_risk};
use crate::reach::{Asked, Reach, ToolRef};
use crate::store::dashboard_review::{Case, Given};

/// The boxes that are on, as the form names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ticks {
    scopes: BTreeSet<String>,
    tools: BTreeSet<String>,
}

/// A form named something that the case does not ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotOnThePage;

impl Ticks {
    /// Every box.
    pub(crate) fn all(asked: &Asked) -> Self {
        Self {
            scopes: asked.scopes.keys().map(ToString::to_string).collect(),
            tools: tool_values(asked).into_values().collect(),
        }
    }

    /// The boxes that a form sent.
    pub(crate) fn sent<'a>(
        scopes: impl Iterator<Item = &'a str>,
        tools: impl Iterator<Item = &'a str>,
    ) -> Self {
        Self {
            scopes: scopes.map(str::to_owned).collect(),
            tools: tools.map(str::to_owned).collect(),
        }
    }

    /// What they choose from the case.
    pub(crate) fn reach(&self, asked: &Asked) -> Result<Reach, NotOnThePage> {
        let scopes = asked
            .scopes
            .keys()
            .filter(|scope| self.scopes.contains(scope.as_str()));
        let scopes: Vec<Scope> = scopes.cloned().collect();
        let tools = tool_values(asked)
            .into_iter()
            .filter(|(_, value)| self.tools.contains(value));
        let tools: BTreeSet<ToolRef> = tools.map(|(tool, _)| tool).collect();
        if scopes.len() == self.scopes.len() && tools.len() == self.tools.len() {
            Ok(Reach {
                scopes: scopes.into_iter().collect(),
                tools,
            })
        } else {
            Err(NotOnThePage)
        }
    }
}

/// What each tool's box is called: its name; with its resource where two resources have a tool of that name.
fn tool_values(asked: &Asked) -> BTreeMap<ToolRef, String> {
    let named = |name: &ToolName| asked.tools.keys().filter(|tool| tool.tool == *name).count();
    let value = |tool: &ToolRef| {
        if named(&tool.tool) == 1 {
            tool.tool.to_string()
        } else {
            format!("{}/{}", tool.resource, tool.tool)
        }
    };
    asked
        .tools
        .keys()
        .map(|tool| (tool.clone(), value(tool)))
        .collect()
}

/// `3 scopes and 2 tools`.
pub(super) fn summary(asked: &Asked) -> String {
    let scopes = words::counted(asked.scopes.len(), "scope", "scopes");
    match (asked.scopes.len(), asked.tools.len()) {
        (0, 0) => "sign-in alone, no scope".to_owned(),
        (_, 0) => scopes,
        (_, tools) => format!("{scopes} and {}", words::counted(tools, "tool", "tools")),
    }
}

/// One row a scope, each followed by its tools; with boxes while it can be decided.
pub(super) fn rows(case: &Case, ticks: Option<&Ticks>) -> Vec<ScopeRow> {
    let asked = &case.request.asked;
    let values = tool_values(asked);
    let mut scopes: Vec<_> = asked.scopes.iter().collect();
    scopes.sort_by(|(a, one), (b, other)| other.risk.cmp(&one.risk).then(a.cmp(b)));
    let mut rows = Vec::with_capacity(scopes.len() + values.len());
    for (scope, wanted) in scopes {
        let meaning = case
            .words
            .scopes
            .get(scope)
            .map_or("", |words| &words.meaning);
        let given = |there: &Given| there.scopes.contains(scope);
        let here = box_of(
            case,
            ("scope", scope.as_str()),
            ticks.map(|t| &t.scopes),
            given(&case.here),
        );
        let columns = both(case, here, given(&case.elsewhere));
        let row = ScopeRow::new(scope.as_str(), meaning, reach_risk(wanted.risk), columns);
        rows.push(if wanted.reason.is_empty() {
            row
        } else {
            row.reason(wanted.reason.as_str())
        });
        for (tool, value) in &values {
            let Some(of_scope) = asked.tools.get(tool).filter(|asked| asked.scope == *scope) else {
                continue;
            };
            let known = case.words.tools.get(tool);
            let meaning = known.map_or_else(String::new, |words| {
                let colon = if words.meaning.is_empty() { "" } else { ". " };
                format!(
                    "Tool of {}, needs {}{colon}{}",
                    words.at, of_scope.scope, words.meaning
                )
            });
            let given = |there: &Given| there.tools.contains(&tool.tool);
            let here = box_of(
                case,
                ("tool", value),
                ticks.map(|t| &t.tools),
                given(&case.here),
            );
            let columns = both(case, here, given(&case.elsewhere));
            let risk = reach_risk(wanted.risk);
            rows.push(ScopeRow::new(tool.tool.as_str(), meaning, risk, columns));
        }
    }
    rows
}

/// The cell of the environment that the case asks for.
fn box_of(
    case: &Case,
    (name, value): (&str, &str),
    ticked: Option<&BTreeSet<String>>,
    given: bool,
) -> Cell {
    let environment = case.request.at.environment;
    match ticked {
        Some(ticked) => Cell::Tick {
            name: name.to_owned(),
            value: value.to_owned(),
            ticked: ticked.contains(value),
            label: format!("Give {value} in {environment}"),
        },
        None if given => Cell::Text("Granted".to_owned()),
        None if !case.request.state.is_open() => Cell::Text("Not given".to_owned()),
        None => Cell::Text("Requested".to_owned()),
    }
}

fn both(case: &Case, here: Cell, elsewhere: bool) -> [Cell; 2] {
    let there = Cell::Text(if elsewhere { "Granted" } else { "Not granted" }.to_owned());
    match case.request.at.environment {
        Environment::Sandbox => [here, there],
        Environment::Production => [there, here],
    }
}
