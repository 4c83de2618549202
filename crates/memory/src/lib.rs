//! The allocator, and how the process gives back what it no longer needs: a firm of ten people runs this beside other things.

pub use mimalloc::MiMalloc as Allocator;

/// Before anything else is done. With large pages the process holds two megabytes for each few kilobytes in use: half as much
/// again as it needs when nobody is there.
pub fn begin() {
    #[cfg(target_os = "linux")]
    // Where it may not be said, there is more memory in use.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Gives freed memory back to the system. The allocator would keep it until it is next asked for some: after a sign-in those
/// are 19 megabytes, all night.
#[allow(unsafe_code)]
pub fn give_back() {
    // SAFETY: takes no memory that is in use, and may be called at any time by any thread.
    unsafe { libmimalloc_sys::mi_collect(true) };
}
