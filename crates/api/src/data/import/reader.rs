//! Tables row by row, from any `Read`, in bounded memory: encoding and delimiter found, each row with its line number.

use std::io::{self, Read};

use csv::StringRecord;
use domain::import::cell::unguard;
use domain::import::problem::{Problem, code};
use encoding_rs::Encoding;

use super::decode::{DecodeError, Utf8Reader};
use super::source::{BUFFER, END, RECORD_LIMIT, Source, TooLarge};
use super::{delimiter, error_file};

/// Columns of a table: each is looked at, and told of in the plan and the report. No program that people export from has
/// half as many.
pub const MOST_COLUMNS: usize = 1000;

/// What a caller knows better than the reader can find out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    pub encoding: Option<&'static Encoding>,
    pub delimiter: Option<u8>,
    /// The table was written out of a file of this name for its form: records are its rows, and cells say what they are.
    pub sheet: Option<&'static str>,
}

impl Options {
    /// The encoding of a name such as `gbk`, `gb18030`, `big5`, `utf-16le`, `windows-1252`; none if it is unknown.
    pub fn encoding_of(name: &str) -> Option<&'static Encoding> {
        Encoding::for_label_no_replacement(name.trim().as_bytes())
    }
}

/// Why a file cannot be read (on). Rows before it were read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the file is empty")]
    Empty,
    #[error(transparent)]
    Decode(#[from] DecodeError),
    #[error("the table has {found} columns, more than {MOST_COLUMNS}")]
    TooManyColumns { found: usize },
    #[error("the record at line {line} is larger than {RECORD_LIMIT} bytes")]
    TooLarge { line: u64 },
    #[error("reading failed")]
    Io(#[source] io::Error),
}

impl ReadError {
    fn new(error: io::Error, line: u64) -> Self {
        let inner = error.get_ref();
        if let Some(decode) = inner.and_then(|e| e.downcast_ref::<DecodeError>()) {
            return Self::Decode(decode.clone());
        }
        if inner.is_some_and(|e| e.is::<TooLarge>()) {
            return Self::TooLarge { line };
        }
        Self::Io(error)
    }

    /// As it is reported.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Empty => Problem::new(code::EMPTY_FILE),
            Self::Decode(DecodeError::BadBytes { line, byte, encoding }) => Problem::new(code::BAD_BYTES)
                .with("line", line)
                .with("byte", byte)
                .with("encoding", encoding),
            Self::Decode(DecodeError::NotText { format }) => Problem::new(code::NOT_TEXT).with("format", format),
            Self::TooManyColumns { found } => Problem::new(code::TOO_MANY_COLUMNS)
                .with("found", found)
                .with("limit", MOST_COLUMNS),
            Self::TooLarge { line } => Problem::new(code::RECORD_TOO_LARGE)
                .with("line", line)
                .with("limit", RECORD_LIMIT),
            Self::Io(_) => Problem::new(code::UNREADABLE),
        }
    }
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line of the file where the record starts, from 1.
    pub line: u64,
    pub cells: StringRecord,
    /// What is wrong with the row as such; its cells then cannot be trusted.
    pub problem: Option<Problem>,
    /// What was put right in it.
    pub remark: Option<Problem>,
}

impl Row {
    /// The cell of a column; empty where the row has none.
    pub fn get(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default()
    }
}

/// An iterator over the rows below the header. Blank rows are passed over. It ends after the first error.
pub struct Reader<R> {
    csv: csv::Reader<Source<R>>,
    record: StringRecord,
    headers: Vec<String>,
    delimiter: u8,
    /// The file is one that `ErrorFile` wrote: its last column is passed over, its guards are taken off.
    corrected: bool,
    sheet: bool,
    /// Records read.
    records: u64,
    finished: bool,
}

