//! Threads that work beside the requests: woken when there is something to do, ended with the server.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Runs until it is dropped, which waits for what it is at.
pub struct Worker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What a worker's thread looks at between two pieces of work.
#[derive(Default)]
pub struct Shared {
    stop: AtomicBool,
    called: Mutex<bool>,
    call: Condvar,
}

impl Worker {
    pub fn start(name: &str, work: impl FnOnce(&Shared) + Send + 'static) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_thread = shared.clone();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(&of_thread))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// There is something to do.
    pub fn wake(&self) {
        *self.shared.called.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.call.notify_one();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        self.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Until somebody calls, or this long.
    pub fn wait(&self, longest: Duration) {
        let called = self.called.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.call.wait_timeout_while(called, longest, |called| !*called);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}
