//! Cases from the first word to the client, by the verbs and on the real rows: what a stranger brings and what a tenant
//! onboards. No page and no HTTP.

pub(crate) mod company;
pub(crate) mod stranger;

mod catalogue;
mod confirm;
mod create_credential;
mod decide;
pub(crate) mod domain;
mod expire;
pub(crate) mod initial_access;
mod invite_owner;
mod link;
mod machine;
mod offer;
mod onboard;
mod open_registration;
mod revise;
mod suspend;
mod take;
mod terms;
mod workers;
