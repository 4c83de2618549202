//! Mail: letters go out through an SMTP server, written with the change they tell of and sent beside it.

mod letter;
mod worker;

pub use letter::{Facts, Kind};

use crate::config::{Config, Mail};
use crate::worker::Worker;
use domain::{Id, Instant};
use lettre::message::{Mailbox, MultiPart, header};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};
use persistence::outbox::{self, Letter};
use persistence::{Store, Tx};
use std::time::Duration;

/// For each step of talking to the mail server.
const PATIENCE: Duration = Duration::from_secs(10);
/// After that nobody waits for a letter any more.
const GIVE_UP_SECONDS: i64 = 24 * 3600;

/// Starts what sends mail, if a mail server is named.
pub fn start(store: &Store, config: &Config) -> persistence::Result<Option<Worker>> {
    let Some(mail) = &config.mail else { return Ok(None) };
    let post = Post::new(mail).map_err(persistence::Error::internal)?;
    let worker = worker::start(store.clone(), post, config.public_url.clone());
    worker.map(Some).map_err(persistence::Error::internal)
}

/// Has a letter sent, as part of the transaction.
pub fn put(tx: &mut Tx, kind: Kind, to: (Id, Id), address: &str, facts: &Facts) -> persistence::Result<()> {
    let letter = Letter {
        to: Some(to),
        facts: serde_json::to_value(facts).map_err(persistence::Error::internal)?,
        ..Letter::new(kind.key(), address, Instant::now().plus_seconds(GIVE_UP_SECONDS))
    };
    outbox::put(tx, &letter)
}

/// Somebody has forgotten the password of an account with this address, if there is one: nobody looks before the answer.
pub fn forgot(tx: &mut Tx, address: &str) -> persistence::Result<()> {
    let give_up_at = Instant::now().plus_seconds(worker::RESET_SECONDS);
    outbox::put(tx, &Letter::new(worker::FORGOT, address, give_up_at))
}

/// The mail server, and whom letters are from.
struct Post {
    server: SmtpTransport,
    from: Mailbox,
}

/// Why a letter was not sent.
#[derive(Debug)]
struct Unsent {
    cause: String,
    /// Another try would end the same.
    for_good: bool,
}

impl Unsent {
    fn for_good(cause: impl std::fmt::Display) -> Self {
        Self {
            cause: cause.to_string(),
            for_good: true,
        }
    }
}

impl Post {
    fn new(mail: &Mail) -> Result<Self, String> {
        let from = mail.from.parse();
        Ok(Self {
            server: server(&mail.url)?,
            from: from.map_err(|e| format!("{:?} is no sender of mail: {e}", mail.from))?,
        })
    }

    fn send(&self, name: &str, address: &str, text: &letter::Text) -> Result<(), Unsent> {
        let name = Some(name.to_owned()).filter(|n| !n.is_empty());
        let to = Mailbox::new(name, address.parse().map_err(Unsent::for_good)?);
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(text.subject.clone())
            .date_now()
            .message_id(None)
            // No out-of-office replies, please (RFC 3834).
            .raw_header(header::HeaderValue::new(
                header::HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(MultiPart::alternative_plain_html(text.plain.clone(), text.html.clone()))
            .map_err(Unsent::for_good)?;
        let sent = self.server.send(&message);
        sent.map(drop).map_err(|error| Unsent {
            cause: error.to_string(),
            for_good: error.is_permanent(),
        })
    }
}

/// `smtps://` speaks TLS from the start. `smtp://` turns it on (STARTTLS) wherever a password would else go in the clear;
/// without one, or on the machine itself, it does so when the server offers it.
fn server(url: &str) -> Result<SmtpTransport, String> {
    let shape = || "a mail server is smtp://USER:PASSWORD@HOST:PORT or smtps://…".to_owned();
    let (scheme, rest) = url.split_once("://").ok_or_else(shape)?;
    let (login, place) = rest.rsplit_once('@').map_or((None, rest), |(l, p)| (Some(l), p));
    let (host, port) = place
        .trim_end_matches('/')
        .rsplit_once(':')
        .map_or((place.trim_end_matches('/'), None), |(h, p)| (h, Some(p)));
    if host.is_empty() || host.contains(['/', '?', '#']) {
        return Err(shape());
    }
    let tls = || TlsParameters::new(host.to_owned()).map_err(|e| e.to_string());
    let here = matches!(host, "localhost" | "127.0.0.1");
    let (tls, usual) = match (scheme, login) {
        ("smtps", _) => (Tls::Wrapper(tls()?), 465),
        ("smtp", Some(_)) if !here => (Tls::Required(tls()?), 587),
        ("smtp", _) if here => (Tls::None, 25),
        ("smtp", _) => (Tls::Opportunistic(tls()?), 25),
        _ => return Err(shape()),
    };
    let port = port.map_or(Ok(usual), str::parse).map_err(|_| shape())?;
    let mut server = SmtpTransport::builder_dangerous(host)
        .tls(tls)
        .port(port)
        .timeout(Some(PATIENCE));
    if let Some(login) = login {
        let (user, password) = login
            .split_once(':')
            .ok_or("the mail server's address names a user and no password")?;
        server = server.credentials(Credentials::new(decoded(user)?, decoded(password)?));
    }
    Ok(server.build())
}

/// Percent-encoded, as user and password stand in an address.
fn decoded(text: &str) -> Result<String, String> {
    // As a form's value, of which only the plus is different.
    let form = format!("v={}", text.replace('+', "%2B"));
    let pairs: Result<Vec<(String, String)>, _> = serde_urlencoded::from_str(&form);
    let value = pairs.ok().and_then(|p| p.into_iter().next()).map(|p| p.1);
    value.ok_or_else(|| "user and password of the mail server are percent-encoded".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_named_by_its_address() {
        for good in [
            "smtp://localhost:2525",
            "smtp://relay.example.com",
            "smtps://me%40example.com:p%3A+%2Fw@mail.example.com",
            "smtp://me:secret@mail.example.com:587/",
        ] {
            assert!(server(good).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "mail.example.com",
            "http://mail.example.com",
            "smtp://",
            "smtp://host:port",
            "smtp://host/?tls=no",
            "smtp://me@mail.example.com",
        ] {
            assert!(server(wrong).is_err(), "{wrong}");
        }
        assert_eq!(decoded("p%3A+%2Fw"), Ok("p:+/w".to_owned()));
    }

    #[test]
    fn the_sender_is_an_address_with_or_without_a_name() {
        let post = |from: &str| {
            Post::new(&Mail {
                url: "smtp://localhost".into(),
                from: from.into(),
            })
        };
        assert!(post("Guanxi <crm@example.com>").is_ok() && post("crm@example.com").is_ok());
        assert!(post("Guanxi").is_err());
    }
}
