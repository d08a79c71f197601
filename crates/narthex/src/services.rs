//! A private PostgreSQL and a private Redis for one data directory, as child processes.
//!
//! Both listen on unix sockets only, run without a service manager and end with this process, even when it is
//! killed. This module never opens a TCP port, never touches an instance of the machine's own, and never creates
//! roles, databases or tables: it hands out endpoints.
//!
//! ```text
//! data_dir/narthex.lock     held while the services run; its text is the process id
//! data_dir/postgres.log     what PostgreSQL says (redis.log likewise)
//! data_dir/services/        the home: a directory, or a link to one under /var/tmp (see `home`)
//!     postgres/             the cluster
//!     redis/                working directory of Redis
//!     run/                  the sockets
//! ```

mod account;
mod binaries;
mod error;
mod home;
mod lifeline;
mod lock;
mod log;
mod postgres;
mod redis;
mod supervisor;

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

pub use error::ServicesError;
pub use postgres::PostgresEndpoint;

use account::Account;
use binaries::{PostgresBinaries, RedisBinary};
use error::Doing as _;
use home::Home;
use lock::DataLock;
use postgres::Postgres;
use redis::Redis;
use supervisor::Supervisor;

/// The database roles that may connect besides the superuser, unless [`ServicesConfig::roles`] says otherwise.
pub const ROLES: &[&str] = &[
    "narthex_owner",
    "narthex_discovery",
    "narthex_approval",
    "narthex_staff",
    "narthex_token",
];

/// What to start, and where.
pub struct ServicesConfig<'a> {
    /// The directory that everything lives in; created when missing.
    pub data_dir: PathBuf,
    /// Called with one line, without a newline, before each step that takes time.
    pub progress: &'a dyn Fn(&str),
    /// `false` gives up crash safety of the data for speed (`fsync` off): for tests alone.
    pub durable: bool,
    /// The database roles that the account running this process may connect as, besides the superuser.
    pub roles: &'a [&'a str],
}

impl<'a> ServicesConfig<'a> {
    /// Durable services in `data_dir` for the usual [`ROLES`].
    pub fn new(data_dir: impl Into<PathBuf>, progress: &'a dyn Fn(&str)) -> Self {
        Self {
            data_dir: data_dir.into(),
            progress,
            durable: true,
            roles: ROLES,
        }
    }
}

/// Running services. Dropping the value stops them.
pub struct Services {
    redis: Redis,
    postgres: Postgres,
    // Fields drop in this order: the children first, then the thread that is their parent, then the lock.
    _supervisor: Supervisor,
    _lock: DataLock,
}

impl Services {
    /// Starts both services and returns when both answer. Blocks; the first start of a data directory creates the
    /// cluster and takes a second or two.
    ///
    /// # Errors
    /// A [`ServicesError`] whose text tells the person at the keyboard what is wrong and what to do.
    pub fn start(config: &ServicesConfig<'_>) -> Result<Self, ServicesError> {
        let data_dir = open_data_dir(&config.data_dir)?;
        let lock = DataLock::take(&data_dir)?;
        let supervisor = Supervisor::start()?;
        let account = Account::choose(&supervisor)?;
        let home = Home::prepare(&data_dir, &account, &supervisor)?;
        let (cluster, made_by) = (home.cluster(), home.cluster_version()?);
        let cluster = made_by
            .as_deref()
            .map(|version| (cluster.as_path(), version));
        let postgres = PostgresBinaries::find(cluster)?;
        let redis = RedisBinary::find()?;
        let stage = Stage {
            config,
            data_dir: &data_dir,
            home: &home,
            account: &account,
            supervisor: &supervisor,
        };
        let mut redis = Redis::spawn(&redis, &stage)?;
        let postgres = Postgres::start(&postgres, &stage)?;
        redis.wait()?;
        Ok(Self {
            redis,
            postgres,
            _supervisor: supervisor,
            _lock: lock,
        })
    }

    /// Where PostgreSQL listens.
    pub fn postgres(&self) -> PostgresEndpoint {
        self.postgres.endpoint().clone()
    }

    /// Where Redis listens, as a `redis+unix://` URL.
    pub fn redis_url(&self) -> String {
        self.redis.url()
    }

    /// The name of a service that has ended by itself, if one has.
    pub fn ended(&mut self) -> Option<&'static str> {
        if self.postgres.ended() {
            Some("PostgreSQL")
        } else if self.redis.ended() {
            Some("Redis")
        } else {
            None
        }
    }

    /// Stops both services cleanly: PostgreSQL writes a checkpoint, Redis forgets. Dropping the value does the same but keeps silent
    /// about a failure.
    ///
    /// # Errors
    /// When a service had to be killed.
    pub fn stop(mut self) -> Result<(), ServicesError> {
        let redis = self.redis.stop();
        let postgres = self.postgres.stop();
        redis.and(postgres)
    }
}

/// What every step of a start needs to know.
struct Stage<'a> {
    config: &'a ServicesConfig<'a>,
    data_dir: &'a Path,
    home: &'a Home,
    account: &'a Account,
    supervisor: &'a Supervisor,
}

/// Removes everything that [`Services`] keep for `data_dir`: the cluster, the sockets, the logs.
///
/// # Errors
/// [`ServicesError::InUse`] while they run; otherwise what the file system says.
pub fn erase(data_dir: &Path) -> Result<(), ServicesError> {
    if !data_dir.exists() {
        return Ok(());
    }
    let data_dir = open_data_dir(data_dir)?;
    let _lock = DataLock::take(&data_dir)?;
    home::erase(&data_dir)?;
    for name in [
        "postgres.log",
        "postgres.log.1",
        "redis.log",
        "redis.log.1",
        lock::FILE,
    ] {
        let path = data_dir.join(name);
        if path.exists() {
            fs::remove_file(&path).doing(|| format!("remove {}", path.display()))?;
        }
    }
    Ok(())
}

fn open_data_dir(data_dir: &Path) -> Result<PathBuf, ServicesError> {
    // As root the cluster's own account has to pass through the directory, but not to list it.
    let mode = if rustix::process::geteuid().is_root() {
        0o711
    } else {
        0o700
    };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(data_dir)
        .doing(|| format!("create the data directory {}", data_dir.display()))?;
    data_dir
        .canonicalize()
        .doing(|| format!("open the data directory {}", data_dir.display()))
}
