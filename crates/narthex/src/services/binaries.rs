//! Finds the server programs on this machine. It never installs anything, and never resolves a link: Debian's
//! `redis-server` looks at the name that it was called by.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::ServicesError;

/// The oldest PostgreSQL with `security_invoker` views.
const MINIMUM: u32 = 15;

/// Directories that hold one `bin` per version, each below a name that starts so.
const VERSIONED: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql"),
];

/// The server programs of one PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PostgresBinaries {
    /// `postgres`.
    pub(super) postgres: PathBuf,
    /// `initdb`, which stands beside it.
    pub(super) initdb: PathBuf,
    /// The major version.
    pub(super) major: u32,
}

impl PostgresBinaries {
    /// The programs that fit a cluster made by `made_by` (the text of its `PG_VERSION`), or for a new one those on
    /// PATH, else the newest installed.
    pub(super) fn find(cluster: Option<(&Path, &str)>) -> Result<Self, ServicesError> {
        choose(Self::installed(), cluster)
    }

    fn installed() -> Vec<Self> {
        let on_path = path_directories();
        let mut versioned: Vec<PathBuf> = VERSIONED
            .iter()
            .flat_map(|(parent, prefix)| children(Path::new(parent), prefix))
            .map(|directory| directory.join("bin"))
            .collect();
        versioned.sort();
        let mut found: Vec<Self> = Vec::new();
        let mut newest: Vec<Self> = versioned
            .iter()
            .filter_map(|directory| Self::probe(directory))
            .collect();
        newest.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
        found.extend(
            on_path
                .iter()
                .filter_map(|directory| Self::probe(directory)),
        );
        found.extend(newest);
        found
    }

    /// Looks whether `directory` holds a PostgreSQL that says its version and has `initdb` beside it.
    fn probe(directory: &Path) -> Option<Self> {
        let postgres = directory.join("postgres");
        let initdb = directory.join("initdb");
        if !postgres.is_file() || !initdb.is_file() {
            return None;
        }
        let output = Command::new(&postgres)
            .arg("--version")
            .current_dir("/")
            .stdin(Stdio::null())
            .output()
            .ok()
            .filter(|output| output.status.success())?;
        let major = major(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self {
            postgres,
            initdb,
            major,
        })
    }
}

fn choose(
    installed: Vec<PostgresBinaries>,
    cluster: Option<(&Path, &str)>,
) -> Result<PostgresBinaries, ServicesError> {
    let mut usable: Vec<_> = installed
        .into_iter()
        .filter(|binaries| binaries.major >= MINIMUM)
        .collect();
    if usable.is_empty() {
        return Err(ServicesError::PostgresMissing { minimum: MINIMUM });
    }
    let wanted = match cluster {
        None => Some(0),
        Some((_, made_by)) => usable
            .iter()
            .position(|binaries| binaries.major.to_string() == made_by),
    };
    if let Some(index) = wanted {
        return Ok(usable.swap_remove(index));
    }
    let mut found: Vec<String> = usable
        .iter()
        .map(|binaries| binaries.major.to_string())
        .collect();
    found.dedup();
    let (path, made_by) = cluster.unwrap_or((Path::new(""), ""));
    Err(ServicesError::VersionMismatch {
        cluster: path.to_owned(),
        made_by: made_by.to_owned(),
        found: found.join(" and "),
    })
}

/// The major version in what `postgres --version` prints: `postgres (PostgreSQL) 15.18 (Debian …)`.
fn major(said: &str) -> Option<u32> {
    let version = said.trim().strip_prefix("postgres (PostgreSQL) ")?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A Redis-compatible server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RedisBinary(pub(super) PathBuf);

impl RedisBinary {
    /// `redis-server`, else `valkey-server`, on PATH or where Homebrew keeps them.
    pub(super) fn find() -> Result<Self, ServicesError> {
        let mut directories = path_directories();
        directories.extend(
            [
                "/usr/bin",
                "/usr/sbin",
                "/opt/homebrew/bin",
                "/usr/local/bin",
            ]
            .map(PathBuf::from),
        );
        ["redis-server", "valkey-server"]
            .iter()
            .flat_map(|name| {
                directories
                    .iter()
                    .map(move |directory| directory.join(name))
            })
            .find(|path| path.is_file())
            .map(Self)
            .ok_or(ServicesError::RedisMissing)
    }
}

fn path_directories() -> Vec<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "PATH is where programs are, not configuration"
    )]
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .collect()
}

fn children(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
    use super::*;

    fn binaries(major: u32) -> PostgresBinaries {
        PostgresBinaries {
            postgres: "/b/postgres".into(),
            initdb: "/b/initdb".into(),
            major,
        }
    }

    #[test]
    fn the_version_is_read_from_what_the_program_says() {
        assert_eq!(
            major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("a wrapper of something else 15.1"), None);
        assert_eq!(major(""), None);
    }

    #[test]
    fn a_new_cluster_takes_the_first_that_is_new_enough() {
        let chosen = choose(vec![binaries(14), binaries(15), binaries(17)], None).unwrap();
        assert_eq!(chosen.major, 15);
        assert!(matches!(
            choose(vec![binaries(14)], None),
            Err(ServicesError::PostgresMissing { minimum: 15 })
        ));
    }

    #[test]
    fn an_old_cluster_takes_the_version_that_made_it() {
        let cluster = Path::new("/d/postgres");
        let chosen = choose(vec![binaries(17), binaries(15)], Some((cluster, "15"))).unwrap();
        assert_eq!(chosen.major, 15);
        let error = choose(vec![binaries(17), binaries(15)], Some((cluster, "16")))
            .expect_err("no 16 here");
        let said = error.to_string();
        assert!(
            said.contains("made by PostgreSQL 16") && said.contains("PostgreSQL 17 and 15"),
            "{said}"
        );
    }
}
