//! Where the services keep their files for one data directory, such that their account can reach it and nobody
//! else can.
//!
//! Usually that is `data_dir/services`. When we are root and the services' account cannot pass through to it (a
//! data directory below `/root`, say), it is a directory of that account under `/var/tmp`, and
//! `data_dir/services` is a link to it. `/var/tmp` is open to everyone, so nothing there is trusted by its name:
//! the directory must be a real one, owned by the account, closed to others. Files inside are written *as* the
//! account, never by root, so that no link planted there can turn root's hand.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{Gid, Mode, OFlags, Uid};
use sha2::{Digest as _, Sha256};

use super::ServicesError;
use super::account::Account;
use super::error::Doing as _;
use super::supervisor::Supervisor;

/// The name below the data directory.
const NAME: &str = "services";

/// The file that names the data directory, for whoever finds the home under `/var/tmp`.
const WHOSE: &str = "data-directory";

/// The longest path of a socket's directory: macOS takes 103 bytes for the whole path, `/.s.PGSQL.5432.lock` is 19.
const LONGEST: usize = 84;

/// The directories of one data directory's services.
pub(super) struct Home {
    root: PathBuf,
    sockets: PathBuf,
}

impl Home {
    /// Finds or makes the home of `data_dir` (a canonical path).
    pub(super) fn prepare(
        data_dir: &Path,
        account: &Account,
        supervisor: &Supervisor,
    ) -> Result<Self, ServicesError> {
        let root = place(data_dir, account, supervisor)?;
        let near = root.join("run");
        let sockets = if near.as_os_str().len() <= LONGEST {
            near
        } else {
            let far = private_path(data_dir);
            make_private(&far, account)?;
            far.join("run")
        };
        let home = Self { root, sockets };
        let mut mkdir = account.command("mkdir", &home.root);
        mkdir
            .args(["-p", "-m", "700", "--"])
            .arg(&home.sockets)
            .arg(home.redis());
        supervisor.run_well(mkdir, b"")?;
        home.write(
            WHOSE,
            &format!("{}\n", data_dir.display()),
            account,
            supervisor,
        )?;
        Ok(home)
    }

    /// The directory itself, the working directory of commands.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where the sockets are.
    pub(super) fn sockets(&self) -> &Path {
        &self.sockets
    }

    /// The cluster.
    pub(super) fn cluster(&self) -> PathBuf {
        self.root.join("postgres")
    }

    /// Redis' working directory.
    pub(super) fn redis(&self) -> PathBuf {
        self.root.join("redis")
    }

    /// The major version that made the cluster; `None` when there is no cluster yet.
    pub(super) fn cluster_version(&self) -> Result<Option<String>, ServicesError> {
        let path = self.cluster().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(version) => Ok(Some(version.trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).doing(|| format!("read {}", path.display())),
        }
    }

    /// Writes a file of the home, as the account, in one step.
    pub(super) fn write(
        &self,
        name: &str,
        text: &str,
        account: &Account,
        supervisor: &Supervisor,
    ) -> Result<PathBuf, ServicesError> {
        let path = self.root.join(name);
        let mut sh = account.command("/bin/sh", &self.root);
        sh.args([
            "-c",
            "umask 077 && cat >\"$1.new\" && mv -f -- \"$1.new\" \"$1\"",
            "sh",
        ])
        .arg(&path);
        supervisor.run_well(sh, text.as_bytes())?;
        Ok(path)
    }
}

/// Removes the home of `data_dir` (a canonical path), wherever it is.
pub(super) fn erase(data_dir: &Path) -> Result<(), ServicesError> {
    let near = data_dir.join(NAME);
    let far = private_path(data_dir);
    let remove = |path: &Path| match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    for path in [near, far] {
        remove(&path).doing(|| format!("remove {}", path.display()))?;
    }
    Ok(())
}

fn place(
    data_dir: &Path,
    account: &Account,
    supervisor: &Supervisor,
) -> Result<PathBuf, ServicesError> {
    let near = data_dir.join(NAME);
    let far = private_path(data_dir);
    match fs::symlink_metadata(&near) {
        Ok(found) if found.is_symlink() => {
            let target = fs::read_link(&near).doing(|| format!("read {}", near.display()))?;
            if target != far {
                let reason = format!(
                    "it links to {}, the services of another place; if this data directory was moved, move that to {} \
                     and remove the link",
                    target.display(),
                    far.display()
                );
                return Err(ServicesError::Untrusted { path: near, reason });
            }
            make_private(&far, account)?;
            Ok(far)
        }
        Ok(_) => {
            make_private(&near, account)?;
            if !reachable(&near, account, supervisor)? {
                let reason = format!(
                    "the account `{}`, which the services run as, cannot reach it",
                    account.name
                );
                return Err(ServicesError::Untrusted { path: near, reason });
            }
            Ok(near)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if !account.is_another() || reachable(data_dir, account, supervisor)? {
                make_private(&near, account)?;
                return Ok(near);
            }
            make_private(&far, account)?;
            symlink(&far, &near)
                .doing(|| format!("link {} to {}", near.display(), far.display()))?;
            Ok(far)
        }
        Err(error) => Err(error).doing(|| format!("look at {}", near.display())),
    }
}

