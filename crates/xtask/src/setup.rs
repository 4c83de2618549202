//! Sees to Debian packages a verb needs: installed as root, else named with the command.

use crate::shell::{self, found};
use anyhow::{Context, Result, bail};
use std::{os::unix::fs::MetadataExt, process::Command};

pub fn is_root() -> bool {
    // A process's own folder under /proc belongs to its effective user.
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

pub fn is_debian() -> bool {
    found("apt-get") && found("dpkg-query")
}

fn installed(package: &str) -> bool {
    let query = Command::new("dpkg-query").args(["-W", "-f=${Status}", package]).output();
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
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        apt
    };
    shell::run(apt().arg("update"))?;
    shell::run(apt().args(["install", "-y", "--no-install-recommends"]).args(&missing))
        .with_context(|| format!("installing {names}"))
}
