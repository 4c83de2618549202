//! A small mail server on this machine: it speaks SMTP as far as our letters need it, keeps what it is given, and can be
//! told to refuse.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A letter as it came.
#[derive(Debug, Clone)]
pub struct Letter {
    pub from: String,
    pub to: String,
    /// Headers as they stand, unfolded.
    pub headers: Vec<(String, String)>,
    pub plain: String,
    pub html: String,
    /// User and password that were given before it.
    pub login: Option<String>,
}

#[derive(Default)]
struct Inner {
    letters: Mutex<Vec<Letter>>,
    came: Condvar,
    /// What is answered to the next letters in place of taking them.
    refusals: Mutex<Vec<&'static str>>,
}

/// Listens as long as it lives; what is connected afterwards talks to nobody.
#[derive(Clone)]
pub struct Smtp {
    address: SocketAddr,
    inner: Arc<Inner>,
}

impl Smtp {
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let inner = Arc::new(Inner::default());
        let of_thread = inner.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let inner = of_thread.clone();
                std::thread::spawn(move || {
                    // A client that hangs up in the middle has given nothing.
                    let _ = talk(stream, &inner);
                });
            }
        });
        Self { address, inner }
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn url_for(&self, login: &str) -> String {
        format!("smtp://{login}@{}", self.address)
    }

    /// The next letters are answered so, one after the other.
    pub fn refuse(&self, answers: &[&'static str]) {
        *self.inner.refusals.lock().unwrap_or_else(PoisonError::into_inner) = answers.iter().rev().copied().collect();
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.inner
            .letters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The letters to an address, when there are so many.
    pub fn wait(&self, to: &str, count: usize) -> Vec<Letter> {
        let end = Instant::now() + Duration::from_secs(30);
        let mut letters = self.inner.letters.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let found: Vec<Letter> = letters.iter().filter(|l| l.to == to).cloned().collect();
            if found.len() >= count {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} of {count} letters to {to} came", found.len());
            letters = self
                .inner
                .came
                .wait_timeout(letters, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

fn talk(stream: TcpStream, inner: &Inner) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    let (mut from, mut to, mut login) = (String::new(), String::new(), None);
    let path = |line: &str| line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
    out.write_all(b"220 mail.test ESMTP\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let answer = match line
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase()
            .as_str()
        {
            "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            "AUTH" => {
                let given = BASE64
                    .decode(line.rsplit(' ').next().unwrap_or_default())
                    .unwrap_or_default();
                login = Some(String::from_utf8_lossy(&given).replace('\0', " ").trim().to_owned());
                "235 welcome"
            }
            "MAIL" => {
                from = path(&line);
                "250 ok"
            }
            "RCPT" => {
                to = path(&line);
                "250 ok"
            }
            "DATA" => {
                let refusal = inner.refusals.lock().unwrap_or_else(PoisonError::into_inner).pop();
                if let Some(refusal) = refusal {
                    out.write_all(format!("{refusal}\r\n").as_bytes())?;
                    continue;
                }
                out.write_all(b"354 go on\r\n")?;
                let mut text = String::new();
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    text += line.strip_prefix('.').unwrap_or(&line);
                    text += "\n";
                }
                let letter = Letter {
                    login: login.clone(),
                    ..read(&from, &to, &text)
                };
                inner
                    .letters
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(letter);
                inner.came.notify_all();
                "250 taken"
            }
            "QUIT" => {
                out.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => "250 ok",
        };
        out.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

impl Letter {
    pub fn header(&self, name: &str) -> String {
        let found = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map_or_else(String::new, |(_, value)| words(value))
    }

    /// The token of the link in it.
    pub fn token(&self) -> String {
        let (_, rest) = self.plain.split_once("?token=").expect("a link");
        rest.split_whitespace().next().expect("a token").to_owned()
    }
}

/// Head and body of a message or one of its parts.
fn split(text: &str) -> (Vec<(String, String)>, &str) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    let headers = unfolded.lines().filter_map(|line| line.split_once(": "));
    (headers.map(|(n, v)| (n.to_owned(), v.to_owned())).collect(), body)
}

fn read(from: &str, to: &str, text: &str) -> Letter {
    let (headers, body) = split(text);
    let of = |headers: &[(String, String)], name: &str| {
        let found = headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map_or_else(String::new, |(_, value)| value.clone())
    };
    let kind = of(&headers, "Content-Type");
    let boundary = kind
        .split("boundary=\"")
        .nth(1)
        .and_then(|b| b.split('"').next())
        .unwrap_or_default();
    let (mut plain, mut html) = (String::new(), String::new());
    for part in body.split(&format!("--{boundary}")) {
        let (headers, body) = split(part.trim_start_matches('\n'));
        let text = decoded(&of(&headers, "Content-Transfer-Encoding"), body);
        match of(&headers, "Content-Type").split(';').next() {
            Some("text/plain") => plain = text,
            Some("text/html") => html = text,
            _ => {}
        }
    }
    Letter {
        from: from.to_owned(),
        to: to.to_owned(),
        headers,
        plain,
        html,
        login: None,
    }
}

fn decoded(encoding: &str, body: &str) -> String {
    let bytes = match encoding {
        "base64" => BASE64
            .decode(body.split_whitespace().collect::<String>())
            .expect("base64"),
        "quoted-printable" => quoted(&body.replace("=\n", "")),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n")
}

fn quoted(text: &str) -> Vec<u8> {
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two digits"));
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    bytes
}

/// Encoded words (RFC 2047) of a header.
fn words(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("=?utf-8?b?") {
        let (word, tail) = after.split_once("?=").expect("its end");
        // Blanks between two words belong to neither.
        if !before.trim().is_empty() || out.is_empty() {
            out += before;
        }
        out += &String::from_utf8(BASE64.decode(word).expect("base64")).expect("UTF-8");
        rest = tail;
    }
    out + rest
}
