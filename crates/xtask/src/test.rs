//! `xtask test`: every check of the project, step by step, each with its time, and one closing line.

use crate::{
    app::{self, Profile},
    clients,
    counts::Counts,
    deny, migrations, openapi,
    run::build_server,
    schemathesis, setup,
    shell::{self, Args, cargo, found, root},
    tidy,
};
use anyhow::{Context, Result, bail};
use std::{
    env,
    io::{self, BufRead, BufReader, IsTerminal, Write},
    process::{Command, ExitCode},
    thread::available_parallelism,
    time::{Duration, Instant},
};
use xtask::postgres::shared_url;

enum Outcome {
    /// A check that is right or wrong as a whole.
    Right,
    /// A test runner's counts.
    Counted(Counts),
    Skipped(&'static str),
}

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<Outcome>,
}

/// In the order they are run: what answers soonest first.
const STEPS: [Step; 12] = [
    Step {
        name: "fmt",
        what: "the format of the code",
        run: fmt,
    },
    Step {
        name: "tidy",
        what: "names, places and texts",
        run: || tidy::check().map(right),
    },
    Step {
        name: "deny",
        what: "licences, sources and bans of the libraries; advisories with cargo-deny",
        run: deny,
    },
    Step {
        name: "clippy",
        what: "lints, warnings denied",
        run: clippy,
    },
    Step {
        name: "app",
        what: "the app as it is shipped, within its budgets",
        run: || app::build(Profile::Release).map(right),
    },
    Step {
        name: "unit",
        what: "unit tests",
        run: unit,
    },
    Step {
        name: "api",
        what: "the API suite on SQLite and PostgreSQL",
        run: api,
    },
    Step {
        name: "openapi",
        what: "the API's description is as committed",
        run: || openapi::check().map(right),
    },
    Step {
        name: "migrations",
        what: "up, down, up on both engines",
        run: || migrations::check().map(right),
    },
    Step {
        name: "schemathesis",
        what: "the server holds to its description, whatever is asked, as owner and as sales",
        run: schemathesis,
    },
    Step {
        name: "clients",
        what: "clients generated from the description compile strictly and do their jobs; linters find nothing",
        run: clients,
    },
    Step {
        name: "browser",
        what: "the app in Chromium, on SQLite and PostgreSQL",
        run: browser,
    },
];

/// How a step went: its name, time, and counts or the reason there are none.
struct Report {
    name: &'static str,
    time: Duration,
    counts: Counts,
    note: String,
}

