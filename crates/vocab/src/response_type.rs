//! What the authorization endpoint may answer with: a code. It never answers with a token.

/// An OAuth response type (RFC 7591 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResponseType {
    /// An authorization code.
    Code,
}

impl ResponseType {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Code];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
        }
    }
}

crate::word::closed_word!(ResponseType, "response type");
