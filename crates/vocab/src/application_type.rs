//! Where an application runs (OpenID Connect Dynamic Client Registration 1.0 section 2).

use crate::redirect_uri::{RedirectUri, RedirectUriKind};

/// An OIDC `application_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApplicationType {
    /// Runs on a server with an https address.
    Web,
    /// Runs on a person's device.
    Native,
}

impl ApplicationType {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Web, Self::Native];

    /// The type of an application that states none: native when every redirect address is its own on the device.
    pub fn of(redirects: &[RedirectUri]) -> Self {
        let on_device = |uri: &RedirectUri| uri.kind() != RedirectUriKind::Https;
        if !redirects.is_empty() && redirects.iter().all(on_device) {
            Self::Native
        } else {
            Self::Web
        }
    }

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Native => "native",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Web => "Web",
            Self::Native => "Native",
        }
    }
}

crate::word::closed_word!(ApplicationType, "application type");
