//! `xtask run`: from a clone to a served demo in one command.

use crate::{
    app::{self, Profile},
    setup, shell,
    shell::Args,
};
use anyhow::{Context, Result};
use std::{env, os::unix::process::CommandExt, path::PathBuf, process::Command};

const DATABASE: &str = "sqlite:guanxi.db";

pub fn run(mut args: Args) -> Result<()> {
    let listen = args.value("--listen")?;
    let release = args.flag("--release");
    let database = args.value("--database")?.or_else(|| env::var("DATABASE_URL").ok());
    let database = database.unwrap_or_else(|| DATABASE.into());
    args.none_left()?;

    // The small app takes link-time optimisation, minutes at every change; the quick one loads as fast from one's own
    // machine. So it is `--release` that makes what would be shipped, and an app built by `xtask app` is kept.
    app::build_if_stale(if release { Profile::Release } else { Profile::Dev })?;
    println!("building the server (some minutes at first, seconds later)");
    let server = build_server(release)?;
    let guanxi = || {
        let mut guanxi = Command::new(&server);
        guanxi.current_dir(shell::root()).env("DATABASE_URL", &database);
        guanxi
    };
    // Fills an empty database and says how to sign in; leaves any other as it is.
    shell::run(guanxi().arg("demo"))?;
    let mut serve = guanxi();
    serve.arg("serve");
    if let Some(address) = listen {
        serve.args(["--listen", &address]);
    }
    // The server takes our place, and with it the terminal's signals.
    Err(serve.exec()).context("cannot start the server")
}

/// Builds the server and gives the program's path.
pub fn build_server(release: bool) -> Result<PathBuf> {
    setup::server_libraries()?;
    let mut build = shell::cargo();
    build.args(["build", "--locked", "--bin", "guanxi"]);
    if release {
        build.arg("--release");
    }
    shell::run(&mut build)?;
    Ok(shell::target_dir()
        .join(if release { "release" } else { "debug" })
        .join("guanxi"))
}
