//! Pages and answers: each file parses what was sent, calls one verb and renders its outcome. No rule lives here.

pub(crate) mod account;
pub(crate) mod api;
mod change_words;
pub(crate) mod dashboard;
pub(crate) mod inventory;
mod logo_words;
pub(crate) mod policy;
pub(crate) mod portal;
mod promotion_words;
pub(crate) mod staff;
mod warning_words;
mod workload_words;
