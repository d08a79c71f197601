//! The `narthex` command. It parses the command line and starts what was asked; it holds no rules.
fn main() {}
