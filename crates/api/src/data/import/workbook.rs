//! Workbooks (XLSX): their first sheet that holds anything, written out once as the text table that all else reads.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetVisible, Xlsx};
use domain::import::problem::{Problem, code};
use tempfile::NamedTempFile;

/// What an import says its encoding is, where it came from a workbook.
pub const XLSX: &str = "XLSX";

/// Bytes that one sheet, the texts it shares, and any other part may have when unpacked. Sheets are read as a stream, the rest is held.
const MOST_OF_SHEET: u64 = 1 << 30;
const MOST_OF_TEXTS: u64 = 192 << 20;
const MOST_OF_PART: u64 = 32 << 20;
/// Parts above this size that were packed more tightly than any table are bombs.
const LARGE: u64 = 32 << 20;
const MOST_RATIO: u64 = 200;
/// Rows and columns that a sheet may have by its own rules. A cell that says it stands elsewhere would be a file of empty lines.
const MOST_ROWS: u32 = 1 << 20;
const MOST_COLUMNS: usize = 1 << 14;

/// The text table of a workbook, up to so many rows; none where the file is no workbook by its content. Its records stand in the
/// lines that its rows have.
pub fn unpacked(path: &Path, most: Option<u64>) -> Result<Option<NamedTempFile>, Problem> {
    let unreadable = |_: io::Error| Problem::new(code::UNREADABLE);
    let mut start = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(8).read_to_end(&mut start).map_err(unreadable)?;
    if start.starts_with(b"\xd0\xcf\x11\xe0") && is_encrypted(path).map_err(unreadable)? {
        return Err(Problem::new(code::WORKBOOK_LOCKED));
    }
    if !start.starts_with(b"PK\x03\x04") {
        return Ok(None);
    }
    bounded(path)?;
    let out = NamedTempFile::new().map_err(unreadable)?;
    // Who reads so rich a format may stumble over what no program writes.
    let written = catch_unwind(AssertUnwindSafe(|| write(path, out.as_file(), most)));
    written.unwrap_or_else(|_| Err(Problem::new(code::WORKBOOK_BROKEN)))?;
    Ok(Some(out))
}

/// Whether a compound file holds a workbook under a password: its directory then names the stream `EncryptedPackage`.
fn is_encrypted(path: &Path) -> io::Result<bool> {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut reader = BufReader::new(File::open(path)?);
    let mut window = Vec::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        let read = reader.read(&mut piece)?;
        if read == 0 {
            return Ok(false);
        }
        window.extend_from_slice(&piece[..read]);
        if window.windows(name.len()).any(|bytes| bytes == name) {
            return Ok(true);
        }
        window.drain(..window.len().saturating_sub(name.len()));
    }
}

/// Unpacks every part once and counts, since what a file says of its own size need not be true.
fn bounded(path: &Path) -> Result<(), Problem> {
    let broken = || Problem::new(code::WORKBOOK_BROKEN);
    let file = File::open(path).map_err(|_| Problem::new(code::UNREADABLE))?;
    let mut parts = zip::ZipArchive::new(BufReader::new(file)).map_err(|_| broken())?;
    if parts.index_for_name("content.xml").is_some() {
        return Err(Problem::new(code::NOT_TEXT).with("format", "ODS"));
    }
    for index in 0..parts.len() {
        let part = parts.by_index(index).map_err(|_| broken())?;
        let name = part.name().map_err(|_| broken())?.into_owned();
        if !name.starts_with("xl/") || !(name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        let most = match name.as_str() {
            "xl/sharedStrings.xml" => MOST_OF_TEXTS,
            name if name.starts_with("xl/worksheets/") => MOST_OF_SHEET,
            _ => MOST_OF_PART,
        };
        let packed = part.compressed_size().max(1);
        let size = io::copy(&mut part.take(most + 1), &mut io::sink()).map_err(|_| broken())?;
        if size > most || (size > LARGE && size / packed > MOST_RATIO) {
            return Err(Problem::new(code::WORKBOOK_TOO_LARGE).with("part", name));
        }
    }
    Ok(())
}

fn write(path: &Path, out: &File, most: Option<u64>) -> Result<(), Problem> {
    let broken = |_| Problem::new(code::WORKBOOK_BROKEN);
    let file = File::open(path).map_err(|_| Problem::new(code::UNREADABLE))?;
    let mut book = Xlsx::new(BufReader::new(file)).map_err(broken)?;
    let shown = |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible;
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(shown)
        .map(|s| s.name.clone())
        .collect();
    for name in sheets {
        let mut table = Lines::new(out, most);
        let mut cells = match book.worksheet_cells_reader(&name) {
            // A sheet that is a chart has no cells.
            Err(_) => continue,
            Ok(cells) => cells,
        };
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            if !table
                .put(row, column as usize, shown_as(cell.get_value()))
                .map_err(|_| Problem::new(code::UNREADABLE))?
            {
                break;
            }
        }
        if table.finish().map_err(|_| Problem::new(code::UNREADABLE))? {
            return Ok(());
        }
    }
    Err(Problem::new(code::EMPTY_FILE))
}

