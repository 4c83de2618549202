//! A server of our own for a while: started on a port that is free, weighed, ended when dropped.

use anyhow::{Context, Result, bail};
use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

pub struct Guanxi {
    process: Child,
    /// Host and port.
    pub address: String,
}

impl Guanxi {
    /// Serves a database without limits on who tries; `settings` adds to that.
    pub fn start(program: &Path, database: &str, settings: impl FnOnce(&mut Command)) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .args(["serve", "--database", database, "--listen", "127.0.0.1:0"])
            .env("GUANXI_RATE_LIMIT", "0")
            .env("GUANXI_SIGN_IN_LIMIT", "0")
            .env("GUANXI_LOG", "warn")
            .stdout(Stdio::piped());
        settings(&mut command);
        let mut process = command.spawn()?;
        let lines = BufReader::new(process.stdout.take().context("piped")?).lines();
        let mut server = Self {
            process,
            address: String::new(),
        };
        for line in lines {
            if let Some((_, address)) = line?.split_once("listens on http://") {
                server.address = address.trim().to_owned();
                return server.answers();
            }
        }
        bail!("the server ended")
    }

    fn answers(self) -> Result<Self> {
        for _ in 0..100 {
            if TcpStream::connect(&self.address).is_ok() {
                return Ok(self);
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("the server does not answer")
    }

    /// Resident memory in megabytes: the server's own, and with the pages of files it has mapped. Those are the system's
    /// to take back, and a page that several readers have mapped counts for each.
    pub fn memory(&self) -> Result<(f64, f64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let megabytes = |name: &str| -> Result<f64> {
            let line = status.lines().find(|l| l.starts_with(name)).context("no such figure")?;
            let kilobytes: f64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
            Ok(kilobytes / 1024.0)
        };
        Ok((megabytes("RssAnon:")?, megabytes("VmRSS:")?))
    }

    /// Seconds of processor time so far, in steps of a hundredth.
    pub fn processor(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let (_, fields) = stat.rsplit_once(')').context("the name ends")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        Ok(ticks.sum::<Result<f64, _>>()? / 100.0)
    }
}

impl Drop for Guanxi {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
