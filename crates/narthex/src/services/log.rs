//! The log file of a service, in the data directory, and its last lines for an error. Opened by us and handed to
//! the child as an open file, so the child's account needs no way to it.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::ServicesError;
use super::error::Doing as _;

/// From here on a start puts the old log aside, in bytes.
const LARGE: u64 = 10 * 1024 * 1024;
/// Lines shown in an error.
const SHOWN: usize = 8;

/// An open log.
pub(super) struct Log {
    file: File,
    path: PathBuf,
    /// Its length when opened: what follows was written by this start.
    from: u64,
}

/// Opens `name` in `data_dir` to append; one that has grown large is kept as `name.1` and started anew.
pub(super) fn open(data_dir: &Path, name: &str) -> Result<Log, ServicesError> {
    let path = data_dir.join(name);
    if fs::metadata(&path).is_ok_and(|found| found.len() > LARGE) {
        let aside = data_dir.join(format!("{name}.1"));
        fs::rename(&path, &aside).doing(|| format!("rename {}", path.display()))?;
    }
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path)
        .doing(|| format!("open {}", path.display()))?;
    let from = file
        .metadata()
        .doing(|| format!("look at {}", path.display()))?
        .len();
    Ok(Log { file, path, from })
}

impl Log {
    /// A handle for the child.
    pub(super) fn handle(&self) -> Result<File, ServicesError> {
        self.file
            .try_clone()
            .doing(|| format!("open {}", self.path.display()))
    }

    /// The last lines written since it was opened.
    pub(super) fn tail(&self) -> String {
        let bytes = fs::read(&self.path).unwrap_or_default();
        let from = usize::try_from(self.from).unwrap_or(0);
        let text = String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        lines
            .get(lines.len().saturating_sub(SHOWN)..)
            .unwrap_or_default()
            .join("\n")
    }
}
