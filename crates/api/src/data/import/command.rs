//! `guanxi import`: one file into the database, with a bar and a readable report.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use domain::Kinds;
use domain::import::report::Cause;
use domain::import::{Problem, Report, closed};
use domain::policy::{Actor, Identity};
use domain::user::User;
use domain::{Id, Kind, Label, Locale, Record};
use indicatif::{ProgressBar, ProgressStyle};
use persistence::{Store, engine, user, workspace};

use super::plan::{Mapping, Plan, Settings, Table, Values};
use super::reader::Options;
use super::record::{self, ImportWatch};
use super::run::{self, Failure, Path, Progress, Watch, told};
use super::{importable, kinds};

#[derive(Args)]
pub struct ImportArgs {
    /// customers, contacts, leads, products, opportunities, users, exchange_rates or holidays
    #[arg(long)]
    kind: String,
    /// An XLSX workbook, vCards, or a CSV file: UTF-8, UTF-16, GBK or GB18030; comma, semicolon or tab
    #[arg(long)]
    file: PathBuf,
    /// Email address of the user who imports
    #[arg(long = "as", value_name = "EMAIL")]
    by: String,
    /// field=column,… where the guess is wrong
    #[arg(long, value_delimiter = ',', value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    /// column:from=to,… for values that are called otherwise here
    #[arg(long, value_delimiter = ',', value_name = "COLUMN:FROM=TO")]
    value: Vec<String>,
    /// Encoding, if it is not found by itself: utf-8, gbk, gb18030, big5, utf-16le …
    #[arg(long, value_parser = encoding_of)]
    encoding: Option<&'static encoding_rs::Encoding>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Where to write the rows that are not taken; import-errors-NAME.csv if not given
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Name of the workspace, if the user's address is known in several
    #[arg(long)]
    workspace: Option<String>,
    /// Language of the report: zh or en; LANG tells if not given
    #[arg(long, value_parser = locale_of)]
    lang: Option<Locale>,
}

fn kind_of(kinds: Kinds, text: &str) -> Result<&'static Kind, String> {
    importable(kinds, text).ok_or_else(|| format!("--kind: one of {}", kinds::plurals(kinds).join(", ")))
}

fn encoding_of(text: &str) -> Result<&'static encoding_rs::Encoding, String> {
    Options::encoding_of(text).ok_or_else(|| "unknown encoding".to_owned())
}

pub fn locale_of(text: &str) -> Result<Locale, String> {
    Locale::from_tag(text).ok_or_else(|| "zh or en".to_owned())
}

/// As where the arguments themselves are wrong.
pub const WRONG_USE: u8 = 2;
/// Rows are in the file of errors.
const SOME_FAILED: u8 = 3;

/// The language that is asked for, else that of the terminal.
pub fn language(said: Option<Locale>) -> Locale {
    let lang = || {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|v| std::env::var(v).ok().filter(|s| !s.is_empty()))
    };
    said.or_else(|| Locale::from_tag(&lang()?)).unwrap_or(Locale::En)
}

