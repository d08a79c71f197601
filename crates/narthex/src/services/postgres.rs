//! One private PostgreSQL cluster: made once, started, waited for, stopped.
//!
//! Authentication is by the kernel (`peer`): the account that runs this process, and the cluster's own, may
//! connect as the superuser and as the product's roles, and nobody else as anyone. There is no password and no
//! TCP port. This file never runs SQL.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::account::Account;
use super::binaries::PostgresBinaries;
use super::error::Doing as _;
use super::supervisor::{Process, TICK};
use super::{ServicesError, Stage, log};

const NAME: &str = "PostgreSQL";
const SUPERUSER: &str = "postgres";
/// Names the socket; nothing listens on it as a port.
const PORT: u16 = 5432;
/// A start replays the log after a crash, which can take a while.
const START: Duration = Duration::from_mins(2);
const STOP: Duration = Duration::from_secs(30);
/// How long a cluster whose keeper was killed gets to write its last checkpoint.
const ORPHAN: Duration = Duration::from_secs(20);

const HBA: &str = "# Written at each start. Only by unix socket, only accounts in the map.\n\
                   local all all peer map=narthex\n";

const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "shared_buffers=128MB",
    "max_connections=200",
    "synchronous_commit=on",
    "log_min_messages=warning",
    "logging_collector=off",
    "log_destination=stderr",
    "log_line_prefix=%m [%p] %q%u@%d ",
    "timezone=UTC",
    "log_timezone=UTC",
    "cluster_name=narthex",
];

/// Crash safety given up for speed.
const FRAGILE: &[&str] = &[
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
];

/// Where a cluster listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresEndpoint {
    /// The directory of the unix socket.
    pub socket_dir: PathBuf,
    /// The number in the socket's name.
    pub port: u16,
    /// The superuser's role name.
    pub superuser: String,
}

impl PostgresEndpoint {
    /// A connection URL for `role` and `database`, the socket's directory percent-encoded as its host (the form that
    /// tokio-postgres, diesel-async and libpq read).
    pub fn url(&self, role: &str, database: &str) -> String {
        format!(
            "postgresql://{}@{}:{}/{}",
            encode(role.as_bytes()),
            encode(self.socket_dir.as_os_str().as_encoded_bytes()),
            self.port,
            encode(database.as_bytes())
        )
    }
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// A running cluster.
pub(super) struct Postgres {
    process: Process,
    endpoint: PostgresEndpoint,
}

impl Postgres {
    /// Makes the cluster if there is none, starts it and waits until it answers.
    pub(super) fn start(
        binaries: &PostgresBinaries,
        stage: &Stage<'_>,
    ) -> Result<Self, ServicesError> {
        let cluster = stage.home.cluster();
        let progress = stage.config.progress;
        if stage.home.cluster_version()?.is_none() {
            progress(&format!("Creating a PostgreSQL {} cluster", binaries.major));
            create(binaries, stage)?;
        }
        clear_orphan(&cluster, stage)?;
        let write = |name, text: &str| {
            stage
                .home
                .write(name, text, stage.account, stage.supervisor)
        };
        let hba = write("pg_hba.conf", HBA)?;
        let ident = write(
            "pg_ident.conf",
            &ident_map(stage.account, stage.config.roles),
        )?;

        progress(&format!("Starting PostgreSQL {}", binaries.major));
        let mut command = stage.account.command(&binaries.postgres, stage.home.root());
        command.arg("-D").arg(&cluster);
        let fragile = if stage.config.durable { &[] } else { FRAGILE };
        for setting in SETTINGS.iter().chain(fragile) {
            command.args(["-c", setting]);
        }
        for (name, path) in [
            ("hba_file", hba.as_path()),
            ("ident_file", ident.as_path()),
            ("unix_socket_directories", stage.home.sockets()),
        ] {
            command.arg("-c").arg(format!("{name}={}", path.display()));
        }
        command.args(["-c", &format!("port={PORT}")]);
        let log = log::open(stage.data_dir, "postgres.log")?;
        command.stdout(log.handle()?).stderr(log.handle()?);
        let mut process =
            Process::spawn(stage.supervisor, NAME, command, Signal::INT, Signal::INT)?;
        wait_ready(&mut process, &cluster, &log)?;
        let endpoint = PostgresEndpoint {
            socket_dir: stage.home.sockets().to_owned(),
            port: PORT,
            superuser: SUPERUSER.to_owned(),
        };
        Ok(Self { process, endpoint })
    }

    /// Where it listens.
    pub(super) fn endpoint(&self) -> &PostgresEndpoint {
        &self.endpoint
    }

    /// Whether it has ended by itself.
    pub(super) fn ended(&mut self) -> bool {
        self.process.exited().is_some()
    }

