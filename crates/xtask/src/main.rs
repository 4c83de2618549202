//! `cargo xtask <verb>`: builds the app, runs the product, tests and checks it. One file a verb.

mod app;
mod bench;
mod clients;
mod counts;
mod deny;
mod migration;
mod migrations;
mod openapi;
mod pack;
mod run;
mod schemathesis;
mod served;
mod setup;
mod shell;
mod test;
mod tidy;
mod toolchain;

use anyhow::{Result, bail};
use shell::Args;
use std::{process::ExitCode, thread};
use xtask::postgres::{Durability, Server};

const HELP: &str = "\
cargo xtask <verb>

  run [--listen ADDR] [--database URL] [--release]
                           build app and server, make demo data on first start, serve
  test [STEP…]             run all steps, or those named (`test --list` shows them)
  app [--dev] [--watch]    build the app into dist/ (skipped when nothing changed)
  bench [--engine sqlite|postgres|both] [--seconds N] [--rows F] [--only WORDS]
                           measure the release server on 100,000 customers (times F)
        [--against BINARY]   in turns with another build of it, five rounds: medians and ratios
  migration KIND [--at YYYY-MM-DD-NNNNNN]
                           write the migration that a declared kind, or a field added to one, needs
  openapi                  write openapi/openapi.json from the code
  postgres [--durable]     run a PostgreSQL of one's own until Ctrl-C, and print its URL
  tidy                     check names, places and texts that no compiler looks at
  check-migrations         up, down, up on both engines must give the same schema
  setup                    install what the verbs above would install when they need it
";

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let verb = words.next().unwrap_or_default();
    match dispatch(&verb, Args::new(words)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(verb: &str, args: Args) -> Result<ExitCode> {
    match verb {
        "app" => app::run(args),
        "run" => run::run(args),
        "test" => return test::run(args),
        "bench" => bench::run(args),
        "openapi" => args.none_left().and_then(|()| openapi::write()),
        "postgres" => postgres(args),
        "tidy" => args.none_left().and_then(|()| tidy::check()),
        "migration" => migration::write(args),
        "check-migrations" => args.none_left().and_then(|()| migrations::check()),
        "setup" => args.none_left().and_then(|()| setup::everything()),
        "" | "help" | "-h" | "--help" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("no verb {other:?}\n\n{HELP}"),
    }
    .map(|()| ExitCode::SUCCESS)
}

fn postgres(mut args: Args) -> Result<()> {
    let durability = if args.flag("--durable") {
        Durability::Full
    } else {
        Durability::Relaxed
    };
    args.none_left()?;
    setup::postgres()?;
    let server = Server::start(durability)?;
    println!("{}", server.url());
    eprintln!("until Ctrl-C; its data go with it");
    loop {
        thread::park();
    }
}
