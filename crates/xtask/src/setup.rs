//! Sees to what a verb needs on the machine: installed as root, else named with the command.

use crate::{
    clients, schemathesis,
    shell::{self, found, root},
    toolchain::Toolchain,
};
use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};
use xtask::postgres;
pub use xtask::postgres::is_root;

pub fn everything() -> Result<()> {
    println!("the app is built with {}", Toolchain::find()?);
    server_libraries()?;
    postgres()?;
    println!("the browser for tests is {}", browser()?.display());
    browser_tests()?;
    proxies()?;
    // Its step is skipped where it cannot be had.
    match schemathesis::installed() {
        Ok(program) => println!("schemathesis is {}", program.display()),
        Err(error) => println!("schemathesis cannot be installed: {error:#}"),
    }
    match clients::installed() {
        Ok((folder, _)) => println!("the generators of clients are in {}", folder.display()),
        Err(error) => println!("the generators of clients cannot be installed: {error:#}"),
    }
    Ok(())
}

pub fn is_debian() -> bool {
    found("apt-get") && found("dpkg-query")
}

fn installed(package: &str) -> bool {
    let query = Command::new("dpkg-query")
        .args(["-W", "-f=${Status}", package])
        .output();
    query.is_ok_and(|answer| answer.stdout.ends_with(b"ok installed"))
}

/// Installs those of the packages that are missing. `why` completes "needed for …".
pub fn packages(why: &str, wanted: &[&str]) -> Result<()> {
    if !is_debian() {
        bail!("needed for {why}: what Debian packages as {}", wanted.join(", "));
    }
    let missing: Vec<_> = wanted.iter().copied().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !is_root() {
        bail!("needed for {why}: run\n  sudo apt-get update && sudo apt-get install {names}");
    }
    println!("installing for {why}: {names}");
    let apt = || {
        let mut apt = Command::new("apt-get");
        // A machine that has just started may be updating itself.
        apt.env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-qq", "-o", "DPkg::Lock::Timeout=300"]);
        apt
    };
    shell::run(apt().arg("update"))?;
    shell::run(apt().args(["install", "-y", "--no-install-recommends"]).args(&missing))
        .with_context(|| format!("installing {names}"))
}

/// libpq and the TLS it speaks are compiled with the server, so that the binary starts anywhere; OpenSSL's own build
/// needs these.
pub fn server_libraries() -> Result<()> {
    match found("perl") && found("make") {
        true => Ok(()),
        false => packages("building the server", &["perl", "make"]),
    }
}

/// The programs of PostgreSQL, unless a server is given.
pub fn postgres() -> Result<()> {
    match postgres::given_url().is_some() || postgres::programs().is_some() {
        true => Ok(()),
        false => packages("running PostgreSQL", &["postgresql"]),
    }
}

/// A Chromium with Chinese fonts; `GUANXI_CHROMIUM` names another than Debian's.
pub fn browser() -> Result<PathBuf> {
    if let Some(given) = env::var_os("GUANXI_CHROMIUM") {
        return Ok(given.into());
    }
    if is_debian() {
        packages("the browser tests", &["chromium", "fonts-noto-cjk"])?;
    }
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find_map(|name| shell::on_path(name))
        .context("no Chromium found for the browser tests: set GUANXI_CHROMIUM to its path")
}

/// The proxies that the browser tests stand behind.
pub fn proxies() -> Result<()> {
    let path = env::var_os("PATH").unwrap_or_default();
    let missing = |name: &&str| {
        let folders = env::split_paths(&path).chain(["/usr/sbin".into()]);
        !folders.map(|folder| folder.join(name)).any(|file| file.exists())
    };
    let missing: Vec<_> = ["nginx", "caddy"].into_iter().filter(missing).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => packages("the browser tests", &missing),
    }
}

/// The folder of the programs that a list of Python's packages brings, in an environment beside what else is built, which is
/// made anew when the list changes.
pub fn python(name: &str, wanted: &Path) -> Result<PathBuf> {
    let folder = shell::target_dir().join(format!("{name}-python"));
    let programs = folder.join("bin");
    let stamp = folder.join("installed.txt");
    let list = fs::read(wanted)?;
    if fs::read(&stamp).is_ok_and(|installed| installed == list) && programs.exists() {
        return Ok(programs);
    }
    // Debian has Python without this.
    if shell::output(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_err() {
        packages(name, &["python3-venv"])?;
    }
    shell::remove_dir(&folder)?;
    shell::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let mut pip = Command::new(programs.join("pip"));
    shell::run(
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(wanted),
    )?;
    fs::write(stamp, list)?;
    Ok(programs)
}

/// The libraries of the browser tests, as their lock file says.
pub fn browser_tests() -> Result<()> {
    node_modules(&root().join("tests/e2e"), "the browser tests")
}

/// What a folder's lock file names.
pub fn node_modules(dir: &Path, why: &str) -> Result<()> {
    if !found("npm") {
        packages(why, &["nodejs", "npm"])?;
    }
    // npm writes its own copy of the lock file when it is done.
    let changed = |name: &str| fs::metadata(dir.join(name)).and_then(|file| file.modified()).ok();
    if changed("node_modules/.package-lock.json") > changed("package-lock.json") {
        return Ok(());
    }
    shell::run(
        Command::new("npm")
            .current_dir(dir)
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]),
    )
}
