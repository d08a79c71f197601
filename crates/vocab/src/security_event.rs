//! What a receiver can hear of (CAEP 1.0, RISC 1.0, OpenID Shared Signals Framework 1.0 section 8), and how a stream of it stands. It
//! never says what happened to whom.

/// A kind of security event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecurityEvent {
    /// Tokens count no more: those of a client, of what a person allowed, or of a session (CAEP).
    SessionRevoked,
    /// A credential of a client was made or ended (CAEP).
    CredentialChange,
    /// A client reaches less than its tokens say (CAEP).
    TokenClaimsChange,
    /// A client was stopped (RISC).
    AccountDisabled,
    /// A client goes on (RISC).
    AccountEnabled,
    /// The receiver asked for it (SSF).
    Verification,
    /// The stream stands otherwise than the receiver left it (SSF).
    StreamUpdated,
}

impl SecurityEvent {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::SessionRevoked,
        Self::CredentialChange,
        Self::TokenClaimsChange,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::Verification,
        Self::StreamUpdated,
    ];

    /// Those that a receiver chooses from; the others belong to every stream.
    pub const CHOSEN: &'static [Self] = &[
        Self::SessionRevoked,
        Self::CredentialChange,
        Self::TokenClaimsChange,
        Self::AccountDisabled,
        Self::AccountEnabled,
    ];

    /// The text form, as in rows and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionRevoked => "session-revoked",
            Self::CredentialChange => "credential-change",
            Self::TokenClaimsChange => "token-claims-change",
            Self::AccountDisabled => "account-disabled",
            Self::AccountEnabled => "account-enabled",
            Self::Verification => "verification",
            Self::StreamUpdated => "stream-updated",
        }
    }

    /// The event type, as on the wire.
    pub const fn uri(self) -> &'static str {
        match self {
            Self::SessionRevoked => {
                "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
            }
            Self::CredentialChange => {
                "https://schemas.openid.net/secevent/caep/event-type/credential-change"
            }
            Self::TokenClaimsChange => {
                "https://schemas.openid.net/secevent/caep/event-type/token-claims-change"
            }
            Self::AccountDisabled => {
                "https://schemas.openid.net/secevent/risc/event-type/account-disabled"
            }
            Self::AccountEnabled => {
                "https://schemas.openid.net/secevent/risc/event-type/account-enabled"
            }
            Self::Verification => "https://schemas.openid.net/secevent/ssf/event-type/verification",
            Self::StreamUpdated => {
                "https://schemas.openid.net/secevent/ssf/event-type/stream-updated"
            }
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::SessionRevoked => "Tokens count no more",
            Self::CredentialChange => "A credential was made or ended",
            Self::TokenClaimsChange => "A client reaches less",
            Self::AccountDisabled => "A client was stopped",
            Self::AccountEnabled => "A client goes on",
            Self::Verification => "A test",
            Self::StreamUpdated => "This stream was changed",
        }
    }

    /// The kind that has this event type and can be chosen.
    pub fn chosen_by_uri(uri: &str) -> Option<Self> {
        let mut chosen = Self::CHOSEN.iter().copied();
        chosen.find(|event| event.uri() == uri)
    }
}

crate::word::closed_word!(SecurityEvent, "security event");

/// How a stream of events stands (SSF 1.0 section 8.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamStatus {
    /// Events are delivered.
    Enabled,
    /// Events are kept and not delivered.
    Paused,
    /// Events are neither kept nor delivered.
    Disabled,
}

impl StreamStatus {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Enabled, Self::Paused, Self::Disabled];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Enabled => "Delivers",
            Self::Paused => "Paused",
            Self::Disabled => "Off",
        }
    }
}

crate::word::closed_word!(StreamStatus, "stream status");

#[cfg(test)]
mod tests {
    use super::SecurityEvent;

    #[test]
    fn what_belongs_to_every_stream_is_not_chosen() {
        for event in SecurityEvent::ALL {
            let chosen = SecurityEvent::CHOSEN.contains(event);
            assert_eq!(
                SecurityEvent::chosen_by_uri(event.uri()).is_some(),
                chosen,
                "{event}"
            );
            assert!(event.uri().ends_with(event.as_str()), "{event}");
        }
        assert_eq!(SecurityEvent::chosen_by_uri("session-revoked"), None);
    }
}
