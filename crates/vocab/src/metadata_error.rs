//! Why client metadata was refused (RFC 7591 section 3.2.2): a coarse code for the wire, the
//! member and a sentence for people. It never repeats more than a little of what was sent.

use crate::host::HostError;
use crate::key_set::KeySetError;
use crate::language_tag::LanguageTagError;
use crate::name::NameError;
use crate::redirect_uri::RedirectUriError;
use crate::scope_set::ScopeSetError;
use crate::web_uri::WebUriError;
use crate::word::UnknownWord;
use crate::workload_identity::WorkloadIdentityError;

/// The error codes of RFC 7591 section 3.2.2 that metadata itself can cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistrationErrorCode {
    /// One or more redirect URIs are not acceptable.
    InvalidRedirectUri,
    /// Another member is not acceptable.
    InvalidClientMetadata,
}

impl RegistrationErrorCode {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::InvalidRedirectUri, Self::InvalidClientMetadata];

    /// The value of `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
        }
    }
}

crate::word::closed_word!(RegistrationErrorCode, "registration error");

/// A refusal of client metadata; its text is fit for `error_description`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {why}")]
pub struct MetadataError {
    /// The code for the wire.
    pub code: RegistrationErrorCode,
    /// The member at fault, with its place in a list: `redirect_uris[2]`.
    pub member: String,
    /// What is wrong with it.
    pub why: MetadataProblem,
}

/// What can be wrong with a member.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataProblem {
    /// Another JSON type than the member has.
    #[error("it is not {expected}")]
    Type {
        /// The type, with its article.
        expected: &'static str,
    },
    /// It is needed and absent.
    #[error("it is missing; {reason}")]
    Missing {
        /// What needs it.
        reason: &'static str,
    },
    /// A list with too many entries.
    #[error("it has more than {max} entries")]
    TooMany {
        /// The most allowed.
        max: usize,
    },
    /// A member in too many languages.
    #[error("it is there in more than {max} languages")]
    TooManyLanguages {
        /// The most allowed.
        max: usize,
    },
    /// It contradicts another member.
    #[error("{reason}")]
    Conflict {
        /// Which one and how.
        reason: &'static str,
    },
    /// A word we do not offer.
    #[error("{0}")]
    Word(#[from] UnknownWord),
    /// A redirect URI.
    #[error("{0}")]
    RedirectUri(#[from] RedirectUriError),
    /// An https address.
    #[error("{0}")]
    WebUri(#[from] WebUriError),
    /// A name.
    #[error("{0}")]
    Name(#[from] NameError),
    /// The scopes.
    #[error("{0}")]
    Scope(#[from] ScopeSetError),
    /// The keys.
    #[error("{0}")]
    Keys(#[from] KeySetError),
    /// The workload that the client is.
    #[error("{0}")]
    Workload(#[from] WorkloadIdentityError),
    /// A host.
    #[error("{0}")]
    Host(#[from] HostError),
    /// The language behind the `#`.
    #[error("{0}")]
    Language(#[from] LanguageTagError),
}

impl MetadataError {
    pub(crate) fn client(member: impl Into<String>, why: impl Into<MetadataProblem>) -> Self {
        let code = RegistrationErrorCode::InvalidClientMetadata;
        Self {
            code,
            member: member.into(),
            why: why.into(),
        }
    }

    pub(crate) fn redirect(member: impl Into<String>, why: impl Into<MetadataProblem>) -> Self {
        let code = RegistrationErrorCode::InvalidRedirectUri;
        Self {
            code,
            member: member.into(),
            why: why.into(),
        }
    }
}
