//! The second person before a proposed policy: the text, what it changes, who proposed it and why. Who proposed it reads
//! who may confirm, and can only take it back. The page loads no script.

use askama::Template;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, Shell, When};

use super::Frame;
use super::source_diff::{self, Line};
use super::trial::TrialView;
use super::version::{Shown, facts};
use crate::endpoint::portal::problems::Problems;
use crate::proposal::{MayNotAnswer, Proposal};

/// The page.
#[derive(Template)]
#[template(path = "policy/answer.html")]
pub(crate) struct AnswerPage {
    shell: Shell,
    base: String,
    errors: ErrorSummary,
    heading: &'static str,
    text: String,
    facts: Vec<Fact>,
    summary: String,
    lines: Vec<Line>,
    trial: Option<TrialView>,
    action: String,
    fields: Vec<Field>,
    button: &'static str,
}

/// How the reader stands to a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// It is over.
    Over,
    /// They proposed it.
    Own,
    /// They are the second person.
    Second,
}

/// What the reader typed.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) reason: String,
    pub(crate) answer: String,
}

impl Typed {
    /// Whether it is confirmed; nothing where nothing was chosen, which is noted.
    pub(crate) fn confirms(&self, problems: &mut Problems) -> Option<bool> {
        match self.answer.as_str() {
            "confirm" => Some(true),
            "refuse" => Some(false),
            _ => {
                problems.add("answer", "Choose what you want to do");
                None
            }
        }
    }
}

/// What somebody reads who may not answer.
pub(crate) fn may_not(why: MayNotAnswer, who_may: &str) -> String {
    match why {
        MayNotAnswer::Over => {
            "It was answered, or nobody answered in time. Nothing was changed".to_owned()
        }
        MayNotAnswer::TakesAnother => format!(
            "You proposed this. Who proposes does not confirm: somebody else does. {who_may}"
        ),
    }
}

/// The page of a proposal.
pub(crate) fn page(
    frame: Frame,
    (shown, proposal): (&Shown, &Proposal),
    (typed, problems): (&Typed, &Problems),
    trial: Option<TrialView>,
    (stands, who_may): (Stands, &str),
) -> AnswerPage {
    let (heading, text, button) = match stands {
        Stands::Over => ("This is over", may_not(MayNotAnswer::Over, who_may), ""),
        Stands::Own => (
            "You proposed this",
            may_not(MayNotAnswer::TakesAnother, who_may),
            "Take it back",
        ),
        Stands::Second => (
            "You confirm or refuse what somebody else proposed",
            format!(
                "Nothing is in force by it before you answer, until {}.",
                When::new(proposal.expires_at).day().text()
            ),
            "Send answer",
        ),
    };
    let before = shown
        .beside
        .as_ref()
        .map_or("", |beside| beside.source.as_str());
    let lines = source_diff::lines(before, &shown.version.source);
    AnswerPage {
        action: format!("{}/proposals/{}", frame.base, proposal.id),
        shell: frame.shell.problem(!problems.is_empty()),
        base: frame.base,
        errors: problems.summary(),
        heading,
        text,
        facts: facts(shown),
        summary: source_diff::summary(&lines),
        lines,
        trial,
        fields: fields(stands, typed, problems),
        button,
    }
}

fn fields(stands: Stands, typed: &Typed, problems: &Problems) -> Vec<Field> {
    let refuse = |label: &str, hint: &str| Choice::new("refuse", label).hint(hint);
    let choices = match stands {
        Stands::Over => return Vec::new(),
        Stands::Own => vec![refuse("Take it back", "It is a draft again.").chosen(true)],
        Stands::Second => vec![
            Choice::new("confirm", "Publish")
                .hint("It is in force at once, for what is screened from now on."),
            refuse("Refuse", "It is a draft again."),
        ],
    };
    let answer = Field::radios("answer", "What do you want to do?", choices);
    let answer = if typed.answer.is_empty() {
        answer
    } else {
        answer.value(typed.answer.as_str())
    };
    let reason = Field::area("reason", "Reason", 2)
        .hint("Who proposed it reads it, and it is kept in the ledger.")
        .value(typed.reason.as_str());
    [answer, reason].map(|field| problems.beside(field)).into()
}
