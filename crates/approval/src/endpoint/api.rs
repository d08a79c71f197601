//! The management API: JSON in, JSON or problem details (RFC 9457) out. Each file is about one thing; it calls the same
//! verbs as the pages about it, so that the API can do what the pages can, and nothing more. What is here is for staff;
//! `portal` is for people of tenants. Both share who calls, bodies, answers that are given once, cursors and faults.

// What every endpoint shares.
pub(crate) mod bearer;
pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod cursor;
pub(crate) mod document;
pub(crate) mod document_page;
pub(crate) mod fault;
pub(crate) mod holder;
pub(crate) mod moment;
pub(crate) mod once;
pub(crate) mod place;
pub(crate) mod reason;

// The endpoints of both listeners.
pub(crate) mod api_tokens;
pub(crate) mod me;
pub(crate) mod step_up;

// The endpoints for people of tenants.
pub(crate) mod portal;

// The endpoints for staff.
pub(crate) mod assignment;
pub(crate) mod attempts;
pub(crate) mod brakes;
pub(crate) mod brands;
pub(crate) mod clients;
pub(crate) mod confirm;
pub(crate) mod decide;
pub(crate) mod documents;
pub(crate) mod families;
pub(crate) mod inventory;
pub(crate) mod issuance;
pub(crate) mod lineage;
pub(crate) mod link;
pub(crate) mod lists;
pub(crate) mod policies;
pub(crate) mod publish_policy;
pub(crate) mod quarantine;
pub(crate) mod requests;
pub(crate) mod suspend;
pub(crate) mod tenants;
pub(crate) mod together;
pub(crate) mod trust;
pub(crate) mod views;
