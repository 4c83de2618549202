//! The reader on edge cases: published ones, and files as other programs leave them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use encoding_rs::GB18030;
use proptest::prelude::*;

use super::super::ErrorFile;
use super::*;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn open(bytes: &[u8]) -> Reader<&[u8]> {
    Reader::new(bytes, Options::default()).expect("a table")
}

/// Header and rows as plain cells; fails on any problem.
fn table(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = open(bytes);
    let mut rows = vec![reader.headers().to_vec()];
    for row in &mut reader {
        let row = row.expect("readable");
        assert_eq!(row.problem, None, "line {}", row.line);
        rows.push(row.cells.iter().map(str::to_owned).collect());
    }
    rows
}

/// Lines and codes of the problems of rows.
fn problems(bytes: &[u8]) -> Vec<(u64, String)> {
    open(bytes)
        .filter_map(|row| {
            let row = row.expect("readable");
            Some((row.line, row.problem?.code))
        })
        .collect()
}

fn cells(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter()
        .map(|r| r.iter().map(|c| (*c).to_owned()).collect())
        .collect()
}

#[test]
fn the_csv_spectrum_reads_as_its_json_says() {
    let mut seen = 0;
    for entry in std::fs::read_dir(data("csv-spectrum")).expect("test data") {
        let path = entry.expect("test data").path();
        if path.extension().is_none_or(|e| e != "csv") {
            continue;
        }
        let found = objects(&std::fs::read(&path).expect("test data"));
        let json = std::fs::read_to_string(path.with_extension("json")).expect("test data");
        let mut expected: Vec<BTreeMap<String, String>> = match serde_json::from_str(&json) {
            Ok(list) => list,
            Err(_) => vec![serde_json::from_str(&json).expect("an object or a list of them")],
        };
        if path.ends_with("location_coordinates.csv") {
            // The number differs in the published pair.
            expected[0].insert("Contact Phone Number".into(), "2095257564".into());
        }
        expected
            .iter_mut()
            .flat_map(BTreeMap::values_mut)
            .for_each(|cell| *cell = cell.replace("\r\n", "\n"));
        assert_eq!(found, expected, "{}", path.display());
        seen += 1;
    }
    assert_eq!(seen, 12);
}

/// The rows as objects, as the published JSON has them.
fn objects(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut rows = table(bytes);
    let headers = rows.remove(0);
    rows.into_iter()
        .map(|row| headers.iter().cloned().zip(row).collect())
        .collect()
}

#[test]
fn marked_files_of_data_loader_read_alike() {
    let expected = cells(&[
        &["column1", "column2", "column3"],
        &["row1-1", "row1-2", "row1-3"],
        &["row2-1", "row2-2", "row2-3"],
    ]);
    for (name, encoding) in [("UTF8", "UTF-8"), ("UTF16LE", "UTF-16LE"), ("UTF16BE", "UTF-16BE")] {
        let bytes = std::fs::read(data(&format!("salesforce/csvtext_BOM_{name}.csv"))).expect("test data");
        assert_eq!(table(&bytes), expected, "{name}");
        assert_eq!(open(&bytes).encoding(), encoding);
    }
}

#[test]
fn lines_are_those_of_an_editor() {
    let text = "\n  \n,,\na,b\n1,2\n\n\n\"x\ny\",2\n,\n3,4";
    for ends in ["\n", "\r\n", "\r"] {
        let text = text.replace('\n', ends);
        let lines: Vec<u64> = open(text.as_bytes()).map(|r| r.expect("readable").line).collect();
        assert_eq!(lines, [5, 8, 11], "{ends:?}");
    }
}

#[test]
fn rows_that_end_early_have_empty_cells_and_surplus_ones_are_errors() {
    let text = "a,b\n1\n1,2,\n1,2,3\n\"1\",\"2\",\" \"\n5,6\n";
    assert_eq!(problems(text.as_bytes()), [(4, "too_many_cells".into())]);
    let rows: Vec<Row> = open(text.as_bytes()).map(|r| r.expect("readable")).collect();
    assert_eq!(rows[1].cells, vec!["1", "2"]);
    assert_eq!(rows[2].cells, vec!["1", "2", "3"]);
    assert_eq!((rows[0].get(1), rows[4].get(0)), ("", "5"));
    // A delimiter at the end of every line makes no column.
    assert_eq!(
        table(b"a;b;\n1;2;\n3;4\n"),
        cells(&[&["a", "b"], &["1", "2"], &["3", "4"]])
    );
}

#[test]
fn a_quote_that_is_never_closed_is_found_even_in_the_last_column() {
    let text = "a,b\n1,2\n3,\"4\n5,6\n7,8\n";
    let rows: Vec<Row> = open(text.as_bytes()).map(|r| r.expect("readable")).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[1].line, rows[1].get(1)), (3, "4\n5,6\n7,8"));
    assert_eq!(rows[1].problem, Some(Problem::new("unclosed_quote")));
    assert_eq!(problems(b"a\n\""), [(2, "unclosed_quote".into())]);
}

