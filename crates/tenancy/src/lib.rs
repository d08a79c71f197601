//! Tenants and their isolation: Postgres pools and the tenant transaction, the tables, the people and
//! roles, the catalogue, Redis budgets, the ledger and the sealing of secrets. It never speaks HTTP.

pub mod ambient;
pub mod budget;
pub mod catalogue;
pub mod change_rules;
pub mod days;
pub mod db;
pub mod environment;
pub mod event_stream;
pub mod keys;
pub mod lease;
pub mod ledger;
pub mod listen;
pub mod member;
pub mod metadata_rules;
pub mod migrate;
pub mod outbox;
pub mod permission;
pub mod registration_limits;
pub mod schema;
pub mod sealed_answer;
pub mod sealing;
pub mod statement_issuer;
pub mod store_error;
pub mod tenant;
pub mod token_policy;

pub use db::{Database, TenantTx};
pub use store_error::StoreError;
