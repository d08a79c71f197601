//! `narthex dev`: private services, the three planes on four loopback listeners, a mailbox that shows what was sent, a demo, and
//! a table of where to go.
//! It touches nothing outside its data directory and stops what it started.

mod mailbox;
mod resource_server;
mod table;

use anyhow::Context;
use narthex_http::{Listener, TrustedProxies, server::Bound};
use narthex_tenancy::Database;
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
};
use url::Url;

use self::mailbox::Mailbox;
use crate::{
    cli::{DevArgs, Seed, Switch},
    database::Server,
    demo::Demo,
    installation::{Installation, KeyFiles},
    instance::Instance,
    outbound::TestHosts,
    planes::{self, Running},
    ports::Ports,
    ready_file::{self, ReadyFile},
    services::{Services, ServicesConfig},
};

/// Starts everything, serves until Ctrl-C, stops everything.
pub async fn run(args: DevArgs) -> anyhow::Result<ExitCode> {
    let test_hosts = TestHosts::parse(&args.test_host, &args.test_root)?;
    let ports = Ports::from_base(args.port_base)?;
    ports.check_free()?;
    fs::create_dir_all(args.data_dir.join("run"))
        .with_context(|| args.data_dir.display().to_string())?;
    let data_dir = args.data_dir.canonicalize()?;
    let ready_file = args
        .ready_file
        .clone()
        .unwrap_or_else(|| data_dir.join("run/endpoints.json"));
    forget(&ready_file)?;

    let mailbox = Mailbox::open().await?;
    let services = start_services(&args, &data_dir)?;
    let instance = prepare(&args, services.as_ref(), (ports, &data_dir)).await?;
    let installation = Installation {
        proxies: TrustedProxies::none(),
        test_hosts,
        mail: Some(mailbox.server()?),
        ..instance.installation()?
    };
    let demo = seed(&args, &installation, &instance, (ports, &data_dir)).await?;
    let mut running = planes(&installation, &instance, ports)?;
    let viewer = bind("mail viewer", ports.mail())?;
    mailbox.show(&mut running, &installation, (viewer, origin(ports.mail())?))?;
    let resource_server = match (&demo, args.resource_server) {
        (Some(demo), Switch::On) => resource_server::start(demo, &installation, ports),
        (None, _) | (_, Switch::Off) => None,
    };
    let content = ready_content(&installation, &origin(ports.mail())?, demo.as_ref());
    let ended = serve(running, async {
        ready_file::write(&ready_file, &content)
            .with_context(|| ready_file.display().to_string())?;
        table::print(&content, resource_server.is_some(), &ready_file);
        planes::stop_signal().await;
        progress("Stopping");
        Ok(())
    })
    .await;
    forget(&ready_file)?;
    drop(resource_server);
    if let Some(services) = services {
        services.stop()?;
    }
    ended?;
    Ok(ExitCode::SUCCESS)
}

/// Brings the database up to date, makes the keys, and writes down where everything is.
async fn prepare(
    args: &DevArgs,
    services: Option<&Services>,
    (ports, data_dir): (Ports, &Path),
) -> anyhow::Result<Instance> {
    let (server, redis_url) = backends(args, services)?;
    progress("Preparing the database");
    let name = server.database_name();
    let databases = server.prepare(&name).await?;
    let instance = Instance {
        origins: [
            origin(ports.discovery())?,
            origin(ports.token())?,
            origin(ports.portal())?,
            origin(ports.staff())?,
        ],
        administrator: server.url(None, &name)?,
        databases,
        redis_url,
        keys: data_dir.join("keys"),
    };
    KeyFiles::ensure(&instance.keys)?;
    instance.save(data_dir)?;
    Ok(instance)
}

/// The three planes on their four listeners.
fn planes(
    installation: &Installation,
    instance: &Instance,
    ports: Ports,
) -> anyhow::Result<Running> {
    let databases = &instance.databases;
    let mut running = Running::default();
    running.discovery(
        installation,
        databases,
        bind("discovery", ports.discovery())?,
    )?;
    running.token(installation, databases, bind("token", ports.token())?)?;
    let listeners = (
        bind("portal", ports.portal())?,
        bind("staff", ports.staff())?,
    );
    running.approval(installation, databases, listeners)?;
    Ok(running)
}

/// Serves until `reign` is over, or until a server fails.
async fn serve(
    running: Running,
    reign: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let (over, stop) = tokio::sync::oneshot::channel::<()>();
    let serving = running.until(async { drop(stop.await) });
    let reigning = async {
        let ended = reign.await;
        drop(over);
        ended
    };
    tokio::pin!(serving);
    tokio::select! {
        failed = &mut serving => failed,
        ended = reigning => {
            serving.await?;
            ended
        }
    }
}

fn start_services(args: &DevArgs, data_dir: &Path) -> anyhow::Result<Option<Services>> {
    if args.database_url.is_some() && args.redis_url.is_some() {
        return Ok(None);
    }
    progress("Starting PostgreSQL and Redis");
    Ok(Some(Services::start(&ServicesConfig::new(
        data_dir, &progress,
    ))?))
}

fn backends(args: &DevArgs, services: Option<&Services>) -> anyhow::Result<(Server, String)> {
    let missing = "no private services were started";
    let server = match &args.database_url {
        Some(url) => Server::Given(url.clone()),
        None => Server::Private(services.context(missing)?.postgres()),
    };
    let redis_url = match &args.redis_url {
        Some(url) => url.clone(),
        None => services.context(missing)?.redis_url(),
    };
    Ok((server, redis_url))
}

async fn seed(
    args: &DevArgs,
    installation: &Installation,
    instance: &Instance,
    (ports, data_dir): (Ports, &Path),
) -> anyhow::Result<Option<Demo>> {
    let file = data_dir.join("demo.json");
    if let Some(demo) = Demo::load(&file)? {
        return Ok(Some(demo));
    }
    if args.seed == Seed::None {
        return Ok(None);
    }
    progress("Filling the demo");
    let database = Database::new(&instance.databases.approval, 2)?;
    let approval = planes::approval_state(installation, &instance.databases, database)?;
    Demo::seed(&approval, &origin(ports.resource())?, &file)
        .await
        .map(Some)
}

fn ready_content(installation: &Installation, mail: &Url, demo: Option<&Demo>) -> ReadyFile {
    let text = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    ReadyFile {
        discovery: text(&installation.discovery),
        token: text(&installation.token),
        portal: text(&installation.portal),
        staff: text(&installation.staff),
        mail: text(mail),
        tenants: demo
            .map(|demo| demo.entries(&installation.discovery))
            .unwrap_or_default(),
        staff_accounts: demo.map(|demo| demo.staff.clone()).unwrap_or_default(),
    }
}

fn bind(name: &'static str, port: u16) -> anyhow::Result<Bound> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Ok(Listener {
        name,
        address,
        setting: "--port-base",
    }
    .bind()?)
}

fn origin(port: u16) -> anyhow::Result<Url> {
    Ok(Url::parse(&format!("http://127.0.0.1:{port}/"))?)
}

fn forget(file: &PathBuf) -> anyhow::Result<()> {
    match fs::remove_file(file) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| file.display().to_string()),
    }
}

#[expect(clippy::print_stderr, reason = "a command line speaks to its terminal")]
fn progress(line: &str) {
    eprintln!("narthex: {line}");
}