impl<R: Read> Reader<R> {
    /// Reads up to the header row.
    pub fn new(input: R, options: Options) -> Result<Self, ReadError> {
        let mut source = Source::new(Utf8Reader::new(input, options.encoding));
        if let Some(error) = source.take_early_error() {
            return Err(ReadError::new(error, 1));
        }
        let (head, complete) = source.head();
        let declared = declared_delimiter(head);
        let delimiter = options
            .delimiter
            .or(declared)
            .unwrap_or_else(|| delimiter::find(head, complete));
        let csv = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER)
            .from_reader(source);
        let mut reader = Self {
            csv,
            record: StringRecord::new(),
            headers: Vec::new(),
            delimiter,
            corrected: false,
            sheet: options.sheet.is_some(),
            records: 0,
            finished: false,
        };
        if declared.is_some() {
            reader.read_record()?;
        }
        while !reader.finished && reader.headers.is_empty() {
            if reader.read_record()?.is_some() && !is_blank(&reader.record) {
                reader.headers = reader.record.iter().map(str::to_owned).collect();
            }
        }
        // A stray one further down is an error of its row; no table begins with one.
        if reader.headers.iter().any(|h| h.contains('\0')) {
            return Err(ReadError::Decode(DecodeError::NotText { format: "BIN" }));
        }
        if reader.headers.is_empty() {
            return Err(ReadError::Empty);
        }
        let last = reader
            .headers
            .iter()
            .rposition(|h| !h.trim().is_empty())
            .unwrap_or_default();
        reader.headers.truncate(last + 1);
        if reader.headers.len() > MOST_COLUMNS {
            let found = reader.headers.len();
            return Err(ReadError::TooManyColumns { found });
        }
        if reader.headers.last().is_some_and(|h| error_file::is_heading(h)) {
            reader.corrected = true;
            reader.headers.pop();
        }
        Ok(reader)
    }

    /// The header row as it stands, without empty columns at its end.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Lines that were UTF-8 in a file of another encoding, and the first of them.
    pub fn mixed(&self) -> (u64, u64) {
        self.csv.get_ref().mixed()
    }

    /// The encoding, as far as it is known by now: a file of ASCII alone counts as UTF-8.
    pub fn encoding(&self) -> &'static str {
        self.csv.get_ref().encoding().name()
    }

    pub fn delimiter(&self) -> char {
        char::from(self.delimiter)
    }

    /// Bytes of the file taken in so far, for progress.
    pub fn bytes_read(&self) -> u64 {
        self.csv.get_ref().bytes_read()
    }

    /// Reads the next record into `self.record` and tells its line; none at the end.
    fn read_record(&mut self) -> Result<Option<(u64, Option<Problem>)>, ReadError> {
        self.csv.get_mut().start_record();
        let before = self.csv.position().line();
        let read = self.csv.read_record(&mut self.record);
        // Whatever happens now, an error or the end is the last thing told.
        let found = read.map_err(|e| match e.into_kind() {
            csv::ErrorKind::Io(e) => ReadError::new(e, before),
            other => ReadError::Io(io::Error::other(format!("{other:?}"))),
        });
        let more = found.inspect_err(|_| self.finished = true)?;
        let drained = self.csv.get_ref().is_drained();
        let is_end = drained && self.record.len() == 1 && self.record.get(0) == Some(END);
        if !more || is_end {
            self.finished = true;
            return Ok(None);
        }
        if self.record.as_slice().len() > RECORD_LIMIT {
            self.finished = true;
            return Err(ReadError::TooLarge { line: before });
        }
        let unclosed = drained && self.record.as_slice().trim_end_matches('\n').ends_with(END);
        // The parser counts the lines it has passed: the record's own and, before it, blank ones.
        let inside = self.record.as_slice().bytes().filter(|b| *b == b'\n').count() as u64;
        let line = self.csv.position().line() - inside - u64::from(!unclosed);
        self.records += 1;
        let line = if self.sheet { self.records } else { line };
        let problem = if unclosed {
            self.finished = true;
            self.record = self
                .record
                .iter()
                .map(|c| c.split(END).next().unwrap_or_default().trim_end_matches('\n'))
                .collect();
            Some(Problem::new(code::UNCLOSED_QUOTE))
        } else if self.record.as_slice().contains('\0') {
            Some(Problem::new(code::NUL_CHARACTER))
        } else {
            None
        };
        Ok(Some((line, problem)))
    }

    /// Some programs save a row that holds quotes once more in quotes, as a single cell. Where that cell reads as a row
    /// of the right width, it is taken for it.
    fn unwrap_row(&mut self) -> Option<Problem> {
        let (1, true) = (self.record.len(), self.headers.len() > 1) else {
            return None;
        };
        let mut inner = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .has_headers(false)
            .from_reader(self.record.as_slice().as_bytes());
        let record = inner.records().next()?.ok()?;
        let whole = record.len() == self.headers.len() && inner.records().next().is_none();
        whole.then(|| {
            self.record = record;
            Problem::new(code::ROW_UNWRAPPED)
        })
    }

    /// The record as a row of the table.
    fn row(&mut self, line: u64, problem: Option<Problem>) -> Row {
        let remark = if problem.is_none() && !self.sheet {
            self.unwrap_row()
        } else {
            None
        };
        let expected = self.headers.len();
        let found = self.record.len();
        let surplus = self.record.iter().skip(expected + usize::from(self.corrected));
        let counted = |code| Some(Problem::new(code).with("found", found).with("expected", expected));
        let problem = problem.or_else(|| match found {
            // A row that ends early has empty cells at its end, as programs write it that save none.
            // A delimiter at the end of the line makes no cell.
            _ if surplus.clone().any(|c| !c.trim().is_empty()) => counted(code::TOO_MANY_CELLS),
            _ => None,
        });
        let kept = if problem.is_some() { found } else { expected };
        let guarded = |cell: &str| !self.sheet && (cell.starts_with('\'') || cell.starts_with("=\""));
        let cells = match self.record.iter().any(guarded) {
            false if kept >= found => self.record.clone(),
            false => self.record.iter().take(kept).collect(),
            true => {
                let mut bare = StringRecord::with_capacity(self.record.as_slice().len(), found);
                self.record
                    .iter()
                    .take(kept)
                    .for_each(|cell| bare.push_field(&unguard(cell)));
                bare
            }
        };
        Row {
            line,
            cells,
            problem,
            remark,
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.finished {
            match self.read_record() {
                Ok(Some((_, None))) if is_blank(&self.record) => {}
                Ok(Some((line, problem))) => return Some(Ok(self.row(line, problem))),
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }
}

fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(|cell| domain::import::cell::clean(cell).is_empty())
}

/// Excel's own hint, `sep=;` in the first line.
fn declared_delimiter(head: &str) -> Option<u8> {
    let line = head.lines().next()?.trim_matches('"');
    let (name, delimiter) = line.split_at_checked(4)?;
    let delimiter = delimiter.as_bytes();
    (name.eq_ignore_ascii_case("sep=") && delimiter.len() == 1 && delimiter[0].is_ascii()).then(|| delimiter[0])
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
