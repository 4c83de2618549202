//! Workbooks: cells with types, widths by what is in them, the headings kept in sight. Rows go to disk as they come.

use super::table::Table;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike};
use domain::Currency;
use domain::export::cell::{self, Cell};
use domain::policy::Fields;
use domain::value::Val;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::collections::HashMap;
use std::io::{Seek, Write};

/// Rows whose cells are measured.
const MEASURED: u32 = 1_000;
/// Widths in characters.
const NARROWEST: usize = 8;
const WIDEST: usize = 60;
/// Whole numbers from here on have more digits than a cell keeps.
const EXACT: i64 = 1_000_000_000_000_000;

pub struct XlsxFile {
    book: Workbook,
    row: u32,
    widths: Vec<usize>,
    /// Columns whose values must not lose anything.
    exact: Vec<bool>,
    base: Currency,
    day: Format,
    moment: Format,
    money: HashMap<&'static str, Format>,
}

fn broken(error: XlsxError) -> persistence::Error {
    persistence::Error::internal(error)
}

fn sheet(book: &mut Workbook) -> persistence::Result<&mut Worksheet> {
    book.worksheet_from_index(0).map_err(broken)
}

impl XlsxFile {
    pub fn new(name: &str, table: &Table) -> persistence::Result<Self> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory().map_err(broken)?;
        let name: String = name.chars().filter(|c| !r"[]:*?/\'".contains(*c)).take(31).collect();
        if !name.is_empty() {
            sheet.set_name(name).map_err(broken)?;
        }
        sheet.set_freeze_panes(1, 0).map_err(broken)?;
        let bold = Format::new().set_bold();
        let mut widths = Vec::new();
        for (column, heading) in (0u16..).zip(table.headings()) {
            sheet
                .write_string_with_format(0, column, heading, &bold)
                .map_err(broken)?;
            widths.push(width(heading));
        }
        Ok(Self {
            book,
            row: 1,
            widths,
            exact: table.imported().collect(),
            base: table.base,
            day: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            money: HashMap::new(),
        })
    }

    pub fn rows(&mut self, table: &Table, seen: &Fields, rows: &[Vec<Val>]) -> persistence::Result<()> {
        let mut text = String::new();
        for row in rows {
            for (column, cell) in (0u16..).zip(table.cells(seen, row)) {
                text.clear();
                let measured = self.row <= MEASURED;
                if measured || !matches!(cell, Cell::Empty | Cell::Int(_) | Cell::Day(_)) {
                    cell::write(&cell, &table.zone, table.locale, &mut text);
                }
                if measured {
                    let widest = &mut self.widths[usize::from(column)];
                    *widest = width(&text).max(*widest);
                }
                self.put(column, &cell, &text, table)?;
            }
            self.row += 1;
        }
        Ok(())
    }

    fn put(&mut self, column: u16, cell: &Cell, text: &str, table: &Table) -> persistence::Result<()> {
        let row = self.row;
        let sheet = sheet(&mut self.book)?;
        let written = match cell {
            Cell::Empty => return Ok(()),
            Cell::Int(number) if number.abs() < EXACT => sheet.write_number(row, column, *number as f64),
            Cell::Bool(yes) => sheet.write_string(row, column, cell::yes_or_no(*yes, table.locale)),
            Cell::Day(day) => match serial(day.and_time(NaiveTime::MIN)) {
                Some(serial) => sheet.write_number_with_format(row, column, serial, &self.day),
                None => sheet.write_string(row, column, day.to_string()),
            },
            Cell::Moment(at) => {
                let local = table.zone.from_utc_datetime(&at.utc().naive_utc()).naive_local();
                // A cell tells clocks without what they are ahead of UTC, and counts seconds; at midnight it is a day.
                let midnight = local.time() == NaiveTime::MIN;
                let told =
                    !midnight && local.nanosecond() == 0 && table.zone.from_local_datetime(&local).single().is_some();
                match serial(local) {
                    Some(serial) if told || !self.exact[usize::from(column)] => {
                        sheet.write_number_with_format(row, column, serial, &self.moment)
                    }
                    _ => sheet.write_string(row, column, text),
                }
            }
            // How a cell shows an amount is no part of its value: what is read back as the base currency must be that.
            Cell::Money(minor, currency)
                if minor.abs() < EXACT && (*currency == self.base || !self.exact[usize::from(column)]) =>
            {
                let places = "0".repeat(currency.decimals() as usize);
                let dot = if places.is_empty() { "" } else { "." };
                let format = self.money.entry(currency.code()).or_insert_with(|| {
                    Format::new().set_num_format(format!("#,##0{dot}{places} \"{}\"", currency.code()))
                });
                let amount: f64 = domain::money::decimal(*minor, *currency).parse().unwrap_or_default();
                sheet.write_number_with_format(row, column, amount, format)
            }
            // Fifteen digits are what a cell keeps.
            Cell::Decimal(text) if text.bytes().filter(u8::is_ascii_digit).count() <= 15 => match text.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number),
                Err(_) => sheet.write_string(row, column, text),
            },
            _ if text.is_empty() => return Ok(()),
            _ => sheet.write_string(row, column, text),
        };
        written.map(drop).map_err(broken)
    }

    pub fn finish<W: Write + Seek + Send>(mut self, out: W) -> persistence::Result<()> {
        let widths = std::mem::take(&mut self.widths);
        let sheet = sheet(&mut self.book)?;
        for (column, width) in (0u16..).zip(widths) {
            let width = u32::try_from(width.clamp(NARROWEST, WIDEST) + 2).unwrap_or_default();
            sheet.set_column_width(column, width).map_err(broken)?;
        }
        self.book.save_to_writer(out).map_err(broken)
    }
}

/// The number by which a workbook knows a moment on a clock; none before March 1900, where programs count differently.
fn serial(at: NaiveDateTime) -> Option<f64> {
    let first = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
    let micros = at.signed_duration_since(first).num_microseconds()?;
    let serial = micros as f64 / 86_400_000_000.0;
    (serial >= 61.0).then_some(serial)
}

/// Characters of East Asia are twice as wide.
fn width(text: &str) -> usize {
    let longest = text
        .lines()
        .map(|line| line.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum())
        .max();
    longest.unwrap_or_default()
}
