//! Which browser and system somebody uses, in a few words of ours, so that they recognise a session of theirs. Nothing of
//! the header is kept or shown, and nothing is decided by it.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::USER_AGENT;
use actix_web::{FromRequest, HttpRequest};

/// A browser and its system, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agent {
    browser: &'static str,
    system: Option<&'static str>,
}

/// The first that is in the header is it: newer browsers name the older ones that they are like.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

impl Agent {
    /// What a `User-Agent` header (RFC 9110 section 10.1.5) names.
    #[must_use]
    pub fn of(header: &str) -> Self {
        let named = |all: &[(&str, &'static str)]| {
            let first = all.iter().find(|(mark, _)| header.contains(mark));
            first.map(|(_, name)| *name)
        };
        Self {
            browser: named(&BROWSERS).unwrap_or("Another program"),
            system: named(&SYSTEMS),
        }
    }
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.browser)?;
        match self.system {
            Some(system) => write!(f, " on {system}"),
            None => Ok(()),
        }
    }
}

impl FromRequest for Agent {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request.into()))
    }
}

impl From<&HttpRequest> for Agent {
    fn from(request: &HttpRequest) -> Self {
        let header = request.headers().get(USER_AGENT);
        let text = header.and_then(|value| value.to_str().ok());
        Self::of(text.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_apart_and_nothing_sent_is_shown() {
        for (header, words) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            ("curl/8.9.1", "Another program"),
            ("<script>alert(1)</script>", "Another program"),
            ("", "Another program"),
        ] {
            assert_eq!(Agent::of(header).to_string(), words, "{header}");
        }
    }
}
