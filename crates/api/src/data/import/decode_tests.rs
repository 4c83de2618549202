//! Encodings: found, decoded, and refused where the bytes are not of them.

use super::*;
use encoding_rs::BIG5;

/// Hands out a few bytes at a time, so that every sequence is cut somewhere.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.1.min(self.0.len()).min(buffer.len());
        buffer[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

fn decode(bytes: &[u8]) -> Result<(String, &'static str), DecodeError> {
    decode_as(bytes, None)
}

fn decode_as(bytes: &[u8], encoding: Option<&'static Encoding>) -> Result<(String, &'static str), DecodeError> {
    let mut reader = Utf8Reader::new(Slow(bytes, 7), encoding);
    let mut out = Vec::new();
    match reader.read_to_end(&mut out) {
        Ok(_) => Ok((
            String::from_utf8(out).expect("the reader promises UTF-8"),
            reader.encoding().name(),
        )),
        Err(e) => Err(e
            .into_inner()
            .expect("own error")
            .downcast_ref::<DecodeError>()
            .expect("own error")
            .clone()),
    }
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16()
        .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
        .collect()
}

const TEXT: &str = "客户名称,城市,备注\r\n烘焙师,杭州市,生僻字䶮㙓𠮷\r\n一丁,\"三\n亚\",€100 é\r\n";

#[test]
fn finds_each_encoding() {
    let gb18030 = GB18030.encode(TEXT).0.into_owned();
    let mut with_bom = "\u{feff}".as_bytes().to_vec();
    with_bom.extend_from_slice(TEXT.as_bytes());
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("utf-8", TEXT.into(), "UTF-8"),
        ("utf-8 with BOM", with_bom, "UTF-8"),
        ("gb18030", gb18030, "gb18030"),
        (
            "utf-16le with BOM",
            utf16(&format!("\u{feff}{TEXT}"), false),
            "UTF-16LE",
        ),
        ("utf-16be with BOM", utf16(&format!("\u{feff}{TEXT}"), true), "UTF-16BE"),
        ("utf-16le", utf16(TEXT, false), "UTF-16LE"),
        ("utf-16be", utf16(TEXT, true), "UTF-16BE"),
    ];
    for (name, bytes, encoding) in cases {
        assert_eq!(decode(&bytes), Ok((TEXT.replace("\r\n", "\n"), encoding)), "{name}");
    }
    assert_eq!(decode(b""), Ok((String::new(), "UTF-8")));
    assert_eq!(decode(b"a,b\n"), Ok(("a,b\n".into(), "UTF-8")));
}

#[test]
fn four_byte_characters_of_gb18030_are_read() {
    // 㙓 and 𠮷 need four bytes; the table of the standard says which.
    let bytes = [0x82, 0x30, 0xC8, 0x32];
    let (text, encoding) = decode(&bytes).expect("valid");
    assert_eq!((text.chars().count(), encoding), (1, "gb18030"));
    let (encoded, _, unmappable) = GB18030.encode("㙓𠮷");
    assert!(!unmappable && encoded.len() == 8, "{encoded:x?}");
    assert_eq!(decode(&encoded).expect("valid").0, "㙓𠮷");
}

#[test]
fn gbk_bytes_written_by_hand_are_read() {
    // 客户,中文
    let bytes = [0xBF, 0xCD, 0xBB, 0xA7, b',', 0xD6, 0xD0, 0xCE, 0xC4];
    assert_eq!(decode(&bytes), Ok(("客户,中文".into(), "gb18030")));
}

#[test]
fn the_first_chinese_character_may_come_late() {
    let ascii = "name,city\n".repeat(20_000);
    for encoding in [UTF_8, GB18030] {
        let bytes = [ascii.as_bytes(), encoding.encode("烘焙师,杭州\n").0.as_ref()].concat();
        assert_eq!(decode(&bytes), Ok((format!("{ascii}烘焙师,杭州\n"), encoding.name())));
    }
}

#[test]
fn a_bad_byte_is_told_with_its_place_after_all_before_it() {
    let mut bytes = "客户\n".repeat(30_000).into_bytes();
    let good = bytes.len();
    bytes.extend_from_slice(b"ab\xff\n");
    let mut reader = Utf8Reader::new(bytes.as_slice(), None);
    let mut out = Vec::new();
    let error = reader.read_to_end(&mut out).expect_err("bad byte");
    assert_eq!(out.len(), good + 2);
    let expected = DecodeError::BadBytes {
        line: 30_001,
        byte: good as u64 + 3,
        encoding: "UTF-8",
    };
    assert_eq!(
        error.into_inner().expect("own").downcast_ref::<DecodeError>(),
        Some(&expected)
    );
    assert_eq!(reader.read(&mut [0; 8]).expect("over"), 0);
}

