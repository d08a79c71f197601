//! The command line: every command and every setting, with its environment variable.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{io::IsTerminal, net::SocketAddr, path::PathBuf, process::ExitCode};
use tracing_subscriber::EnvFilter;
use url::Url;

use crate::{admin, database, dev, planes, ports, prove, remote};

/// Registration, approval and tokens for OAuth and MCP clients, kept apart.
#[derive(Debug, Parser)]
#[command(name = "narthex", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Log lines as JSON.
    #[arg(long, global = true, env = "NARTHEX_LOG_JSON")]
    log_json: bool,
    /// What to log, as `info` or `narthex_token=debug,warn`.
    #[arg(long, global = true, env = "NARTHEX_LOG", default_value = "warn")]
    log: String,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything on this machine, with private PostgreSQL and Redis: for development and for a first look.
    Dev(DevArgs),
    /// The public plane: metadata, key sets, registration.
    Discovery(PlaneArgs),
    /// The private plane: portal and staff dashboard.
    Approval(ApprovalArgs),
    /// The token plane: sign-in, tokens, introspection, decisions.
    Token(PlaneArgs),
    /// Makes the database roles and brings the tables up to date.
    Migrate(MigrateArgs),
    /// What an administrator does at the keyboard.
    #[command(subcommand)]
    Admin(admin::Command),
    /// Shows that what must be impossible is.
    #[command(subcommand)]
    Prove(prove::Command),
    /// The daily work of staff, over the management API.
    #[command(flatten)]
    Remote(remote::Verb),
}

/// Settings of `narthex dev`.
#[derive(Debug, Args)]
pub struct DevArgs {
    /// Where data, keys and sockets live.
    #[arg(long, env = "NARTHEX_DATA_DIR", default_value = "var")]
    pub data_dir: PathBuf,
    /// The first of six ports in a row: discovery, token, portal, staff, demo resource server, mail viewer.
    #[arg(long, env = "NARTHEX_PORT_BASE", default_value_t = ports::DEFAULT_BASE)]
    pub port_base: u16,
    /// What an empty database is filled with.
    #[arg(long, value_enum, default_value_t = Seed::Demo)]
    pub seed: Seed,
    /// An administrator's URL of a PostgreSQL to use in place of a private one.
    #[arg(long, env = "NARTHEX_DEV_DATABASE_URL")]
    pub database_url: Option<Url>,
    /// The URL of a Redis to use in place of a private one.
    #[arg(long, env = "NARTHEX_DEV_REDIS_URL")]
    pub redis_url: Option<String>,
    /// Where to write the addresses and sign-ins when ready; default `run/endpoints.json` in the data directory.
    #[arg(long)]
    pub ready_file: Option<PathBuf>,
    /// Whether to start the demo's MCP server too (needs Node.js and `npm ci` in tests/peers).
    #[arg(long, value_enum, default_value_t = Switch::On)]
    pub resource_server: Switch,
    /// A name that leads to this machine in ownership checks, as `app.example=127.0.0.1:8443`; may be given again.
    #[arg(long, value_name = "NAME=ADDRESS:PORT")]
    pub test_host: Vec<String>,
    /// A PEM file of certificates that test hosts, and only they, may present or chain to.
    #[arg(long, value_name = "FILE")]
    pub test_root: Vec<PathBuf>,
}

/// What `narthex dev` seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Seed {
    /// Two tenants, their people, an MCP server and a case to decide.
    Demo,
    /// Nothing.
    None,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// What every serving process is told.
