//! What can go wrong between us and a store. It never carries a row's content to a caller.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of Postgres or Redis, or a row that does not parse.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection could be had, or it broke: try again later (503).
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    /// A constraint refused the write; [`StoreError::constraint`] names it.
    #[error("refused by constraint {constraint}: {message}")]
    Refused {
        /// The name of the constraint, index or trigger that refused.
        constraint: String,
        /// What the database said.
        message: String,
    },
    /// The row that was asked for is not there, or belongs to somebody else.
    #[error("no such row")]
    NotFound,
    /// A stored value does not parse into its noun.
    #[error("corrupt value in {table}.{column}")]
    Corrupt {
        /// The table, with its schema.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// Anything else the database refused: a defect of ours.
    #[error("query failed: {0}")]
    Query(DieselError),
}

impl StoreError {
    /// A [`StoreError::Corrupt`] for use with `map_err`.
    pub fn corrupt<E>(table: &'static str, column: &'static str) -> impl FnOnce(E) -> Self {
        move |_| Self::Corrupt { table, column }
    }

    /// The constraint that refused the write, when one did.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Refused { constraint, .. } => Some(constraint),
            Self::Unavailable(_) | Self::NotFound | Self::Corrupt { .. } | Self::Query(_) => None,
        }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Unavailable(info.message().to_owned())
            }
            DieselError::DatabaseError(_, ref info) if info.constraint_name().is_some() => {
                Self::Refused {
                    constraint: info.constraint_name().unwrap_or_default().to_owned(),
                    message: info.message().to_owned(),
                }
            }
            other => Self::Query(other),
        }
    }
}
