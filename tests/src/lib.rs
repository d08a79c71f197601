//! The harness of the tests that need a running system: one private PostgreSQL and Redis for the process, one
//! database a test. It holds no product rule.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod browser;
mod cluster;
mod fake_host;
mod log;
mod mail_server;
mod place;
pub mod processes;
mod redis;
mod rows;
mod system;

pub use browser::{Answer, Browser};
pub use fake_host::FakeHost;
pub use log::Log;
pub use mail_server::{Mail, MailServer};
pub use place::{Place, connect};
pub use redis::Redis;
pub use rows::Rows;
pub use system::{Plane, System};
