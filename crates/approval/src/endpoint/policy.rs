//! The pages of policies, as portal and dashboard show them alike: the versions, one of them with its simulator, the draft,
//! and the second person's. They get a frame and what was read; they read nothing and decide nothing.

pub(crate) mod answer;
pub(crate) mod draft;
pub(crate) mod list;
pub(crate) mod source_diff;
pub(crate) mod trial;
pub(crate) mod version;

use narthex_http::page::{Badge, Icon, Shell, Tone};
use narthex_policy::Verdict;

use crate::policy_version::{PolicyVersion, VersionState};

/// The frame of a page, and where policies are in its console.
pub(crate) struct Frame {
    /// The frame.
    pub(crate) shell: Shell,
    /// The path of the list, as `/policies`.
    pub(crate) base: String,
}

/// The path of a version.
pub(crate) fn version_path(base: &str, number: i32) -> String {
    format!("{base}/versions/{number}")
}

/// How far a version has come.
pub(crate) fn state_badge(state: VersionState) -> Badge {
    let badge = |tone| Badge::new(tone, state.label());
    match state {
        VersionState::Draft | VersionState::Retired => badge(Tone::Neutral),
        VersionState::Proposed => badge(Tone::Warn).icon(Icon::Clock),
        VersionState::Published => badge(Tone::Ok).icon(Icon::Tick),
    }
}

/// What policies say, in the words of the house.
pub(crate) fn verdict_badge(word: &str) -> Badge {
    let Ok(verdict) = word.parse::<Verdict>() else {
        return Badge::new(Tone::Neutral, word);
    };
    let tone = match verdict {
        Verdict::Allow => Tone::Ok,
        Verdict::Deny => Tone::Danger,
        Verdict::NeedsPerson | Verdict::NeedsTwo => Tone::Warn,
    };
    Badge::new(tone, verdict.label())
}

/// What a version is called in lists and titles.
pub(crate) fn title(version: &PolicyVersion) -> String {
    format!("Version {}", version.number)
}