pub fn import(store: &Store, args: ImportArgs) -> anyhow::Result<ExitCode> {
    let locale = language(args.lang);
    // What the system says of it is told, too.
    std::fs::File::open(&args.file).with_context(|| format!("{} cannot be read", args.file.display()))?;
    let table = Path::new(args.file.clone(), None)
        .map_err(|p| anyhow::anyhow!("{}: {}", args.file.display(), p.text(locale, None)))?;
    let identity = identity(store, &args.by, args.workspace.as_deref())?;
    let kind = match kind_of(identity.kinds(), &args.kind) {
        Ok(kind) => kind,
        Err(told) => {
            let _ = writeln!(std::io::stderr(), "guanxi: {told}");
            return Ok(ExitCode::from(WRONG_USE));
        }
    };
    let mut settings = Settings {
        kind,
        mapping: Mapping::Adjust(pairs(&args.map)?),
        values: values(&args.value)?,
        options: Options {
            encoding: args.encoding,
            delimiter: None,
            sheet: None,
        },
        dry_run: args.dry_run,
        closed: Vec::new(),
    };
    let id = Id::now_v7();
    let actor = crate::job::actor_of(identity, id);
    settings.closed = closed(settings.kind, &actor.fields(settings.kind));
    let file_name = args
        .file
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    // A trial leaves nothing behind, but the rows in error where they were asked for.
    let write_errors = !args.dry_run || args.errors.is_some();
    let errors = args.errors.unwrap_or_else(|| {
        let stem = args
            .file
            .file_stem()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        PathBuf::from(format!("import-errors-{stem}.csv"))
    });
    let bar = bar(locale);
    let mut show = |progress: Progress| {
        bar.set_length(progress.total_bytes);
        bar.set_position(progress.read_bytes);
        let phase = if progress.taking { TAKING } else { READING };
        bar.set_message(format!("{} · {}", phase.get(locale), progress.rows));
    };
    let open = || -> std::io::Result<Box<dyn Write>> {
        Ok(match write_errors {
            true => Box::new(std::io::BufWriter::new(std::fs::File::create(&errors)?)),
            false => Box::new(std::io::sink()),
        })
    };
    let result = if args.dry_run {
        let mut watch = Trial(&mut show);
        run::run(store, &actor, locale, &table, &settings, &mut watch, open)
    } else {
        let drafted =
            record::draft(&actor, id, &file_name, table.size(), &settings).map_err(persistence::Error::from)?;
        let by = actor.clone();
        store.write_here(move |tx| record::begin(tx, &by, &drafted, locale, true))?;
        let mut watch = ImportWatch::new(store, &actor, id);
        watch.on_progress = Some(&mut show);
        let result = run::run(store, &actor, locale, &table, &settings, &mut watch, open);
        record::end(store, &actor, id, &result, false)?;
        result
    };
    bar.finish_and_clear();
    let broken = |failure: Failure| {
        let said: Vec<String> = told(&failure).iter().map(|(_, p)| p.text(locale, Some(kind))).collect();
        match failure {
            Failure::Store(persistence::Error::Domain(_)) | Failure::File(_) => anyhow::anyhow!("{}", said.join("; ")),
            other => anyhow::Error::new(other).context(said.join("; ")),
        }
    };
    let mut done = result.map_err(broken)?;
    if !args.dry_run {
        store.seal_here()?;
        if done.report.taken() >= WORTH_ANALYZING {
            store.analyze_here()?;
        }
    }
    for warning in &done.report.warnings {
        let _ = writeln!(std::io::stderr(), "{}", line(warning, locale, kind));
    }
    let _ = write!(std::io::stdout(), "{}", text(&done.report, locale, kind));
    if let Some(failure) = done.failure.take() {
        return Err(broken(failure));
    }
    if done.stopped {
        bail!("{}", STOPPED.get(locale));
    }
    if done.report.failed > 0 {
        if !write_errors {
            return Ok(ExitCode::from(SOME_FAILED));
        }
        let _ = writeln!(std::io::stdout(), "{}{}", ERRORS_IN.get(locale), errors.display());
        return Ok(ExitCode::from(SOME_FAILED));
    }
    Ok(ExitCode::SUCCESS)
}

/// Rows after which the database should count its rows anew.
const WORTH_ANALYZING: u64 = 5_000;
const READING: Label = Label::new("读取", "reading");
const TAKING: Label = Label::new("导入", "importing");
const STOPPED: Label = Label::new(
    "导入已取消，已导入的行保留",
    "the import was cancelled; the rows taken so far are kept",
);
const ERRORS_IN: Label = Label::new("未导入的行及原因：", "The rows that were not taken, and why: ");

struct Trial<'a>(&'a mut dyn FnMut(Progress));

impl Watch for Trial<'_> {
    fn planned(&mut self, _: &Plan) -> bool {
        true
    }

    fn progress(&mut self, progress: Progress) -> bool {
        (self.0)(progress);
        true
    }
}

