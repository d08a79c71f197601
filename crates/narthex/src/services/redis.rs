//! One private Redis (or Valkey) on a unix socket. It keeps nothing across a stop: what it holds (budgets,
//! short-lived marks) may be lost at any time. No TCP port, no password: the socket is closed to other accounts.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use super::binaries::RedisBinary;
use super::supervisor::{Process, TICK};
use super::{ServicesError, Stage, log};

const NAME: &str = "Redis";
const START: Duration = Duration::from_secs(10);
const STOP: Duration = Duration::from_secs(5);

/// A running Redis.
pub(super) struct Redis {
    process: Process,
    socket: PathBuf,
    log: log::Log,
}

impl Redis {
    /// Starts it without waiting; [`wait`](Self::wait) does.
    pub(super) fn spawn(binary: &RedisBinary, stage: &Stage<'_>) -> Result<Self, ServicesError> {
        (stage.config.progress)("Starting Redis");
        let socket = stage.home.sockets().join("redis.sock");
        let directory = stage.home.redis();
        let mut command = stage.account.command(&binary.0, &directory);
        command
            .args([
                "--port",
                "0",
                "--unixsocketperm",
                "700",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .args([
                "--daemonize",
                "no",
                "--loglevel",
                "warning",
                "--logfile",
                "",
            ])
            .arg("--unixsocket")
            .arg(&socket)
            .arg("--dir")
            .arg(&directory);
        let log = log::open(stage.data_dir, "redis.log")?;
        command.stdout(log.handle()?).stderr(log.handle()?);
        // Killed, not asked: a Redis that ends in its own time removes the socket of the one started after it.
        let process = Process::spawn(stage.supervisor, NAME, command, Signal::TERM, Signal::KILL)?;
        Ok(Self {
            process,
            socket,
            log,
        })
    }

    /// Waits until it answers a PING.
    pub(super) fn wait(&mut self) -> Result<(), ServicesError> {
        let mut waited = Duration::ZERO;
        while waited < START {
            if let Some(status) = self.process.exited() {
                let (program, status) = (NAME.to_owned(), status.to_string());
                return Err(ServicesError::Failed {
                    program,
                    status,
                    said: self.log.tail(),
                });
            }
            if self.answers() {
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

    /// Where it listens.
    pub(super) fn url(&self) -> String {
        // A path that `url` cannot write as a URL is not absolute, and ours is.
        url::Url::from_file_path(&self.socket)
            .map(|url| format!("redis+unix://{}", url.path()))
            .unwrap_or_default()
    }

    /// Whether it has ended by itself.
    pub(super) fn ended(&mut self) -> bool {
        self.process.exited().is_some()
    }

    /// A clean end. SIGTERM is Redis' `SHUTDOWN`; with no save points it writes nothing.
    pub(super) fn stop(&mut self) -> Result<(), ServicesError> {
        self.process.stop(STOP)
    }

    #[expect(clippy::disallowed_methods, reason = "the socket of the private Redis")]
    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<[u8; 5]> {
            let mut stream = UnixStream::connect(&self.socket)?;
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            stream.write_all(b"PING\r\n")?;
            let mut answer = [0; 5];
            stream.read_exact(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| &answer == b"+PONG")
    }
}
