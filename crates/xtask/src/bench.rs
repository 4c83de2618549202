//! `xtask bench`: what the server does in a second, on a large database of each engine. Prints figures, judges nothing.

mod against;
mod cases;
mod load;
mod reach;

use crate::{app, run::build_server, served::Guanxi, setup, shell, shell::Args};
use anyhow::{Context, Result, bail, ensure};
use cases::Case;
use load::{Connection, Sample, Worker, request};
use serde_json::Value as Json;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use xtask::postgres::{Durability, Server, programs};

/// Change it with what `guanxi bench-fill` writes.
const FILLING: &str = "2";
const PASSWORD: &str = "bench-guanxi-26";
/// Connections of the measurements that are about throughput.
const CONNECTIONS: usize = 16;

#[derive(Clone, Copy, PartialEq)]
enum Engine {
    Sqlite,
    Postgres,
}

pub fn run(mut args: Args) -> Result<()> {
    let engines = match args.value("--engine")?.as_deref() {
        None | Some("both") => vec![Engine::Sqlite, Engine::Postgres],
        Some("sqlite") => vec![Engine::Sqlite],
        Some("postgres") => vec![Engine::Postgres],
        Some(other) => bail!("no engine {other:?}: sqlite, postgres or both"),
    };
    let seconds: f64 = args.value("--seconds")?.as_deref().unwrap_or("4").parse()?;
    let rows: f64 = args.value("--rows")?.as_deref().unwrap_or("1").parse()?;
    let only = args.value("--only")?.unwrap_or_default();
    let time = Duration::from_secs_f64(seconds);
    let against = args.value("--against")?;
    args.none_left()?;
    let build = Build::ours(match env::var_os("GUANXI_BIN") {
        Some(program) => program.into(),
        None => build_server(true)?,
    });
    if let Some(program) = against {
        let other = Build::other(program.into())?;
        return engines
            .into_iter()
            .try_for_each(|engine| against::compare(engine, &other, &build, time, rows, &only));
    }
    for engine in engines {
        bench(engine, &build, time, rows, &only)?;
    }
    println!("\ndecisions about rights");
    shell::run(Command::new(&build.program).arg("bench-decide"))?;
    match app::first_load()? {
        Some(size) => println!("app: {:.1} kB brotli at first load", size as f64 / 1e3),
        None => println!("app: not measured, dist/ holds no release build"),
    }
    Ok(())
}

/// A program to be measured.
struct Build {
    program: PathBuf,
    /// Whose migrations and filling its database has: empty for what is in this clone.
    key: String,
}

impl Build {
    fn ours(program: PathBuf) -> Self {
        Self {
            program,
            key: String::new(),
        }
    }

    /// One made from other sources, which fills a database of its own.
    fn other(program: PathBuf) -> Result<Self> {
        let content = fs::read(&program).with_context(|| format!("cannot read {}", program.display()))?;
        Ok(Self {
            program,
            key: crate::pack::hash([&content[..]]),
        })
    }
}

/// A copy of the filled database, to be changed and thrown away.
enum Place {
    Sqlite(PathBuf),
    Postgres(Server),
}

impl Place {
    fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(server) => server.url().to_owned(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Sqlite(path) = self {
            for end in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(format!("{}{end}", path.display()));
            }
        }
    }
}

/// Fills a database once; every run after that starts from the copy that was kept.
fn place(engine: Engine, build: &Build, rows: f64) -> Result<Place> {
    let name = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    let mut schema = shell::files(&shell::root().join("migrations").join(name))?;
    schema.sort();
    let key = crate::pack::hash_files(&schema)?;
    let filled = [key, build.key.clone(), FILLING.to_owned(), rows.to_string()];
    let key = crate::pack::hash(filled.iter().map(String::as_bytes));
    let folder = shell::target_dir().join("bench");
    fs::create_dir_all(&folder)?;
    let kept = folder.join(format!("{name}-{key}"));
    let fill = |url: &str| -> Result<()> {
        println!("filling a {name} database (once; it is kept in target/bench)");
        let start = Instant::now();
        shell::run(Command::new(&build.program).args(["bench-fill", "--database", url, "--rows", &rows.to_string()]))?;
        println!("filled in {:.0} s", start.elapsed().as_secs_f64());
        Ok(())
    };
    match engine {
        Engine::Sqlite => {
            if !kept.exists() {
                let draft = Place::Sqlite(folder.join("draft.db"));
                drop(Place::Sqlite(folder.join("draft.db")));
                fill(&draft.url())?;
                fs::rename(folder.join("draft.db"), &kept)?;
            }
            let copy = folder.join(format!("run{}.db", build.key));
            fs::copy(&kept, &copy)?;
            Ok(Place::Sqlite(copy))
        }
        Engine::Postgres => {
            setup::postgres()?;
            if !kept.exists() {
                let server = Server::start(Durability::Full)?;
                fill(server.url())?;
                // As it is after a while: lists that read indexes only are slower until the first vacuum.
                let programs = programs().context("PostgreSQL's programs")?;
                shell::run(Command::new(programs.join("vacuumdb")).args(["--analyze", "--quiet", server.url()]))?;
                server.keep_data(&kept)?;
            }
            Ok(Place::Postgres(Server::start_with(Durability::Full, Some(&kept))?))
        }
    }
}

/// Calls the API as one user.
struct Client {
    address: String,
    token: String,
}

impl Client {
    fn sign_in(address: &str, email: &str) -> Result<Self> {
        let body = serde_json::json!({ "email": email, "password": PASSWORD }).to_string();
        let mut connection = Connection::to(address);
        let answer = connection.call(&request("POST", "/api/v1/auth/login", None, "", &body))?;
        ensure!(
            answer.status == 200,
            "sign-in: {}",
            String::from_utf8_lossy(answer.body)
        );
        let token = answer.json()?["access_token"].as_str().context("a token")?.to_owned();
        Ok(Self {
            address: address.to_owned(),
            token,
        })
    }

