//! `cargo xtask <verb>`: builds the app, runs the product, tests and checks it. One file a verb.

mod app;
mod pack;
mod setup;
mod shell;
mod toolchain;

use anyhow::{Result, bail};
use shell::Args;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <verb>

  app [--dev] [--watch]    build the app into dist/ (skipped when nothing changed)
";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let verb = words.next().unwrap_or_default();
    match dispatch(&verb, Args::new(words)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(verb: &str, args: Args) -> Result<()> {
    match verb {
        "app" => app::run(args),
        "" | "help" | "-h" | "--help" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("no verb {other:?}\n\n{HELP}"),
    }
}
