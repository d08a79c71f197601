//! Pages and answers: each file parses what was sent, calls one verb and renders its outcome. No rule lives here.

pub(crate) mod account;
pub(crate) mod api;
pub(crate) mod api_tokens;
mod change_words;
mod danger_page;
pub(crate) mod dashboard;
mod frozen;
pub(crate) mod inventory;
mod lineage;
mod logo_words;
pub(crate) mod policy;
pub(crate) mod portal;
mod promotion_words;
pub(crate) mod staff;
mod stop;
pub(crate) mod tries;
mod warning_words;
mod workload_words;
