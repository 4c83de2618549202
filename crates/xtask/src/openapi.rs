//! The API's description: written from the code, compared with what is committed.

use crate::{
    run::build_server,
    shell::{self, root},
};
use anyhow::{Context, Result, bail};
use std::{fs, path::PathBuf, process::Command};

fn file() -> PathBuf {
    root().join("openapi/openapi.json")
}

fn from_code() -> Result<String> {
    shell::output(Command::new(build_server(false)?).arg("openapi").current_dir(root()))
}

pub fn write() -> Result<()> {
    fs::create_dir_all(root().join("openapi"))?;
    fs::write(file(), from_code()?)?;
    println!("wrote openapi/openapi.json");
    Ok(())
}

pub fn check() -> Result<()> {
    let new = from_code()?;
    let old = fs::read_to_string(file()).context("openapi/openapi.json")?;
    if new == old {
        return Ok(());
    }
    let difference = shell::difference("committed", &old, "from the code", &new);
    bail!("openapi/openapi.json is not what the code says; `cargo xtask openapi` writes it\n{difference}")
}
