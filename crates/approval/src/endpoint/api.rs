//! The management API for staff: JSON in, JSON or problem details (RFC 9457) out. Each file is one endpoint; it calls the
//! same verb as the page of its name, so that the API can do what the dashboard can, and nothing more.

// What every endpoint shares.
pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod cursor;
pub(crate) mod fault;
pub(crate) mod moment;
pub(crate) mod once;
pub(crate) mod place;
pub(crate) mod reason;

// The endpoints.
pub(crate) mod clients;
pub(crate) mod confirm;
pub(crate) mod decide;
pub(crate) mod document;
pub(crate) mod inventory;
pub(crate) mod link;
pub(crate) mod me;
pub(crate) mod policies;
pub(crate) mod publish_policy;
pub(crate) mod quarantine;
pub(crate) mod requests;
pub(crate) mod step_up;
pub(crate) mod suspend;
pub(crate) mod together;
