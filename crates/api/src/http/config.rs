//! Settings of a running server, from flags and the environment.

use crate::cors::Origin;
use crate::forwarded::Network;
use std::net::SocketAddr;

#[derive(Debug, Clone)]
pub struct Config {
    pub metrics_listen: Option<SocketAddr>,
    /// Where people reach the server; decides whether cookies are `Secure`, and which origin may send them.
    pub public_url: String,
    /// Origins whose pages may call the API, with keys; none by default.
    pub allowed_origins: Vec<Origin>,
    /// Requests a minute for each credential; 0 for no limit.
    pub rate_limit: u32,
    /// Failed sign-ins before each further try has to wait; 0 for no wait.
    pub sign_in_limit: u32,
    pub workers: usize,
    /// Proxies that are believed when they say whom they speak for.
    pub trusted_proxies: Vec<Network>,
    /// None: links are handed on by whoever makes them.
    pub mail: Option<Mail>,
}

/// The server that takes our letters, and whom they are from.
#[derive(Clone)]
pub struct Mail {
    pub url: String,
    pub from: String,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address holds a password.
        write!(f, "Mail from {}", self.from)
    }
}

impl Config {
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Scheme, host and port of the public address.
    pub fn origin(&self) -> &str {
        &self.public_url[..self.path_start()]
    }

    /// What stands before every path, as a proxy has it: `/crm`, or nothing.
    pub fn prefix(&self) -> &str {
        self.public_url[self.path_start()..].trim_end_matches('/')
    }

    fn path_start(&self) -> usize {
        let start = self.public_url.find("://").map_or(0, |i| i + 3);
        let path = self.public_url[start..].find('/');
        path.map_or(self.public_url.len(), |i| start + i)
    }
}
