//! Rings 2 and 3: store, verbs and HTTP against a real Postgres and Redis.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "tests"
)]

mod account;
mod agents;
mod allowlists;
mod apart;
mod appearance;
mod approval_based_registration;
mod bad_input;
mod budgets;
mod budgets_http;
mod cases;
mod catalogue;
mod changes;
mod client_document;
mod counts;
mod docs;
mod domain;
mod events;
mod floods;
mod hostile;
mod impersonation;
mod initial_access;
mod invariants;
mod inventory;
mod isolation_http;
mod ledger;
mod lineage;
mod lineage_tree;
mod localized_members;
mod logos;
mod mail;
mod manage_registration;
mod management_api;
mod migrations;
mod oauth_rules;
mod openid;
mod orphans;
mod policies;
mod portal;
mod promotion;
mod quarantine;
mod review_bench;
mod roles;
mod scene;
mod single_sign_on;
mod software_statements;
mod statement_keys;
mod streams;
mod together;
mod token;
mod update_registration;
mod verified_names;
mod workloads;
