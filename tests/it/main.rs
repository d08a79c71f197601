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
mod budgets;
mod cases;
mod catalogue;
mod invariants;
mod ledger;
mod migrations;
mod roles;
mod scene;