/// `/var/tmp/narthex-` and 16 hex digits of the data directory's hash: short, and one for each data directory.
fn private_path(data_dir: &Path) -> PathBuf {
    let digest = Sha256::digest(data_dir.as_os_str().as_encoded_bytes());
    let name: String = hex::encode(digest).chars().take(16).collect();
    Path::new("/var/tmp").join(format!("narthex-{name}"))
}

/// Makes `path` a directory of the account, closed to everyone else, or says why it is not to be trusted.
fn make_private(path: &Path, account: &Account) -> Result<(), ServicesError> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(error).doing(|| format!("create {}", path.display()));
        }
        _ => {}
    }
    // From here on by descriptor: what was looked at is what is handed over.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let untrusted = |reason: String| ServicesError::Untrusted {
        path: path.to_owned(),
        reason,
    };
    let directory = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| match error {
        rustix::io::Errno::LOOP | rustix::io::Errno::NOTDIR => {
            untrusted("it is not a directory; look at who put it there, then remove it".to_owned())
        }
        error => ServicesError::Io {
            doing: format!("open {}", path.display()),
            source: error.into(),
        },
    })?;
    let metadata = fs::File::from(directory);
    let found = metadata
        .metadata()
        .doing(|| format!("look at {}", path.display()))?;
    let ours = rustix::process::geteuid().as_raw();
    if found.uid() != account.uid && found.uid() != ours {
        return Err(untrusted(format!(
            "it belongs to user {}, not to `{}` (user {}); run as the account that made it, or remove it",
            found.uid(),
            account.name,
            account.uid
        )));
    }
    if found.mode() & 0o077 != 0 {
        return Err(untrusted(
            "it is open to other accounts; close it with chmod 700".to_owned(),
        ));
    }
    if found.uid() != account.uid {
        let (uid, gid) = (Uid::from_raw(account.uid), Gid::from_raw(account.gid));
        rustix::fs::fchown(&metadata, Some(uid), Some(gid))
            .doing(|| format!("hand {} to `{}`", path.display(), account.name))?;
    }
    Ok(())
}

/// Whether the account can enter `directory`, asked by trying.
fn reachable(
    directory: &Path,
    account: &Account,
    supervisor: &Supervisor,
) -> Result<bool, ServicesError> {
    let mut sh = account.command("/bin/sh", Path::new("/"));
    sh.args(["-c", "cd -- \"$1\"", "sh"]).arg(directory);
    Ok(supervisor.run(sh, b"")?.status.success())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
    use super::*;

    fn me() -> Account {
        Account::choose(&Supervisor::start().unwrap()).unwrap()
    }

    fn scratch(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("narthex-home-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        path
    }

    #[test]
    fn a_planted_link_is_refused() {
        let scratch = scratch("link");
        symlink("/etc", scratch.join("planted")).unwrap();
        let error =
            make_private(&scratch.join("planted"), &me()).expect_err("a link is not a directory");
        assert!(error.to_string().contains("not a directory"), "{error}");
        fs::remove_dir_all(scratch).unwrap();
    }

    #[test]
    fn a_directory_open_to_others_is_refused() {
        let scratch = scratch("open");
        fs::DirBuilder::new()
            .mode(0o755)
            .create(scratch.join("open"))
            .unwrap();
        let error = make_private(&scratch.join("open"), &me()).expect_err("others can read it");
        assert!(
            error.to_string().contains("open to other accounts"),
            "{error}"
        );
        fs::remove_dir_all(scratch).unwrap();
    }

    #[test]
    fn a_strangers_directory_is_refused() {
        let stranger = Account {
            name: "stranger".into(),
            uid: 4242,
            gid: 4242,
            ..me()
        };
        let me = me();
        if me.uid == rustix::process::geteuid().as_raw() {
            return; // only root can make a directory of somebody else
        }
        let scratch = scratch("stranger");
        make_private(&scratch.join("theirs"), &stranger).unwrap();
        let error = make_private(&scratch.join("theirs"), &me).expect_err("it is somebody else's");
        assert!(
            error.to_string().contains("belongs to user 4242"),
            "{error}"
        );
        fs::remove_dir_all(scratch).unwrap();
    }

    #[test]
    fn each_data_directory_has_a_path_of_its_own() {
        let (one, two) = (private_path(Path::new("/a")), private_path(Path::new("/b")));
        assert_ne!(one, two);
        assert_eq!(one.as_os_str().len(), "/var/tmp/narthex-".len() + 16);
    }
}