#[test]
fn a_row_saved_as_one_quoted_cell_is_taken_apart() {
    let text = "a,b,c\n\"1,\"\"x, y\"\",3\"\n\"1,2\"\n";
    let rows: Vec<Row> = open(text.as_bytes()).map(|r| r.expect("readable")).collect();
    assert_eq!(rows[0].cells, vec!["1", "x, y", "3"]);
    assert_eq!(
        (
            rows[0].problem.as_ref(),
            rows[0].remark.as_ref().map(|p| p.code.as_str())
        ),
        (None, Some("row_unwrapped"))
    );
    assert_eq!((rows[1].get(0), rows[1].get(1), &rows[1].problem), ("1,2", "", &None));
}

#[test]
fn a_record_beyond_the_bound_ends_the_reading() {
    let text = format!("a,b\n1,2\n3,\"{}", "x,y\n".repeat(600_000));
    let mut reader = open(text.as_bytes());
    assert!(matches!(reader.next(), Some(Ok(Row { line: 2, .. }))));
    assert!(matches!(reader.next(), Some(Err(ReadError::TooLarge { line: 3 }))));
    assert!(reader.next().is_none());
    // Up to the bound all is well, and each record has its own.
    let large = format!("a,b\n{0},1\n{0},2\n{0},3\n", "x".repeat(RECORD_LIMIT - 10));
    assert_eq!(table(large.as_bytes()).len(), 4);
}

#[test]
fn a_bad_byte_late_in_the_file_ends_the_reading_after_the_rows_before_it() {
    let mut bytes = b"name,city\n".to_vec();
    for _ in 0..20_000 {
        bytes.extend_from_slice("烘焙师,杭州市\n".as_bytes());
    }
    let good = bytes.len() as u64;
    bytes.extend_from_slice(b"x,\xc3\x28\n");
    let mut reader = open(&bytes);
    assert_eq!(reader.by_ref().take_while(Result::is_ok).count(), 20_000);
    assert!(reader.next().is_none());
    let error = open(&bytes).find_map(Result::err).expect("an error");
    let expected = Problem::new("bad_bytes")
        .with("line", 20_002)
        .with("byte", good + 3)
        .with("encoding", "UTF-8");
    assert_eq!(error.problem(), expected);
}

#[test]
fn files_without_a_table_are_refused() {
    let refused = |bytes: &[u8]| {
        Reader::new(bytes, Options::default())
            .err()
            .expect("refused")
            .problem()
            .code
    };
    assert_eq!(refused(b""), "empty_file");
    assert_eq!(refused(b"\n\n ,\n"), "empty_file");
    assert_eq!(refused("\u{feff}".as_bytes()), "empty_file");
    assert_eq!(refused(b"PK\x03\x04...."), "not_text");
    // A NUL in a heading; so much text about it that it is no UTF-16.
    assert_eq!(
        refused(b"name of the customer,its tele\0phone,where it is\n1,2,3\n"),
        "not_text"
    );
    assert_eq!(refused(b"\xff\xff\xff"), "bad_bytes");
}

#[test]
fn nul_characters_are_row_errors() {
    let text = format!("a,b\n{}1,\02\n3,4\n", "one,two\n".repeat(20));
    assert_eq!(problems(text.as_bytes()), [(22, "nul_character".into())]);
}

#[test]
fn excels_hint_and_the_caller_name_the_delimiter() {
    assert_eq!(table(b"sep=;\na,b;c\n1,5;2\n"), cells(&[&["a,b", "c"], &["1,5", "2"]]));
    assert_eq!(
        table(b"\"sep=\t\"\r\na\tb\r\n1\t2\r\n"),
        cells(&[&["a", "b"], &["1", "2"]])
    );
    let options = Options {
        delimiter: Some(b'|'),
        ..Options::default()
    };
    let reader = Reader::new("a,b|c\n".as_bytes(), options).expect("a table");
    assert_eq!(reader.headers(), ["a,b", "c"]);
}

#[test]
fn messy_headers_and_formula_cells_pass_as_they_are() {
    let text = "\u{feff}\n\n📧 Email;\u{200f}اسم;email;\n=SUM(A1);+1;@x;\n-5;\"a\n\"\"b\"\"\";\t;\n";
    assert_eq!(
        table(text.as_bytes()),
        cells(&[
            &["📧 Email", "\u{200f}اسم", "email"],
            &["=SUM(A1)", "+1", "@x"],
            &["-5", "a\n\"b\"", "\t"]
        ])
    );
}

