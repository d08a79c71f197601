//! The staff dashboard: one file a page, and the few pieces that every page shares. Each reads across tenants through
//! the staff's own role and is logged with who looked; each act goes through a verb in a transaction of the tenant.

// What every page shares.
pub(crate) mod acts;
pub(crate) mod asker;
pub(crate) mod banner;
pub(crate) mod document_card;
pub(crate) mod fault;
pub(crate) mod filter;
pub(crate) mod frame;
pub(crate) mod identity;
pub(crate) mod paths;
pub(crate) mod place;
pub(crate) mod refusal;
pub(crate) mod signed_in;
pub(crate) mod way_on;
pub(crate) mod words;
pub(crate) use super::portal::{posted, problems, secret_page};

// Before sign-in.
pub(crate) mod sign_in;
pub(crate) mod sign_out;

// Signed in.
pub(crate) mod add_listing;
pub(crate) mod answer_policy;
pub(crate) mod answer_trust;
pub(crate) mod api_tokens;
pub(crate) mod attempt;
pub(crate) mod attempts;
pub(crate) mod block_family;
pub(crate) mod brakes;
pub(crate) mod brands;
mod by_reason;
pub(crate) mod client;
pub(crate) mod clients;
pub(crate) mod confirm;
pub(crate) mod counts;
pub(crate) mod create_tenant;
pub(crate) mod decide;
pub(crate) mod documents;
pub(crate) mod end_listing;
pub(crate) mod end_trust;
pub(crate) mod family;
pub(crate) mod freeze_tenant;
pub(crate) mod inventory;
pub(crate) mod invite_owner;
pub(crate) mod issuance;
pub(crate) mod let_expire;
pub(crate) mod lift_brake;
pub(crate) mod lineage;
pub(crate) mod link;
pub(crate) mod lists;
pub(crate) mod logo;
pub(crate) mod policies;
pub(crate) mod propose_trust;
pub(crate) mod quarantine;
pub(crate) mod registration_acts;
pub(crate) mod requests;
pub(crate) mod review;
pub(crate) mod set_brake;
pub(crate) mod split_network;
pub(crate) mod suspend;
pub(crate) mod take;
pub(crate) mod tenants;
pub(crate) mod together;
pub(crate) mod trusted_domains;
