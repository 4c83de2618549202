//! `guanxi export`: a list into a file or to standard output, under the rights of the person it is for.

use super::asked::{Asked, Encoding};
use super::sign;
use super::write::{Listed, Written};
use crate::caller::Caller;
use crate::error::Problem;
use crate::import::command::{WRONG_USE, bar, identity, language, locale_of};
use anyhow::{Context, bail};
use clap::Args;
use domain::export::vcard::Version;
use domain::export::{ExportFormat, exportable};
use domain::{Error, Id, Kinds, Label, Locale};
use persistence::{Error as StoreError, Store};
use serde_json::Value as Json;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tempfile::NamedTempFile;

#[derive(Args)]
pub struct ExportArgs {
    /// What is exported: customers, contacts, leads, opportunities …, or a kind of the firm's own
    #[arg(long)]
    kind: String,
    /// csv, xlsx, jsonl, or vcard of contacts; the ending of the output file tells if not given, else csv
    #[arg(long, value_parser = format_of)]
    format: Option<ExportFormat>,
    /// Of CSV: utf-8, which is what it is if not given, or gb18030
    #[arg(long, value_parser = encoding_of)]
    encoding: Option<Encoding>,
    /// Of vCards: 3.0, which is what it is if not given, or 4.0
    #[arg(long, value_parser = version_of)]
    vcard_version: Option<Version>,
    /// Which records, as the API takes it: {"field": "level", "op": "eq", "value": "A"}
    #[arg(long, value_name = "JSON", value_parser = json_of)]
    filter: Option<Json>,
    /// A view by its id, or by the key of one that comes with the product
    #[arg(long)]
    view: Option<String>,
    /// Words to search for
    #[arg(long = "search", value_name = "WORDS")]
    q: Option<String>,
    /// A field; with - before it descending
    #[arg(long, allow_hyphen_values = true)]
    sort: Option<String>,
    /// Fields in the order of the columns; those of the view, or all, if not given
    #[arg(long, value_delimiter = ',', value_name = "FIELD")]
    columns: Option<Vec<String>>,
    /// Where to write it; standard output if not given
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Email address of the user whose rights decide
    #[arg(long = "as", value_name = "EMAIL")]
    by: String,
    /// Name of the workspace, if the user's address is known in several
    #[arg(long)]
    workspace: Option<String>,
    /// Language of headings and messages: zh or en; LANG tells if not given
    #[arg(long, value_parser = locale_of)]
    lang: Option<Locale>,
}

fn format_of(text: &str) -> Result<ExportFormat, String> {
    ExportFormat::from_key(text).ok_or_else(|| "csv, xlsx, jsonl or vcard".to_owned())
}

fn encoding_of(text: &str) -> Result<Encoding, String> {
    serde_json::from_value(Json::from(text)).map_err(|_| "utf-8 or gb18030".to_owned())
}

fn version_of(text: &str) -> Result<Version, String> {
    Version::from_key(text).ok_or_else(|| "3.0 or 4.0".to_owned())
}

fn json_of(text: &str) -> Result<Json, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

const EXPORTED: Label = Label::new("已导出 {} 行", "{} rows exported");
const REPLACED: Label = Label::new(
    "有 {} 个字符在 GB18030 中不存在，已写成“?”",
    "{} characters are not in GB18030 and became “?”",
);
const DOUBTFUL: Label = Label::new(
    "有 {} 个生僻字，部分程序可能误读；UTF-8 没有这个问题",
    "{} rare characters may be misread by some programs; UTF-8 avoids this",
);
const RIGHTS: Label = Label::new(
    "权限在导出时有变化，没有写出文件",
    "rights changed meanwhile; no file was written",
);

