//! The lock of a data directory: one running process at a time. The kernel drops it with the process, so a lock
//! is never stale; this file never decides by a process id.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;

use rustix::fs::FlockOperation;

use super::ServicesError;
use super::error::Doing as _;

/// The lock file's name in the data directory.
pub(super) const FILE: &str = "narthex.lock";

/// A held lock.
pub(super) struct DataLock {
    file: File,
}

impl DataLock {
    /// Takes the lock of `data_dir` or says who has it.
    pub(super) fn take(data_dir: &Path) -> Result<Self, ServicesError> {
        let path = data_dir.join(FILE);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .doing(|| format!("open {}", path.display()))?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut holder = String::new();
                // An unreadable name is still a held lock.
                let _ = file.read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => "unknown".to_owned(),
                    pid => pid.to_owned(),
                };
                return Err(ServicesError::InUse {
                    data_dir: data_dir.to_owned(),
                    holder,
                });
            }
            Err(error) => return Err(error).doing(|| format!("lock {}", path.display())),
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .doing(|| format!("write {}", path.display()))?;
        Ok(Self { file })
    }
}

impl Drop for DataLock {
    /// Clears the name and lets go at once: closing the file is not enough while a child between fork and exec shares it.
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
        let _ = rustix::fs::flock(&self.file, FlockOperation::Unlock);
    }
}
