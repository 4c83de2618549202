//! What the binary does: serve, migrate, users, import, demo, and the description of the API.

use crate::config::{Config, Mail};
use crate::cors::Origin;
use crate::export::command::{self as export, ExportArgs};
use crate::forwarded::Network;
use crate::import::command::{self, ImportArgs};
use crate::state::State;
use crate::worker::Worker;
use crate::{app, assets, audit, bench, demo, metrics, password, token, workspace};
use actix_web::web::Data;
use anyhow::{Context, bail};
use clap::builder::Resettable;
use clap::{Arg, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use domain::Locale;
use persistence::change::Head;
use persistence::{DatabaseUrl, Options, Store, migrations};
use std::io::{IsTerminal, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::time::Duration;

#[derive(Parser)]
#[command(
    name = "guanxi",
    version,
    about = "Guanxi (关系): customers, leads and the sales pipeline"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Args, Clone)]
struct Database {
    /// sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite:guanxi.db",
        hide_env_values = true
    )]
    database: DatabaseUrl,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the app; brings the database up to date first
    Serve {
        #[command(flatten)]
        database: Database,
        /// Address to listen on
        #[arg(long, env = "GUANXI_LISTEN", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Address for /metrics (Prometheus); nowhere if not given
        #[arg(long, env = "GUANXI_METRICS_LISTEN")]
        metrics_listen: Option<SocketAddr>,
        /// Where people reach the server, such as https://crm.example.com, or https://example.com/crm behind a proxy
        #[arg(long, env = "GUANXI_PUBLIC_URL")]
        public_url: Option<String>,
        /// Origins whose pages may call the API with a key, such as https://shop.example.com; several with commas, `*` for any
        #[arg(long, env = "GUANXI_ALLOWED_ORIGINS", value_delimiter = ',')]
        allowed_origins: Vec<Origin>,
        /// Requests a minute for each credential; 0 for no limit
        #[arg(long, env = "GUANXI_RATE_LIMIT", default_value_t = 600)]
        rate_limit: u32,
        /// Failed sign-ins before each further try has to wait; 0 for no wait
        #[arg(long, env = "GUANXI_SIGN_IN_LIMIT", default_value_t = 5)]
        sign_in_limit: u32,
        /// The server that sends mail: smtp://USER:PASSWORD@HOST:587 (with STARTTLS) or smtps://…; no mail if not given
        #[arg(long, env = "GUANXI_SMTP_URL", hide_env_values = true, requires = "mail_from")]
        smtp_url: Option<String>,
        /// Whom mail is from, such as "Guanxi <crm@example.com>"
        #[arg(long, env = "GUANXI_MAIL_FROM")]
        mail_from: Option<String>,
        /// Proxies before the server, such as 10.0.0.0/8,192.0.2.1: the addresses of callers are what they say in
        /// X-Forwarded-For (or Forwarded, by proxies that drop X-Forwarded-For)
        #[arg(long, env = "GUANXI_TRUSTED_PROXIES", value_delimiter = ',')]
        trusted_proxies: Vec<Network>,
        /// Threads that take requests; the number of processors if not given
        #[arg(long, env = "GUANXI_WORKERS")]
        workers: Option<usize>,
        /// Database connections
        #[arg(long, env = "GUANXI_CONNECTIONS", default_value_t = 12)]
        connections: u32,
    },
    /// Bring the database up to date
    Migrate {
        #[command(flatten)]
        database: Database,
        /// Take every migration back: this deletes all data
        #[arg(long, conflicts_with = "print_schema")]
        revert_all: bool,
        /// Print the schema as the database tells it
        #[arg(long)]
        print_schema: bool,
        /// Write the migration that this kind of records needs, as JSON: for `cargo xtask migration`
        #[arg(long, hide = true)]
        draft: Option<String>,
    },
    /// Manage users
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Import a file of customers, contacts, leads, products, opportunities, users, exchange rates or holidays
    Import {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        args: Box<ImportArgs>,
    },
    /// Write a list of records as a file: an Excel workbook, CSV or JSON Lines
    Export {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        args: Box<ExportArgs>,
    },
    /// Write the description of the API (OpenAPI 3.1) to standard output
    Openapi,
    /// Fill an empty database with demo data and print the sign-in
    Demo {
        #[command(flatten)]
        database: Database,
    },
    /// Fill an empty database for `cargo xtask bench`
    #[command(hide = true)]
    BenchFill {
        #[command(flatten)]
        database: Database,
        /// 1 for 100,000 customers, 200,000 contacts and 50,000 opportunities
        #[arg(long, default_value_t = 1.0)]
        rows: f64,
    },
    /// Time decisions about rights for `cargo xtask bench`
    #[command(hide = true)]
    BenchDecide,
    /// Check the chain of the change log
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Name the first entry of each workspace that is missing or was changed; exit 1 if there is one
    ///
    /// The database is only read, apart from sealing what was just written. Who can write to it can also cut the log and note
    /// an earlier end: keep the ends that are printed somewhere else, and hand them in the next time.
    Verify {
        #[command(flatten)]
        database: Database,
        /// An end that was printed before, and that a chain must still pass through; may be given several times
        #[arg(long, value_name = "POSITION:CHAIN")]
        expect: Vec<Head>,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a user who can sign in; makes the workspace if there is none
    Add {
        #[command(flatten)]
        database: Database,
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        #[arg(long, value_parser = ["owner", "admin", "manager", "sales"])]
        role: String,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
        /// Name of the workspace; the only one if not given
        #[arg(long)]
        workspace: Option<String>,
    },
}

