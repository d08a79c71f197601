//! One version: its text beside the one before it, what it would change, and how it goes on. Shown to whoever may read;
//! acts for whoever may write.

use askama::Template;
use narthex_http::page::{ErrorSummary, Fact, Field, Shell, When};

use super::source_diff::{self, Line};
use super::trial::TrialView;
use super::{Frame, state_badge, version_path};
use crate::endpoint::portal::problems::Problems;
use crate::policy_version::{PolicyVersion, VersionState};
use crate::proposal::Proposal;
use crate::propose_policy::ProposePolicyError;
use crate::simulation::Simulation;

/// A version with what belongs to it.
#[derive(Debug)]
pub(crate) struct Shown {
    /// The version.
    pub(crate) version: PolicyVersion,
    /// What it is compared with: the version in force, or the one before it.
    pub(crate) beside: Option<PolicyVersion>,
    /// The newest run over it.
    pub(crate) run: Option<Simulation>,
    /// By which proposal it waits, or went into force.
    pub(crate) proposal: Option<Proposal>,
}

impl Shown {
    /// Nothing is left to do before it can be proposed.
    fn is_tried(&self) -> bool {
        self.run
            .as_ref()
            .is_some_and(|run| run.hash == self.version.hash)
    }
}

/// The page.
#[derive(Template)]
#[template(path = "policy/version.html")]
pub(crate) struct VersionPage {
    shell: Shell,
    base: String,
    here: String,
    errors: ErrorSummary,
    facts: Vec<Fact>,
    heading: String,
    summary: String,
    lines: Vec<Line>,
    trial: Option<TrialView>,
    hash: String,
    /// The draft can be written on, and tried.
    may_write: bool,
    /// Where the version can be proposed.
    propose: Option<Field>,
    /// Where a second person answers.
    answer: Option<String>,
    who_may: String,
}

/// What was typed into the form of the page.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) reason: String,
}

/// The page of a version.
pub(crate) fn page(
    frame: Frame,
    shown: &Shown,
    (typed, problems): (&Typed, &Problems),
    trial: Option<TrialView>,
    may: super::list::May,
) -> VersionPage {
    let Frame { shell, base } = frame;
    let version = &shown.version;
    let before = shown
        .beside
        .as_ref()
        .map_or("", |beside| beside.source.as_str());
    let lines = source_diff::lines(before, &version.source);
    let draft = version.state == VersionState::Draft;
    let reason = Field::area("reason", "Reason", 2)
        .hint("The second person reads it, and it is kept in the ledger.")
        .value(typed.reason.as_str());
    let waits = version
        .proposal
        .filter(|_| version.state == VersionState::Proposed);
    VersionPage {
        here: version_path(&base, version.number),
        shell: shell
            .badge(state_badge(version.state))
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        facts: facts(shown),
        heading: match &shown.beside {
            Some(beside) => format!("Text, beside version {}", beside.number),
            None => "Text".to_owned(),
        },
        summary: source_diff::summary(&lines),
        lines,
        trial,
        hash: version.hash_text(),
        may_write: may.edit && draft,
        propose: (may.edit && draft && shown.is_tried()).then(|| problems.beside(reason)),
        answer: waits.map(|proposal| format!("{base}/proposals/{proposal}")),
        who_may: if may.edit { String::new() } else { may.who },
        base,
    }
}

/// What is known of a version.
pub(super) fn facts(shown: &Shown) -> Vec<Fact> {
    let version = &shown.version;
    let mut facts = vec![
        Fact::text("For", &version.note),
        Fact::text("Written by", &version.author.1),
        Fact::when("Last written", When::new(version.changed_at)),
        Fact::code("SHA-256 of the text", version.hash_text()),
    ];
    if let Some(proposal) = &shown.proposal {
        facts.push(Fact::text("Proposed by", &proposal.by.name).and_text(&proposal.reason));
        facts.push(Fact::text("Proposal", proposal.state.label()));
        if let Some((by, at)) = &proposal.answered {
            facts.push(Fact::text("Answered by", &by.name).and_text(When::new(*at).day().text()));
        }
    }
    facts.extend(
        version
            .published_at
            .map(|at| Fact::when("In force since", When::new(at))),
    );
    facts.extend(
        version
            .retired_at
            .map(|at| Fact::when("Replaced", When::new(at))),
    );
    facts
}

/// Why a version was not proposed, in words.
pub(crate) fn not_proposed(error: &ProposePolicyError) -> &'static str {
    match error {
        ProposePolicyError::NotADraft => "It is no draft any more",
        ProposePolicyError::Stale => {
            "Somebody has written the draft anew while you were reading. Below is what it says now"
        }
        ProposePolicyError::NotTried => {
            "Try exactly this text first, so that the second person sees what it changes"
        }
        ProposePolicyError::Same => "This is the text that is in force. Nothing would change",
        ProposePolicyError::NotPermitted(_) | ProposePolicyError::Store(_) => "",
    }
}
