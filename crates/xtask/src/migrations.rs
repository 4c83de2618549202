//! `xtask check-migrations`: up, all down, up again gives the same schema, on both engines.

use crate::{run::build_server, setup, shell, shell::root};
use anyhow::{Context, Result, ensure};
use std::{env, fs, path::Path, process::Command, time::UNIX_EPOCH};
use xtask::postgres::{self, shared_url};

pub fn check() -> Result<()> {
    let guanxi = build_server(false)?;
    sqlite(&guanxi).context("migrations of SQLite")?;
    setup::postgres()?;
    postgres(&guanxi).context("migrations of PostgreSQL")?;
    println!("migrations go up, down and up again on both engines");
    Ok(())
}

fn sqlite(guanxi: &Path) -> Result<()> {
    let dir = env::temp_dir().join(format!("guanxi-migrations-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let url = format!("sqlite:{}", dir.join("check.db").display());
    let result = up_down_up(guanxi, &url, || {
        shell::output(Command::new(guanxi).args(["migrate", "--print-schema", "--database", &url]))
    });
    shell::remove_dir(&dir)?;
    result
}

fn postgres(guanxi: &Path) -> Result<()> {
    let programs = postgres::programs().context("no PostgreSQL programs found")?;
    let server = shared_url()?;
    // Not that of a run that was killed, on a server that others share.
    let time = UNIX_EPOCH.elapsed().unwrap_or_default().as_micros();
    let name = format!("guanxi_migrations_{time:x}_{}", std::process::id());
    let maintain =
        |program: &str| shell::output(Command::new(programs.join(program)).args(["--maintenance-db", server, &name]));
    maintain("createdb")?;
    let url = with_database(server, &name).context("a database URL ends in /name")?;
    let result = up_down_up(guanxi, &url, || {
        let dump = ["--schema-only", "--no-owner", "--no-privileges", "--dbname", &url];
        let dump = shell::output(Command::new(programs.join("pg_dump")).args(dump))?;
        Ok(meaningful(&dump))
    });
    maintain("dropdb")?;
    result
}

fn up_down_up(guanxi: &Path, url: &str, schema: impl Fn() -> Result<String>) -> Result<()> {
    let migrate = |args: &[&str]| {
        shell::output(
            Command::new(guanxi)
                .current_dir(root())
                .arg("migrate")
                .args(args)
                .args(["--database", url]),
        )
    };
    migrate(&[])?;
    let first = schema()?;
    ensure!(first.contains("CREATE TABLE"), "the migrations made no table:\n{first}");
    migrate(&["--revert-all"])?;
    let left = schema()?;
    let left: Vec<_> = left.lines().filter(|line| line.starts_with("CREATE ")).collect();
    // The list of migrations that were run is the runner's own.
    let left: Vec<_> = left
        .into_iter()
        .filter(|line| !line.contains("schema_migrations"))
        .collect();
    ensure!(left.is_empty(), "left behind by the way down:\n{}", left.join("\n"));
    migrate(&[])?;
    let second = schema()?;
    ensure!(
        first == second,
        "the second way up gave another schema\n{}",
        shell::difference("first", &first, "second", &second)
    );
    Ok(())
}

/// A dump without comments and the random tokens newer versions put round it.
fn meaningful(dump: &str) -> String {
    let kept = dump
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("--") && !line.starts_with('\\'));
    kept.collect::<Vec<_>>().join("\n")
}

/// The same server's URL with another database.
fn with_database(url: &str, name: &str) -> Option<String> {
    let (address, options) = url
        .split_once('?')
        .map_or((url, ""), |(address, options)| (address, options));
    let (server, _) = address.rsplit_once('/')?;
    let options = if options.is_empty() {
        String::new()
    } else {
        format!("?{options}")
    };
    Some(format!("{server}/{name}{options}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_changes_its_database_and_keeps_its_options() {
        let url = with_database("postgres://u:p@h:5432/postgres?sslmode=require", "x");
        assert_eq!(url.as_deref(), Some("postgres://u:p@h:5432/x?sslmode=require"));
        assert_eq!(with_database("postgres://h/a", "b").as_deref(), Some("postgres://h/b"));
    }

    #[test]
    fn what_changes_from_dump_to_dump_is_left_out() {
        let dump = "--\n-- PostgreSQL dump\n\\restrict Zk3\n\nCREATE TABLE a ();\n\\unrestrict Zk3\n";
        assert_eq!(meaningful(dump), "CREATE TABLE a ();");
    }
}
