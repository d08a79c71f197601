//! A warning in words, for the pages of the dashboard and of the portal.

use narthex_http::page::{Badge, Fact, Icon, Tone, When};
use narthex_vocab::Timestamp;

use crate::warning::{Warned, Warning};

/// Until when people are warned.
pub(crate) fn ends(warning: Warning) -> String {
    let people = warning.people().map(|people| match people {
        1 => "until 1 person has allowed it".to_owned(),
        people => format!("until {people} people have allowed it"),
    });
    let until = warning
        .until()
        .map(|until| format!("until {}", When::new(until).text()));
    match (until, people) {
        (Some(until), Some(people)) => format!("{until}, or {people}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => String::new(),
    }
}

/// A warning and how far it has come, as a line of a client's facts.
pub(crate) fn fact(warned: Warned, now: Timestamp) -> Fact {
    let badge = if warned.is_in_force(now) {
        Badge::new(Tone::Warn, "People are warned").icon(Icon::Warning)
    } else {
        Badge::new(Tone::Neutral, "Over")
    };
    let so_far = match warned.allowed {
        0 => "Nobody has allowed it yet.".to_owned(),
        1 => "1 person has allowed it so far.".to_owned(),
        people => format!("{people} people have allowed it so far."),
    };
    Fact::new("Approved with a warning")
        .badge(badge)
        .and_text(format!("It lasts {}.", ends(warned.warning)))
        .and_text(so_far)
}