pub fn bar(locale: Locale) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template = match locale {
        Locale::Zh => "{bar:30} {percent:>3}%  {msg} 行  剩余 {eta}",
        Locale::En => "{bar:30} {percent:>3}%  {msg} rows  {eta} left",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// The user, with all that decides about rights.
pub fn identity(store: &Store, email: &str, wanted: Option<&str>) -> anyhow::Result<Arc<Identity>> {
    let spaces = store.read_here(workspace::all)?;
    let mut found = Vec::new();
    for space in spaces.into_iter().filter(|s| wanted.is_none_or(|name| name == s.name)) {
        let space = Arc::new(space);
        let scope = Actor::system(space.clone())
            .scope(User::KIND)
            .map_err(persistence::Error::from)?;
        let address = [domain::value::address(email)];
        let people = store.read_here(|tx| engine::named_by(tx, &scope, User::KIND, "email", &address))?;
        found.extend(people.into_iter().map(|(_, person)| (space.clone(), person.id)));
    }
    let (space, id) = match found.as_slice() {
        [one] => one.clone(),
        [] => bail!("nobody has the e-mail address {email}"),
        _ => bail!("{email} is known in several workspaces; name one with --workspace"),
    };
    let identity = store.read_here(|tx| user::identity(tx, space, id))?;
    Ok(Arc::new(identity.with_context(|| format!("{email} is disabled"))?))
}

/// `field=column`
fn pairs(given: &[String]) -> anyhow::Result<BTreeMap<String, String>> {
    let pair = |text: &String| {
        let (field, column) = text
            .split_once('=')
            .with_context(|| format!("--map {text}: write field=column"))?;
        Ok((field.trim().to_owned(), column.trim().to_owned()))
    };
    given.iter().map(pair).collect()
}

/// `column:from=to`
fn values(given: &[String]) -> anyhow::Result<Values> {
    let mut values = Values::new();
    for text in given {
        let parts = text
            .split_once(':')
            .and_then(|(column, rest)| Some((column, rest.split_once('=')?)));
        let (column, (from, to)) = parts.with_context(|| format!("--value {text}: write column:from=to"))?;
        let of = values.entry(column.trim().to_owned()).or_default();
        of.insert(from.trim().to_owned(), to.trim().to_owned());
    }
    Ok(values)
}

/// The report as a person reads it.
pub fn text(report: &Report, locale: Locale, kind: &Kind) -> String {
    let zh = locale == Locale::Zh;
    let counts = [
        (
            report.created,
            if report.dry_run { "将新建" } else { "新建" },
            if report.dry_run { "would be created" } else { "created" },
        ),
        (
            report.updated,
            if report.dry_run { "将更新" } else { "更新" },
            if report.dry_run { "would be updated" } else { "updated" },
        ),
        (report.unchanged, "无变化", "unchanged"),
        (report.skipped, "跳过", "skipped"),
        (report.failed, "有误", "in error"),
    ];
    let shown = counts.iter().filter(|(n, ..)| *n > 0);
    let counts: Vec<String> = shown
        .map(|(n, zh_name, en_name)| {
            if zh {
                format!("{zh_name} {n}")
            } else {
                format!("{n} {en_name}")
            }
        })
        .collect();
    let label = kind.label.get(locale);
    let mut out = if zh {
        format!("{label}：共 {} 行；{}\n", report.rows, counts.join("，"))
    } else {
        format!("{label}: {} rows; {}\n", report.rows, counts.join(", "))
    };
    for cause in &report.causes {
        out += &format!("  {}\n", line(cause, locale, kind));
    }
    for field in fields_of(report) {
        let values: Vec<&str> = report
            .created_values
            .iter()
            .filter(|v| v.field == field)
            .map(|v| v.value.as_str())
            .collect();
        let name = domain::import::field::label(kind, field).map_or(field, |l| l.get(locale));
        let shown = values.iter().take(MOST_VALUES);
        let more = values.len().saturating_sub(MOST_VALUES);
        out += &if zh {
            let verb = if report.dry_run { "将新增" } else { "新增" };
            let shown: Vec<String> = shown.map(|v| format!("“{v}”")).collect();
            let more = if more > 0 {
                format!("等 {} 个", values.len())
            } else {
                String::new()
            };
            format!("  {verb}{name}：{}{more}\n", shown.join("、"))
        } else {
            let verb = if report.dry_run { "Would be new in" } else { "New in" };
            let shown: Vec<String> = shown.map(|v| format!("“{v}”")).collect();
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            format!("  {verb} {name}: {}{more}\n", shown.join(", "))
        };
    }
    out
}

/// Values of one field that are told one by one.
const MOST_VALUES: usize = 10;

/// The fields that have new values, in the order they came up.
fn fields_of(report: &Report) -> Vec<&str> {
    let mut fields: Vec<&str> = Vec::new();
    for value in &report.created_values {
        if !fields.contains(&value.field.as_str()) {
            fields.push(&value.field);
        }
    }
    fields
}

/// One cause: column, what is wrong, how often, what was perhaps meant.
fn line(cause: &Cause, locale: Locale, kind: &Kind) -> String {
    let said = Problem::text(&cause.problem, locale, Some(kind));
    let said = said.trim_end_matches(['。', '.']);
    let zh = locale == Locale::Zh;
    // Texts about a column as such name it themselves.
    let names_column = cause.problem.params.contains_key("column");
    let column = cause.column.as_deref().filter(|_| !names_column);
    let mut out = match column {
        Some(column) if zh => format!("{column}：{said}"),
        Some(column) => format!("{column}: {said}"),
        None => said.to_owned(),
    };
    if cause.rows > 0 {
        let first: Vec<String> = cause.first_rows.iter().map(u64::to_string).collect();
        let dots = if cause.rows > first.len() as u64 { "…" } else { "" };
        out += &if zh {
            format!("，{} 行（第 {}{dots} 行）", cause.rows, first.join("、"))
        } else {
            format!(", {} rows (lines {}{dots})", cause.rows, first.join(", "))
        };
    }
    if let Some(meant) = &cause.suggestion {
        out += &if zh {
            format!("；是否应为“{meant}”？")
        } else {
            format!("; did you mean {meant}?")
        };
    }
    out
}
