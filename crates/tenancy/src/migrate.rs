//! Brings a database to the current shape: roles once per cluster, then the migrations as their owner. No process
//! that serves requests calls it.

use diesel::{ConnectionError, migration::MigrationVersion};
use diesel_async::{
    AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

/// Every migration, compiled in.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// The statements that make the database roles; idempotent.
pub const ROLES: &str = include_str!("../../../infra/postgres/roles.sql");

/// The roles that serve requests, in the order of the planes; the staff role belongs to the approval process.
pub const SERVICE_ROLES: [&str; 4] = [
    "narthex_discovery",
    "narthex_approval",
    "narthex_staff",
    "narthex_token",
];

/// The role that owns every object.
pub const OWNER_ROLE: &str = "narthex_owner";

/// A migration could not be carried out; the database is as before it.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// No connection.
    #[error("cannot connect to the database: {0}")]
    Connect(#[from] ConnectionError),
    /// A statement failed.
    #[error("a statement failed: {0}")]
    Statement(#[from] diesel::result::Error),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migration(String),
}

/// Makes the roles. `administrator` is a URL of a role that may create roles.
pub async fn ensure_roles(administrator: &str) -> Result<(), MigrateError> {
    let mut connection = AsyncPgConnection::establish(administrator).await?;
    connection.batch_execute(ROLES).await?;
    Ok(())
}

/// Runs what is pending, as the owner; returns the versions that ran. Needs a multi-thread runtime.
pub async fn run_pending(owner: &str) -> Result<Vec<String>, MigrateError> {
    let connection = AsyncPgConnection::establish(owner).await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    harness
        .run_pending_migrations(MIGRATIONS)
        .map(|versions| versions.iter().map(MigrationVersion::to_string).collect())
        .map_err(|error| MigrateError::Migration(error.to_string()))
}

/// Undoes everything, newest first: for the test that up and down meet.
pub async fn revert_all(owner: &str) -> Result<usize, MigrateError> {
    let connection = AsyncPgConnection::establish(owner).await?;
    let mut harness = AsyncMigrationHarness::new(connection);
    harness
        .revert_all_migrations(MIGRATIONS)
        .map(|versions| versions.len())
        .map_err(|error| MigrateError::Migration(error.to_string()))
}