/// A variable that is empty is not set: so a compose file or a unit passes on what nobody filled in.
fn without_empty(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &Arg| {
        arg.get_env()
            .and_then(std::env::var_os)
            .is_some_and(|value| value.is_empty())
    };
    let command = command.mut_args(|arg| {
        if is_empty(&arg) {
            arg.env(Resettable::Reset)
        } else {
            arg
        }
    });
    command.mut_subcommands(without_empty)
}

pub fn run() -> ExitCode {
    let given = std::env::var("GUANXI_LOG").ok().filter(|log| !log.is_empty());
    let log = given.unwrap_or_else(|| "info".to_owned());
    tracing_subscriber::fmt()
        .with_env_filter(log)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let matches = without_empty(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match execute(cli.command) {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "guanxi: {error:#}");
            ExitCode::FAILURE
        }
    }
}

pub fn say(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn execute(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve {
            database,
            listen,
            metrics_listen,
            public_url,
            allowed_origins,
            rate_limit,
            sign_in_limit,
            smtp_url,
            mail_from,
            trusted_proxies,
            workers,
            connections,
        } => {
            let options = Options {
                connections,
                ..Options::default()
            };
            let store = Store::open(&database.database, options).context("the database cannot be opened")?;
            let listener = TcpListener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
            // Where the port was left open, this tells which it became.
            let address = listener.local_addr()?;
            let public_url = public_url.unwrap_or_else(|| format!("http://{address}"));
            let workers = workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
            let config = Config {
                metrics_listen,
                public_url,
                allowed_origins,
                rate_limit,
                sign_in_limit,
                workers,
                trusted_proxies,
                mail: smtp_url.zip(mail_from).map(|(url, from)| Mail { url, from }),
            };
            serve(store, config, listener)?;
        }
        Command::Migrate {
            database,
            revert_all,
            print_schema,
            draft,
        } => {
            if let Some(name) = draft {
                let kind = domain::kind(&name).with_context(|| format!("no kind {name:?}"))?;
                let draft = migrations::draft(&database.database, kind)?;
                let json = draft.map(|d| serde_json::json!({ "words": d.words, "ways": d.ways }));
                let _ = write!(std::io::stdout(), "{}", serde_json::json!(json));
            } else if print_schema {
                let _ = write!(std::io::stdout(), "{}", migrations::schema(&database.database)?);
            } else {
                migrations::migrate(&database.database, revert_all)?;
            }
        }
        Command::User {
            command:
                UserCommand::Add {
                    database,
                    email,
                    name,
                    role,
                    workspace,
                    ..
                },
        } => {
            let mut secret = String::new();
            std::io::stdin().read_to_string(&mut secret)?;
            let secret = secret.trim_end_matches(['\r', '\n']).to_owned();
            add_user(&database.database, email, name, role, secret, workspace)?;
        }
        Command::Import { database, args } => {
            let store = Store::open(&database.database, Options::default()).context("the database cannot be opened")?;
            return command::import(&store, *args);
        }
        Command::Export { database, args } => {
            let store = Store::open(&database.database, Options::default()).context("the database cannot be opened")?;
            return export::export(&store, *args);
        }
        Command::Openapi => {
            let _ = write!(std::io::stdout(), "{}", app::openapi());
        }
        Command::Demo { database } => {
            let store = Store::open(&database.database, Options::default())?;
            say(demo::fill(&store)?);
        }
        Command::BenchDecide => {
            for (name, nanoseconds) in bench::decide()? {
                say(format_args!("{name:36} {:>10.2} µs", nanoseconds / 1e3));
            }
        }
        Command::BenchFill { database, rows } => {
            bench::fill(&Store::open(&database.database, Options::default())?, rows)?
        }
        Command::Audit {
            command: AuditCommand::Verify { database, expect },
        } => return audit::verify::run(&database.database, expect),
    }
    Ok(ExitCode::SUCCESS)
}

