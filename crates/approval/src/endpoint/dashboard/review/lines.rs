//! The lines of an offer as a form has them: for each scope and tool what becomes of it, until when and why; and how
//! long tokens live. It widens nothing: a line that the case does not have is not read.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use narthex_vocab::{Scope, Timestamp, TokenLifetime, ToolName};

use super::super::problems::Problems;
use crate::prose::ScopeReason;
use crate::reach::{Asked, ToolRef};
use crate::remark::{Proposal, Remark};

/// The field that says how long tokens live.
pub(super) const TOKENS: &str = "tokens";

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Fate {
    /// It is given as it was asked for.
    #[default]
    Give,
    /// It is given until a date.
    Until,
    /// It is not given.
    Withhold,
    /// It is not given, and the tenant is told that it may have it in the sandbox.
    SandboxOnly,
}

impl Fate {
    pub(super) const ALL: [Self; 4] = [Self::Give, Self::Until, Self::Withhold, Self::SandboxOnly];

    /// The value of the form field.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Give => "give",
            Self::Until => "until",
            Self::Withhold => "withhold",
            Self::SandboxOnly => "sandbox",
        }
    }

    /// The words of the choice.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Give => "Give",
            Self::Until => "Give until a date",
            Self::Withhold => "Do not give",
            Self::SandboxOnly => "Sandbox only",
        }
    }
}

/// One line as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Line {
    pub(super) fate: Fate,
    pub(super) until: String,
    pub(super) why: String,
}

/// All lines as they were sent, by the name of their field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Lines {
    lines: BTreeMap<String, Line>,
    pub(super) tokens: String,
}

/// A form said something that the page cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotOnThePage;

/// The field of a scope's line.
pub(super) fn of_scope(scope: &Scope) -> String {
    format!("scope:{scope}")
}

/// The field of each tool's line: its name; with its resource where two resources have a tool of that name.
pub(super) fn of_tools(asked: &Asked) -> BTreeMap<ToolRef, String> {
    let named = |name: &ToolName| asked.tools.keys().filter(|tool| tool.tool == *name).count();
    let field = |tool: &ToolRef| {
        if named(&tool.tool) == 1 {
            format!("tool:{}", tool.tool)
        } else {
            format!("tool:{}/{}", tool.resource, tool.tool)
        }
    };
    let tools = asked.tools.keys();
    tools.map(|tool| (tool.clone(), field(tool))).collect()
}

/// The field of the last day of a line.
pub(super) fn until_of(line: &str) -> String {
    format!("until:{line}")
}

/// The field of the reason of a line.
pub(super) fn why_of(line: &str) -> String {
    format!("why:{line}")
}

impl Lines {
    /// Reads the lines of the case from a form, each by its fields.
    pub(crate) fn sent<E>(
        asked: &Asked,
        text: impl Fn(&str) -> Result<String, E>,
    ) -> Result<Result<Self, NotOnThePage>, E> {
        let fields = asked
            .scopes
            .keys()
            .map(of_scope)
            .chain(of_tools(asked).into_values());
        let mut lines = BTreeMap::new();
        for field in fields {
            let chosen = text(&field)?;
            let Some(fate) = Fate::ALL.into_iter().find(|fate| fate.key() == chosen) else {
                return Ok(Err(NotOnThePage));
            };
            let (until, why) = (text(&until_of(&field))?, text(&why_of(&field))?);
            lines.insert(field, Line { fate, until, why });
        }
        let tokens = text(TOKENS)?;
        Ok(Ok(Self { lines, tokens }))
    }

    /// One line; as it was asked for, where nothing was sent.
    pub(super) fn line(&self, field: &str) -> Line {
        self.lines.get(field).cloned().unwrap_or_default()
    }

    /// What they offer of the case, with what is wrong noted beside its field. A tool goes with its scope: it is not
    /// given without it.
    pub(crate) fn proposal(&self, asked: &Asked, problems: &mut Problems) -> Proposal {
        let mut proposal = Proposal::default();
        let mut given = Vec::new();
        for scope in asked.scopes.keys() {
            let read = self.read(&of_scope(scope), problems);
            if read.given {
                given.push(scope.clone());
            }
            let (limits, remarks) = (&mut proposal.reach.limits, &mut proposal.remarks);
            limits
                .scopes
                .extend(read.until.map(|end| (scope.clone(), end)));
            remarks
                .scopes
                .extend(read.remark.map(|remark| (scope.clone(), remark)));
        }
        proposal.reach.scopes = given.into_iter().collect();
        for (tool, field) in of_tools(asked) {
            let scope = asked.tools.get(&tool).map(|asked| &asked.scope);
            let with_scope = scope.is_some_and(|scope| proposal.reach.scopes.contains(scope));
            let read = self.read(&field, problems);
            if read.given && with_scope {
                proposal.reach.tools.insert(tool.clone());
                let limits = &mut proposal.reach.limits.tools;
                limits.extend(read.until.map(|end| (tool.clone(), end)));
            }
            proposal
                .remarks
                .tools
                .extend(read.remark.map(|remark| (tool, remark)));
        }
        proposal.reach.limits.tokens = self.tokens(problems);
        proposal
    }

    fn read(&self, field: &str, problems: &mut Problems) -> Read {
        let line = self.line(field);
        let reason = ScopeReason::parse(&line.why);
        let reason = problems.keep(&why_of(field), reason, |error| {
            format!("Write another reason: {error}")
        });
        let until = (line.fate == Fate::Until).then(|| last_day(&line.until));
        let until = until.and_then(|end| {
            let words = |()| "Enter the last day on which it is given, as 2027-06-30".to_owned();
            problems.keep(&until_of(field), end, words)
        });
        let changed = line.fate != Fate::Give;
        Read {
            given: matches!(line.fate, Fate::Give | Fate::Until),
            until,
            remark: reason.filter(|_| changed).map(|reason| Remark {
                sandbox_only: line.fate == Fate::SandboxOnly,
                reason,
            }),
        }
    }

    fn tokens(&self, problems: &mut Problems) -> Option<TokenLifetime> {
        if self.tokens.is_empty() {
            return None;
        }
        let minutes = self.tokens.parse().unwrap_or_default();
        let words = |error| format!("Choose how long a token lives: {error}");
        let tokens = problems.keep(TOKENS, TokenLifetime::from_minutes(minutes), words);
        tokens.filter(|tokens| *tokens < TokenLifetime::LONGEST)
    }
}

/// What one line means.
struct Read {
    given: bool,
    until: Option<Timestamp>,
    remark: Option<Remark>,
}

/// The last second of a day (UTC), written as `2027-06-30`.
fn last_day(text: &str) -> Result<Timestamp, ()> {
    let day: NaiveDate = text.trim().parse().map_err(|_| ())?;
    let end = NaiveTime::from_hms_opt(23, 59, 59).ok_or(())?;
    Ok(day.and_time(end).and_utc())
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
