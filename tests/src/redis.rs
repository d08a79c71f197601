//! A Redis that a test may stop and start: one of its own, on a unix socket, with nothing in it.

use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// The server, running or not.
pub struct Redis {
    socket: PathBuf,
    running: Option<Child>,
}

impl Redis {
    /// Starts it and waits until it listens.
    pub async fn start() -> Self {
        // The directory of this process is cleared when its services start.
        crate::cluster::cluster().await;
        let socket = crate::system::scratch("redis").join("redis.sock");
        let mut redis = Self {
            socket,
            running: None,
        };
        redis.again();
        redis
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket.display())
    }

    /// Kills it: every connection breaks, everything in it is forgotten.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_file(&self.socket);
    }

    /// Starts it again on the same socket.
    pub fn again(&mut self) {
        let spawn = |program| {
            Command::new(program)
                .args(["--port", "0", "--save", "", "--appendonly", "no"])
                .arg("--unixsocket")
                .arg(&self.socket)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
        };
        let child = spawn("redis-server").or_else(|_| spawn("valkey-server"));
        self.running = Some(child.expect("Redis is installed"));
        for _ in 0..200 {
            if UnixStream::connect(&self.socket).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(25));
        }
        panic!("Redis does not listen at {}", self.socket.display());
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}
