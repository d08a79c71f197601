//! The `narthex` command: parses the command line, starts what was asked, prints why when it cannot. No rules here.

use clap::Parser;
use narthex::cli::{Cli, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a command line speaks to its terminal")]
fn complain(error: &anyhow::Error) {
    eprintln!("narthex: {error:#}");
}
