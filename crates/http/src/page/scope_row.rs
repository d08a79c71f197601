//! The scope matrix: one row a scope or tool, one column an environment. Display only.

use super::{Badge, Field, RiskLevel};

/// What stands in an environment's column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A word (`Granted`, `Requested`, `Not asked`).
    Text(String),
    /// A state.
    Badge(Badge),
    /// A box to tick, while asking.
    Tick {
        /// Form field name.
        name: String,
        /// Form field value, the scope.
        value: String,
        /// Ticked already.
        ticked: bool,
        /// What the box means without the table around it (`tickets:read in production`).
        label: String,
    },
}

impl Cell {
    /// The word, if the cell is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Badge(_) | Self::Tick { .. } => None,
        }
    }

    /// The badge, if the cell is one.
    pub fn badge(&self) -> Option<&Badge> {
        match self {
            Self::Badge(badge) => Some(badge),
            Self::Text(_) | Self::Tick { .. } => None,
        }
    }

    /// Name, value, ticked and label of the box, if the cell is one.
    pub fn tick(&self) -> Option<(&str, &str, bool, &str)> {
        match self {
            Self::Tick {
                name,
                value,
                ticked,
                label,
            } => Some((name, value, *ticked, label)),
            Self::Text(_) | Self::Badge(_) => None,
        }
    }
}

/// One scope or tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeRow {
    /// As it stands in a token (`tickets:delete`).
    pub scope: String,
    /// As a verb that a person uses (`Delete tickets for good`).
    pub meaning: String,
    /// How dangerous it is.
    pub risk: RiskLevel,
    /// The sandbox column.
    pub sandbox: Cell,
    /// The production column.
    pub production: Cell,
    /// Why the tenant asks for it, in their words.
    pub reason: Option<String>,
    /// The reviewer's offer, or the tenant's reason, as a field of the row; its label is for screen readers only.
    pub field: Option<Field>,
    /// More fields of the row, folded away while they are empty.
    pub more: Vec<Field>,
}

impl ScopeRow {
    /// A row without a field.
    pub fn new(
        scope: impl Into<String>,
        meaning: impl Into<String>,
        risk: RiskLevel,
        columns: [Cell; 2],
    ) -> Self {
        let [sandbox, production] = columns;
        Self {
            scope: scope.into(),
            meaning: meaning.into(),
            risk,
            sandbox,
            production,
            reason: None,
            field: None,
            more: Vec::new(),
        }
    }

    /// Why the tenant asks for it.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The field of the row.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.field = Some(field);
        self
    }

    /// More fields of the row.
    #[must_use]
    pub fn more(mut self, fields: Vec<Field>) -> Self {
        self.more = fields;
        self
    }

    /// Whether one of the further fields holds something, or something is wrong with it.
    pub fn more_is_open(&self) -> bool {
        let used = |field: &Field| !field.value.is_empty() || field.error.is_some();
        self.more.iter().any(used)
    }
}
