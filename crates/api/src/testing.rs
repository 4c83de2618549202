//! What the API tests need of the inside: a server in their own process, people in it, and their credentials.

use crate::config::Config;
use crate::state::State;
use crate::{app, token};
use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use domain::policy::Actor;
use domain::{Id, Instant};
use persistence::Store;
use persistence::session::{self, Origin, Session};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

pub use crate::password::hash as hash_password;
pub use crate::token::{api_key, hash as hash_token};
pub use crate::workspace::{add_user, create as create_workspace};

/// A server on a port of its own; stopped when dropped.
pub struct Server {
    pub address: SocketAddr,
    state: Data<State>,
    handle: ServerHandle,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

impl Server {
    /// Serves as the binary does, from a thread of this process.
    pub fn start(store: Store, config: Config) -> anyhow::Result<Self> {
        let state = Data::new(State::new(store, config)?);
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (started, handle) = sync_channel(1);
        let served = state.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = app::serve(served, listener)?;
                let _ = started.send(server.handle());
                server.await
            })
        });
        Ok(Self {
            address,
            state,
            handle: handle.recv()?,
            thread: Some(thread),
        })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn store(&self) -> &Store {
        &self.state.store
    }

    /// Opens a session as the sign-in does, without the time a password takes; returns the access token.
    pub fn sign_in(&self, workspace: Id, user: Id) -> anyhow::Result<String> {
        let opened = Session {
            id: Id::now_v7(),
            workspace,
            user,
            expires_at: Instant::now().plus_seconds(token::SESSION_SECONDS),
        };
        let access = self.state.tokens.access(user, workspace, opened.id)?;
        let token = token::Refresh::first(opened.id)?.hashes();
        let origin = Origin {
            address: "127.0.0.1".into(),
            network: "127.0.0.1".into(),
            user_agent: "tests".into(),
        };
        self.state.store.write_here(move |tx| {
            let space = persistence::workspace::find(tx, opened.workspace)?;
            let space = space.ok_or_else(|| persistence::Error::internal("no such workspace"))?;
            let permit = Actor::system(Arc::new(space)).own_permit();
            session::open(tx, &permit, &opened, &token, &origin)
        })?;
        Ok(access)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The command is sent at once; the future only waits for it.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
