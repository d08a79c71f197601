//! Everything that this process logs, kept in memory for the tests that look for what must not be in it. More than
//! the product's own filter lets through is kept, never less.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// The log of this process.
#[derive(Debug, Clone, Copy)]
pub struct Log;

impl Log {
    /// Keeps what is logged from now on. Asking twice changes nothing.
    #[must_use]
    pub fn keep() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            tracing_subscriber::fmt()
                .with_ansi(false)
                .with_env_filter("debug,narthex=trace,narthex_http=trace,narthex_token=trace")
                .with_writer(Self)
                .init();
        });
        Self
    }

    /// All of it so far.
    #[must_use]
    pub fn text(self) -> String {
        let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&lines).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}
