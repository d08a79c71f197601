//! Sandbox or production: each is an issuer of its own. It never carries what one of them allows.

/// An environment of a tenant. Nothing is shared between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Environment {
    /// Where integrations are tried; its credentials and scopes are worth nothing in production.
    Sandbox,
    /// Where approved clients act.
    Production,
}

impl Environment {
    /// Both, sandbox first.
    pub const ALL: &'static [Self] = &[Self::Sandbox, Self::Production];

    /// The text form, as in paths and rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }

    /// The word people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sandbox => "Sandbox",
            Self::Production => "Production",
        }
    }
}

crate::word::closed_word!(Environment, "environment");
