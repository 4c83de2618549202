//! A PostgreSQL of one's own: made in a temporary folder, gone when this process is.
//!
//! A shell keeps the server: it starts it, then waits on a pipe that only we hold open. When we end, in whatever way
//! (a panic, Ctrl-C, kill -9), the pipe closes, and the shell stops the server and removes the folder.

use anyhow::{Context, Result, bail, ensure};
use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::UNIX_EPOCH,
};

/// The server tests share: `GUANXI_TEST_POSTGRES` or a PostgreSQL `DATABASE_URL` names it, else this process starts its
/// own. The URL is that of a superuser's database, from which others can be created.
pub fn shared_url() -> Result<&'static str> {
    static SHARED: OnceLock<Result<(String, Option<Server>), String>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| match given_url() {
        Some(url) => Ok((url, None)),
        None => match Server::start(Durability::Relaxed) {
            Ok(server) => Ok((server.url().to_owned(), Some(server))),
            Err(error) => Err(format!("{error:#}")),
        },
    });
    match shared {
        Ok((url, _)) => Ok(url),
        Err(error) => bail!("no PostgreSQL to test with: {error}"),
    }
}

/// A server somebody else runs, by the environment.
pub fn given_url() -> Option<String> {
    let by = |name| env::var(name).ok().filter(|url: &String| url.starts_with("postgres"));
    by("GUANXI_TEST_POSTGRES").or_else(|| by("DATABASE_URL"))
}

#[derive(Clone, Copy, PartialEq)]
pub enum Durability {
    /// As in production: what is acknowledged survives a crash.
    Full,
    /// For tests: nothing waits for the disk.
    Relaxed,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Shutdown {
    /// Sessions are ended, the data are flushed.
    Fast,
    /// As a crash: the next start recovers from the log.
    Immediate,
}

impl Shutdown {
    fn mode(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Immediate => "immediate",
        }
    }
}

pub struct Server {
    programs: PathBuf,
    dir: PathBuf,
    user: Option<(u32, u32)>,
    url: String,
    keeper: Child,
}

impl Server {
    pub fn start(durability: Durability) -> Result<Self> {
        Self::start_with(durability, None)
    }

    /// Starts with a copy of data that `keep_data` has put aside.
    pub fn start_with(durability: Durability, data: Option<&Path>) -> Result<Self> {
        let programs = programs().context("no PostgreSQL found; on Debian, run\n  sudo apt-get install postgresql")?;
        let mut last = None;
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Somebody may take the free port between our looking and the server's start.
        for _ in 0..3 {
            let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            // Who was killed may have left a folder, and we may have their number.
            let time = UNIX_EPOCH.elapsed().unwrap_or_default().as_micros();
            let dir = env::temp_dir().join(format!("guanxi-postgres-{time:x}-{}-{count}", std::process::id()));
            match Self::start_in(&dir, &programs, port, durability, data) {
                Ok(server) => return Ok(server),
                Err(error) => last = Some(error),
            }
            let _ = fs::remove_dir_all(&dir);
        }
        Err(last.context("tried at least once")?)
    }

    fn start_in(dir: &Path, programs: &Path, port: u16, durability: Durability, data: Option<&Path>) -> Result<Self> {
        fs::create_dir_all(dir)?;
        // The server refuses to run as root: it gets Debian's user for it.
        let user = is_root().then(server_user).transpose()?;
        if let Some((uid, gid)) = user {
            chown(dir, Some(uid), Some(gid))?;
        }
        let command = |program: &str| command_in(&programs.join(program), dir, user);

        match data {
            Some(data) => copy(data, &dir.join("data"))?,
            None => initdb(command)?,
        }
        let mut settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nmax_connections = 300\n"
        );
        if durability == Durability::Relaxed {
            settings += "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n";
        }
        fs::OpenOptions::new()
            .append(true)
            .open(dir.join("data/postgresql.conf"))?
            .write_all(settings.as_bytes())?;

        let script = r#"
            "$1/pg_ctl" -D data -l log -w start >start.log 2>&1 && echo ready
            read -r _
            "$1/pg_ctl" -D data -m immediate -w stop >/dev/null 2>&1
            rm -rf -- "$PWD"
        "#;
        let mut keeper = command_in(Path::new("sh"), dir, user)
            .args(["-c", script, "sh"])
            .arg(programs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-C reaches us, not the keeper, which must live on to clean up.
            .process_group(0)
            .spawn()?;
        let mut answer = String::new();
        BufReader::new(keeper.stdout.take().context("the keeper's output is piped")?).read_line(&mut answer)?;
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let server = Self {
            programs: programs.to_owned(),
            dir: dir.to_owned(),
            user,
            url,
            keeper,
        };
        // (The keeper is dropped with the server, and tidies up either way.)
        ensure!(answer.trim() == "ready", "PostgreSQL did not start:\n{}", server.log());
        Ok(server)
    }