#[test]
fn a_corrected_error_file_is_read_as_the_rows_it_came_from() {
    let headers = ["name".to_owned(), "phone".to_owned()];
    let mut file = ErrorFile::new(Vec::new(), &headers, vec![], domain::Locale::En).expect("memory");
    file.write(&["=Tom", "+86 138"].as_slice().into(), "“x” is not a phone number")
        .expect("memory");
    file.write(&["'Tis", "-"].as_slice().into(), "").expect("memory");
    let bytes = file.finish().expect("memory");
    assert_eq!(
        table(&bytes),
        cells(&[&["name", "phone"], &["=Tom", "+86 138"], &["'Tis", "-"]])
    );
}

#[test]
fn encodings_are_known_by_their_usual_names() {
    for (name, encoding) in [
        ("gbk", "GBK"),
        ("GB2312", "GBK"),
        ("gb18030", "gb18030"),
        ("Big5", "Big5"),
        (" utf-8 ", "UTF-8"),
        ("utf-16le", "UTF-16LE"),
    ] {
        assert_eq!(Options::encoding_of(name).map(Encoding::name), Some(encoding), "{name}");
    }
    assert_eq!(Options::encoding_of("klingon"), None);
}

/// Bytes of a text in the encoding under test.
fn encode(text: &str, encoding: usize) -> Vec<u8> {
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
            .collect()
    };
    match encoding {
        0 => text.into(),
        1 => format!("\u{feff}{text}").into_bytes(),
        2 => GB18030.encode(text).0.into_owned(),
        3 => utf16(&format!("\u{feff}{text}"), false),
        4 => utf16(&format!("\u{feff}{text}"), true),
        5 => utf16(text, false),
        _ => utf16(text, true),
    }
}

/// Cells of any kind of character that the encodings share and a table can hold.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[一-龥䶮㙓𠮷€a-z0-9 ,;|\t\"'=+\n-]{0,12}",
        proptest::collection::vec(any::<char>(), 0..6).prop_map(|chars| {
            let unfit = |c: &char| !matches!(c, '\0' | '\r' | '\u{feff}' | '\u{e000}'..='\u{f8ff}' | '\u{10ffff}');
            chars.into_iter().filter(unfit).collect()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_written_is_read_again(
        rows in proptest::collection::vec(proptest::collection::vec(cell(), 3), 0..12),
        delimiter in 0usize..4,
        encoding in 0usize..7,
        crlf in any::<bool>(),
    ) {
        let delimiter = delimiter::DELIMITERS[delimiter];
        let mut writer = csv::WriterBuilder::new()
            .delimiter(delimiter)
            .quote_style(csv::QuoteStyle::Always)
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .from_writer(Vec::new());
        let header = ["客户名称", "mobile phone", "备注"];
        writer.write_record(header).expect("memory");
        for row in &rows {
            writer.write_record(row).expect("memory");
        }
        let text = String::from_utf8(writer.into_inner().expect("memory")).expect("UTF-8");
        let bytes = encode(&text, encoding);

        let mut reader = Reader::new(bytes.as_slice(), Options::default()).expect("a table");
        prop_assert_eq!(reader.headers(), header);
        prop_assert_eq!(reader.delimiter(), char::from(delimiter));
        let blank = |row: &&Vec<String>| !row.iter().all(|c| domain::import::cell::clean(c).is_empty());
        let bare = |row: &Vec<String>| row.iter().map(|c| unguard(c).into_owned()).collect::<Vec<_>>();
        let expected: Vec<_> = rows.iter().filter(blank).map(bare).collect();
        let mut found = Vec::new();
        for row in &mut reader {
            let row = row.expect("readable");
            prop_assert_eq!(row.problem, None);
            found.push(row.cells.iter().map(str::to_owned).collect::<Vec<_>>());
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(reader) = Reader::new(bytes.as_slice(), Options::default()) {
            prop_assert!(reader.count() <= 400);
        }
    }

    #[test]
    fn any_text_is_survived(text in "([a,;\"\t\r\n]|.){0,60}") {
        if let Ok(reader) = Reader::new(text.as_bytes(), Options::default()) {
            for row in reader.flatten() {
                prop_assert!(row.line >= 1 && row.line <= 61);
            }
        }
    }
}

#[test]
fn a_table_has_only_so_many_columns() {
    let row = |count: usize| format!("{}\n{}\n", vec!["x"; count].join(","), vec!["1"; count].join(","));
    assert_eq!(open(row(MOST_COLUMNS).as_bytes()).headers().len(), MOST_COLUMNS);
    let refused = Reader::new(row(100_000).as_bytes(), Options::default())
        .map(|_| ())
        .expect_err("too many");
    let problem = refused.problem();
    assert_eq!(
        (problem.code.as_str(), problem.params["found"].as_str()),
        ("too_many_columns", "100000")
    );
    // Empty ones at the end are none.
    let spare = format!("{}{}\n", "a,b", ",".repeat(5000));
    assert_eq!(open(spare.as_bytes()).headers().len(), 2);
}