    fn request(&self, path: &str) -> Vec<u8> {
        request("GET", &format!("/api/v1{path}"), Some(&self.token), "", "")
    }

    fn get(&self, path: &str) -> Result<Json> {
        let mut connection = Connection::to(&self.address);
        let answer = connection.call(&self.request(path))?;
        ensure!(answer.status == 200, "{path}: {}", String::from_utf8_lossy(answer.body));
        answer.json()
    }

    /// Workers that go through the same requests, each from a place of its own.
    fn reading(&self, requests: &[Vec<u8>], connections: usize) -> Result<Vec<Worker>> {
        (0..connections)
            .map(|n| {
                let requests = requests.to_vec();
                let mut next = n * requests.len() / connections;
                let call = move |connection: &mut Connection| {
                    next = (next + 1) % requests.len();
                    expect(connection, &requests[next], 200)
                };
                Ok((Connection::to(&self.address), Box::new(call) as _))
            })
            .collect()
    }
}

fn expect(connection: &mut Connection, request: &[u8], status: u16) -> Result<()> {
    let answer = connection.call(request)?;
    ensure!(
        answer.status == status,
        "{} instead of {status}: {}\n{}",
        answer.status,
        String::from_utf8_lossy(answer.body),
        String::from_utf8_lossy(request)
    );
    Ok(())
}

/// A build that serves its database, and all that is measured on it.
struct Subject {
    // In this order: the server lets go of the database before that goes.
    server: Guanxi,
    place: Place,
    owner: Client,
    cases: Vec<Case>,
    /// Memory after the start, and once people have signed in.
    memory: [String; 2],
}

impl Subject {
    fn start(engine: Engine, build: &Build, rows: f64, only: &str) -> Result<Self> {
        let place = place(engine, build, rows)?;
        let server = serve(&build.program, &place.url(), "warn", Stdio::inherit())?;
        thread::sleep(Duration::from_millis(500));
        let fresh = weight(&server)?;
        let owner = Client::sign_in(&server.address, "owner@bench.example")?;
        let sales = Client::sign_in(&server.address, "sales1@bench.example")?;
        thread::sleep(Duration::from_millis(500));
        let idle = weight(&server)?;
        let mut cases = cases::all(&owner, &sales)?;
        cases.extend(reach::cases(&reach::heads(&server.address)?)?);
        cases.retain(|(name, _)| name.contains(only));
        Ok(Self {
            server,
            place,
            owner,
            cases,
            memory: [fresh, idle],
        })
    }
}

fn serve(program: &Path, url: &str, log: &str, told: Stdio) -> Result<Guanxi> {
    Guanxi::start(program, url, |command| {
        command.env("GUANXI_BENCH", "1").env("GUANXI_LOG", log).stderr(told);
    })
}

fn weight(server: &Guanxi) -> Result<String> {
    let (own, mapped) = server.memory()?;
    Ok(format!("{own:.1} MB ({mapped:.1} with mapped files)"))
}

/// On which machine and how much.
fn circumstances(engine: Engine, rows: f64) -> String {
    let name = if engine == Engine::Sqlite {
        "SQLite"
    } else {
        "PostgreSQL"
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{name}, {:.0} customers, {CONNECTIONS} connections, {processors} processors for server and load",
        100_000.0 * rows
    )
}

fn bench(engine: Engine, build: &Build, time: Duration, rows: f64, only: &str) -> Result<()> {
    let subject = Subject::start(engine, build, rows, only)?;
    let Subject {
        server,
        place,
        owner,
        cases,
        memory: [fresh, idle],
    } = subject;
    println!("\n{}", circumstances(engine, rows));
    println!(
        "{:40} {:>10} {:>9} {:>9} {:>9} {:>9}",
        "", "a second", "p50 ms", "p99 ms", "CPU µs", "of no-op"
    );
    let nothing = request("GET", "/api/v1/noop", None, "", "");
    let mut noop = owner.reading(&[nothing], CONNECTIONS)?;
    let mut all = Sample::default();
    load::run(&mut noop, Duration::from_millis(300))?;
    for (name, mut workers) in cases {
        let (mut sample, mut beside) = (Sample::default(), Sample::default());
        load::run(&mut workers, Duration::from_millis(200))?;
        // In turns, so that what else the machine does weighs on both alike.
        for _ in 0..4 {
            for (of, workers, share) in [(&mut beside, &mut noop, 16), (&mut sample, &mut workers, 4)] {
                let before = server.processor()?;
                of.add(load::run(workers, time / share)?);
                of.busy += server.processor()? - before;
            }
        }
        row(&name, &mut sample, Some(&beside));
        all.add(beside);
    }
    row("no-op", &mut all, None);
    thread::sleep(Duration::from_millis(500));
    println!(
        "memory: {fresh} after start, {idle} signed in, {} after the run",
        weight(&server)?
    );
    drop(server);
    if only.is_empty() || reach::NAME.contains(only) {
        reach::plans(&build.program, &place.url())?;
    }
    Ok(())
}

fn row(name: &str, sample: &mut Sample, noop: Option<&Sample>) {
    let rate = sample.per_second();
    let share = noop.map_or(String::new(), |n| format!("{:9.2}", rate / n.per_second()));
    let (p50, p99) = (sample.percentile(50), sample.percentile(99));
    let processor = sample.busy * 1e6 / sample.calls() as f64;
    println!("{name:40} {rate:>10.0} {p50:>9.2} {p99:>9.2} {processor:>9.0} {share}");
}
