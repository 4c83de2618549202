//! `xtask app`: compiles the frontend to WebAssembly and lays it out in `dist/`.

use crate::{
    pack,
    shell::{self, Args, files, remove_dir, root},
    toolchain::{TARGET, Toolchain},
};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime},
};

/// What a browser fetches before the first screen may weigh, compressed by brotli.
const FIRST_LOAD_LIMIT: usize = 600_000;

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Profile {
    /// Quick to build, not compressed.
    Dev,
    /// Small: what is shipped.
    Release,
}

impl Profile {
    fn cargo_name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "app",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "app",
        }
    }
}

pub fn run(mut args: Args) -> Result<()> {
    let profile = if args.flag("--dev") {
        Profile::Dev
    } else {
        Profile::Release
    };
    let watch = args.flag("--watch");
    args.none_left()?;
    let mut seen = inputs()?;
    build(profile)?;
    if !watch {
        return Ok(());
    }
    loop {
        thread::sleep(Duration::from_millis(300));
        let now = inputs()?;
        if now != seen {
            seen = now;
            // A mistake in the source is shown and waited out, not an end of watching.
            if let Err(error) = build(profile) {
                eprintln!("error: {error:#}");
            }
        }
    }
}

/// Builds the app unless `dist/` is already made from these very sources.
pub fn build(profile: Profile) -> Result<()> {
    if is_current(profile)? {
        println!("the app in dist/ is up to date");
        return Ok(());
    }
    let start = Instant::now();
    // Taken first: what is edited while compiling counts as not built.
    let stamp = new_stamp(profile)?;
    let toolchain = Toolchain::find()?;
    println!("building the app with {toolchain}");
    let module = compile(&toolchain, profile)?;
    let compiled = start.elapsed();

    let code = target().join("code");
    remove_dir(&code)?;
    bind(&module, &code, profile)?;
    let dist = root().join("dist");
    pack::assemble(&root().join("frontend"), &code, &dist)?;
    if profile == Profile::Release {
        report(&pack::precompress(&dist)?)?;
    }
    fs::write(stamp_file(), stamp)?;
    println!(
        "dist/ is ready: compiled in {compiled:.1?}, packed in {:.1?}",
        start.elapsed() - compiled
    );
    Ok(())
}

/// As `build`, but content with an app of the other profile when it is up to date.
pub fn build_if_stale(profile: Profile) -> Result<()> {
    match is_current(Profile::Release)? || is_current(Profile::Dev)? {
        true => Ok(()),
        false => build(profile),
    }
}

fn is_current(profile: Profile) -> Result<bool> {
    Ok(stamp() == Some(new_stamp(profile)?))
}

fn compile(toolchain: &Toolchain, profile: Profile) -> Result<PathBuf> {
    let target = target();
    shell::run(
        toolchain
            .cargo()
            .args(["build", "--locked", "--package", "frontend", "--target", TARGET])
            .args(["--profile", profile.cargo_name(), "--target-dir"])
            .arg(&target),
    )?;
    Ok(target.join(TARGET).join(profile.folder()).join("frontend.wasm"))
}

/// The JavaScript around the module, by the library that the command wasm-bindgen wraps.
fn bind(module: &Path, code: &Path, profile: Profile) -> Result<()> {
    let dev = profile == Profile::Dev;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(false)
        .debug(dev)
        // Names of generics are nine tenths of an unoptimised module; a panic tells its file and line without them.
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("app")
        .generate(code)
        .context("wasm-bindgen: do wasm-bindgen and wasm-bindgen-cli-support have the same version?")
}

fn report(sizes: &[pack::Sizes]) -> Result<()> {
    let dist = root().join("dist");
    println!("{:>10} {:>10} {:>10}", "raw", "gzip", "brotli");
    let mut first_load = 0;
    for file in sizes {
        let name = file.path.strip_prefix(&dist)?;
        println!(
            "{:>10} {:>10} {:>10}  {}",
            file.raw,
            file.gzip,
            file.brotli,
            name.display()
        );
        // Files of public/ (icons, manifest) come after the first screen.
        if name.starts_with("assets") || name == "index.html" {
            first_load += file.brotli;
        }
    }
    println!(
        "first load: {:.1} kB brotli of {} kB allowed",
        first_load as f64 / 1e3,
        FIRST_LOAD_LIMIT / 1000
    );
    ensure!(first_load <= FIRST_LOAD_LIMIT, "the app is too heavy to load");
    Ok(())
}

/// Compressed bytes that `dist/` makes a browser fetch before the first screen; none where it is not built for release.
pub fn first_load() -> Result<Option<u64>> {
    let dist = root().join("dist");
    let mut compressed = files(&dist.join("assets"))?;
    compressed.push(dist.join("index.html.br"));
    compressed.retain(|file| file.extension().is_some_and(|e| e == "br") && file.exists());
    let sizes = compressed.iter().map(|file| Ok(file.metadata()?.len()));
    let total: u64 = sizes.sum::<Result<u64>>()?;
    Ok((total > 0).then_some(total))
}

/// Everything the app is made from, with the code here that makes it.
fn inputs() -> Result<Vec<(PathBuf, SystemTime)>> {
    let mut inputs = Vec::new();
    for folder in ["frontend", "crates/domain", "crates/xtask/src", ".cargo"] {
        inputs.extend(files(&root().join(folder))?);
    }
    inputs.extend(["Cargo.toml", "Cargo.lock"].map(|name| root().join(name)));
    // An editor's temporary file may be gone again: that is a change as well.
    let changed = |path: &PathBuf| {
        path.metadata()
            .and_then(|file| file.modified())
            .unwrap_or(SystemTime::UNIX_EPOCH)
    };
    Ok(inputs.into_iter().map(|path| (path.clone(), changed(&path))).collect())
}

/// Kept apart from what else is built: other flags there would rebuild everything each time.
fn target() -> PathBuf {
    shell::target_dir().join("wasm")
}

fn stamp_file() -> PathBuf {
    target().join("dist.stamp")
}

/// Which sources `dist/` was made from, if it is there.
fn stamp() -> Option<String> {
    root()
        .join("dist/index.html")
        .exists()
        .then(|| fs::read_to_string(stamp_file()).ok())?
}

fn new_stamp(profile: Profile) -> Result<String> {
    let paths: Vec<_> = inputs()?.into_iter().map(|(path, _)| path).collect();
    let names = paths
        .iter()
        .map(|path| path.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join("\n");
    Ok(format!(
        "{profile:?} {} {}",
        pack::hash([names.as_bytes()]),
        pack::hash_files(&paths)?
    ))
}
