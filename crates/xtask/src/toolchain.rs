//! Which Rust toolchain builds the app: one that has a standard library for wasm32.

use crate::{
    setup,
    shell::{self, found},
};
use anyhow::{Result, bail};
use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    process::Command,
};

pub const TARGET: &str = "wasm32-unknown-unknown";
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

pub enum Toolchain {
    /// The active one, which has the target.
    Active { version: String },
    /// Debian's compiler, which builds the standard library from Debian's sources.
    Debian { version: String, linker: PathBuf },
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Active { version } => write!(f, "the active toolchain, {version}"),
            Self::Debian { version, .. } => write!(f, "Debian's toolchain, {version}"),
        }
    }
}

impl Toolchain {
    /// `GUANXI_WASM_TOOLCHAIN=active|debian` decides; unset, the first that is there does.
    pub fn find() -> Result<Self> {
        let wish = env::var("GUANXI_WASM_TOOLCHAIN").unwrap_or_default();
        match wish.as_str() {
            "active" | "rustup" => active().ok_or_else(advice),
            "debian" => install_debian(),
            "" => match active().or_else(debian) {
                Some(toolchain) => Ok(toolchain),
                None if setup::is_debian() && setup::is_root() => install_debian(),
                None => Err(advice()),
            },
            other => bail!("GUANXI_WASM_TOOLCHAIN is active or debian, not {other:?}"),
        }
    }

    /// A `cargo` that compiles for wasm32.
    pub fn cargo(&self) -> Command {
        match self {
            Self::Active { .. } => shell::cargo(),
            Self::Debian { linker, .. } => {
                let mut cargo = Command::new("/usr/bin/cargo");
                // Set by the cargo that started us; they would bring its toolchain back in.
                for name in [
                    "RUSTUP_TOOLCHAIN",
                    "RUSTC_WRAPPER",
                    "RUSTC_WORKSPACE_WRAPPER",
                    "RUSTDOC",
                    "CARGO",
                ] {
                    cargo.env_remove(name);
                }
                cargo
                    .current_dir(shell::root())
                    .env("RUSTC", "/usr/bin/rustc")
                    // Building the standard library is not a stable feature yet.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                cargo
            }
        }
    }
}

fn active() -> Option<Toolchain> {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let ask = |args: &[&str]| shell::output(Command::new(&rustc).args(args)).ok();
    let libs = ask(&["--print", "target-libdir", "--target", TARGET])?;
    let has_std = fs::read_dir(libs.trim())
        .ok()?
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"));
    has_std.then(|| ask(&["--version"]))?.map(|version| Toolchain::Active {
        version: version.trim().into(),
    })
}

fn debian() -> Option<Toolchain> {
    if !found("/usr/bin/cargo") {
        return None;
    }
    let ask = |args: &[&str]| shell::output(Command::new("/usr/bin/rustc").args(args)).ok();
    let version = ask(&["--version"])?;
    let sources = Path::new(ask(&["--print", "sysroot"])?.trim()).join("lib/rustlib/src/rust/library/std/Cargo.toml");
    if !sources.exists() || !new_enough(&version) {
        return None;
    }
    Some(Toolchain::Debian {
        version: version.trim().into(),
        linker: newest_linker()?,
    })
}

/// `/usr/bin/wasm-ld-22` and its like: the highest number.
fn newest_linker() -> Option<PathBuf> {
    fs::read_dir("/usr/bin")
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some((name.strip_prefix("wasm-ld-")?.parse::<u32>().ok()?, entry.path()))
        })
        .max()
        .map(|(_, path)| path)
}

/// Debian's ordinary `rustc` is years older than the `-web` one and would only fail later.
fn new_enough(version: &str) -> bool {
    let minor = |text: &str| text.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    minor(version) >= minor(env!("CARGO_PKG_RUST_VERSION"))
}

fn install_debian() -> Result<Toolchain> {
    if let Some(toolchain) = debian() {
        return Ok(toolchain);
    }
    setup::packages("building the app for wasm32", &PACKAGES)?;
    match debian() {
        Some(toolchain) => Ok(toolchain),
        None => bail!("Debian's packages are installed, but no Rust compiler with sources and wasm linker was found"),
    }
}

fn advice() -> anyhow::Error {
    let mut text = format!("no Rust toolchain for {TARGET}; with rustup, run\n  rustup target add {TARGET}");
    if setup::is_debian() {
        text += &format!(
            "\nor, on Debian 12 or later,\n  sudo apt-get update && sudo apt-get install {}",
            PACKAGES.join(" ")
        );
    }
    anyhow::anyhow!(text)
}
