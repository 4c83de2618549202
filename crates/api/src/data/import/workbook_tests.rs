//! Workbooks made by hand, part by part, as spreadsheets write them.

use super::*;
use zip::write::SimpleFileOptions;

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK_RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="31"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;
const TEXTS: &str = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>姓名</t></si><si><r><t>課</t></r><r><t>長</t></r><rPh sb="0" eb="1"><t>カチョウ</t></rPh></si></sst>"#;

/// A workbook with one sheet of these rows.
pub fn book(rows: &str, since_1904: bool) -> NamedTempFile {
    let since = if since_1904 {
        r#"<workbookPr date1904="1"/>"#
    } else {
        ""
    };
    let workbook = format!(
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{since}<sheets><sheet name="Blatt 1" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let sheet = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    );
    let file = NamedTempFile::new().expect("a file");
    let mut zip = zip::ZipWriter::new(file.as_file());
    for (name, text) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELS),
        ("xl/workbook.xml", &workbook),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", TEXTS),
        ("xl/worksheets/sheet1.xml", &sheet),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(text.as_bytes()).expect("memory");
    }
    zip.finish().expect("a workbook");
    file
}

fn lines(rows: &str, since_1904: bool) -> Vec<String> {
    let file = book(rows, since_1904);
    let out = unpacked(file.path(), None).expect("readable").expect("a workbook");
    std::fs::read_to_string(out.path())
        .expect("text")
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn cells_come_as_they_are_shown() {
    let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
        <row r="3"><c r="A3" t="inlineStr"><is><t>00123</t></is></c><c r="B3"><v>13800001111</v></c><c r="C3"><v>0.30000000000000004</v></c></row>
        <row r="4"><c r="A4" s="1"><v>46027</v></c><c r="B4" s="2"><v>46027</v></c><c r="C4" s="3"><v>46027.395833333336</v></c></row>
        <row r="5"><c r="A5" t="str"><f>A1&amp;"x"</f><v>cached</v></c><c r="B5" t="b"><v>1</v></c><c r="C5" t="e"><v>#N/A</v></c></row>"#;
    assert_eq!(
        lines(rows, false),
        [
            "姓名,課長",
            "\"\"",
            "00123,13800001111,0.3",
            "2026-01-05,2026-01-05,2026-01-05 09:30:00",
            "cached,TRUE,#N/A"
        ]
    );
    let since_1904 = r#"<row r="1"><c r="A1" s="1"><v>44565</v></c></row>"#;
    assert_eq!(lines(since_1904, true), ["2026-01-05"]);
}

#[test]
fn what_is_no_sound_workbook_is_refused_as_what_it_is() {
    let refused = |bytes: &[u8]| {
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("memory");
        unpacked(file.path(), None)
            .map(|found| found.is_some())
            .map_err(|p| p.code)
    };
    assert_eq!(refused(b"name\na\n"), Ok(false));
    assert_eq!(refused(b"PK\x03\x04 cut off"), Err("workbook_broken".into()));
    let mut locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(refused(&locked), Err("workbook_locked".into()));
    let empty = book("", false);
    assert_eq!(
        unpacked(empty.path(), None).map(|_| ()).map_err(|p| p.code),
        Err("empty_file".into())
    );
    let bomb = book(&" ".repeat(40 << 20), false);
    assert_eq!(
        unpacked(bomb.path(), None).map(|_| ()).map_err(|p| p.code),
        Err("workbook_too_large".into())
    );
}
