//! One file an endpoint: parse, call one verb, render its outcome. No rule lives here.

pub(crate) mod evaluation;
pub(crate) mod introspect;
pub(crate) mod revoke;
pub(crate) mod token;
pub(crate) mod userinfo;
