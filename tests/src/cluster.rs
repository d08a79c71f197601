//! The private PostgreSQL and Redis of this test process, started by the first test that wants them, and the
//! template that every test's database is cloned from. What an earlier process left behind goes first.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock};

use narthex::services::{PostgresEndpoint, Services, ServicesConfig};
use narthex_tenancy::migrate;
use tokio::sync::OnceCell;

/// The migrated database that nobody works in.
pub(crate) const TEMPLATE: &str = "narthex_template";

const PREFIX: &str = "narthex-tests-";

/// Where the services of this process are.
pub(crate) struct Cluster {
    pub(crate) postgres: PostgresEndpoint,
    pub(crate) redis_url: String,
    // A static is never dropped: when the process ends, so do they.
    _services: Mutex<Services>,
}

/// The services, started on first use. Blocks then for two seconds or so.
fn services() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        erase_leftovers();
        let data_dir = data_dir();
        let services = start(&data_dir);
        erase_after_us(&data_dir);
        Cluster {
            postgres: services.postgres(),
            redis_url: services.redis_url(),
            _services: Mutex::new(services),
        }
    })
}

/// Where everything of this process lies.
pub(crate) fn data_dir() -> PathBuf {
    std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()))
}

/// Services in `data_dir` that trade safety for speed.
pub(crate) fn start(data_dir: &Path) -> Services {
    Services::start(&ServicesConfig {
        durable: false,
        ..ServicesConfig::new(data_dir, &|_| {})
    })
    .expect("PostgreSQL and Redis are installed")
}

/// The services with a migrated template.
pub(crate) async fn cluster() -> &'static Cluster {
    static TEMPLATE_MADE: OnceCell<()> = OnceCell::const_new();
    let cluster = tokio::task::spawn_blocking(services).await.unwrap();
    TEMPLATE_MADE
        .get_or_init(|| async {
            let administrator = cluster
                .postgres
                .url(&cluster.postgres.superuser, "postgres");
            migrate::ensure_roles(&administrator).await.unwrap();
            let client = crate::connect(&administrator).await.unwrap();
            create_database(&client, TEMPLATE, "template1").await;
            let owner = cluster.postgres.url(migrate::OWNER_ROLE, TEMPLATE);
            migrate::run_pending(&owner).await.unwrap();
        })
        .await;
    cluster
}

/// Makes a database of the owner's from a template.
pub(crate) async fn create_database(client: &tokio_postgres::Client, name: &str, template: &str) {
    let owner = migrate::OWNER_ROLE;
    let statement = format!("create database {name} template {template} owner {owner}");
    client.batch_execute(&statement).await.unwrap();
}

/// Removes the data of processes that are gone; whoever still runs holds its lock.
fn erase_leftovers() {
    let temporary = std::env::temp_dir();
    for entry in fs::read_dir(&temporary).into_iter().flatten().flatten() {
        let path: PathBuf = entry.path();
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(PREFIX) && narthex::services::erase(&path).is_ok() {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// A shell that waits until this process is gone and PostgreSQL with it, then removes the data. It is only a
/// courtesy: what it misses, the next process erases.
fn erase_after_us(data_dir: &Path) {
    use std::os::unix::process::CommandExt as _;

    let script = "cat >/dev/null; home=$(readlink -f \"$1/services\"); i=0
        while [ -e \"$home/postgres/postmaster.pid\" ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
        rm -rf -- \"$home\" \"$1\"";
    let child = Command::new("/bin/sh")
        .args(["-c", script, "sh"])
        .arg(data_dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn();
    // Our end of its standard input stays open until we are gone.
    if let Ok(child) = child {
        std::mem::forget(child);
    }
}
