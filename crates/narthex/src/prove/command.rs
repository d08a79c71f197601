//! `narthex prove …` at the keyboard: finds the database, proves, prints the table, and exits with 1 if there is a hole.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use url::Url;

use crate::database::{DatabaseUrls, Server};
use crate::instance::Instance;
use crate::services::{Services, ServicesConfig, ServicesError};

use super::isolation;

/// What can be proved.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// That tenants, environments and planes are kept apart by the database itself.
    Isolation(IsolationArgs),
}

/// Settings of `narthex prove isolation`.
#[derive(Debug, Args)]
pub struct IsolationArgs {
    /// The data directory of a `dev` instance, running or stopped.
    #[arg(long, env = "NARTHEX_DATA_DIR", default_value = "var")]
    pub data_dir: PathBuf,
    /// An administrator's URL of another PostgreSQL, as `narthex dev` was given it.
    #[arg(long)]
    pub database_url: Option<Url>,
}

/// Proves, and says what was found.
///
/// # Errors
/// When nothing could be proved: text for the person at the keyboard.
pub async fn run(command: Command) -> anyhow::Result<ExitCode> {
    let Command::Isolation(args) = command;
    let place = Place::find(&args)?;
    let report = isolation(&place.urls, &place.administrator).await;
    if let Some(services) = place.services {
        services.stop()?;
    }
    let report = report?;
    say(&report.to_string());
    Ok(if report.holds() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A database, and the services that were started for it.
struct Place {
    urls: DatabaseUrls,
    administrator: String,
    services: Option<Services>,
}

impl Place {
    fn find(args: &IsolationArgs) -> anyhow::Result<Self> {
        if let Some(url) = &args.database_url {
            return Self::of(&Server::Given(url.clone()), None);
        }
        let instance = Instance::load(&args.data_dir)?;
        let services = started(&args.data_dir)?;
        if let Some(services) = services {
            return Self::of(&Server::Private(services.postgres()), Some(services));
        }
        Ok(Self {
            urls: instance.databases,
            administrator: instance.administrator,
            services: None,
        })
    }

    fn of(server: &Server, services: Option<Services>) -> anyhow::Result<Self> {
        let name = server.database_name();
        Ok(Self {
            urls: server.urls(&name)?,
            administrator: server.url(None, &name)?,
            services,
        })
    }
}

/// The services of the data directory, unless they run already or it has none of its own.
fn started(data_dir: &Path) -> anyhow::Result<Option<Services>> {
    if !data_dir.join("services").exists() {
        return Ok(None);
    }
    match Services::start(&ServicesConfig::new(data_dir, &progress)) {
        Ok(services) => Ok(Some(services)),
        Err(ServicesError::InUse { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[expect(clippy::print_stderr, reason = "a command line speaks to its terminal")]
fn progress(line: &str) {
    eprintln!("{line}");
}

#[expect(clippy::print_stdout, reason = "a command line speaks to its terminal")]
fn say(text: &str) {
    println!("{text}");
}
