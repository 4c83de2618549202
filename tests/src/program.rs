//! The server's program as a process of its own, for tests that kill it, weigh it, or read what it says.

use crate::client::Client;
use crate::engine::{Engine, Place, Running};
use crate::firm::Firm;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

pub struct Program {
    child: Child,
    address: String,
    said: Arc<Mutex<String>>,
}

/// A firm in a new database, whose server has gone: its people's tokens hold on the next one.
pub fn founded(engine: Engine) -> (Place, Firm) {
    let running = Running::start(engine, |_| {}).expect("a server");
    let firm = Firm::new(&running.server);
    let Running { place, server, .. } = running;
    drop(server);
    (place, firm)
}

impl Program {
    /// Serves a database on a port the system picks, and is ready. A port chosen before could be another's by then, whose
    /// server would answer.
    pub fn start(program: &str, database: &str, settings: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(program);
        command
            .args(["serve", "--database", database, "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped());
        settings(&mut command);
        let mut child = command.spawn().expect("the server starts");
        let output = child.stdout.take().expect("piped");
        let said = Arc::new(Mutex::new(String::new()));
        let (sender, address) = mpsc::channel();
        let heard = Arc::clone(&said);
        thread::spawn(move || listen(output, &heard, &sender));
        let process = Self {
            child,
            address: address
                .recv_timeout(Duration::from_secs(60))
                .expect("the server says where it listens"),
            said,
        };
        let (url, until) = (
            format!("{}/readyz", process.url()),
            Instant::now() + Duration::from_secs(60),
        );
        while !reqwest::blocking::get(&url).is_ok_and(|answer| answer.status().is_success()) {
            assert!(Instant::now() < until, "the server is ready within a minute");
            thread::sleep(Duration::from_millis(10));
        }
        process
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What it has written to its output so far.
    pub fn said(&self) -> String {
        self.said.lock().expect("not poisoned").clone()
    }

    /// Somebody signed in on another server of the database, or nobody.
    pub fn client(&self, token: Option<String>) -> Client {
        Client::new(self.url(), token)
    }

    /// The most memory it has had at once, in bytes.
    pub fn peak(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).expect("runs on Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|l| l.split_whitespace().next()).expect("the peak");
        kib.parse::<u64>().expect("a number") * 1024
    }

    /// How long its threads have been on a processor: what it does, however much else the machine has to do.
    pub fn worked(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("runs on Linux");
        let of_task = |task: std::fs::DirEntry| {
            // A thread may end between being listed and being asked.
            let times = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            times
                .split_whitespace()
                .next()
                .and_then(|spent| spent.parse::<u64>().ok())
                .unwrap_or(0)
        };
        Duration::from_nanos(tasks.map_while(Result::ok).map(of_task).sum())
    }

    /// Asks it to end (SIGTERM), and says how long it took.
    pub fn end(mut self) -> Duration {
        let start = Instant::now();
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(asked.expect("kill runs").success());
        while self.child.try_wait().expect("can be asked").is_none() {
            assert!(start.elapsed() < Duration::from_secs(60), "it ends");
            thread::sleep(Duration::from_millis(20));
        }
        start.elapsed()
    }

    /// kill -9
    pub fn kill(mut self) {
        self.child.kill().expect("is killed");
        self.child.wait().expect("is gone");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps what a server writes, to its end, and passes on where it listens.
fn listen(output: ChildStdout, said: &Mutex<String>, address: &Sender<String>) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        if let Some((_, at)) = line.split_once("listens on http://") {
            // Nobody waits any more where the minute is over.
            let _ = address.send(at.trim().to_owned());
        }
        let mut said = said.lock().expect("not poisoned");
        said.push_str(&line);
        said.push('\n');
    }
}