    /// PostgreSQL's "fast" shutdown: sessions are cut, a checkpoint is written.
    pub(super) fn stop(&mut self) -> Result<(), ServicesError> {
        self.process.stop(STOP)
    }
}

/// Makes the cluster beside its place and moves it there when complete, so that a half-made one is never taken.
fn create(binaries: &PostgresBinaries, stage: &Stage<'_>) -> Result<(), ServicesError> {
    let root = stage.home.root();
    let draft = root.join("postgres.new");
    let mut remove = stage.account.command("rm", root);
    remove.args(["-rf", "--"]).arg(&draft);
    stage.supervisor.run_well(remove, b"")?;

    let mut initdb = stage.account.command(&binaries.initdb, root);
    initdb.arg("-D").arg(&draft).args([
        "--username",
        SUPERUSER,
        "--encoding=UTF8",
        // Byte order: the same on every machine, and an index survives an upgrade of the system's libraries.
        "--locale=C",
        "--auth-local=peer",
        "--auth-host=reject",
    ]);
    if !stage.config.durable {
        initdb.arg("--no-sync");
    }
    stage.supervisor.run_well(initdb, b"")?;

    let mut rename = stage.account.command("mv", root);
    rename.arg("--").arg(&draft).arg(stage.home.cluster());
    stage.supervisor.run_well(rename, b"")?;
    Ok(())
}

/// Which account may connect as which role: ours and the cluster's own, as the superuser and the given roles.
fn ident_map(account: &Account, roles: &[&str]) -> String {
    let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut accounts = vec![account.ours.as_str()];
    if account.name != account.ours {
        accounts.push(&account.name);
    }
    let mut map = String::from("# Written at each start: map, account of the system, role.\n");
    for system in accounts {
        for role in std::iter::once(SUPERUSER).chain(roles.iter().copied()) {
            // Writing to a String cannot fail.
            let _ = writeln!(map, "narthex {} {}", quote(system), quote(role));
        }
    }
    map
}

/// Waits for line 8 of the cluster's pid file to say `ready`.
fn wait_ready(process: &mut Process, cluster: &Path, log: &log::Log) -> Result<(), ServicesError> {
    let mut waited = Duration::ZERO;
    while waited < START {
        if let Some(status) = process.exited() {
            return Err(ServicesError::Failed {
                program: NAME.to_owned(),
                status: status.to_string(),
                said: log.tail(),
            });
        }
        if let Some(file) = PidFile::read(cluster)
            && file.pid == process.id()
            && file.ready
        {
            return Ok(());
        }
        thread::sleep(TICK);
        waited += TICK;
    }
    Err(ServicesError::Slow {
        program: NAME,
        what: "start",
        seconds: START.as_secs(),
    })
}

/// The cluster's `postmaster.pid`.
struct PidFile {
    pid: u32,
    ready: bool,
}

impl PidFile {
    fn path(cluster: &Path) -> PathBuf {
        cluster.join("postmaster.pid")
    }

    fn read(cluster: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(Self::path(cluster)).ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok()?;
        Some(Self {
            pid,
            ready: lines.nth(6).is_some_and(|status| status.trim() == "ready"),
        })
    }
}

/// After a kill of the process that kept the cluster: waits for the server to end, helps it if it does not, and
/// removes the pid file that a hard death left. We hold the data directory's lock, so no other keeper is running.
fn clear_orphan(cluster: &Path, stage: &Stage<'_>) -> Result<(), ServicesError> {
    let mut waited = Duration::ZERO;
    while let Some(file) = PidFile::read(cluster) {
        if !serves(file.pid, cluster, stage)? {
            let mut remove = stage.account.command("rm", stage.home.root());
            remove.args(["-f", "--"]).arg(PidFile::path(cluster));
            for name in ["", ".lock"] {
                remove.arg(stage.home.sockets().join(format!(".s.PGSQL.{PORT}{name}")));
            }
            stage.supervisor.run_well(remove, b"")?;
            return Ok(());
        }
        if waited.is_zero() {
            (stage.config.progress)(
                "Waiting for the last PostgreSQL of this data directory to end",
            );
            signal(file.pid, Signal::INT);
        } else if waited == ORPHAN / 2 {
            signal(file.pid, Signal::QUIT);
        } else if waited >= ORPHAN {
            return Err(ServicesError::Slow {
                program: NAME,
                what: "stop",
                seconds: ORPHAN.as_secs(),
            });
        }
        thread::sleep(TICK);
        waited += TICK;
    }
    Ok(())
}

fn signal(pid: u32, signal: Signal) {
    if let Ok(raw) = i32::try_from(pid)
        && let Some(pid) = Pid::from_raw(raw)
    {
        // It may have ended in the meantime.
        let _ = kill_process(pid, signal);
    }
}

/// Whether process `pid` is a server of this cluster: ids are used again, so its name in a file proves nothing.
/// A server's working directory is its cluster; where `/proc` cannot say so, its command line must name the cluster.
fn serves(pid: u32, cluster: &Path, stage: &Stage<'_>) -> Result<bool, ServicesError> {
    if Path::new("/proc/self/cwd").exists() {
        let canonical = cluster
            .canonicalize()
            .doing(|| format!("open {}", cluster.display()))?;
        return Ok(fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == canonical));
    }
    let mut ps = stage.account.command("ps", Path::new("/"));
    ps.args(["-o", "command=", "-p", &pid.to_string()]);
    let output = stage.supervisor.run(ps, b"")?;
    Ok(String::from_utf8_lossy(&output.stdout).contains(&*cluster.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_url_encodes_the_sockets_directory() {
        let endpoint = PostgresEndpoint {
            socket_dir: "/a b/run".into(),
            port: 5432,
            superuser: "postgres".into(),
        };
        let url = endpoint.url("narthex_token", "narthex");
        assert_eq!(
            url,
            "postgresql://narthex_token@%2Fa%20b%2Frun:5432/narthex"
        );
        let read: tokio_postgres::Config = url.parse().unwrap();
        assert_eq!(
            read.get_hosts(),
            [tokio_postgres::config::Host::Unix("/a b/run".into())]
        );
        assert_eq!(
            (read.get_user(), read.get_dbname()),
            (Some("narthex_token"), Some("narthex"))
        );
    }

    #[test]
    fn the_pid_file_is_ready_only_when_line_eight_says_so() {
        let lines = "4711\n/d\n1700000000\n5432\n/run\n\n  1 2\n";
        let file = |last: &str| PidFile::parse(&format!("{lines}{last}\n")).unwrap();
        assert_eq!((file("ready   ").pid, file("ready   ").ready), (4711, true));
        assert!(!file("starting").ready);
        assert!(!PidFile::parse("4711\n").unwrap().ready);
        assert!(PidFile::parse("").is_none());
    }
}
