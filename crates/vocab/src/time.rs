//! The one type of a moment. It never reads a clock: a moment is a parameter.

/// A moment in UTC.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
