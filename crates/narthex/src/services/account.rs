//! The operating system account that the services run as: our own, or, because PostgreSQL refuses root, an
//! unprivileged one when we are root. It never creates an account.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use super::ServicesError;
use super::supervisor::Supervisor;

/// In order of preference, when this process is root.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// Whom the services run as.
pub(super) struct Account {
    /// Its name, as PostgreSQL will see it.
    pub(super) name: String,
    /// Its user id.
    pub(super) uid: u32,
    /// Its primary group id.
    pub(super) gid: u32,
    /// The name of the account that runs this process: the one that connects.
    pub(super) ours: String,
    /// Whether it is another account than ours.
    pub(super) dropped: bool,
}

impl Account {
    /// Our own account, or an unprivileged one for root.
    pub(super) fn choose(supervisor: &Supervisor) -> Result<Self, ServicesError> {
        let ours = supervisor.run_well(id(&["-un"]), b"")?.trim().to_owned();
        let uid = rustix::process::geteuid();
        if !uid.is_root() {
            let gid = rustix::process::getegid().as_raw();
            return Ok(Self {
                name: ours.clone(),
                uid: uid.as_raw(),
                gid,
                ours,
                dropped: false,
            });
        }
        for name in UNPRIVILEGED {
            let number = |flag| -> Result<Option<u32>, ServicesError> {
                let output = supervisor.run(id(&[flag, name]), b"")?;
                Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok())
            };
            if let (Some(uid @ 1..), Some(gid)) = (number("-u")?, number("-g")?) {
                return Ok(Self {
                    name: name.to_owned(),
                    uid,
                    gid,
                    ours,
                    dropped: true,
                });
            }
        }
        Err(ServicesError::NoAccount)
    }

    /// Whether this is another account than the one that runs this process.
    pub(super) fn is_another(&self) -> bool {
        self.dropped
    }

    /// A command that runs as this account, in `directory`, with a small and known environment.
    pub(super) fn command(&self, program: impl AsRef<OsStr>, directory: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
            // PostgreSQL's own messages in one language; on macOS it needs a locale that starts no threads.
            .env("LC_ALL", "C")
            .current_dir(directory);
        if self.dropped {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }
}

fn id(arguments: &[&str]) -> Command {
    let mut command = Command::new("id");
    command.args(arguments).current_dir("/");
    command
}
