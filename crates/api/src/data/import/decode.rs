//! From the bytes of a file to UTF-8 with `\n` at each line's end, in a stream: finds the encoding and stops at the first
//! byte that is not of it.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// How much is looked at before the encoding is settled, and how much is decoded at a time.
const WINDOW: usize = 64 * 1024;

/// Why bytes cannot be read as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("line {line}, byte {byte}: not {encoding}")]
    BadBytes {
        line: u64,
        byte: u64,
        encoding: &'static str,
    },
    #[error("not a text file: {format}")]
    NotText { format: &'static str },
}

impl From<DecodeError> for io::Error {
    fn from(error: DecodeError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// A reader of UTF-8 over a reader of bytes in any encoding, without a byte order mark. `\r\n` and `\r` become `\n`, so
/// that lines are counted alike whatever system wrote the file.
///
/// UTF-8, GB18030 and their kin agree on ASCII, so the choice among them is put off to the first byte beyond ASCII,
/// wherever it stands, and made by the window that follows it. A file whose first Chinese character comes late is thus
/// read as well as any other.
pub struct Utf8Reader<R> {
    input: R,
    /// The window; what is not yet decoded stands in `start..end`.
    raw: Vec<u8>,
    start: usize,
    end: usize,
    input_ended: bool,
    /// Settled encoding and its decoder; none as long as there was nothing but ASCII.
    decoder: Option<Decoder>,
    encoding: Option<&'static Encoding>,
    opened: bool,
    finished: bool,
    out: Vec<u8>,
    out_start: usize,
    /// Told after what was decoded before it has been handed out.
    error: Option<io::Error>,
    /// The last character was a `\r`, told as `\n`; a `\n` now belongs to it.
    after_return: bool,
    lines: u64,
    bytes: u64,
    /// The encoding was found out, and lines may still be of another.
    guessed: bool,
    /// Lines of UTF-8 among those of another encoding, and the first of them.
    mixed: (u64, u64),
}

impl<R: Read> Utf8Reader<R> {
    /// `encoding` says what the file is in; none finds out.
    pub fn new(input: R, encoding: Option<&'static Encoding>) -> Self {
        Self {
            input,
            raw: vec![0; WINDOW],
            start: 0,
            end: 0,
            input_ended: false,
            decoder: None,
            encoding,
            opened: false,
            finished: false,
            out: Vec::new(),
            out_start: 0,
            error: None,
            after_return: false,
            lines: 1,
            bytes: 0,
            guessed: encoding.is_none(),
            mixed: (0, 0),
        }
    }

    /// The encoding, as far as it is known by now; a file of ASCII alone counts as UTF-8.
    pub fn encoding(&self) -> &'static Encoding {
        self.encoding.unwrap_or(UTF_8)
    }

    /// Bytes of the input decoded so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes
    }

    /// Lines of UTF-8 in a file that is otherwise not, and the first of them.
    pub fn mixed(&self) -> (u64, u64) {
        self.mixed
    }

    /// Decodes the next piece into `out`.
    fn advance(&mut self) -> io::Result<()> {
        self.fill()?;
        if !self.opened {
            self.opened = true;
            self.open()?;
        }
        if self.decoder.is_none() {
            let rest = &self.raw[self.start..self.end];
            let ascii = Encoding::ascii_valid_up_to(rest);
            if ascii > 0 {
                self.out.extend_from_slice(&rest[..ascii]);
                self.skip(ascii);
                self.end_lines();
                return Ok(());
            }
            if rest.is_empty() {
                self.finished = true;
                return Ok(());
            }
            let encoding = *self
                .encoding
                .get_or_insert_with(|| utf8_or_gb18030(rest, self.input_ended));
            self.decoder = Some(encoding.new_decoder_without_bom_handling());
        }
        self.decode()
    }