/// How often what is free goes back to the system.
const GIVE_BACK: Duration = Duration::from_secs(10);

fn serve(store: Store, config: Config, listener: TcpListener) -> anyhow::Result<()> {
    if !store.read_here(persistence::login::anybody)? {
        let secret = token::secret()?;
        let hash = token::hash(&secret);
        store.write_here(move |tx| persistence::workspace::offer_setup(tx, &hash))?;
        say(format!(
            "First start: set Guanxi up at {}/setup?token={secret}",
            config.public_url.trim_end_matches('/')
        ));
    }
    if !assets::present() {
        say("The app is not built in; `cargo xtask app` builds it. The API works without.");
    }
    actix_web::rt::System::new().block_on(async move {
        if let Some(listen) = config.metrics_listen {
            metrics::serve(listen).context("the address for metrics cannot be listened on")?;
        }
        let address = listener.local_addr()?;
        let server = app::serve(Data::new(State::new(store, config)?), listener)?;
        let _keeper = Worker::start("memory", |thread| {
            while !thread.stopped() {
                memory::give_back();
                thread.wait(GIVE_BACK);
            }
        })?;
        say(format!("Guanxi listens on http://{address}"));
        server.await.with_context(|| format!("cannot serve on {address}"))
    })
}

fn add_user(
    database: &DatabaseUrl,
    email: String,
    name: String,
    role: String,
    secret: String,
    wanted: Option<String>,
) -> anyhow::Result<()> {
    if let Err(issue) = password::check(&secret) {
        bail!("{}", domain::messages::issue(&issue, Locale::En));
    }
    let hash = password::hash(&secret).map_err(anyhow::Error::msg)?;
    let store = Store::open(database, Options::default())?;
    let spaces = store.read_here(persistence::workspace::all)?;
    let found = match &wanted {
        Some(name) => spaces.into_iter().find(|w| w.name == *name),
        None if spaces.len() > 1 => bail!("there are several workspaces; name one with --workspace"),
        None => spaces.into_iter().next(),
    };
    let title = wanted.unwrap_or_else(|| "Guanxi".to_owned());
    let added = store.write_here(move |tx| {
        let space = match found.clone() {
            Some(space) => std::sync::Arc::new(space),
            None => workspace::create(tx, &title, Locale::Zh)?,
        };
        workspace::add_user(tx, &space, &email, &name, &role, &hash)
    });
    match added {
        Ok(user) => {
            say(format!("{} can sign in ({})", user.name, user.id));
            Ok(())
        }
        Err(persistence::Error::Domain(domain::Error::Invalid(issues))) => {
            let told: Vec<String> = issues
                .iter()
                .map(|i| format!("{}: {}", i.pointer, domain::messages::issue(i, Locale::En)))
                .collect();
            bail!("{}", told.join("; "))
        }
        Err(persistence::Error::Domain(domain::Error::Conflict(issue))) => {
            bail!("{}", domain::messages::issue(&issue, Locale::En))
        }
        Err(error) => Err(error.into()),
    }
}
