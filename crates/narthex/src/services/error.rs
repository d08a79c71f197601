//! What can go wrong while the private services start or stop, in words for the person at the keyboard.
//! It never carries a secret: there are none here.

use std::io;
use std::path::PathBuf;

/// Why the services could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServicesError {
    /// No usable PostgreSQL server programs on this machine.
    #[error(
        "PostgreSQL {minimum} or newer is needed and its server programs (postgres, initdb) were not found; \
         install it with infra/setup.sh run, or name a server with DATABASE_URL"
    )]
    PostgresMissing {
        /// The oldest major version that will do.
        minimum: u32,
    },
    /// The cluster was made by another major version than any installed.
    #[error(
        "the cluster in {cluster} was made by PostgreSQL {made_by}, and this machine has PostgreSQL {found}; \
         install PostgreSQL {made_by}, or remove the data with make clean-data"
    )]
    VersionMismatch {
        /// The cluster's directory.
        cluster: PathBuf,
        /// The major version in its `PG_VERSION`.
        made_by: String,
        /// The major versions found here.
        found: String,
    },
    /// No Redis or Valkey server on this machine.
    #[error(
        "redis-server (or valkey-server) was not found; install it with infra/setup.sh run, or name a server with \
         REDIS_URL"
    )]
    RedisMissing,
    /// Another process holds the data directory.
    #[error(
        "the data directory {data_dir} is in use by process {holder}; stop it, or choose another data directory"
    )]
    InUse {
        /// The data directory.
        data_dir: PathBuf,
        /// The process id that the lock file names.
        holder: String,
    },
    /// Running as root, and there is no account to run the services as.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has no account `postgres` or `nobody` to run it as"
    )]
    NoAccount,
    /// A path that must be ours is not, or is open to others.
    #[error("{path} cannot be used: {reason}")]
    Untrusted {
        /// The path.
        path: PathBuf,
        /// What is wrong with it, and the way out.
        reason: String,
    },
    /// A program ended instead of doing its work.
    #[error("{program} failed ({status}){}", tail(.said))]
    Failed {
        /// The program.
        program: String,
        /// Its exit status.
        status: String,
        /// The last lines that it wrote.
        said: String,
    },
    /// A service did not get ready, or did not end, in time.
    #[error("{program} did not {what} within {seconds} s")]
    Slow {
        /// The service.
        program: &'static str,
        /// `start` or `stop`.
        what: &'static str,
        /// How long it was given.
        seconds: u64,
    },
    /// The operating system refused.
    #[error("could not {doing}: {source}")]
    Io {
        /// What was being done, as the object of "could not".
        doing: String,
        /// What the system said.
        source: io::Error,
    },
}

fn tail(said: &str) -> String {
    let said = said.trim();
    if said.is_empty() {
        String::new()
    } else {
        format!(":\n{said}")
    }
}

/// Gives an IO error the words for what was being done.
pub(super) trait Doing<T> {
    /// Names the act, as the object of "could not".
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, ServicesError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, ServicesError> {
        self.map_err(|source| ServicesError::Io {
            doing: what(),
            source,
        })
    }
}

impl<T> Doing<T> for rustix::io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, ServicesError> {
        self.map_err(|source| ServicesError::Io {
            doing: what(),
            source: source.into(),
        })
    }
}
