//! The binary's parts: configuration, command line, wiring, private services for `dev`. It holds no product rule.

pub mod admin;
pub mod background;
pub mod cli;
pub mod database;
pub mod demo;
pub mod dev;
pub mod installation;
pub mod instance;
pub mod outbound;
pub mod planes;
pub mod ports;
pub mod prove;
pub mod ready_file;
pub mod remote;
pub mod services;
pub mod smtp_sink;