pub fn export(store: &Store, args: ExportArgs) -> anyhow::Result<ExitCode> {
    let locale = language(args.lang);
    let who = || identity(store, &args.by, args.workspace.as_deref());
    let id = Id::now_v7();
    let caller = Caller::new(crate::job::actor_of(who()?, id), None, locale);
    let ending = args
        .output
        .as_deref()
        .and_then(Path::extension)
        .and_then(|e| e.to_str());
    let asked = Asked {
        kind: args.kind.clone(),
        format: args
            .format
            .or_else(|| {
                let named = |format: &ExportFormat| ending.is_some_and(|e| e.eq_ignore_ascii_case(format.ending()));
                ExportFormat::ALL.iter().copied().find(named)
            })
            .unwrap_or(ExportFormat::Csv),
        encoding: args.encoding,
        filter: args.filter.clone(),
        view: args.view.clone(),
        q: args.q.clone(),
        sort: args.sort.clone(),
        vcard_version: args.vcard_version,
        columns: args.columns.clone(),
    };
    let file = beside(args.output.as_deref())?;
    match write(store, &caller, &asked, &file) {
        Ok(written) => {
            // What was read is given out only under the rights that it was read with.
            let kind = asked.kind(&caller).map_err(StoreError::from)?;
            let now = crate::job::actor_of(who()?, id);
            let rights = |actor: &_| sign(actor, kind).map_err(StoreError::from);
            if rights(&now)? != rights(&caller)? {
                bail!("{}", RIGHTS.get(locale));
            }
            tell(&written, locale);
        }
        Err(StoreError::Domain(error @ (Error::BadQuery(_) | Error::Invalid(_)))) => {
            let _ = writeln!(std::io::stderr(), "guanxi: {}", refused(error, &caller));
            return Ok(ExitCode::from(WRONG_USE));
        }
        Err(StoreError::Domain(error)) => bail!("{}", Problem::from(error).detail(locale)),
        Err(error) => return Err(error.into()),
    }
    match &args.output {
        Some(path) => {
            let kept = file.persist(path).map_err(|error| error.error);
            kept.with_context(|| format!("{} cannot be written", path.display()))?;
        }
        None => {
            let mut file = file.into_file();
            file.rewind()?;
            std::io::copy(&mut file, &mut std::io::stdout().lock()).context("standard output cannot be written")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A file beside where the export is to stand, so that there is all of it or nothing.
fn beside(output: Option<&Path>) -> anyhow::Result<NamedTempFile> {
    let Some(path) = output else {
        return Ok(NamedTempFile::new()?);
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
    file.with_context(|| format!("{} cannot be written", path.display()))
}

fn write(store: &Store, caller: &Caller, asked: &Asked, file: &NamedTempFile) -> persistence::Result<Written> {
    let kind = asked.kind(caller)?;
    let scope = caller.export_scope(kind)?;
    let wanted = store.read_here(|tx| asked.wanted(tx, caller))?;
    let out = file.reopen().map_err(StoreError::internal)?;
    let list = Listed {
        caller,
        asked,
        wanted: &wanted,
        scope: &scope,
    };
    let bar = bar(caller.locale);
    let show = |rows: i64, total: i64| {
        bar.set_length(total.unsigned_abs());
        bar.set_position(rows.unsigned_abs());
        bar.set_message(rows.to_string());
        Ok(())
    };
    let written = store.snapshot_here(|tx| list.write(tx, out, show));
    bar.finish_and_clear();
    written
}

/// What is wrong with which argument.
fn refused(error: Error, caller: &Caller) -> String {
    let kinds = |kinds: Kinds| exportable(kinds).map(|kind| kind.plural).collect::<Vec<_>>().join(", ");
    let problem = Problem::from(error);
    let told = problem.issues().iter().map(|issue| {
        let place = issue
            .pointer
            .trim_start_matches('/')
            .split('/')
            .next()
            .unwrap_or_default();
        let argument = if place == "q" { "search" } else { place };
        let said = domain::messages::issue(issue, caller.locale);
        match place {
            "" => said,
            "kind" => format!("--kind: {said} ({})", kinds(caller.kinds())),
            _ => format!("--{}: {said}", argument.replace('_', "-")),
        }
    });
    told.collect::<Vec<_>>().join("; ")
}

/// What came of it, beside the file.
fn tell(written: &Written, locale: Locale) {
    let say = |text: Label, count: i64| {
        let _ = writeln!(
            std::io::stderr(),
            "{}",
            text.get(locale).replace("{}", &count.to_string())
        );
    };
    say(EXPORTED, written.rows);
    for (text, count) in [(REPLACED, written.replaced), (DOUBTFUL, written.doubtful)] {
        if count > 0 {
            say(text, count);
        }
    }
}