    /// Fills the window up, as far as the input goes.
    fn fill(&mut self) -> io::Result<()> {
        self.raw.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while !self.input_ended && self.end < WINDOW {
            match self.input.read(&mut self.raw[self.end..]) {
                Ok(0) => self.input_ended = true,
                Ok(read) => self.end += read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Looks at the beginning: byte order marks, UTF-16 without one, and what is no text at all.
    fn open(&mut self) -> Result<(), DecodeError> {
        let beginning = &self.raw[..self.end];
        if let Some(format) = known_format(beginning) {
            return Err(DecodeError::NotText { format });
        }
        let marked = Encoding::for_bom(beginning);
        match (self.encoding, marked) {
            (None, Some((encoding, length))) => {
                self.encoding = Some(encoding);
                self.skip(length);
            }
            (Some(wanted), Some((encoding, length))) if wanted == encoding => self.skip(length),
            (None, None) => self.encoding = utf16_by_nuls(&self.raw[..self.end]),
            _ => {}
        }
        // Those that share ASCII with UTF-8 may start later; UTF-16 must start now, and so may all that were named.
        self.decoder = self.encoding.map(Encoding::new_decoder_without_bom_handling);
        Ok(())
    }

    fn skip(&mut self, length: usize) {
        self.start += length;
        self.bytes += length as u64;
    }

    /// Gives the lines in `out` their one end, and counts them.
    fn end_lines(&mut self) {
        if self.after_return || self.out.contains(&b'\r') {
            let mut after_return = self.after_return;
            self.out.retain_mut(|byte| {
                let second_half = after_return && *byte == b'\n';
                after_return = *byte == b'\r';
                if after_return {
                    *byte = b'\n';
                }
                !second_half
            });
            self.after_return = after_return;
        }
        self.lines += self.out.iter().filter(|b| **b == b'\n').count() as u64;
    }

    /// How much of the window is of one encoding, and whether that is UTF-8 in a file that is otherwise GBK: such a file was
    /// put together from two. Lines end alike in both, and none of GBK reads as Chinese in UTF-8 by accident.
    fn run(&mut self) -> (usize, bool) {
        let rest = &self.raw[self.start..self.end];
        if !self.guessed || self.encoding != Some(GB18030) {
            return (rest.len(), false);
        }
        let (mut length, mut kind, mut count) = (0, None, 0);
        for line in rest.split_inclusive(|b| matches!(b, b'\n' | b'\r')) {
            let cut = !self.input_ended && length + line.len() == rest.len() && !line.ends_with(b"\n");
            if cut && length == 0 {
                // Too long to be looked at as a whole: from here on it is all one.
                self.guessed = false;
                return (rest.len(), false);
            }
            let own = (!line.is_ascii()).then(|| is_utf8_of_china(line));
            if cut || kind.is_some() && own.is_some() && kind != own {
                break;
            }
            kind = kind.or(own);
            count += u64::from(own == Some(true));
            length += line.len();
        }
        if count > 0 {
            let first = if self.mixed.0 == 0 { self.lines } else { self.mixed.1 };
            self.mixed = (self.mixed.0 + count, first);
        }
        (length, kind == Some(true))
    }

    fn decode(&mut self) -> io::Result<()> {
        let (length, utf8) = self.run();
        let Some(decoder) = self.decoder.as_mut() else {
            return Ok(());
        };
        let rest = &self.raw[self.start..self.start + length];
        if utf8 {
            self.out.extend_from_slice(rest);
            self.skip(length);
            self.end_lines();
            self.finished = self.input_ended && self.start == self.end;
            return Ok(());
        }
        let last = self.input_ended && self.start + length == self.end;
        let room = decoder
            .max_utf8_buffer_length_without_replacement(rest.len())
            .ok_or(io::ErrorKind::OutOfMemory)?;
        self.out.resize(room, 0);
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, &mut self.out, last);
        self.out.truncate(written);
        self.skip(read);
        self.end_lines();
        match result {
            DecoderResult::InputEmpty => {
                self.finished = last;
                Ok(())
            }
            // Cannot be with the room given; the next turn goes on.
            DecoderResult::OutputFull => Ok(()),
            DecoderResult::Malformed(bad, after) => {
                // `bytes` stands behind the bad sequence and what the decoder had to look at after it.
                let byte = self.bytes.saturating_sub(u64::from(bad) + u64::from(after)) + 1;
                Err(DecodeError::BadBytes {
                    line: self.lines,
                    byte,
                    encoding: self.encoding().name(),
                }
                .into())
            }
        }
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.out_start == self.out.len() {
            if let Some(error) = self.error.take() {
                self.finished = true;
                return Err(error);
            }
            if self.finished || buffer.is_empty() {
                return Ok(0);
            }
            self.out.clear();
            self.out_start = 0;
            if let Err(error) = self.advance() {
                self.error = Some(error);
            }
        }
        let count = buffer.len().min(self.out.len() - self.out_start);
        buffer[..count].copy_from_slice(&self.out[self.out_start..self.out_start + count]);
        self.out_start += count;
        Ok(count)
    }
}

/// Whether a line is UTF-8 with a character that takes three bytes or more. Those of two are what single characters of GBK
/// look like.
fn is_utf8_of_china(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|text| text.chars().any(|c| c.len_utf8() > 2))
}

/// Strict UTF-8, but for a sequence that the window cuts; GB18030 otherwise, which has all of GBK and GB 2312.
fn utf8_or_gb18030(window: &[u8], complete: bool) -> &'static Encoding {
    match std::str::from_utf8(window) {
        Ok(_) => UTF_8,
        Err(e) if e.error_len().is_none() && !complete => UTF_8,
        // A UTF-8 file with one broken byte far on is still UTF-8, and its error is told as such.
        Err(e) if e.valid_up_to() >= PROOF => UTF_8,
        Err(_) => GB18030,
    }
}

/// So many valid bytes from the first non-ASCII one on are no accident. (GBK text passes as UTF-8 for a character or two.)
const PROOF: usize = 1024;

/// UTF-16 without a mark shows in the NUL beside each ASCII character; separators and line ends make those frequent. A
/// stray NUL in a file of single bytes is not enough: there, pairs of two ASCII characters are all over the place.
fn utf16_by_nuls(window: &[u8]) -> Option<&'static Encoding> {
    let ascii = |b: u8| matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let (mut little, mut big, mut neither) = (0usize, 0usize, 0usize);
    for pair in window.chunks_exact(2) {
        little += usize::from(ascii(pair[0]) && pair[1] == 0);
        big += usize::from(pair[0] == 0 && ascii(pair[1]));
        neither += usize::from(ascii(pair[0]) && ascii(pair[1]));
    }
    let most = little.max(big);
    if most == 0 || most * 16 < neither {
        return None;
    }
    Some(if little >= big { UTF_16LE } else { UTF_16BE })
}

/// What people upload instead of a text table.
fn known_format(bytes: &[u8]) -> Option<&'static str> {
    const FORMATS: [(&[u8], &str); 7] = [
        (b"PK\x03\x04", "XLSX/ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"),
        (b"%PDF-", "PDF"),
        (b"\x1f\x8b", "GZIP"),
        (b"SQLite format 3\0", "SQLite"),
        (b"\x89PNG", "PNG"),
        (b"\x7fELF", "ELF"),
    ];
    FORMATS
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
        .map(|(_, name)| *name)
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
