//! A database and a Redis of one test's own, with a way in for each role. Nothing is in it but the platform.

use std::sync::atomic::{AtomicU32, Ordering};

use narthex::database::{DatabaseUrls, Server};
use narthex_tenancy::{Database, budget::Budgets, migrate};
use tokio_postgres::{Client, NoTls};

use crate::cluster::{self, Cluster};

/// Where one test takes place.
#[derive(Clone)]
pub struct Place {
    /// The database's name.
    pub database: String,
    /// Redis, shared by the tests of this process; its keys begin with the tenant.
    pub redis_url: String,
    cluster: &'static Cluster,
}

impl Place {
    /// A fresh database with every migration in it.
    pub async fn new() -> Self {
        Self::cloned(cluster::TEMPLATE).await
    }

    /// A fresh database with nothing in it.
    pub async fn empty() -> Self {
        Self::cloned("template1").await
    }

    async fn cloned(template: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let cluster = cluster::cluster().await;
        let database = format!("place_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let administrator = cluster
            .postgres
            .url(&cluster.postgres.superuser, "postgres");
        let client = connect(&administrator).await.unwrap();
        cluster::create_database(&client, &database, template).await;
        Self {
            database,
            redis_url: cluster.redis_url.clone(),
            cluster,
        }
    }

    /// The URL of a role, as `narthex_token`.
    #[must_use]
    pub fn url(&self, role: &str) -> String {
        self.cluster.postgres.url(role, &self.database)
    }

    /// The server, for whoever prepares a database of their own.
    #[must_use]
    pub fn server(&self) -> Server {
        Server::Private(self.cluster.postgres.clone())
    }

    /// The URL of each role.
    #[must_use]
    pub fn urls(&self) -> DatabaseUrls {
        self.server().urls(&self.database).unwrap()
    }

    /// The URL of the superuser.
    #[must_use]
    pub fn administrator_url(&self) -> String {
        self.url(&self.cluster.postgres.superuser)
    }

    /// The URL of the role that migrates.
    #[must_use]
    pub fn owner_url(&self) -> String {
        self.url(migrate::OWNER_ROLE)
    }

    /// A bare connection as a role: for what no pool of ours would do.
    pub async fn raw(&self, role: &str) -> Client {
        connect(&self.url(role)).await.unwrap()
    }

    /// A bare connection as the superuser: for breaking things on purpose.
    pub async fn administrator(&self) -> Client {
        connect(&self.administrator_url()).await.unwrap()
    }

    /// The pool of a role.
    #[must_use]
    pub fn pool(&self, role: &str) -> Database {
        Database::new(&self.url(role), 4).unwrap()
    }

    /// The pool of the discovery plane.
    #[must_use]
    pub fn discovery(&self) -> Database {
        self.pool("narthex_discovery")
    }

    /// The pool of the approval plane.
    #[must_use]
    pub fn approval(&self) -> Database {
        self.pool("narthex_approval")
    }

    /// The pool of staff reading across tenants.
    #[must_use]
    pub fn staff(&self) -> Database {
        self.pool("narthex_staff")
    }

    /// The pool of the token plane.
    #[must_use]
    pub fn token(&self) -> Database {
        self.pool("narthex_token")
    }

    /// Budgets in Redis.
    #[must_use]
    pub fn budgets(&self) -> Budgets {
        Budgets::new(&self.redis_url).unwrap()
    }
}

/// A bare connection.
///
/// # Errors
/// What PostgreSQL says.
pub async fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
