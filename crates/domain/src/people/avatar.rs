//! Pictures of users: what is taken, and what is kept of it.

/// The largest file.
pub const MOST_BYTES: usize = 10 << 20;
/// The most millions of pixels: what phones take. Asked of a file before any of it is decoded.
pub const MOST_MEGAPIXELS: u64 = 40;
/// Media types of what is taken. What a file is, it says itself; what it is called counts for nothing.
pub const TAKEN: &str = "image/png, image/jpeg, image/webp";
/// The media type of what is kept: a square this wide, and nothing else that was in the file.
pub const KEPT: &str = "image/jpeg";
pub const SIDE: u32 = 256;
