//! What the CSV parser reads from: decoded text with a look at its beginning, a bound on one record, and a marked end.

use std::io::{self, Read};

use encoding_rs::Encoding;

use super::decode::Utf8Reader;

/// A record larger than this is an error, most likely a quote that is never closed.
pub const RECORD_LIMIT: usize = 1024 * 1024;
/// The parser's own buffer: what it may have read ahead of a record.
pub const BUFFER: usize = 64 * 1024;
/// How much of the text the delimiter is found by.
const HEAD: usize = 64 * 1024;

/// Handed out after the text as a record of its own. Where it comes back inside a cell, that cell's quote was never
/// closed. It starts with a noncharacter, which no text has.
pub const END: &str = "\u{10ffff}end of table\u{10ffff}";

/// The budget of one record is used up.
#[derive(Debug, thiserror::Error)]
#[error("record too large")]
pub struct TooLarge;

pub struct Source<R> {
    text: Utf8Reader<R>,
    head: Vec<u8>,
    head_read: usize,
    /// An error met while looking at the beginning, told where it stands.
    error: Option<io::Error>,
    tail: Option<io::Cursor<Vec<u8>>>,
    budget: usize,
}

impl<R: Read> Source<R> {
    pub fn new(mut text: Utf8Reader<R>) -> Self {
        let mut head = Vec::new();
        let error = text.by_ref().take(HEAD as u64).read_to_end(&mut head).err();
        Self {
            text,
            head,
            head_read: 0,
            error,
            tail: None,
            budget: RECORD_LIMIT,
        }
    }

    /// The beginning of the text, and whether it is all of it.
    pub fn head(&self) -> (&str, bool) {
        let valid = match std::str::from_utf8(&self.head) {
            Ok(text) => text,
            Err(e) => std::str::from_utf8(&self.head[..e.valid_up_to()]).unwrap_or_default(),
        };
        (valid, self.head.len() < HEAD && self.error.is_none())
    }

    /// The error at the very beginning, where there is nothing to read before it.
    pub fn take_early_error(&mut self) -> Option<io::Error> {
        if self.head.is_empty() { self.error.take() } else { None }
    }

    /// Gives the next record its budget.
    pub fn start_record(&mut self) {
        self.budget = RECORD_LIMIT + BUFFER;
    }

    /// Whether the text is over and `END` was handed out.
    pub fn is_drained(&self) -> bool {
        self.tail
            .as_ref()
            .is_some_and(|t| t.position() == t.get_ref().len() as u64)
    }

    pub fn encoding(&self) -> &'static Encoding {
        self.text.encoding()
    }

    pub fn mixed(&self) -> (u64, u64) {
        self.text.mixed()
    }

    /// Bytes of the file taken in so far.
    pub fn bytes_read(&self) -> u64 {
        self.text.bytes_read()
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(self.budget);
        if room == 0 {
            return Err(io::Error::other(TooLarge));
        }
        let buffer = &mut buffer[..room];
        let count = if self.head_read < self.head.len() {
            let count = (&self.head[self.head_read..]).read(buffer)?;
            self.head_read += count;
            count
        } else if let Some(error) = self.error.take() {
            return Err(error);
        } else if let Some(tail) = &mut self.tail {
            tail.read(buffer)?
        } else {
            match self.text.read(buffer)? {
                0 => self
                    .tail
                    .insert(io::Cursor::new(format!("\n{END}\n").into_bytes()))
                    .read(buffer)?,
                count => count,
            }
        };
        self.budget -= count;
        Ok(count)
    }
}
