//! Address books (vCard 2.1, 3.0 and 4.0), written out once as the text table that all else reads: a row for each card, a column for
//! each thing that cards tell. What has no place in a record stands in a column of its own, so that it is told to be left out.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calcard::common::PartialDateTime;
use calcard::vcard::{VCard, VCardEntry, VCardParameterValue, VCardProperty, VCardType, VCardValue};
use calcard::{Entry, Parser};
use domain::import::cell;
use domain::import::problem::{Problem, code};
use encoding_rs::{GB18030, UTF_8, WINDOWS_1252};
use tempfile::NamedTempFile;

/// What an import says its encoding is, where it came from an address book.
pub const VCARD: &str = "vCard";

/// A phone full of contacts with their pictures; all of it is held.
const MOST: u64 = 64 << 20;
/// What one heading says at most: what is longer is no value of a record.
const LONGEST: usize = 20_000;
const FIRST_LINE: &[u8] = b"BEGIN:VCARD";
/// Between the values of one cell.
const BETWEEN: &str = "; ";

/// Headings in their order; what else cards tell comes after.
const KNOWN: [&str; 13] = [
    "name",
    "company",
    "department",
    "title",
    "phone",
    "office_phone",
    "email",
    "wechat",
    "birthday",
    "address",
    "website",
    "tags",
    "description",
];

/// The text table of an address book, up to so many cards; none where the file is none by its content.
pub fn unpacked(path: &Path, most: Option<u64>) -> Result<Option<NamedTempFile>, Problem> {
    let unreadable = |_: io::Error| Problem::new(code::UNREADABLE);
    let mut file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    Read::by_ref(&mut file)
        .take(64)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii_start();
    if !start
        .get(..FIRST_LINE.len())
        .is_some_and(|line| line.eq_ignore_ascii_case(FIRST_LINE))
    {
        return Ok(None);
    }
    file.take(MOST).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST {
        return Err(Problem::new(code::VCARD_TOO_LARGE).with("limit", MOST >> 20));
    }
    let text = decoded(&bytes);
    // Who reads so old and loose a format may stumble over what no program writes.
    let rows = catch_unwind(AssertUnwindSafe(|| cards(&text, most)));
    let rows = rows.unwrap_or_else(|_| Err(Problem::new(code::VCARD_BROKEN)))?;
    let out = NamedTempFile::new().map_err(unreadable)?;
    write(out.as_file(), &rows).map_err(unreadable)?;
    Ok(Some(out))
}

/// The text of the file. What is quoted in it says its own encoding; what is not is UTF-8, or what phones in China wrote before.
fn decoded(bytes: &[u8]) -> String {
    let read = |encoding: &'static encoding_rs::Encoding| {
        let (text, wrong) = encoding.decode_with_bom_removal(bytes);
        (!wrong).then(|| text.into_owned())
    };
    let other = || WINDOWS_1252.decode(bytes).0.into_owned();
    read(UTF_8).or_else(|| read(GB18030)).unwrap_or_else(other)
}

/// What a card tells, by headings.
#[derive(Default)]
struct Row(Vec<(String, String)>);

impl Row {
    fn put(&mut self, heading: &str, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        let value: String = value.chars().filter(|c| *c != '\0').take(LONGEST).collect();
        match self.0.iter_mut().find(|(known, _)| known == heading) {
            Some((_, told)) if heading == "description" => {
                told.push('\n');
                told.push_str(&value);
            }
            Some((_, told)) => {
                told.push_str(BETWEEN);
                told.push_str(&value);
            }
            None => self.0.push((heading.to_owned(), value)),
        }
    }

    fn has(&self, heading: &str) -> bool {
        self.0.iter().any(|(known, _)| known == heading)
    }

    fn get(&self, heading: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == heading);
        found.map_or("", |(_, value)| value)
    }
}

fn cards(text: &str, most: Option<u64>) -> Result<Vec<Row>, Problem> {
    // A card that was cut off would be read as far as it goes, and pass for whole.
    let lines = |wanted: &str| {
        text.lines()
            .filter(|line| line.trim().eq_ignore_ascii_case(wanted))
            .count()
    };
    if lines("END:VCARD") < lines("BEGIN:VCARD") {
        return Err(Problem::new(code::VCARD_BROKEN));
    }
    let mut parser = Parser::new(text);
    let mut rows = Vec::new();
    loop {
        match parser.entry() {
            Entry::VCard(card) => rows.push(row(&card)),
            Entry::Eof => break,
            // Blank lines between cards.
            Entry::InvalidLine(line) if line.trim().is_empty() => {}
            _ => return Err(Problem::new(code::VCARD_BROKEN)),
        }
        if most.is_some_and(|most| rows.len() as u64 > most) {
            break;
        }
    }
    Ok(rows)
}

