//! The database roles that serve requests.

use std::fmt;

use crate::database::DatabaseUrls;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The public plane.
    Discovery,
    /// The private plane.
    Approval,
    /// Staff reading across tenants.
    Staff,
    /// The token plane.
    Token,
}

impl Role {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Discovery, Self::Approval, Self::Staff, Self::Token];

    /// For people.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Approval => "approval",
            Self::Staff => "staff",
            Self::Token => "token",
        }
    }

    /// Where it signs in.
    pub(super) fn url(self, urls: &DatabaseUrls) -> &str {
        match self {
            Self::Discovery => &urls.discovery,
            Self::Approval => &urls.approval,
            Self::Staff => &urls.staff,
            Self::Token => &urls.token,
        }
    }

    /// In PostgreSQL.
    pub(super) const fn in_database(self) -> &'static str {
        match self {
            Self::Discovery => "narthex_discovery",
            Self::Approval => "narthex_approval",
            Self::Staff => "narthex_staff",
            Self::Token => "narthex_token",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
