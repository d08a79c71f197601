//! How PostgreSQL refused, and whether that is the control that had to refuse. Told by SQLSTATE, constraint and the
//! server's own routine, never by a message, which depends on its language.

use std::fmt;

use tokio_postgres::error::{DbError, SqlState};

/// What came of a statement: how many rows it saw or touched, or why it was refused.
pub(super) type Tried = Result<u64, Refusal>;

/// PostgreSQL's error.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) code: SqlState,
    constraint: Option<String>,
    column: Option<String>,
    routine: Option<String>,
    message: String,
}

impl From<&DbError> for Refusal {
    fn from(error: &DbError) -> Self {
        Self {
            code: error.code().clone(),
            constraint: error.constraint().map(str::to_owned),
            column: error.column().map(str::to_owned),
            routine: error.routine().map(str::to_owned),
            message: error.message().to_owned(),
        }
    }
}

impl Refusal {
    /// Whether it names this constraint.
    pub(super) fn is_by(&self, name: &str) -> bool {
        self.constraint.as_deref() == Some(name)
    }
}

/// The control that must refuse.
#[derive(Debug, Clone, Copy)]
pub(super) enum Control {
    /// The role has no such right.
    Grant,
    /// The row would not be this tenant's.
    RowSecurity,
    /// Row-level security shows nothing: no row is seen or touched.
    Unseen,
    /// The forged value is not what is stored.
    Replaced(&'static str),
    /// A check or a trigger.
    Rule(&'static str),
    /// A foreign key.
    Key(&'static str),
    /// A unique key.
    Unique(&'static str),
    /// A column that must be given.
    Given(&'static str),
    /// No tenant was ever set.
    NeverSet,
    /// The tenant is empty.
    Empty,
}

impl Control {
    /// Whether it is this control that refused.
    pub(super) fn refused(self, tried: &Tried) -> bool {
        let refusal = match (self, tried) {
            (Self::Unseen | Self::Replaced(_), Ok(rows)) => return *rows == 0,
            (_, Ok(_)) => return false,
            (_, Err(refusal)) => refusal,
        };
        let is = |code: &SqlState| refusal.code == *code;
        let routine = |name| refusal.routine.as_deref() == Some(name);
        match self {
            Self::Grant => is(&SqlState::INSUFFICIENT_PRIVILEGE) && routine("aclcheck_error"),
            Self::RowSecurity => {
                is(&SqlState::INSUFFICIENT_PRIVILEGE) && routine("ExecWithCheckOptions")
            }
            Self::Unseen | Self::Replaced(_) => false,
            Self::Rule(name) => is(&SqlState::CHECK_VIOLATION) && refusal.is_by(name),
            Self::Key(name) => is(&SqlState::FOREIGN_KEY_VIOLATION) && refusal.is_by(name),
            Self::Unique(name) => is(&SqlState::UNIQUE_VIOLATION) && refusal.is_by(name),
            Self::Given(column) => {
                is(&SqlState::NOT_NULL_VIOLATION) && refusal.column.as_deref() == Some(column)
            }
            Self::NeverSet => is(&SqlState::UNDEFINED_OBJECT),
            Self::Empty => is(&SqlState::INVALID_TEXT_REPRESENTATION),
        }
    }
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grant => f.write_str("grants"),
            Self::RowSecurity | Self::Unseen => f.write_str("row-level security"),
            Self::Replaced(by) => write!(f, "trigger {by}"),
            Self::Rule(name) => write!(f, "rule {name}"),
            Self::Key(name) => write!(f, "foreign key {name}"),
            Self::Unique(name) => write!(f, "unique key {name}"),
            Self::Given(column) => write!(f, "not null {column}"),
            Self::NeverSet => f.write_str("no tenant set"),
            Self::Empty => f.write_str("empty tenant"),
        }
    }
}

/// What happened where something else had to happen.
pub(super) fn instead(tried: &Tried) -> String {
    match tried {
        Ok(rows) => format!("it was possible ({rows} rows)"),
        Err(refusal) => format!(
            "it was refused for another reason: {} {} {}",
            refusal.code.code(),
            refusal.constraint.as_deref().unwrap_or_default(),
            refusal.message
        ),
    }
}
