//! What the last act on an account led to, told on its page: a key in the query, fixed words here.

use actix_web::HttpResponse;
use narthex_http::StrictQuery;
use narthex_http::page::{Banner, Tone};

use crate::endpoint::portal::banner::see;

/// Everything that a redirect to the account may report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    PasswordChanged,
    SessionEnded,
    SessionsEnded,
    SecondFactorOff,
}

impl Told {
    const ALL: [Self; 4] = [
        Self::PasswordChanged,
        Self::SessionEnded,
        Self::SessionsEnded,
        Self::SecondFactorOff,
    ];

    const fn key(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password-changed",
            Self::SessionEnded => "session-ended",
            Self::SessionsEnded => "sessions-ended",
            Self::SecondFactorOff => "second-factor-off",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::PasswordChanged => "The password is changed. Every other session has ended.",
            Self::SessionEnded => "The session has ended. Whoever uses it has to sign in again.",
            Self::SessionsEnded => "Every session but this one has ended.",
            Self::SecondFactorOff => {
                "The second factor is off. Your password alone signs you in from now on."
            }
        }
    }

    /// To the page at `path`, which then reports it.
    pub(super) fn at(self, path: &str) -> HttpResponse {
        see(&format!("{path}?done={}", self.key()))
    }

    /// What the query reports, if it reports anything we know.
    pub(super) fn read(query: &StrictQuery) -> Option<Banner> {
        let key = query.one("done").ok().flatten()?;
        let told = Self::ALL.into_iter().find(|told| told.key() == key)?;
        Some(Banner::new(Tone::Ok, told.text()))
    }
}
