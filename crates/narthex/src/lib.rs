//! The binary: configuration, command line, wiring.
