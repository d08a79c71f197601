//! Writing a draft: the text, what it is for, and what it may ask about. What is wrong comes back with its place, and what
//! was typed is kept.

use askama::Template;
use narthex_http::page::{ErrorSummary, Field, Shell};
use narthex_policy::{Problem, Whose};

use super::Frame;
use crate::draft_policy::DraftPolicyError;
use crate::endpoint::portal::problems::Problems;
use crate::policy_version::PolicyVersion;
use crate::prose::{ProseError, Reason};

/// What somebody typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    pub(crate) source: String,
    pub(crate) note: String,
    /// The hash of the draft before them, as hex; empty where there was none.
    pub(crate) seen: String,
}

/// The page.
#[derive(Template)]
#[template(path = "policy/draft.html")]
pub(crate) struct DraftPage {
    shell: Shell,
    base: String,
    errors: ErrorSummary,
    fields: [Field; 2],
    places: Vec<(String, String)>,
    seen: String,
    prefix: &'static str,
    /// What may be asked about a request, and about a call.
    schemas: [&'static str; 2],
}

/// What a first draft begins with.
const BEGINNING: &str = "// Each policy forbids. What no policy forbids is decided as before.\n";

impl Typed {
    /// What the form begins with: the open draft, else what is in force, else a first line.
    pub(crate) fn beginning(
        open: Option<&PolicyVersion>,
        published: Option<&PolicyVersion>,
    ) -> Self {
        let source = open
            .or(published)
            .map_or(BEGINNING, |version| version.source.as_str());
        Self {
            source: source.to_owned(),
            note: open.map_or_else(String::new, |version| version.note.clone()),
            seen: open.map_or_else(String::new, PolicyVersion::hash_text),
        }
    }

    /// What it is for, or the problem noted.
    pub(crate) fn note(&self, problems: &mut Problems) -> Option<Reason> {
        problems.keep("note", Reason::parse(&self.note), |error| match error {
            ProseError::TooShort(_) => "Enter what the version is for".to_owned(),
            ProseError::TooLong(most) => format!("Enter at most {most} characters"),
            ProseError::Control => "Remove the control characters".to_owned(),
        })
    }

    /// The hash that was before them; nothing where there was none.
    pub(crate) fn seen(&self) -> Option<[u8; 32]> {
        hex::decode(&self.seen).ok()?.try_into().ok()
    }
}

/// What the writer can mend, and each place of the text.
pub(crate) fn wrong(error: &DraftPolicyError, problems: &mut Problems) -> Vec<Problem> {
    match error {
        DraftPolicyError::Invalid(places) => {
            let words = match places.len() {
                1 => "The text has a problem; nothing is saved".to_owned(),
                many => format!("The text has {many} problems; nothing is saved"),
            };
            problems.add("source", words);
            places.clone()
        }
        DraftPolicyError::Proposed(number) => {
            let words = format!("Version {number} waits for a second person. Take it back first");
            problems.add("", words);
            Vec::new()
        }
        DraftPolicyError::Stale => {
            let words = "Somebody else has written the draft meanwhile. Your text is below; open the draft in another window to see theirs";
            problems.add("", words);
            Vec::new()
        }
        DraftPolicyError::NotPermitted(_) | DraftPolicyError::Store(_) => Vec::new(),
    }
}

/// The form, with what is wrong.
pub(crate) fn page(
    frame: Frame,
    whose: Whose,
    typed: &Typed,
    (problems, places): (&Problems, &[Problem]),
) -> DraftPage {
    let fields = [
        Field::area("source", "Policy text", 22)
            .hint("In Cedar. Each policy forbids, and has @id, @reason, @outcome and, if you like, @fix.")
            .value(typed.source.as_str())
            .mono(),
        Field::area("note", "What it is for", 2)
            .hint("The second person reads it, and it is kept with the version.")
            .value(typed.note.as_str()),
    ];
    let place = |one: &Problem| {
        let at = format!("Line {}, column {}", one.line, one.column);
        (at, one.message.clone())
    };
    DraftPage {
        shell: frame.shell.problem(!problems.is_empty()),
        base: frame.base,
        errors: problems.summary(),
        fields: fields.map(|field| problems.beside(field)),
        places: places.iter().map(place).collect(),
        seen: typed.seen.clone(),
        prefix: whose.prefix(),
        schemas: narthex_policy::texts().map(|(_, schema)| schema),
    }
}
