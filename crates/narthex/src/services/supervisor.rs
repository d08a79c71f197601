//! The thread that is the parent of every child, and the children's clean end.
//!
//! The kernel's parent-death signal follows the *thread* that spawned the child, so all children are spawned by
//! one thread that lives as long as the services. Nothing else in this module calls `Command::spawn`.

use std::io;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::ServicesError;
use super::error::Doing as _;
use super::lifeline::{self, Watchdog};

/// How often a wait looks again.
pub(super) const TICK: Duration = Duration::from_millis(10);

struct Order {
    command: Command,
    on_death: Signal,
    answer: mpsc::SyncSender<io::Result<Child>>,
}

/// Spawns children from a thread of its own. Ends that thread when dropped: by then the children must be gone.
pub(super) struct Supervisor {
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    /// Starts the thread.
    pub(super) fn start() -> Result<Self, ServicesError> {
        let (orders, inbox) = mpsc::channel::<Order>();
        let thread = thread::Builder::new()
            .name("narthex-services".to_owned())
            .spawn(move || {
                for Order {
                    mut command,
                    on_death,
                    answer,
                } in inbox
                {
                    lifeline::tie(&mut command, on_death);
                    // The asker waits for the answer; if it is gone, so is the reason for the child.
                    let _ = answer.send(command.spawn());
                }
            })
            .doing(|| "start the services' thread".to_owned())?;
        Ok(Self {
            orders: Some(orders),
            thread: Some(thread),
        })
    }

    /// Spawns `command`; when this process dies, the child gets `on_death`.
    pub(super) fn spawn(&self, command: Command, on_death: Signal) -> io::Result<Child> {
        let gone = || io::Error::other("the services' thread has ended");
        let (answer, spawned) = mpsc::sync_channel(1);
        let order = Order {
            command,
            on_death,
            answer,
        };
        self.orders
            .as_ref()
            .ok_or_else(gone)?
            .send(order)
            .map_err(|_| gone())?;
        spawned.recv().map_err(|_| gone())?
    }

    /// Runs `command` to its end, with `input` on its standard input, and returns what it wrote.
    pub(super) fn run(&self, mut command: Command, input: &[u8]) -> Result<Output, ServicesError> {
        use std::io::Write as _;

        let program = command.get_program().to_string_lossy().into_owned();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let run = || -> io::Result<Output> {
            let mut child = self.spawn(command, Signal::KILL)?;
            if let Some(mut stdin) = child.stdin.take() {
                match stdin.write_all(input) {
                    // A program that does not read its input says why by its exit status.
                    Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
                    _ => {}
                }
            }
            child.wait_with_output()
        };
        run().doing(|| format!("run {program}"))
    }

    /// Like [`run`](Self::run), and anything but success is an error with what the program said.
    pub(super) fn run_well(&self, command: Command, input: &[u8]) -> Result<String, ServicesError> {
        let program = command.get_program().to_string_lossy().into_owned();
        let output = self.run(command, input)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(ServicesError::Failed {
            program,
            status: output.status.to_string(),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A running service.
pub(super) struct Process {
    name: &'static str,
    child: Child,
    watchdog: Option<Watchdog>,
    polite: Signal,
    over: bool,
}

impl Process {
    /// Spawns a service in a process group of its own, so that a Ctrl-C meant for us does not reach it first.
    /// `polite` is our signal for a clean end, `on_death` the one it gets when this process is gone.
    pub(super) fn spawn(
        supervisor: &Supervisor,
        name: &'static str,
        mut command: Command,
        polite: Signal,
        on_death: Signal,
    ) -> Result<Self, ServicesError> {
        use std::os::unix::process::CommandExt as _;

        command.process_group(0).stdin(Stdio::null());
        let child = supervisor
            .spawn(command, on_death)
            .doing(|| format!("start {name}"))?;
        let mut process = Self {
            name,
            child,
            watchdog: None,
            polite,
            over: false,
        };
        if !lifeline::KERNEL_TELLS {
            let watchdog = Watchdog::watch(process.child.id(), on_death);
            process.watchdog = Some(watchdog.doing(|| format!("watch over {name}"))?);
        }
        Ok(process)
    }

    /// The process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The exit status, once the process has ended.
    pub(super) fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Asks for a clean end and waits for it; kills after `patience`. The second call does nothing.
    pub(super) fn stop(&mut self, patience: Duration) -> Result<(), ServicesError> {
        if self.over {
            return Ok(());
        }
        self.over = true;
        self.signal(self.polite);
        self.watchdog = None;
        let mut waited = Duration::ZERO;
        while self.exited().is_none() {
            if waited >= patience {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return Err(ServicesError::Slow {
                    program: self.name,
                    what: "stop",
                    seconds: patience.as_secs(),
                });
            }
            thread::sleep(TICK);
            waited += TICK;
        }
        Ok(())
    }

    fn signal(&mut self, signal: Signal) {
        // After a wait the id may belong to another process: only signal a child that has not been waited for.
        if self.exited().is_none()
            && let Ok(raw) = i32::try_from(self.child.id())
            && let Some(pid) = Pid::from_raw(raw)
        {
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.stop(Duration::from_secs(10));
    }
}
