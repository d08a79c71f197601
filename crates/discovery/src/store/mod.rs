//! What the public plane reads and writes: `intake`, and the published halves of keys. The only diesel here.

pub(crate) mod attempt;
pub(crate) mod client_key_set;
pub(crate) mod deferral;
pub(crate) mod document;
pub(crate) mod family;
pub(crate) mod fetch_order;
pub(crate) mod hint;
pub(crate) mod initial_access_token;
pub(crate) mod key_set;
pub(crate) mod logo;
pub(crate) mod logout_notice;
pub(crate) mod quarantine;
pub(crate) mod registration_access;
pub(crate) mod registration_update;
pub(crate) mod revocation;
pub(crate) mod rule;
pub(crate) mod security_event;
pub(crate) mod split;
pub(crate) mod statement_keys;
pub(crate) mod tally;
