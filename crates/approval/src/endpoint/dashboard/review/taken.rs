//! Who is looking at a case, until when an answer is due, and the button that takes it or hands it back. It keeps nobody
//! from deciding.

use narthex_http::page::{Badge, Icon, Tone, When};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{Id, RequestState, kind};

use super::super::paths;
use crate::assignment;
use crate::store::dashboard_people::name_of;
use crate::store::dashboard_review::Case;

/// The form that takes a case or hands it back.
pub(super) struct Taken {
    pub(super) action: String,
    pub(super) version: i32,
    /// Who has it, as the form sends it back; empty for nobody.
    pub(super) seen: String,
    pub(super) button: String,
}

fn waits(case: &Case) -> bool {
    matches!(
        case.request.state,
        RequestState::InReview | RequestState::AwaitingSecond
    )
}

/// Who has it and until when it is to be answered, while it waits for staff.
pub(super) fn badges(case: &Case) -> Vec<Badge> {
    if !waits(case) {
        return Vec::new();
    }
    let due = assignment::due(case.request.at.environment, case.created_at);
    let due = format!("Answer due {}", When::new(due).text());
    let mut badges = vec![Badge::new(Tone::Neutral, due).icon(Icon::Clock)];
    if let Some(taken) = case.taken {
        let by = format!("Under review by {}", name_of(&case.people, taken.by));
        badges.push(Badge::new(Tone::Info, by));
    }
    badges
}

/// What this person can do about it, while it waits for staff.
pub(super) fn taken(tenant: &Tenant, case: &Case, me: Id<kind::Member>) -> Option<Taken> {
    let at = case.request.at;
    let path = paths::request(&tenant.slug, at.environment, at.id);
    let (act, button) = match case.taken {
        Some(taken) if taken.by == me => ("hand-back", "Hand this request back".to_owned()),
        Some(taken) => {
            let name = name_of(&case.people, taken.by);
            ("take", format!("Take over from {name}"))
        }
        None => ("take", "Take this request".to_owned()),
    };
    waits(case).then(|| Taken {
        action: format!("{path}/{act}"),
        version: at.version,
        seen: case
            .taken
            .map_or_else(String::new, |taken| taken.by.to_string()),
        button,
    })
}
