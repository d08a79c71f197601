//! How far a tool or scope reaches. It never decides: policy does.

/// The worst that a tool or scope can do, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Risk {
    /// Looks, changes nothing.
    Read,
    /// Adds or changes data.
    Change,
    /// Removes data for good.
    Delete,
    /// Changes who may do what.
    Admin,
}

impl Risk {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Read, Self::Change, Self::Delete, Self::Admin];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Change => "change",
            Self::Delete => "delete",
            Self::Admin => "admin",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::Change => "Change",
            Self::Delete => "Delete",
            Self::Admin => "Admin",
        }
    }
}

crate::word::closed_word!(Risk, "risk");
