//! How the dashboard says what it knows: states as badges, risks, ages, names that nobody checked. It decides nothing.

use narthex_http::page::{Badge, Icon, RiskLevel, Tone};
use narthex_vocab::{
    AttemptOutcome, ClaimState, ClientMetadata, ClientName, ClientState, OptionalMember, Page,
    QuarantineState, RedirectUriKind, RequestState, Risk, Timestamp,
};

/// The state of a case.
pub(crate) fn request_state(state: RequestState) -> Badge {
    use RequestState as S;
    let badge = |tone| Badge::new(tone, state.label());
    match state {
        S::Draft | S::Withdrawn | S::Lapsed => badge(Tone::Neutral),
        S::Submitted | S::Screening | S::InReview | S::AwaitingSecond => badge(Tone::Info),
        S::ChangesRequested | S::RejectedByPolicy | S::Offered => badge(Tone::Warn),
        S::Rejected | S::RejectedAndBlocked | S::Refused => badge(Tone::Danger).icon(Icon::Cross),
        S::AutoApproved | S::Approved => badge(Tone::Ok).icon(Icon::Tick),
    }
}

/// The state of a client.
pub(crate) fn client_state(state: ClientState) -> Badge {
    use ClientState as S;
    let badge = |tone| Badge::new(tone, state.label());
    match state {
        S::AwaitingCredentials => badge(Tone::Info).icon(Icon::Clock),
        S::Active => badge(Tone::Live),
        S::Restricted => badge(Tone::Warn).icon(Icon::Warning),
        S::Suspended | S::Revoked => badge(Tone::Danger).icon(Icon::Cross),
        S::Expired => badge(Tone::Neutral),
    }
}

/// The state of a registration in quarantine.
pub(crate) fn quarantine_state(state: QuarantineState) -> Badge {
    use QuarantineState as S;
    let badge = |tone| Badge::new(tone, state.label());
    match state {
        S::Quarantined => badge(Tone::Quarantine),
        S::Linked => badge(Tone::Info),
        S::Activated => badge(Tone::Ok).icon(Icon::Tick),
        S::Blocked => badge(Tone::Danger).icon(Icon::Cross),
        S::Expired => badge(Tone::Neutral),
    }
}

/// How the registrations of a family stand.
pub(crate) fn family_state(state: Option<QuarantineState>) -> Badge {
    state.map_or_else(
        || Badge::new(Tone::Neutral, "No registration"),
        quarantine_state,
    )
}

/// How an invitation to claim stands.
pub(crate) fn claim_state(state: ClaimState) -> Badge {
    use ClaimState as S;
    let badge = |tone| Badge::new(tone, state.label());
    match state {
        S::Open => badge(Tone::Info).icon(Icon::Clock),
        S::Claimed => badge(Tone::Ok).icon(Icon::Tick),
        S::Disowned => badge(Tone::Warn),
        S::Lapsed => badge(Tone::Neutral),
    }
}

/// What came of one attempt.
pub(crate) fn outcome(outcome: AttemptOutcome) -> Badge {
    use AttemptOutcome as O;
    let badge = |tone| Badge::new(tone, outcome.label());
    match outcome {
        O::Malformed | O::Limited => badge(Tone::Warn),
        O::Blocked | O::Refused => badge(Tone::Danger).icon(Icon::Cross),
        O::Joined => badge(Tone::Neutral),
        O::Quarantined | O::Deferred => badge(Tone::Quarantine),
        O::Updated => badge(Tone::Info),
        O::Activated => badge(Tone::Ok).icon(Icon::Tick),
    }
}

/// The level of a risk score, as screening reads it.
pub(crate) fn level(score: u8) -> RiskLevel {
    use narthex_policy::RiskLevel as P;
    match P::of(score) {
        P::Low => RiskLevel::Low,
        P::Medium => RiskLevel::Medium,
        P::High => RiskLevel::High,
        P::Critical => RiskLevel::Critical,
    }
}

/// What the worst that a scope can do means for a reviewer.
pub(crate) fn reach_risk(risk: Risk) -> RiskLevel {
    match risk {
        Risk::Read => RiskLevel::Low,
        Risk::Change => RiskLevel::Medium,
        Risk::Delete => RiskLevel::High,
        Risk::Admin => RiskLevel::Critical,
    }
}

/// A name that a client gives itself: in quotes, since nobody checked it.
pub(crate) fn quoted(metadata: &ClientMetadata) -> String {
    metadata
        .client_name()
        .map_or_else(|| "No name given".to_owned(), in_quotes)
}

/// A name in quotes.
pub(crate) fn in_quotes(name: &ClientName) -> String {
    format!("“{name}”")
}

/// What an address of a client's metadata leads to, with the language that it is for.
pub(crate) fn page(page: &Page<'_>) -> String {
    let what = match page.member {
        OptionalMember::ClientUri => "Home page",
        OptionalMember::LogoUri => "Logo, never loaded from there",
        OptionalMember::TosUri => "Terms",
        OptionalMember::PolicyUri => "Privacy policy",
        OptionalMember::JwksUri => "Key set",
        OptionalMember::Jwks
        | OptionalMember::BackchannelLogoutUri
        | OptionalMember::PostLogoutRedirectUris
        | OptionalMember::Scope
        | OptionalMember::Contacts
        | OptionalMember::SoftwareId
        | OptionalMember::SoftwareVersion => page.member.label(),
    };
    page.language
        .map_or_else(|| what.to_owned(), |tag| format!("{what} ({tag})"))
}

/// Where a redirect address leads, for people.
pub(crate) const fn leads_to(kind: RedirectUriKind) -> &'static str {
    match kind {
        RedirectUriKind::Https => "A web address",
        RedirectUriKind::Loopback => "A program on the person's own computer",
        RedirectUriKind::PrivateUse => "An app on the person's device",
    }
}

/// How long ago, roughly; always beside the moment itself.
pub(crate) fn age(now: Timestamp, then: Timestamp) -> String {
    roughly(now - then)
}

/// How long until, roughly.
pub(crate) fn left(now: Timestamp, then: Timestamp) -> String {
    roughly(then - now)
}

fn roughly(span: chrono::Duration) -> String {
    match span.num_minutes() {
        ..1 => "under 1 min".to_owned(),
        minutes @ 1..60 => format!("{minutes} min"),
        minutes @ 60..2_880 => format!("{} h", minutes / 60),
        minutes => format!("{} days", minutes / 1_440),
    }
}

/// A number with its noun (`1 scope`, `3 scopes`).
pub(crate) fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(20, "under 1 min")]
    #[case(60, "1 min")]
    #[case(59 * 60, "59 min")]
    #[case(60 * 60, "1 h")]
    #[case(47 * 60 * 60, "47 h")]
    #[case(48 * 60 * 60, "2 days")]
    #[case(-5, "under 1 min")]
    fn ages_are_rough(#[case] seconds: i64, #[case] text: &str) {
        assert_eq!(roughly(chrono::Duration::seconds(seconds)), text);
    }

    #[test]
    fn one_is_one() {
        assert_eq!(counted(1, "scope", "scopes"), "1 scope");
        assert_eq!(counted(0, "scope", "scopes"), "0 scopes");
    }
}
