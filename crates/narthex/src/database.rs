//! From a PostgreSQL server to a database that the planes can use: roles, database, migrations, one URL for each role.

use anyhow::Context;
use hmac::{Hmac, Mac};
use narthex_tenancy::migrate::{self, OWNER_ROLE, SERVICE_ROLES};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::process::ExitCode;
use tokio_postgres::NoTls;
use url::Url;

use crate::{cli::MigrateArgs, services::PostgresEndpoint};

/// One URL a role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DatabaseUrls {
    /// Migrations.
    pub owner: String,
    /// The discovery plane.
    pub discovery: String,
    /// The approval plane.
    pub approval: String,
    /// Staff reading across tenants.
    pub staff: String,
    /// The token plane.
    pub token: String,
}

/// A server that somebody may administer.
#[derive(Debug, Clone)]
pub enum Server {
    /// A private one: the operating system's user is the proof, there are no passwords.
    Private(PostgresEndpoint),
    /// One that an administrator's URL was given for; the roles get passwords derived from that URL.
    Given(Url),
}

impl Server {
    /// Makes roles, the database `name` and its tables, as far as they are missing.
    #[expect(
        clippy::disallowed_methods,
        reason = "a chore at the keyboard, to our own database"
    )]
    pub async fn prepare(&self, name: &str) -> anyhow::Result<DatabaseUrls> {
        let administrator = self.url(None, "postgres")?;
        migrate::ensure_roles(&administrator)
            .await
            .context("making the database roles")?;
        let (client, connection) = tokio_postgres::connect(&administrator, NoTls).await?;
        let connection = tokio::spawn(connection);
        if let Self::Given(_) = self {
            for role in SERVICE_ROLES.into_iter().chain([OWNER_ROLE]) {
                let password = self.password(role)?;
                client
                    .batch_execute(&format!("alter role {role} password '{password}'"))
                    .await?;
            }
            // Only a superuser may give a database to a role without being a member of it.
            client
                .batch_execute(&format!("grant {OWNER_ROLE} to current_user"))
                .await?;
        }
        let known = client
            .query_opt("select from pg_database where datname = $1", &[&name])
            .await?
            .is_some();
        let make = if known {
            format!("grant connect, create on database \"{name}\" to {OWNER_ROLE}")
        } else {
            format!("create database \"{name}\" owner {OWNER_ROLE}")
        };
        client.batch_execute(&make).await?;
        drop(client);
        connection.await??;
        if known {
            self.admit_owner(name).await?;
        }
        let urls = self.urls(name)?;
        migrate::run_pending(&urls.owner)
            .await
            .context("migrating the database")?;
        Ok(urls)
    }

    /// Lets the owner role keep its list of migrations in a database that somebody else made.
    #[expect(
        clippy::disallowed_methods,
        reason = "a chore at the keyboard, to our own database"
    )]
    async fn admit_owner(&self, name: &str) -> anyhow::Result<()> {
        let (client, connection) = tokio_postgres::connect(&self.url(None, name)?, NoTls).await?;
        let connection = tokio::spawn(connection);
        client
            .batch_execute(&format!(
                "grant usage, create on schema public to {OWNER_ROLE}"
            ))
            .await?;
        drop(client);
        connection.await??;
        Ok(())
    }

    /// The URLs of every role for the database `name`.
    pub fn urls(&self, name: &str) -> anyhow::Result<DatabaseUrls> {
        let [discovery, approval, staff, token] = SERVICE_ROLES;
        Ok(DatabaseUrls {
            owner: self.url(Some(OWNER_ROLE), name)?,
            discovery: self.url(Some(discovery), name)?,
            approval: self.url(Some(approval), name)?,
            staff: self.url(Some(staff), name)?,
            token: self.url(Some(token), name)?,
        })
    }

    /// The database that a given URL names, or `narthex`.
    #[must_use]
    pub fn database_name(&self) -> String {
        match self {
            Self::Given(url) if url.path().len() > 1 => {
                url.path().trim_start_matches('/').to_owned()
            }
            Self::Given(_) | Self::Private(_) => "narthex".to_owned(),
        }
    }

    /// The URL of `role`, or of the administrator, for the database `database`.
    pub fn url(&self, role: Option<&str>, database: &str) -> anyhow::Result<String> {
        match self {
            Self::Private(endpoint) => {
                Ok(endpoint.url(role.unwrap_or(&endpoint.superuser), database))
            }
            Self::Given(given) => {
                let mut url = given.clone();
                url.set_path(database);
                if let Some(role) = role {
                    let password = self.password(role)?;
                    let set = url
                        .set_username(role)
                        .and_then(|()| url.set_password(Some(&password)));
                    set.map_err(|()| anyhow::anyhow!("--database-url has no host to sign in at"))?;
                }
                Ok(url.into())
            }
        }
    }

    /// The same for every instance that was given the same URL, known to nobody who does not have it.
    fn password(&self, role: &str) -> anyhow::Result<String> {
        let Self::Given(url) = self else {
            return Ok(String::new());
        };
        let (user, secret) = (url.username(), url.password().unwrap_or_default());
        let mut mac = Hmac::<Sha256>::new_from_slice(format!("{user}:{secret}").as_bytes())?;
        mac.update(format!("narthex role {role}").as_bytes());
        Ok(hex::encode(mac.finalize().into_bytes()))
    }
}

/// `narthex migrate`.
pub async fn migrate(args: MigrateArgs) -> anyhow::Result<ExitCode> {
    if let Some(administrator) = &args.admin_database_url {
        migrate::ensure_roles(administrator)
            .await
            .context("making the database roles")?;
    }
    let ran = migrate::run_pending(&args.owner_database_url)
        .await
        .context("migrating the database")?;
    say(&format!("{} migrations ran", ran.len()));
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stdout, reason = "a command line speaks to its terminal")]
fn say(line: &str) {
    println!("{line}");
}