fn row(card: &VCard) -> Row {
    let mut row = Row::default();
    let mut name = (String::new(), String::new());
    for entry in &card.entries {
        let values = texts(entry);
        let whole = || values.join(" ").trim().to_owned();
        let part = |at: usize| values.get(at).map(|value| value.trim().to_owned()).unwrap_or_default();
        match &entry.name {
            VCardProperty::Begin | VCardProperty::End | VCardProperty::Version => {}
            VCardProperty::Prodid | VCardProperty::Rev | VCardProperty::Uid => {}
            // Names in other scripts come after the one that is meant.
            VCardProperty::Fn if row.has("name") => {}
            VCardProperty::Fn => row.put("name", &whole()),
            VCardProperty::N => name = (part(0), format!("{} {}", part(1), part(2)).trim().to_owned()),
            VCardProperty::Org => {
                row.put("company", &part(0));
                let units: Vec<&str> = values
                    .iter()
                    .skip(1)
                    .map(|unit| unit.trim())
                    .filter(|unit| !unit.is_empty())
                    .collect();
                row.put("department", &units.join(" / "));
            }
            VCardProperty::Title => row.put("title", &whole()),
            VCardProperty::Tel => row.put(phone(entry), whole().trim_start_matches("tel:")),
            VCardProperty::Email => row.put("email", whole().trim_start_matches("mailto:")),
            VCardProperty::Impp => match whole().split_once(':') {
                Some((service, address)) if matches!(service.to_ascii_lowercase().as_str(), "wechat" | "weixin") => {
                    row.put("wechat", &unescaped(address));
                }
                _ => row.put("IMPP", &whole()),
            },
            VCardProperty::Bday => row.put("birthday", &whole()),
            VCardProperty::Adr => {
                let parts: Vec<&str> = values
                    .iter()
                    .map(|part| part.trim())
                    .filter(|part| !part.is_empty())
                    .collect();
                row.put("address", &parts.join(" "));
            }
            VCardProperty::Url => row.put("website", &whole()),
            VCardProperty::Categories => row.put("tags", &values.join(BETWEEN)),
            VCardProperty::Note => row.put("description", &values.join(",")),
            // What cannot be read by anybody is told as what it is.
            VCardProperty::Photo | VCardProperty::Logo | VCardProperty::Sound | VCardProperty::Key => {
                row.put(entry.name.as_str(), "…");
            }
            other => match other.as_str() {
                "X-WECHAT" | "X-WEIXIN" => row.put("wechat", &whole()),
                // Labels of what stands beside them, and how the phone itself keeps its book.
                label if label.starts_with("X-AB") || label.starts_with("X-APPLE") => {}
                label => row.put(label, &whole()),
            },
        }
    }
    if !row.has("name") {
        row.put("name", &cell::full_name(&name.0, &name.1));
    }
    // Some number is the one to call.
    if !row.has("phone") && row.has("office_phone") {
        let number = row.get("office_phone").to_owned();
        row.0.retain(|(heading, _)| heading != "office_phone");
        row.put("phone", &number);
    }
    row
}

/// The values of an entry as texts.
fn texts(entry: &VCardEntry) -> Vec<String> {
    let text = |value: &VCardValue| match value {
        VCardValue::Text(text) => text.clone(),
        VCardValue::Component(parts) => parts.join(" "),
        VCardValue::Integer(number) => number.to_string(),
        VCardValue::Float(number) => number.to_string(),
        VCardValue::Boolean(yes) => yes.to_string(),
        VCardValue::PartialDateTime(at) => day(at),
        _ => String::new(),
    };
    entry.values.iter().map(text).collect()
}

fn is_of(entry: &VCardEntry, wanted: &VCardType) -> bool {
    let told = |parameter: &VCardParameterValue| matches!(parameter, VCardParameterValue::Type(ty) if ty == wanted);
    entry.params.iter().any(|parameter| told(&parameter.value))
}

/// Whether a number is carried about, stands on a desk, or rings nobody.
fn phone(entry: &VCardEntry) -> &'static str {
    let kinds = [
        (VCardType::Fax, "FAX"),
        (VCardType::Pager, "PAGER"),
        (VCardType::Cell, "phone"),
        (VCardType::Work, "office_phone"),
    ];
    let told = kinds.iter().find(|(kind, _)| is_of(entry, kind));
    told.map_or("phone", |(_, heading)| *heading)
}

fn day(at: &PartialDateTime) -> String {
    match (at.year, at.month, at.day) {
        (Some(year), Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
        // An import tells what it does with one that has no year; some telephones write 1604.
        (None, Some(month), Some(day)) => format!("--{month:02}-{day:02}"),
        _ => String::new(),
    }
}

/// A name out of an address.
fn unescaped(address: &str) -> String {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |at: usize| tail.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| address.to_owned())
}

fn write(out: &File, rows: &[Row]) -> io::Result<()> {
    let mut headings: Vec<&str> = KNOWN
        .into_iter()
        .filter(|known| rows.iter().any(|row| row.has(known)))
        .collect();
    for (heading, _) in rows.iter().flat_map(|row| &row.0) {
        if !headings.contains(&heading.as_str()) {
            headings.push(heading);
        }
    }
    let mut csv = csv::Writer::from_writer(BufWriter::new(out));
    csv.write_record(&headings)?;
    for row in rows {
        csv.write_record(headings.iter().map(|heading| row.get(heading)))?;
    }
    csv.flush()?;
    let mut out = csv.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    out.flush()
}

#[cfg(test)]
#[path = "vcard_tests.rs"]
mod tests;
