//! What is fetched and what came back. It never parses a body.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use narthex_vocab::Picture;

/// What kind of document is fetched: it sets the limit and the content types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FetchKind {
    /// A client ID metadata document: 5 KiB of JSON.
    Document,
    /// A JWK set (RFC 7517 section 5): 64 KiB of JSON.
    KeySet,
    /// A well-known file that proves a host: 5 KiB of text or JSON.
    WellKnown,
    /// A logo: 256 KiB of a picture made of pixels.
    Picture,
}

impl FetchKind {
    /// The text form, for metrics and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::KeySet => "key_set",
            Self::WellKnown => "well_known",
            Self::Picture => "picture",
        }
    }

    /// The most bytes its body may have.
    pub const fn limit(self) -> usize {
        match self {
            Self::Document | Self::WellKnown => 5 * 1024,
            Self::KeySet => 64 * 1024,
            Self::Picture => Picture::MAX_BYTES,
        }
    }

    /// What it may be, for the request and for people.
    pub(crate) const fn accept(self) -> &'static str {
        match self {
            Self::Document => "application/json, application/*+json",
            Self::KeySet => "application/jwk-set+json, application/json",
            Self::WellKnown => "text/plain, application/json",
            Self::Picture => "image/png, image/jpeg, image/webp, image/gif",
        }
    }

    /// Whether a `Content-Type` value (RFC 9110 section 8.3) is one that this kind has.
    pub(crate) fn takes(self, content_type: &str) -> bool {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let essence = essence.to_ascii_lowercase();
        let json = essence == "application/json"
            || (essence.starts_with("application/") && essence.ends_with("+json"));
        match self {
            Self::Document | Self::KeySet => json,
            Self::WellKnown => json || essence == "text/plain",
            // Which of them it is, its bytes say.
            Self::Picture => matches!(
                essence.as_str(),
                "image/png" | "image/jpeg" | "image/webp" | "image/gif"
            ),
        }
    }
}

/// A document that passed every check but its own parsing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The body, as sent.
    pub body: Bytes,
    /// The `Content-Type`, as sent.
    pub content_type: String,
    /// The `ETag`, as sent.
    pub etag: Option<String>,
    /// How long to keep it: `Cache-Control: max-age` within 5 minutes to 24 hours.
    pub keep_for: Duration,
    /// Where it came from.
    pub address: IpAddr,
}

/// `max-age` (RFC 9111 section 5.2.2.1) within the limits; what forbids storing keeps the least.
pub(crate) fn keep_for(cache_control: Option<&str>) -> Duration {
    const LEAST: Duration = Duration::from_mins(5);
    const MOST: Duration = Duration::from_hours(24);
    let directives = cache_control.unwrap_or_default().to_ascii_lowercase();
    let mut seconds = None;
    for directive in directives.split(',').map(str::trim) {
        if matches!(directive, "no-store" | "no-cache") {
            return LEAST;
        }
        if let Some(value) = directive.strip_prefix("max-age=") {
            seconds = value.trim_matches('"').parse::<u64>().ok();
        }
    }
    seconds
        .map_or(LEAST, Duration::from_secs)
        .clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(FetchKind::Document, "application/json", true)]
    #[case(FetchKind::Document, "Application/JSON; charset=utf-8", true)]
    #[case(FetchKind::Document, "application/client-metadata+json", true)]
    #[case(FetchKind::Document, "text/plain", false)]
    #[case(FetchKind::Document, "text/html", false)]
    #[case(FetchKind::Document, "text/html; application/json", false)]
    #[case(FetchKind::Document, "text/x+json", false)]
    #[case(FetchKind::Document, "", false)]
    #[case(FetchKind::KeySet, "application/jwk-set+json", true)]
    #[case(FetchKind::KeySet, "application/octet-stream", false)]
    #[case(FetchKind::WellKnown, "text/plain;charset=utf-8", true)]
    #[case(FetchKind::WellKnown, "application/json", true)]
    #[case(FetchKind::WellKnown, "text/html", false)]
    #[case(FetchKind::Picture, "image/png", true)]
    #[case(FetchKind::Picture, "Image/WebP; x=y", true)]
    #[case(FetchKind::Picture, "image/svg+xml", false)]
    #[case(FetchKind::Picture, "text/html", false)]
    #[case(FetchKind::Picture, "application/json", false)]
    fn content_types_are_a_list(#[case] kind: FetchKind, #[case] value: &str, #[case] takes: bool) {
        assert_eq!(kind.takes(value), takes);
    }

    #[rstest]
    #[case(None, 300)]
    #[case(Some("max-age=0"), 300)]
    #[case(Some("public, max-age=3600"), 3600)]
    #[case(Some("Max-Age=\"600\""), 600)]
    #[case(Some("max-age=999999999"), 86_400)]
    #[case(Some("max-age=18446744073709551616"), 300)]
    #[case(Some("max-age=-1"), 300)]
    #[case(Some("no-store, max-age=3600"), 300)]
    #[case(Some("max-age=3600, no-cache"), 300)]
    fn ages_stay_within_limits(#[case] header: Option<&str>, #[case] seconds: u64) {
        assert_eq!(keep_for(header).as_secs(), seconds);
    }
}