pub fn run(mut args: Args) -> Result<ExitCode> {
    if args.flag("--list") {
        STEPS.iter().for_each(|step| println!("{:<13}{}", step.name, step.what));
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = args.words()?;
    if let Some(unknown) = wanted.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        bail!("no step {unknown:?}; `cargo xtask test --list` shows them");
    }
    let steps = STEPS
        .iter()
        .filter(|step| wanted.is_empty() || wanted.iter().any(|name| name == step.name));
    // The server takes the folder of the app in. Its build makes one, but not again where what is built outlives the clone.
    std::fs::create_dir_all(root().join("dist"))?;
    let reports: Vec<_> = steps.map(run_step).collect();

    println!("\n== summary");
    let mut sum = Counts::default();
    for Report {
        name,
        time,
        counts,
        note,
    } in &reports
    {
        println!("{name:<13}{:>7.1} s  {note}", time.as_secs_f64());
        sum += counts.clone();
    }
    let total: Duration = reports.iter().map(|report| report.time).sum();
    println!("{:<13}{:>7.1} s\n", "", total.as_secs_f64());
    for test in &sum.flaky {
        println!("flaky {test}");
    }
    println!("{sum}");
    Ok(if sum.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run_step(step: &Step) -> Report {
    println!("\n== {}: {}", step.name, step.what);
    let start = Instant::now();
    let outcome = (step.run)();
    let time = start.elapsed();
    let (counts, note) = match outcome {
        Ok(Outcome::Right) => (Counts::default(), "ok".into()),
        Ok(Outcome::Counted(counts)) => {
            let verdict = if counts.failed > 0 { "FAILED" } else { "ok" };
            let note = format!("{verdict}: {counts}");
            (counts, note)
        }
        // Where nobody looks, what was not tried would pass for right.
        Ok(Outcome::Skipped(why)) if env::var_os("CI").is_some() => (failed(), format!("FAILED: {why}")),
        Ok(Outcome::Skipped(why)) => (Counts::default(), format!("skipped: {why}")),
        Err(error) => {
            println!("error: {error:#}");
            (failed(), "FAILED".into())
        }
    };
    println!("-- {} {note} ({:.1} s)", step.name, time.as_secs_f64());
    Report {
        name: step.name,
        time,
        counts,
        note,
    }
}

/// Not a test, but it must show in the sum.
fn failed() -> Counts {
    Counts {
        failed: 1,
        ..Counts::default()
    }
}

fn right((): ()) -> Outcome {
    Outcome::Right
}

fn fmt() -> Result<Outcome> {
    shell::run(cargo().args(["fmt", "--all", "--check"])).map(right)
}

fn deny() -> Result<Outcome> {
    println!("{} libraries are as deny.toml wants them", deny::check()?);
    if !found("cargo-deny") {
        println!("note: advisories were not checked, cargo-deny is not installed");
        return Ok(Outcome::Right);
    }
    shell::run(cargo().args(["deny", "check", "bans", "licenses", "sources"]))?;
    // The advisories are a list kept elsewhere; being offline is no fault of the code.
    match shell::output(cargo().args(["deny", "fetch", "db"])) {
        Ok(_) => shell::run(cargo().args(["deny", "check", "--disable-fetch", "advisories"]))?,
        Err(_) => println!("note: advisories were not checked, their list cannot be fetched from here"),
    }
    Ok(Outcome::Right)
}

/// The app's crate by itself: together, its features of shared libraries would have them all compiled once more.
fn clippy() -> Result<Outcome> {
    setup::server_libraries()?;
    for packages in [&["--all-targets"][..], &["--package", "frontend", "--all-targets"]] {
        shell::run(
            cargo()
                .args(["clippy", "--locked"])
                .args(packages)
                .args(["--", "-D", "warnings"]),
        )?;
    }
    Ok(Outcome::Right)
}

fn unit() -> Result<Outcome> {
    let mut counts = counted(&mut suite(
        "not package(tests)",
        &["--workspace", "--exclude", "tests", "--exclude", "frontend"],
        &["--tests"],
    )?)?;
    // The app's own logic runs natively too; and examples in the documentation are code, some of which must not compile.
    counts += counted(cargo().args(["test", "--locked", "--package", "frontend"]))?;
    counts += counted(cargo().args(["test", "--locked", "--doc"]))?;
    Ok(Outcome::Counted(counts))
}

/// What these compare is times: with others beside them they would measure those. `.config/nextest.toml` names them too.
const TIMED: [&str; 2] = ["takes_as_long_for_unknown_users", "line_26_"];

/// The suite over HTTP in one process, which shares a server and a database of each engine. nextest, which gives every test a
/// process, starts these anew for each of seven hundred, and that took three quarters of the time.
fn api() -> Result<Outcome> {
    let threads = (2 * available_parallelism().map_or(2, usize::from)).to_string();
    let others = TIMED.iter().flat_map(|name| ["--skip", name]);
    let mut counts = one_process(["--test-threads", &threads].into_iter().chain(others))?;
    counts += one_process(["--test-threads", "1"].into_iter().chain(TIMED))?;
    counts += counted(&mut suite(
        "package(tests) and not binary(api)",
        &["--package", "tests"],
        &["--test", "demo", "--test", "kill"],
    )?)?;
    Ok(Outcome::Counted(counts))
}

fn one_process<'a>(args: impl Iterator<Item = &'a str>) -> Result<Counts> {
    let mut suite = with_postgres(cargo())?;
    suite.args(["test", "--locked", "--no-fail-fast", "--test", "api", "--"]);
    counted(suite.args(args))
}

/// Some of the tests, with a PostgreSQL to share. All members but the app are compiled alike and a filter chooses what
/// runs: a choice by packages changes the features of shared libraries and compiles them again. Without nextest that is
/// the price.
fn suite(filter: &str, packages: &[&str], targets: &[&str]) -> Result<Command> {
    let mut suite = with_postgres(cargo())?;
    match found("cargo-nextest") {
        true => suite.args(["nextest", "run", "--locked", "--no-tests=pass", "-E", filter]),
        false => suite
            .args(["test", "--locked", "--no-fail-fast", "--lib", "--bins"])
            .args(targets)
            .args(packages),
    };
    Ok(suite)
}

fn with_postgres(mut tests: Command) -> Result<Command> {
    setup::server_libraries()?;
    setup::postgres()?;
    tests.env("GUANXI_TEST_POSTGRES", shared_url()?);
    Ok(tests)
}

fn schemathesis() -> Result<Outcome> {
    Ok(match schemathesis::check()? {
        schemathesis::Outcome::Tried => Outcome::Right,
        schemathesis::Outcome::Impossible(why) => Outcome::Skipped(why),
    })
}

fn clients() -> Result<Outcome> {
    match clients::ready()? {
        Some((mut command, _server)) => counted(&mut command).map(Outcome::Counted),
        None => Ok(Outcome::Skipped("the generators cannot be installed here")),
    }
}

fn browser() -> Result<Outcome> {
    let script = root().join("tests/e2e/run.mjs");
    if !script.exists() {
        return Ok(Outcome::Skipped("there is no tests/e2e/run.mjs"));
    }
    app::build_if_stale(Profile::Dev)?;
    let server = build_server(false)?;
    let chromium = setup::browser()?;
    setup::browser_tests()?;
    setup::proxies()?;
    setup::postgres()?;
    // Whether a failure is told as one is decided there.
    shell::run(
        Command::new("node")
            .arg("--test")
            .arg(root().join("tests/e2e/kit/suite.test.mjs")),
    )?;
    let mut node = Command::new("node");
    node.current_dir(root())
        .arg(script)
        .env("GUANXI_BIN", server)
        .env("GUANXI_CHROMIUM", chromium)
        .env("GUANXI_TEST_POSTGRES", shared_url()?);
    counted(&mut node).map(Outcome::Counted)
}

/// Runs a test runner, shows what it prints, and sums up its closing lines.
fn counted(command: &mut Command) -> Result<Counts> {
    let name = shell::name(command);
    if io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let (reader, writer) = io::pipe()?;
    let mut child = command
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    // The command holds our ends of the pipe, which would never close.
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());

    let mut counts = Counts::default();
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        // Hundreds of names of passed tests would bury what matters.
        if !(line.starts_with(b"test ") && line.trim_ascii_end().ends_with(b"ok")) {
            io::stdout().write_all(&line)?;
        }
        counts += Counts::read(&String::from_utf8_lossy(&line)).unwrap_or_default();
        line.clear();
    }
    let status = child.wait()?;
    // Did not compile, or died: nobody counted that.
    if !status.success() && counts.failed == 0 {
        bail!("{name} ended with {status}");
    }
    Ok(counts)
}
