//! One file an endpoint: parse, call, render.

mod bearer;
pub(crate) mod docs;
pub(crate) mod key_set;
pub(crate) mod manage;
pub(crate) mod metadata;
pub(crate) mod register;
pub(crate) mod ssf_configuration;
