//! A moment as the API writes it.

use narthex_vocab::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// RFC 3339, in UTC.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = DateTime)]
pub(crate) struct Moment(Timestamp);

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}
