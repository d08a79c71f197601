//! What of a client's metadata an environment's rules do not take: the rule, what was seen, what is wanted, what helps.
//! All of it is for those entitled to know; a stranger hears the coarse code of RFC 7591 section 3.2.2 alone.

use std::fmt;

use crate::metadata_error::RegistrationErrorCode;

/// A rule of [`MetadataRules`](crate::MetadataRules), by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetadataRule {
    /// The host of a redirect URI.
    RedirectHost,
    /// A redirect URI on the person's own machine.
    Loopback,
    /// A redirect URI of an application's own scheme.
    AppScheme,
    /// The host of a page, logo or key set.
    PageHost,
    /// A member that is not taken at all.
    Member,
    /// The domain of a contact.
    Contact,
}

impl MetadataRule {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::RedirectHost,
        Self::Loopback,
        Self::AppScheme,
        Self::PageHost,
        Self::Member,
        Self::Contact,
    ];

    /// The rule's name, as pages and logs cite it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RedirectHost => "M-01",
            Self::Loopback => "M-02",
            Self::AppScheme => "M-03",
            Self::PageHost => "M-04",
            Self::Member => "M-05",
            Self::Contact => "M-06",
        }
    }

    /// What the rule wants.
    pub const fn required(self) -> &'static str {
        match self {
            Self::RedirectHost => "A redirect address is at a listed or a proved host.",
            Self::Loopback => "No redirect address is on the person's own computer.",
            Self::AppScheme => "A redirect address of an app has a scheme that the list allows.",
            Self::PageHost => "A page, logo or key set is at a listed or a proved host.",
            Self::Member => "Only the members that the environment takes are sent.",
            Self::Contact => "A contact is a mail address at a listed domain.",
        }
    }

    /// What the person who asked, or an owner, can do.
    pub const fn fix(self) -> &'static str {
        match self {
            Self::RedirectHost => {
                "Use another address, prove the host, or have an owner put it on the list."
            }
            Self::Loopback => "Use an https address, or have an owner allow this computer.",
            Self::AppScheme => "Use an https address, or have an owner put the scheme on the list.",
            Self::PageHost => {
                "Leave the address out, prove its host, or have an owner put it on the list."
            }
            Self::Member => "Leave the member out, or have an owner allow it.",
            Self::Contact => "Leave the contact out, or have an owner put its domain on the list.",
        }
    }

    /// All that a stranger is told.
    pub const fn code(self) -> RegistrationErrorCode {
        match self {
            Self::RedirectHost | Self::Loopback | Self::AppScheme => {
                RegistrationErrorCode::InvalidRedirectUri
            }
            Self::PageHost | Self::Member | Self::Contact => {
                RegistrationErrorCode::InvalidClientMetadata
            }
        }
    }
}

crate::word::closed_word!(MetadataRule, "metadata rule");

/// One value that a rule does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The rule.
    pub rule: MetadataRule,
    /// The member, with its place in a list: `redirect_uris[2]`.
    pub member: String,
    /// What was seen, in a sentence without its full stop.
    pub observed: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.rule, self.member, self.observed)
    }
}

/// Everything that the rules do not take; at least one breach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disallowed {
    first: Breach,
    more: Vec<Breach>,
}

impl Disallowed {
    /// These breaches, when there is one.
    pub(crate) fn of(breaches: impl IntoIterator<Item = Breach>) -> Option<Self> {
        let mut breaches = breaches.into_iter();
        let first = breaches.next()?;
        let more = breaches.collect();
        Some(Self { first, more })
    }

    /// Every breach, redirect addresses first.
    pub fn breaches(&self) -> impl Iterator<Item = &Breach> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// All that a stranger is told: the code of the first breach.
    pub const fn code(&self) -> RegistrationErrorCode {
        self.first.rule.code()
    }
}

impl fmt::Display for Disallowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        self.more.iter().try_for_each(|more| write!(f, "; {more}"))
    }
}

impl std::error::Error for Disallowed {}