/// Cells in their order, written as lines: row 7 is the seventh record.
struct Lines<'a> {
    csv: csv::Writer<BufWriter<&'a File>>,
    row: Vec<String>,
    at: u32,
    filled: u64,
    most: Option<u64>,
}

impl<'a> Lines<'a> {
    fn new(out: &'a File, most: Option<u64>) -> Self {
        let csv = csv::WriterBuilder::new()
            .flexible(true)
            .from_writer(BufWriter::new(out));
        Self {
            csv,
            row: Vec::new(),
            at: 0,
            filled: 0,
            most,
        }
    }

    /// False where enough is there.
    fn put(&mut self, row: u32, column: usize, text: String) -> io::Result<bool> {
        if text.is_empty() || column >= MOST_COLUMNS || row >= MOST_ROWS || row < self.at {
            return Ok(true);
        }
        while self.at < row {
            self.end_row()?;
        }
        if self.row.len() <= column {
            self.row.resize(column + 1, String::new());
        }
        self.row[column] = text;
        Ok(self.most.is_none_or(|most| self.filled < most))
    }

    fn end_row(&mut self) -> io::Result<()> {
        self.filled += u64::from(!self.row.is_empty());
        // An empty record is written as `""`, so that it counts.
        let cells = std::mem::take(&mut self.row);
        if cells.is_empty() {
            self.csv.write_record([""])?;
        } else {
            self.csv.write_record(cells)?;
        }
        self.at += 1;
        Ok(())
    }

    fn finish(mut self) -> io::Result<bool> {
        if !self.row.is_empty() {
            self.end_row()?;
        }
        self.csv.flush()?;
        let mut out = self.csv.into_inner().map_err(|e| io::Error::other(e.to_string()))?;
        out.flush()?;
        Ok(self.filled > 0)
    }
}

/// A value as the cell shows it: dates by their day, numbers in the fifteen digits that a spreadsheet keeps.
fn shown_as(value: &DataRef) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(n) => n.to_string(),
        DataRef::Float(n) => number(*n),
        // No database need keep a NUL, and no text in a cell has one.
        DataRef::String(text) => text.replace('\0', ""),
        DataRef::SharedString(text) => text.replace('\0', ""),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(at) => moment(at),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    }
}

fn number(n: f64) -> String {
    let rounded: f64 = format!("{n:.14e}").parse().unwrap_or(n);
    // Without an exponent, however large.
    format!("{rounded}")
}

fn moment(at: &ExcelDateTime) -> String {
    let days = at.as_f64();
    if at.is_duration() {
        let seconds = (days * 86_400.0).round() as i64;
        return format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    match (days < 1.0, days.fract() == 0.0) {
        (true, _) => time,
        (_, true) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {time}"),
    }
}

#[cfg(test)]
#[path = "workbook_tests.rs"]
mod tests;
