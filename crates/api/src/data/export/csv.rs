//! CSV: UTF-8 with a byte order mark, or GB18030; no cell is a formula.

use super::table::Table;
use crate::import::error_file::guard;
use domain::export::cell;
use domain::policy::Fields;
use domain::value::Val;
use encoding_rs::{EncoderResult, GB18030};
use std::io::Write;

pub struct CsvFile<W: Write> {
    out: W,
    gb18030: bool,
    text: Vec<u8>,
    pub replaced: i64,
    pub doubtful: i64,
}

impl<W: Write> CsvFile<W> {
    pub fn new(mut out: W, gb18030: bool, table: &Table) -> persistence::Result<Self> {
        if !gb18030 {
            out.write_all("\u{feff}".as_bytes())
                .map_err(persistence::Error::internal)?;
        }
        let mut file = Self {
            out,
            gb18030,
            text: Vec::new(),
            replaced: 0,
            doubtful: 0,
        };
        let mut csv = csv::Writer::from_writer(Vec::new());
        let headings = table.headings().map(|heading| guard(heading).into_owned());
        csv.write_record(headings).map_err(persistence::Error::internal)?;
        file.text = csv.into_inner().map_err(persistence::Error::internal)?;
        file.put()?;
        Ok(file)
    }

    pub fn rows(&mut self, table: &Table, seen: &Fields, rows: &[Vec<Val>]) -> persistence::Result<()> {
        let broken = |error: csv::Error| persistence::Error::internal(error);
        let mut csv = csv::Writer::from_writer(std::mem::take(&mut self.text));
        let mut text = String::new();
        for row in rows {
            for cell in table.cells(seen, row) {
                text.clear();
                cell::write(&cell, &table.zone, table.locale, &mut text);
                match cell::is_plain(&cell, &text) {
                    true => csv.write_field(&text).map_err(broken)?,
                    false => csv.write_field(guard(&text).as_ref()).map_err(broken)?,
                }
            }
            csv.write_record(None::<&[u8]>).map_err(broken)?;
        }
        self.text = csv.into_inner().map_err(persistence::Error::internal)?;
        self.put()
    }

    /// Writes out what has been gathered.
    fn put(&mut self) -> persistence::Result<()> {
        match self.gb18030 {
            false => self.out.write_all(&self.text).map_err(persistence::Error::internal)?,
            true => {
                let text = std::str::from_utf8(&self.text).map_err(persistence::Error::internal)?;
                self.doubtful += i64::try_from(text.chars().filter(|c| is_doubtful(*c)).count()).unwrap_or_default();
                let mut rest = text;
                let mut encoder = GB18030.new_encoder();
                let mut bytes = Vec::with_capacity(text.len() * 2);
                while !rest.is_empty() {
                    bytes.reserve(rest.len() * 2 + 16);
                    let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
                    rest = &rest[read..];
                    if let EncoderResult::Unmappable(_) = result {
                        bytes.push(b'?');
                        self.replaced += 1;
                    }
                }
                self.out.write_all(&bytes).map_err(persistence::Error::internal)?;
            }
        }
        self.text.clear();
        Ok(())
    }

    pub fn finish(mut self) -> persistence::Result<Self> {
        self.out.flush().map_err(persistence::Error::internal)?;
        Ok(self)
    }
}

/// Characters whose bytes the editions of GB18030 of 2005 and 2022 give to others: browsers and this server follow the one of
/// 2022, Python and many programs that of 2005.
fn is_doubtful(c: char) -> bool {
    matches!(c, '\u{9fb4}'..='\u{9fbb}' | '\u{fe10}'..='\u{fe19}' | '\u{e78d}'..='\u{e796}')
        || matches!(
            c,
            '\u{e81e}' | '\u{e826}' | '\u{e82b}' | '\u{e82c}' | '\u{e832}' | '\u{e843}' | '\u{e854}' | '\u{e864}'
        )
}
