//! The versions of a policy: what is in force, what is written or waits, what was. With the baseline that all of it rests
//! on, and what a policy may ask about.

use askama::Template;
use narthex_http::page::{Badge, Shell, When};

use super::{Frame, state_badge, title, version_path};
use crate::policy_version::{PolicyVersion, VersionState};

/// A version in the list.
pub(crate) struct Row {
    title: String,
    href: String,
    state: Badge,
    note: String,
    author: String,
    at: When,
}

/// A proposal of a tenant that nobody of the tenant can confirm.
pub(crate) struct Waiting {
    /// Whose.
    pub(crate) whose: String,
    /// Why.
    pub(crate) reason: String,
    /// Who proposed it.
    pub(crate) by: String,
    /// When.
    pub(crate) at: When,
    /// Where it is answered.
    pub(crate) href: String,
}

/// The page.
#[derive(Template)]
#[template(path = "policy/list.html")]
pub(crate) struct ListPage {
    shell: Shell,
    base: String,
    intro: &'static str,
    may_edit: bool,
    who_may: String,
    open: Option<Row>,
    rows: Vec<Row>,
    waiting: Vec<Waiting>,
    /// Rules and what they may ask about: of requests, and of calls.
    baseline: [(&'static str, &'static str); 2],
    baseline_version: String,
}

/// What the page says about who may write.
pub(crate) struct May {
    /// The reader may write.
    pub(crate) edit: bool,
    /// Who may, when the reader may not.
    pub(crate) who: String,
}

/// The list, newest first.
pub(crate) fn page(
    frame: Frame,
    intro: &'static str,
    versions: &[PolicyVersion],
    waiting: Vec<Waiting>,
    may: May,
) -> ListPage {
    let Frame { shell, base } = frame;
    let row = |version: &PolicyVersion| Row {
        title: title(version),
        href: version_path(&base, version.number),
        state: state_badge(version.state),
        note: version.note.clone(),
        author: version.author.1.clone(),
        at: When::new(version.published_at.unwrap_or(version.changed_at)),
    };
    let is_open = |version: &&PolicyVersion| {
        matches!(version.state, VersionState::Draft | VersionState::Proposed)
    };
    ListPage {
        intro,
        may_edit: may.edit,
        who_may: may.who,
        open: versions.iter().find(is_open).map(row),
        rows: versions
            .iter()
            .filter(|version| !is_open(version))
            .map(row)
            .collect(),
        waiting,
        baseline: narthex_policy::texts(),
        baseline_version: narthex_policy::screening_version(),
        shell,
        base,
    }
}
