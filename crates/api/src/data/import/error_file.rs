//! The file of rows that could not be taken: as they were, with the reason, safe to open in a spreadsheet, and to be
//! corrected there and imported again.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::StringRecord;
use domain::import::cell::is_formula;
use domain::{Label, Locale};

/// Heading of the column with the reasons. The reader knows it again.
const HEADING: Label = Label::new("导入错误（Guanxi）", "Import error (Guanxi)");

pub fn is_heading(header: &str) -> bool {
    [HEADING.zh, HEADING.en].contains(&header.trim())
}

/// Writes rows as UTF-8 with a byte order mark, which spreadsheets need to see the encoding.
pub struct ErrorFile<W: Write> {
    csv: csv::Writer<W>,
    width: usize,
    numeric: Vec<bool>,
}

impl<W: Write> ErrorFile<W> {
    /// `numeric` tells which columns hold numbers, whose minus sign stays.
    pub fn new(mut out: W, headers: &[String], numeric: Vec<bool>, locale: Locale) -> io::Result<Self> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(out);
        let cells = headers.iter().map(String::as_str).chain([HEADING.get(locale)]);
        csv.write_record(cells.map(|c| guard(c).into_owned()))?;
        Ok(Self {
            csv,
            width: headers.len(),
            numeric,
        })
    }

    /// One row and why it was not taken, in the reader's language. A row of another width is filled up, or its surplus
    /// cells follow the reason, so that the reason is always under its heading.
    pub fn write(&mut self, cells: &StringRecord, reason: &str) -> io::Result<()> {
        let number = |column: usize, cell: &str| self.numeric.get(column) == Some(&true) && is_number(cell);
        let cells: Vec<&str> = cells.iter().collect();
        let (own, surplus) = cells.split_at(cells.len().min(self.width));
        for column in 0..self.width {
            let cell = own.get(column).copied().unwrap_or_default();
            let plain = number(column, cell);
            self.csv
                .write_field(if plain { cell.into() } else { guard(cell) }.as_ref())?;
        }
        self.csv.write_field(guard(reason).as_ref())?;
        for cell in surplus {
            self.csv.write_field(guard(cell).as_ref())?;
        }
        self.csv.write_record(None::<&[u8]>)?;
        Ok(())
    }

    pub fn finish(self) -> io::Result<W> {
        self.csv
            .into_inner()
            .map_err(|e| io::Error::new(e.error().kind(), e.to_string()))
    }
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe before it, which makes it text.
pub fn guard(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::import::cell::unguard;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_neutralised_and_numbers_stay() {
        for cell in ["=SUM(A1)", "+1", "-1+2", "@x", "\t=1", "\rx", " =1", "＝1", "'=1", "-5"] {
            assert_eq!(guard(cell), format!("'{cell}"));
        }
        for cell in ["", "a=b", "5", "a-b", "'a", "1-2", "王"] {
            assert_eq!(guard(cell), cell);
        }
        let headers = ["name".to_owned(), "=amount".to_owned()];
        let mut file = ErrorFile::new(Vec::new(), &headers, vec![false, true], Locale::Zh).expect("memory");
        file.write(&["-5", "-5"].as_slice().into(), "缺少“name”")
            .expect("memory");
        file.write(&["+1 2", "-5+1"].as_slice().into(), "a, \"b\"")
            .expect("memory");
        file.write(&["short"].as_slice().into(), "few").expect("memory");
        file.write(&["l", "o", "=n", "g"].as_slice().into(), "many")
            .expect("memory");
        let bytes = file.finish().expect("memory");
        assert_eq!(
            String::from_utf8(bytes).expect("UTF-8"),
            "\u{feff}name,'=amount,导入错误（Guanxi）\n'-5,-5,缺少“name”\n'+1 2,'-5+1,\"a, \"\"b\"\"\"\nshort,,few\nl,o,many,'=n,g\n"
        );
    }

    proptest! {
        #[test]
        fn guards_come_off_again(cell in "('| |=|-|\t|a|＝)*.{0,5}") {
            let guarded = guard(&cell).into_owned();
            prop_assert!(!guarded.starts_with(['=', '+', '-', '@', '\t', '\r']));
            // What other programs guard comes off as well, and then it was no formula before.
            prop_assert_eq!(unguard(&guarded), if is_formula(&cell) { cell.clone() } else { unguard(&cell).into_owned() });
        }
    }
}
