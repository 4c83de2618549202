//! `xtask app`: compiles the frontend to WebAssembly and lays it out in `dist/`.

use crate::{
    pack,
    shell::{self, Args, files, remove_dir, root},
    toolchain::{TARGET, Toolchain},
};
use anyhow::{Context, Result, anyhow, ensure};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime},
};

/// The parts of `frontend/src/parts.rs`, in the order in which they are fetched ahead.
const PARTS: [&str; 3] = ["list", "work", "manage"];

/// What a browser fetches before the first screen stands, and before a list can be used: bytes compressed by brotli.
const FIRST_LOAD_LIMIT: u64 = 250_000;
const LIST_LIMIT: u64 = 400_000;

/// The files of each part: its own, and those it shares with others.
pub type Parts = BTreeMap<&'static str, Vec<String>>;

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
    let parts = bind(&module, &code, profile)?;
    let dist = root().join("dist");
    let ahead = ahead(&parts);
    pack::assemble(&root().join("frontend"), &code, &dist, &ahead)?;
    if profile == Profile::Release {
        report(&pack::precompress(&dist)?, &parts)?;
    }
    // An app that is too heavy stays in dist/ to be looked into, and does not count as built.
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
            .args(["rustc", "--locked", "--package", "frontend", "--bin", "frontend"])
            .args(["--target", TARGET])
            .args(["--profile", profile.cargo_name(), "--target-dir"])
            .arg(&target)
            // What the split goes by; of the last link only, so that no crate is built anew for it.
            .args(["--", "-Clink-arg=--emit-relocs"]),
    )?;
    Ok(target.join(TARGET).join(profile.folder()).join("frontend.wasm"))
}

/// Takes the module apart into what is needed at once and the parts that are fetched later, and makes the JavaScript around
/// the first, by the libraries that the commands wasm-split-cli and wasm-bindgen wrap. Tells the files of each part.
fn bind(module: &Path, code: &Path, profile: Profile) -> Result<Parts> {
    let dev = profile == Profile::Dev;
    let whole = fs::read(module)?;
    let main = module.with_extension("main.wasm");
    let mut options = wasm_split_cli_support::Options::new(&whole);
    options.output_dir = code;
    options.main_out_path = &main;
    options.main_module = "./app.js";
    let mut split = wasm_split_cli_support::transform(options).map_err(|e| anyhow!("wasm-split: {e:#}"))?;
    for file in &split.split_modules {
        let lean = pack::without_names(&fs::read(file)?).context("wasm-split wrote what is no module")?;
        fs::write(file, lean)?;
    }
    let files = |part| {
        let files = split.prefetch_map.remove(part);
        let files = files.with_context(|| format!("frontend/src/parts.rs has no part {part:?}"))?;
        Ok((part, files.into_iter().map(|file| file + ".wasm").collect()))
    };
    let parts = PARTS.into_iter().map(files).collect::<Result<Parts>>()?;
    ensure!(
        split.prefetch_map.is_empty(),
        "not among PARTS: {:?}",
        split.prefetch_map.keys()
    );
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(main)
        .web(true)?
        .typescript(false)
        .debug(dev)
        // The parts and the first module call each other through its table of functions.
        .keep_lld_exports(true)
        // Names of generics are nine tenths of an unoptimised module; a panic tells its file and line without them.
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name("app")
        .generate(code)
        .context("wasm-bindgen: do wasm-bindgen and wasm-bindgen-cli-support have the same version?")?;
    Ok(parts)
}

/// The files of all parts, each once, what is opened soonest first.
fn ahead(parts: &Parts) -> Vec<&str> {
    let mut ahead: Vec<&str> = Vec::new();
    for file in PARTS.iter().flat_map(|part| &parts[part]) {
        if !ahead.contains(&file.as_str()) {
            ahead.push(file);
        }
    }
    ahead
}

fn report(sizes: &[pack::Sizes], parts: &Parts) -> Result<()> {
    let dist = root().join("dist");
    println!("{:>10} {:>10} {:>10}", "raw", "gzip", "brotli");
    for file in sizes {
        let name = file.path.strip_prefix(&dist)?.display();
        println!("{:>10} {:>10} {:>10}  {name}", file.raw, file.gzip, file.brotli);
    }
    let first = first_load()?.context("nothing was compressed")?;
    let weight = |part: &str| -> u64 {
        let files = &parts[part];
        let of_it = sizes.iter().filter(|s| files.iter().any(|file| s.path.ends_with(file)));
        of_it.map(|s| s.brotli as u64).sum()
    };
    for part in PARTS {
        println!(
            "part {part}: {:.1} kB brotli with what it shares",
            weight(part) as f64 / 1e3
        );
    }
    let list = first + weight("list");
    for (what, weight, limit) in [("first load", first, FIRST_LOAD_LIMIT), ("a list", list, LIST_LIMIT)] {
        println!(
            "{what}: {:.1} kB brotli of {} kB allowed",
            weight as f64 / 1e3,
            limit / 1000
        );
    }
    ensure!(
        first <= FIRST_LOAD_LIMIT && list <= LIST_LIMIT,
        "the app is too heavy to load"
    );
    Ok(())
}

/// Compressed bytes that `dist/` makes a browser fetch before the first screen; none where it is not built for release.
pub fn first_load() -> Result<Option<u64>> {
    let dist = root().join("dist");
    let mut compressed = files(&dist.join("assets"))?;
    compressed.push(dist.join("index.html.br"));
    compressed.retain(|file| file.extension().is_some_and(|e| e == "br") && file.exists() && !pack::is_part(file));
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
