//! The management API for people of a tenant, on the portal's listener: what the portal's pages do, by the same verbs.

pub(crate) mod activity;
pub(crate) mod brake;
pub(crate) mod catalogue;
pub(crate) mod changes;
pub(crate) mod claims;
pub(crate) mod clients;
pub(crate) mod domains;
pub(crate) mod event_stream;
pub(crate) mod hand_over;
pub(crate) mod identity_providers;
pub(crate) mod initial_access;
pub(crate) mod integrations;
pub(crate) mod inventory;
pub(crate) mod lists;
pub(crate) mod members;
pub(crate) mod onboard;
pub(crate) mod policies;
pub(crate) mod promote;
pub(crate) mod requests;
pub(crate) mod revise;
pub(crate) mod settings;
pub(crate) mod statements;
pub(crate) mod token_policy;
pub(crate) mod verify;
