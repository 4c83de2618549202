//! Puts load on a server: plain HTTP/1.1 over connections that are kept, one thread each, and little work of our own.

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;
use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

/// Opened with the first call: a server does not wait long for one.
pub struct Connection {
    address: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Answer<'_> {
    pub fn json(&self) -> Result<Json> {
        Ok(serde_json::from_slice(self.body)?)
    }
}

impl Connection {
    pub fn to(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            stream: None,
            buffer: vec![0; 1 << 16],
        }
    }

    /// The next call opens it anew: a server closes what is long silent.
    pub fn close(&mut self) {
        self.stream = None;
    }

    /// Sends a whole request and reads the whole answer.
    pub fn call(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => open(&self.address)?,
        };
        stream.write_all(request)?;
        let mut have = 0;
        let (head, length) = loop {
            have += read(&mut stream, &mut self.buffer[have..])?;
            if let Some(end) = self.buffer[..have].windows(4).position(|w| w == b"\r\n\r\n") {
                break (end + 4, content_length(&self.buffer[..end])?);
            }
        };
        if self.buffer.len() < head + length {
            self.buffer.resize(head + length, 0);
        }
        while have < head + length {
            have += read(&mut stream, &mut self.buffer[have..])?;
        }
        self.stream = Some(stream);
        // "HTTP/1.1 200 OK"
        let status = std::str::from_utf8(&self.buffer[9..12])?.parse()?;
        Ok(Answer {
            status,
            body: &self.buffer[head..head + length],
        })
    }
}

fn open(address: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    Ok(stream)
}

fn read(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<usize> {
    match stream.read(buffer)? {
        0 => bail!("the server closed a connection"),
        count => Ok(count),
    }
}

fn content_length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?;
    let line = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    Ok(line.map_or(Ok(0), |value| value.trim().parse())?)
}

pub fn request(method: &str, path: &str, token: Option<&str>, headers: &str, body: &str) -> Vec<u8> {
    let token = token.map_or(String::new(), |t| format!("authorization: Bearer {t}\r\n"));
    let content = match body {
        "" => String::new(),
        _ => format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()),
    };
    format!("{method} {path} HTTP/1.1\r\nhost: bench\r\n{token}{headers}{content}\r\n{body}").into_bytes()
}

/// One connection and what it does again and again.
pub type Worker = (Connection, Box<dyn FnMut(&mut Connection) -> Result<()> + Send>);

/// What a number of calls took.
#[derive(Default)]
pub struct Sample {
    micros: Vec<u32>,
    seconds: f64,
    /// Processor time of the server meanwhile.
    pub busy: f64,
}

impl Sample {
    pub fn calls(&self) -> usize {
        self.micros.len()
    }

    pub fn add(&mut self, other: Self) {
        self.micros.extend(other.micros);
        self.seconds += other.seconds;
        self.busy += other.busy;
    }

    pub fn per_second(&self) -> f64 {
        self.micros.len() as f64 / self.seconds
    }

    /// Milliseconds that so many percent of the calls did not exceed.
    pub fn percentile(&mut self, percent: usize) -> f64 {
        self.micros.sort_unstable();
        let at = (self.micros.len() * percent / 100).min(self.micros.len().saturating_sub(1));
        f64::from(self.micros.get(at).copied().unwrap_or(0)) / 1000.0
    }
}

/// All workers at once for a while.
pub fn run(workers: &mut [Worker], time: Duration) -> Result<Sample> {
    let start = Instant::now();
    let work = |(connection, call): &mut Worker| -> Result<Vec<u32>> {
        let mut micros = Vec::new();
        while start.elapsed() < time {
            let before = Instant::now();
            call(connection)?;
            micros.push(u32::try_from(before.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
        Ok(micros)
    };
    let lists = thread::scope(|scope| -> Result<Vec<Vec<u32>>> {
        let threads: Vec<_> = workers
            .iter_mut()
            .map(|worker| scope.spawn(move || work(worker)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().ok().context("a worker panicked")?)
            .collect()
    })?;
    Ok(Sample {
        micros: lists.concat(),
        seconds: start.elapsed().as_secs_f64(),
        busy: 0.0,
    })
}
