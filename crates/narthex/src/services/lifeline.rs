//! Ties a child's life to ours, so that no orphan remains even when this process is killed.
//!
//! On Linux and FreeBSD the kernel does it (a parent-death signal). Elsewhere a `sh` that reads from a pipe of ours
//! sends the signal when the pipe closes. This is the only file of the workspace with `unsafe`, and it never does
//! more there than two system calls between fork and exec.

use std::io;
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;

/// Whether the kernel offers a parent-death signal; the watchdog is for where it does not.
pub(super) const KERNEL_TELLS: bool = cfg!(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd"
));

/// Asks the kernel to send `signal` to the child when the *thread* that spawns it ends. A no-op where
/// [`KERNEL_TELLS`] is false.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
#[expect(
    unsafe_code,
    reason = "pre_exec is the only way to set the parent-death signal after the change of user, which clears it; the \
              closure allocates nothing and makes two async-signal-safe system calls"
)]
pub(super) fn tie(command: &mut Command, signal: Signal) {
    use std::os::unix::process::CommandExt as _;

    let parent = rustix::process::getpid();
    let between_fork_and_exec = move || -> io::Result<()> {
        rustix::process::set_parent_process_death_signal(Some(signal))?;
        // If the parent died before the line above, nobody will send the signal.
        if rustix::process::getppid() == Some(parent) {
            Ok(())
        } else {
            Err(rustix::io::Errno::SRCH.into())
        }
    };
    // SAFETY: the closure is async-signal-safe: no allocation, no lock, only prctl and getppid.
    unsafe {
        command.pre_exec(between_fork_and_exec);
    }
}

/// Does nothing here: see [`Watchdog`].
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
pub(super) fn tie(_command: &mut Command, _signal: Signal) {}

/// A `sh` that signals a child when this process is gone, for systems without a parent-death signal.
pub(super) struct Watchdog(Child);

impl Watchdog {
    /// Watches over process `pid`.
    pub(super) fn watch(pid: u32, signal: Signal) -> io::Result<Self> {
        use std::os::unix::process::CommandExt as _;

        // `read` returns when the pipe's other end, which only this process holds, is closed.
        Command::new("/bin/sh")
            .args([
                "-c",
                "read -r line; kill -s \"$1\" \"$2\"",
                "sh",
                name(signal),
                &pid.to_string(),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()
            .map(Self)
    }
}

impl Drop for Watchdog {
    /// Dismisses the watchdog without a signal to the child.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn name(signal: Signal) -> &'static str {
    if signal == Signal::INT {
        "INT"
    } else if signal == Signal::KILL {
        "KILL"
    } else {
        "TERM"
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;

    #[test]
    fn the_watchdog_signals_when_the_pipe_closes() {
        let mut child = Command::new("sleep").arg("30").spawn().unwrap();
        let mut dog = Watchdog::watch(child.id(), Signal::TERM).unwrap();
        drop(dog.0.stdin.take()); // what the kernel does when this process ends
        assert_eq!(child.wait().unwrap().signal(), Some(Signal::TERM.as_raw()));
    }

    #[test]
    fn a_dismissed_watchdog_leaves_the_child_alone() {
        let mut child = Command::new("sleep").arg("30").spawn().unwrap();
        drop(Watchdog::watch(child.id(), Signal::TERM).unwrap());
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert_eq!(child.try_wait().unwrap(), None);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
