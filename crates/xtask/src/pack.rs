//! Turns what the compiler made into `dist/`: hashed names, index.html, precompressed files.

use crate::shell::{files, remove_dir};
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    thread,
};

/// Where the generated links go in `frontend/index.html`.
const MARKER: &str = "<!-- xtask:head -->";

/// What starts the app, in a file of its own, since the page's policy refuses inline scripts.
const BOOT: &str = include_str!("boot.js");
/// Where it names the files that are fetched ahead.
const AHEAD: &str = "[/* xtask:ahead */]";

/// Short and stable: the same content has the same name.
pub fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub fn hash_files(paths: &[PathBuf]) -> Result<String> {
    let contents = paths.iter().map(fs::read).collect::<std::io::Result<Vec<_>>>()?;
    Ok(hash(contents.iter().map(Vec::as_slice)))
}

/// `code` holds what wasm-bindgen wrote; it moves into `dist`, which is replaced as a whole. The files `ahead` of it are
/// fetched once the first screen stands, in this order.
pub fn assemble(frontend: &Path, code: &Path, dist: &Path, ahead: &[&str]) -> Result<()> {
    ensure!(BOOT.contains(AHEAD), "boot.js lacks {AHEAD}");
    fs::write(code.join("boot.js"), BOOT.replace(AHEAD, &format!("{ahead:?}")))?;
    let code_name = format!("app-{}", hash_files(&files(code)?)?);
    let style = stylesheet(&frontend.join("style"))?;
    let style_name = format!("app-{}.css", hash([style.as_bytes()]));

    let next = dist.with_extension("next");
    remove_dir(&next)?;
    fs::create_dir_all(next.join("assets"))?;
    fs::rename(code, next.join("assets").join(&code_name))?;
    fs::write(next.join("assets").join(&style_name), style)?;

    let page = frontend.join("index.html");
    let html = fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
    ensure!(html.contains(MARKER), "{} lacks the line {MARKER}", page.display());
    let head = [
        format!(r#"<link rel="stylesheet" href="/assets/{style_name}">"#),
        format!(r#"<link rel="modulepreload" href="/assets/{code_name}/app.js">"#),
        format!(r#"<link rel="modulepreload" href="/assets/{code_name}/__wasm_split.js">"#),
        format!(
            r#"<link rel="preload" as="fetch" type="application/wasm" crossorigin href="/assets/{code_name}/app_bg.wasm">"#
        ),
        format!(r#"<script type="module" src="/assets/{code_name}/boot.js"></script>"#),
    ];
    fs::write(next.join("index.html"), html.replace(MARKER, &head.join("\n    ")))?;

    let public = frontend.join("public");
    for file in files(&public)? {
        let to = next.join(file.strip_prefix(&public)?);
        fs::create_dir_all(to.parent().context("a file has a folder")?)?;
        fs::copy(&file, to)?;
    }
    remove_dir(dist)?;
    fs::rename(&next, dist)?;
    Ok(())
}

/// One sheet of all `style/*.css`, in the order of their names, without what is there for who reads them.
fn stylesheet(dir: &Path) -> Result<String> {
    let sheets = files(dir)?
        .into_iter()
        .filter(|file| file.extension().is_some_and(|ext| ext == "css"));
    let texts = sheets.map(fs::read_to_string).collect::<std::io::Result<Vec<_>>>()?;
    ensure!(!texts.is_empty(), "no style sheet in {}", dir.display());
    let text = texts.join("\n");
    let mut lean = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, comment)) = rest.split_once("/*") {
        lean.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    lean.push_str(rest);
    let lines = lean.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// Fetched when a screen is first opened; the names are wasm-split's.
pub fn is_part(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("split_") || name.starts_with("chunk_")
}

/// The module without its custom sections: names, producers, features. wasm-bindgen takes them off the first module only.
pub fn without_names(module: &[u8]) -> Option<Vec<u8>> {
    let (header, mut rest) = module.split_at_checked(8)?;
    let mut lean = header.to_vec();
    while let Some(&id) = rest.first() {
        let (mut length, mut at) = (0, 1);
        loop {
            let byte = *rest.get(at)?;
            length |= usize::from(byte & 0x7f) << (7 * (at - 1));
            at += 1;
            if byte < 0x80 {
                break;
            }
        }
        let (section, after) = rest.split_at_checked(at + length)?;
        if id != 0 {
            lean.extend_from_slice(section);
        }
        rest = after;
    }
    Some(lean)
}

/// A file's bytes as they are and as they travel.
pub struct Sizes {
    pub path: PathBuf,
    pub raw: usize,
    pub gzip: usize,
    pub brotli: usize,
}

/// Writes `.br` and `.gz` beside every file, so that the server never compresses.
pub fn precompress(dist: &Path) -> Result<Vec<Sizes>> {
    let work = files(dist)?
        .into_iter()
        .map(|path| thread::spawn(move || compress(path)));
    // Started together: the one large file does not hold up the many small ones.
    let work: Vec<_> = work.collect();
    work.into_iter()
        .map(|thread| thread.join().expect("compressing does not panic"))
        .collect()
}

fn compress(path: PathBuf) -> Result<Sizes> {
    let data = fs::read(&path)?;
    let mut brotli = Vec::new();
    let best = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: data.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut data.as_slice(), &mut brotli, &best)?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&data)?;
    let gzip = gzip.finish()?;
    let beside = |extension: &str| {
        let mut name = path.clone().into_os_string();
        name.push(extension);
        name
    };
    fs::write(beside(".br"), &brotli)?;
    fs::write(beside(".gz"), &gzip)?;
    Ok(Sizes {
        raw: data.len(),
        gzip: gzip.len(),
        brotli: brotli.len(),
        path,
    })
}
