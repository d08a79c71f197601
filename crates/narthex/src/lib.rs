//! The binary: configuration, command line, wiring.
pub mod ports;
pub mod prove;
pub mod services;
