//! The server's program as a process of its own, for tests that kill it, weigh it, or read what it says.

use crate::client::Client;
use crate::engine::{Engine, Place, Running};
use crate::firm::Firm;
use std::net::TcpListener;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

pub struct Program {
    child: Child,
    port: u16,
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
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
    /// Serves a database, and is ready.
    pub fn start(program: &str, database: &str, port: u16, settings: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(program);
        command.args(["serve", "--database", database, "--listen"]);
        command.arg(format!("127.0.0.1:{port}"));
        settings(&mut command);
        // Another program may have the port for a moment, if only as its own end of a connection.
        for _ in 0..3 {
            let mut process = Self {
                child: command.spawn().expect("the server starts"),
                port,
            };
            if process.answers() {
                return process;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        panic!("the server ends before it answers");
    }

    /// Waits until it is ready; false if it has ended instead.
    fn answers(&mut self) -> bool {
        let url = format!("{}/readyz", self.url());
        let until = Instant::now() + Duration::from_secs(60);
        while !reqwest::blocking::get(&url).is_ok_and(|r| r.status().is_success()) {
            if self.child.try_wait().expect("can be asked").is_some() {
                return false;
            }
            assert!(Instant::now() < until, "the server is ready within a minute");
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
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

    /// Asks it to end (SIGTERM), and says how long it took.
    pub fn end(mut self) -> Duration {
        let start = Instant::now();
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(asked.expect("kill runs").success());
        while self.child.try_wait().expect("can be asked").is_none() {
            assert!(start.elapsed() < Duration::from_secs(60), "it ends");
            std::thread::sleep(Duration::from_millis(20));
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