#[test]
fn what_is_neither_utf8_nor_gb18030_is_refused() {
    // Latin-1: é before a comma is no character of GB18030.
    let found = decode(b"name,town\ncaf\xe9,Orl\xe9ans\n");
    assert_eq!(
        found,
        Err(DecodeError::BadBytes {
            line: 2,
            byte: 14,
            encoding: "gb18030"
        })
    );
    let told = decode_as(b"caf\xe9,Orl\xe9ans", Some(encoding_rs::WINDOWS_1252));
    assert_eq!(told, Ok(("café,Orléans".into(), "windows-1252")));
}

#[test]
fn a_sequence_cut_by_the_end_is_refused() {
    let bytes = "客户".as_bytes();
    assert!(matches!(decode(&bytes[..5]), Err(DecodeError::BadBytes { .. })));
    assert!(matches!(
        decode(&utf16("\u{feff}ab", false)[..5]),
        Err(DecodeError::BadBytes { .. })
    ));
}

#[test]
fn big5_is_read_when_named() {
    let bytes = BIG5.encode("客戶名稱,電話\n").0;
    assert_eq!(decode_as(&bytes, Some(BIG5)), Ok(("客戶名稱,電話\n".into(), "Big5")));
}

#[test]
fn a_named_encoding_still_drops_its_mark() {
    assert_eq!(
        decode_as("\u{feff}a".as_bytes(), Some(UTF_8)),
        Ok(("a".into(), "UTF-8"))
    );
    assert_eq!(
        decode_as(&utf16("\u{feff}一", false), Some(UTF_16LE)),
        Ok(("一".into(), "UTF-16LE"))
    );
}

#[test]
fn spreadsheets_and_pictures_are_called_by_their_name() {
    assert_eq!(
        decode(b"PK\x03\x04rest"),
        Err(DecodeError::NotText { format: "XLSX/ZIP" })
    );
    assert_eq!(decode(b"%PDF-1.7"), Err(DecodeError::NotText { format: "PDF" }));
}

#[test]
fn every_kind_of_line_end_becomes_one() {
    assert_eq!(
        decode(b"a\rb\r\nc\n\rd\r\r\n\n").expect("valid").0,
        "a\nb\nc\n\nd\n\n\n"
    );
    // Cut between the two characters by the seven bytes that the input gives at a time.
    assert_eq!(decode("一一\r\nb".as_bytes()).expect("valid").0, "一一\nb");
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        let _ = decode(&bytes);
        let _ = decode_as(&bytes, Some(BIG5));
    }
}

#[test]
fn lines_of_two_encodings_are_each_read_as_what_they_are() {
    let gbk = |text: &str| GB18030.encode(text).0.into_owned();
    let mixed = [
        gbk("名称,城市\r\n涡阳面粉厂,亳州\r\n"),
        "钱锺书书店,无锡\r\nplain,ascii\r\n上海博艺网络科技,上海\r\n"
            .as_bytes()
            .to_vec(),
        gbk("隆,联通\r\n末行,苏州"),
    ];
    let text = "名称,城市\n涡阳面粉厂,亳州\n钱锺书书店,无锡\nplain,ascii\n上海博艺网络科技,上海\n隆,联通\n末行,苏州";
    let bytes = mixed.concat();
    assert_eq!(decode(&bytes), Ok((text.to_owned(), "gb18030")));
    let mut reader = Utf8Reader::new(&bytes[..], None);
    reader.read_to_end(&mut Vec::new()).expect("reads");
    assert_eq!(reader.mixed(), (2, 3));
    // What somebody says is taken at their word.
    let mut reader = Utf8Reader::new(&bytes[..], Some(GB18030));
    let _ = reader.read_to_end(&mut Vec::new());
    assert_eq!(reader.mixed(), (0, 0));
    // More than the window holds, and lines longer than it.
    let long = gbk("很长的一行").repeat(20_000);
    let many = [gbk("甲乙\n"), "丙丁戊己\n".as_bytes().to_vec()]
        .concat()
        .repeat(20_000);
    assert_eq!(decode(&long).expect("reads").0.chars().count(), 100_000);
    assert_eq!(decode(&many).expect("reads").0, "甲乙\n丙丁戊己\n".repeat(20_000));
}
