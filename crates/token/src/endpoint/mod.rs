//! One file an endpoint: parse, call one verb, render its outcome. No rule lives here.

pub(crate) mod apps;
pub(crate) mod ask;
pub(crate) mod authorize;
mod caller;
pub(crate) mod consent;
pub(crate) mod device;
pub(crate) mod device_authorization;
pub(crate) mod evaluation;
pub(crate) mod event_stream;
pub(crate) mod introspect;
pub(crate) mod logo;
pub(crate) mod push;
mod resource;
pub(crate) mod revoke;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod token;
pub(crate) mod userinfo;
pub(crate) mod visit;
pub(crate) mod waiting;
