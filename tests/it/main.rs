//! Rings 2 and 3: store, verbs and HTTP against a real Postgres and Redis.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod bad_input;
mod budgets_http;
mod cases;
mod catalogue;
mod isolation_http;
mod budgets;
mod cases;
mod catalogue;
mod invariants;
mod ledger;
mod migrations;
mod portal;
mod roles;
mod scene;
mod token;
mod oauth_rules;
mod roles;
mod scene;
mod streams;
