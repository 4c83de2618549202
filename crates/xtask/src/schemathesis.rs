//! The step `schemathesis`: holds a server with the demo's data to the API's description, with requests made up from that.
//! As the owner and as somebody of sales, at once, each on a database of their own: what the owner breaks meets nobody else.

use crate::{
    run::build_server,
    served::Guanxi,
    setup,
    shell::{self, root},
};
use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

const ROLES: [&str; 2] = ["owner", "sales"];
/// What a red run found, the next one finds again, and a green one stays green: as many tries as there are, in an order of
/// their own, however fast the machine is. With `GUANXI_SCHEMATHESIS_SECONDS` it goes on for so long, by chance.
const EXAMPLES: &str = "5";

/// What was tried, or why nothing could be.
pub enum Outcome {
    Tried,
    Impossible(&'static str),
}

pub fn check() -> Result<Outcome> {
    let program = match installed() {
        Ok(program) => program,
        // No package index within reach is no fault of the code.
        Err(error) => {
            println!("{error:#}");
            return Ok(Outcome::Impossible("schemathesis cannot be installed here"));
        }
    };
    let server = build_server(false)?;
    let results = thread::scope(|scope| {
        let tries = ROLES.map(|role| (role, scope.spawn(|| try_as(role, &program, &server))));
        tries.map(|(role, thread)| (role, thread.join()))
    });
    let mut wrong = Vec::new();
    for (role, result) in results {
        let (held, told) = result.map_err(|_| anyhow::anyhow!("the thread of {role} panicked"))??;
        println!("as {role}:");
        match held {
            true => told
                .lines()
                .filter(|line| line.contains(" generated, "))
                .for_each(|line| println!("{line}")),
            false => {
                std::io::stdout().write_all(told.as_bytes())?;
                wrong.push(role);
            }
        }
    }
    match wrong[..] {
        [] => Ok(Outcome::Tried),
        _ => bail!(
            "the server does not hold to openapi/openapi.json, tried as {}",
            wrong.join(" and ")
        ),
    }
}

/// Whether the server held to its description, and what schemathesis said.
fn try_as(role: &str, program: &Path, server: &Path) -> Result<(bool, String)> {
    let folder = shell::target_dir().join("schemathesis").join(role);
    shell::remove_dir(&folder)?;
    fs::create_dir_all(&folder)?;
    let database = format!("sqlite:{}", folder.join("demo.db").display());
    shell::output(Command::new(server).args(["demo", "--database", &database]))?;
    let log = fs::File::create(folder.join("server.log"))?;
    let served = Guanxi::start(server, &database, |command| {
        command.stderr(log);
    })?;
    let extent = match env::var("GUANXI_SCHEMATHESIS_SECONDS") {
        Ok(seconds) => ["--generation-database", "none", "--max-time", &seconds]
            .map(str::to_owned)
            .to_vec(),
        Err(_) => ["--generation-deterministic", "--max-examples", EXAMPLES]
            .map(str::to_owned)
            .to_vec(),
    };
    let done = Command::new(program)
        // Where it leaves its own files.
        .current_dir(&folder)
        .env("AS", role)
        .env("SCHEMATHESIS_HOOKS", root().join("tests/schemathesis_hooks.py"))
        .arg("--config-file")
        .arg(root().join("tests/schemathesis.toml"))
        .arg("run")
        .arg(root().join("openapi/openapi.json"))
        .args([
            "--url",
            &format!("http://{}", served.address),
            "--no-color",
            "--checks",
            "all",
        ])
        .args(extent)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start schemathesis")?;
    Ok((
        done.status.success(),
        String::from_utf8_lossy(&done.stdout).into_owned(),
    ))
}

/// The program.
pub fn installed() -> Result<PathBuf> {
    let programs = setup::python("schemathesis", &root().join("tests/schemathesis.txt"))?;
    Ok(programs.join("schemathesis"))
}