#[derive(Debug, Args)]
pub struct SharedArgs {
    /// The public origin of the discovery plane; issuers live below it and never change.
    #[arg(long, env = "NARTHEX_DISCOVERY_URL")]
    pub discovery_url: Url,
    /// The public origin of the token plane.
    #[arg(long, env = "NARTHEX_TOKEN_URL")]
    pub token_url: Url,
    /// The origin of the portal.
    #[arg(long, env = "NARTHEX_PORTAL_URL")]
    pub portal_url: Url,
    /// The origin of the staff dashboard.
    #[arg(long, env = "NARTHEX_STAFF_URL")]
    pub staff_url: Url,
    /// Redis.
    #[arg(long, env = "NARTHEX_REDIS_URL")]
    pub redis_url: String,
    /// The directory of the key files that this process may have.
    #[arg(long, env = "NARTHEX_KEYS")]
    pub keys: PathBuf,
    /// Addresses or networks whose `X-Forwarded-For` is believed.
    #[arg(long, env = "NARTHEX_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,
    /// Worker threads.
    #[arg(long, env = "NARTHEX_WORKERS", default_value_t = 2)]
    pub workers: usize,
    /// Memory of one password hash (argon2id), in KiB.
    #[arg(long, env = "NARTHEX_PASSWORD_MEMORY_KIB", default_value_t = 19_456)]
    pub password_memory_kib: u32,
    /// Passes of one password hash.
    #[arg(long, env = "NARTHEX_PASSWORD_PASSES", default_value_t = 2)]
    pub password_passes: u32,
}

/// A plane with one listener.
#[derive(Debug, Args)]
pub struct PlaneArgs {
    #[command(flatten)]
    pub(crate) shared: SharedArgs,
    /// PostgreSQL, as this plane's own role.
    #[arg(long, env = "NARTHEX_DATABASE_URL")]
    pub database_url: String,
    /// Where to listen.
    #[arg(long, env = "NARTHEX_LISTEN")]
    pub listen: SocketAddr,
}

/// The plane with two listeners.
#[derive(Debug, Args)]
pub struct ApprovalArgs {
    #[command(flatten)]
    pub(crate) shared: SharedArgs,
    /// PostgreSQL, as `narthex_approval`.
    #[arg(long, env = "NARTHEX_DATABASE_URL")]
    pub database_url: String,
    /// PostgreSQL, as `narthex_staff`.
    #[arg(long, env = "NARTHEX_STAFF_DATABASE_URL")]
    pub staff_database_url: String,
    /// Where the portal listens.
    #[arg(long, env = "NARTHEX_PORTAL_LISTEN")]
    pub portal_listen: SocketAddr,
    /// Where the staff dashboard listens: a loopback or private address.
    #[arg(long, env = "NARTHEX_STAFF_LISTEN")]
    pub staff_listen: SocketAddr,
    /// The mail server, as `smtps://user:password@mail.example` or `smtp://mail.example?tls=required`; without one no mail is
    /// sent, and people hand links over themselves.
    #[arg(
        long,
        env = "NARTHEX_SMTP_URL",
        hide_env_values = true,
        requires = "mail_from"
    )]
    pub smtp_url: Option<String>,
    /// Whom mail is from, as `Narthex <no-reply@example.com>`.
    #[arg(long, env = "NARTHEX_MAIL_FROM", requires = "smtp_url")]
    pub mail_from: Option<String>,
    /// Allows a public or wildcard address for the staff listener.
    #[arg(long)]
    pub staff_listen_anywhere: bool,
}

/// Settings of `narthex migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// PostgreSQL, as a role that may create roles; leave out when the roles are there.
    #[arg(long, env = "NARTHEX_ADMIN_DATABASE_URL")]
    pub admin_database_url: Option<String>,
    /// PostgreSQL, as `narthex_owner`.
    #[arg(long, env = "NARTHEX_OWNER_DATABASE_URL")]
    pub owner_database_url: String,
}

/// Runs a command to its end.
///
/// Errors: text for the person at the keyboard.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    log_to_stderr(&cli)?;
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("another cryptography provider is installed already"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Dev(args) => dev::run(args).await,
            Command::Discovery(args) => planes::run_discovery(args).await,
            Command::Approval(args) => planes::run_approval(args).await,
            Command::Token(args) => planes::run_token(args).await,
            Command::Migrate(args) => database::migrate(args).await,
            Command::Admin(command) => admin::run(command).await,
            Command::Prove(command) => prove::run(command).await,
            Command::Remote(verb) => remote::run(verb).await,
        }
    })
}

fn log_to_stderr(cli: &Cli) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&cli.log)?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let installed = if cli.log_json {
        lines.json().try_init()
    } else {
        lines.compact().try_init()
    };
    installed.map_err(|error| anyhow::anyhow!("{error}"))
}
