//! Has SQLite ask, while a statement runs, whether to go on. diesel does not hand its connections out, so each one is told
//! as it is opened. This is all the unsafe code there is.

use libsqlite3_sys::{
    SQLITE_CONFIG_MEMSTATUS, SQLITE_CONFIG_MULTITHREAD, SQLITE_OK, sqlite3, sqlite3_api_routines,
    sqlite3_auto_extension, sqlite3_config, sqlite3_progress_handler,
};
use std::ffi::{c_char, c_int, c_void};
use std::sync::OnceLock;

/// Steps of SQLite's machine between two questions: some tens of microseconds.
pub const STEPS: i32 = 4000;

static GO_ON: OnceLock<fn() -> bool> = OnceLock::new();

/// Every connection that is opened from now on, anywhere in the process, asks `go_on` on the thread that runs the
/// statement; where that says no, the statement ends as interrupted. The first to be given stays.
#[allow(unsafe_code)]
pub fn watch(go_on: fn() -> bool) {
    if GO_ON.set(go_on).is_ok() {
        without_locks();
        // SAFETY: the function is there as long as the process, and has the type that SQLite calls it by.
        unsafe {
            sqlite3_auto_extension(Some(opened));
        }
    }
}

/// A connection is used by one thread at a time, which Rust sees to, and nobody asks how much memory SQLite holds: it need not
/// take a lock for either at every step. Where a connection has been opened before, all stays as it was.
#[allow(unsafe_code)]
fn without_locks() {
    // SAFETY: SQLite refuses both once it is in use; the second is followed by an `int`, as it is to be.
    unsafe {
        sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, c_int::from(false));
    }
}

/// Called for each connection as it is opened.
#[allow(unsafe_code)]
unsafe extern "C" fn opened(connection: *mut sqlite3, _: *mut *mut c_char, _: *const sqlite3_api_routines) -> c_int {
    // SAFETY: SQLite hands over a connection that is open; `ask` needs nothing of what it is called with.
    unsafe { sqlite3_progress_handler(connection, STEPS, Some(ask), std::ptr::null_mut()) };
    SQLITE_OK
}

/// Anything but 0 ends the statement. It must not unwind into C.
extern "C" fn ask(_: *mut c_void) -> c_int {
    let go_on = GO_ON
        .get()
        .is_none_or(|go_on| std::panic::catch_unwind(go_on).unwrap_or(true));
    c_int::from(!go_on)
}