    /// The database `postgres`, as superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops and starts the server; for tests of what happens to the product meanwhile.
    pub fn restart(&self, how: Shutdown) -> Result<()> {
        self.control(&["-l", "log", "-m", how.mode(), "-w", "restart"])
    }

    /// Stops the server; `start_again` brings it back on the same port.
    pub fn stop(&self, how: Shutdown) -> Result<()> {
        self.control(&["-m", how.mode(), "-w", "stop"])
    }

    pub fn start_again(&self) -> Result<()> {
        self.control(&["-l", "log", "-w", "start"])
    }

    fn control(&self, args: &[&str]) -> Result<()> {
        let done = command_in(&self.programs.join("pg_ctl"), &self.dir, self.user)
            .args(["-D", "data"])
            .args(args)
            .stdout(Stdio::null())
            .status()?;
        ensure!(done.success(), "pg_ctl {args:?}:\n{}", self.log());
        Ok(())
    }

    /// Ends the server and puts its data aside.
    pub fn keep_data(self, to: &Path) -> Result<()> {
        let done = command_in(&self.programs.join("pg_ctl"), &self.dir, self.user)
            .args(["-D", "data", "-m", "fast", "-w", "stop"])
            .stdout(Stdio::null())
            .status()?;
        ensure!(done.success(), "PostgreSQL did not stop:\n{}", self.log());
        copy(&self.dir.join("data"), to)
    }

    /// What the server wrote, for an error message.
    fn log(&self) -> String {
        ["start.log", "log"]
            .map(|name| fs::read_to_string(self.dir.join(name)).unwrap_or_default())
            .join("")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn initdb(command: impl Fn(&str) -> Command) -> Result<()> {
    let mut initdb = command("initdb");
    initdb.args([
        "--pgdata=data",
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
    ]);
    // A linguistic default collation, as most servers have: a query that sorts by it instead of by bytes gives itself
    // away in the comparison with SQLite.
    let help = String::from_utf8_lossy(&command("initdb").arg("--help").output()?.stdout).into_owned();
    match help.contains("--icu-locale") {
        true => initdb.args(["--locale-provider=icu", "--icu-locale=und", "--locale=C"]),
        false => initdb.arg("--locale=C"),
    };
    let done = initdb.output()?;
    ensure!(
        done.status.success(),
        "initdb: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(())
}

/// With owners and rights, which the server insists on.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let done = Command::new("cp").arg("-a").args([from, to]).status()?;
    ensure!(done.success(), "cannot copy {}", from.display());
    Ok(())
}

/// Runs in the server's folder, as its user, with nothing of our environment that could point it elsewhere.
fn command_in(program: &Path, dir: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).env_clear().env("LC_ALL", "C");
    command.env("PATH", env::var_os("PATH").unwrap_or_default());
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

/// The folder with `initdb` and `pg_ctl`: the newest of Debian's, else what the PATH offers.
pub fn programs() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        });
    let on_path = || env::split_paths(&env::var_os("PATH")?).find(|dir| dir.join("pg_ctl").exists());
    debian
        .filter(|(_, dir)| dir.join("pg_ctl").exists())
        .max()
        .map(|(_, dir)| dir)
        .or_else(on_path)
}

pub fn is_root() -> bool {
    // A process's own folder under /proc belongs to its effective user.
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn server_user() -> Result<(u32, u32)> {
    let passwd = fs::read_to_string("/etc/passwd")?;
    let ids = |name: &str| {
        let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres")
        .or_else(|| ids("nobody"))
        .context("no user to run PostgreSQL as: it refuses root")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{net::TcpStream, time::Duration};

    fn answers(url: &str) -> bool {
        let address = url
            .split('@')
            .nth(1)
            .and_then(|rest| rest.split('/').next())
            .expect("a URL of ours");
        TcpStream::connect(address).is_ok()
    }

    #[test]
    fn a_server_lives_as_long_as_its_owner_and_survives_a_restart() {
        let server = Server::start(Durability::Relaxed).expect("starts");
        let (url, dir) = (server.url().to_owned(), server.dir.clone());
        assert!(answers(&url));
        server.restart(Shutdown::Immediate).expect("restarts");
        assert!(answers(&url));
        drop(server);
        assert!(!answers(&url) && !dir.exists());
    }

    #[test]
    fn a_server_is_stopped_when_its_owner_is_killed() {
        let server = Server::start(Durability::Relaxed).expect("starts");
        let (url, dir) = (server.url().to_owned(), server.dir.clone());
        // All that a killed owner does is to let go of the pipe.
        let mut server = server;
        drop(server.keeper.stdin.take());
        let gone = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            !dir.exists()
        });
        assert!(gone && !answers(&url));
    }
}
