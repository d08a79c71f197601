//! `narthex prove isolation`: shows on a real database that tenants, environments and planes are kept apart, by
//! reading its catalogue and by trying what must be impossible. It leaves nothing behind.

mod catalogue;
mod report;
mod rights;

pub use report::{Line, Outcome, Report};

use tokio_postgres::{Client, NoTls};

/// What the catalogue alone says: quick, and without any lock.
///
/// # Errors
/// When the database cannot be reached or is not one of ours.
pub async fn catalogue(administrator: &str) -> anyhow::Result<Report> {
    let client = connect(administrator).await?;
    let mut report = Report::default();
    catalogue::check(&client, &mut report).await?;
    Ok(report)
}

async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
