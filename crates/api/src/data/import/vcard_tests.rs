//! Address books as phones and mail programs write them.

use super::*;

fn table(bytes: &[u8]) -> Result<Option<Vec<Vec<String>>>, Problem> {
    let file = NamedTempFile::new().expect("a file");
    file.as_file().write_all(bytes).expect("written");
    let Some(out) = unpacked(file.path(), None)? else {
        return Ok(None);
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(out.path())
        .expect("a table");
    let rows = reader
        .records()
        .map(|row| row.expect("a row").iter().map(str::to_owned).collect());
    Ok(Some(rows.collect()))
}

/// What a file of one card tells, by headings.
fn card(text: &str) -> Vec<(String, String)> {
    let rows = table(text.as_bytes()).expect("readable").expect("cards");
    assert_eq!(rows.len(), 2, "{rows:?}");
    rows[0].iter().cloned().zip(rows[1].iter().cloned()).collect()
}

fn told(card: &[(String, String)], heading: &str) -> String {
    let found = card.iter().find(|(known, _)| known == heading);
    found
        .map(|(_, value)| value.clone())
        .unwrap_or_else(|| panic!("{heading} in {card:?}"))
}

#[test]
fn what_old_phones_quote_is_read() {
    let text = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E5=B0=8F=E6=98=8E;;;\r\n\
        FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B=E5=B0=8F=\r\n=E6=98=8E\r\nTEL;CELL;PREF:138 0013 8001\r\nTEL;WORK:010-66668888\r\n\
        TEL;HOME:021-5555 0101\r\nTEL;WORK;FAX:010-66669999\r\nEMAIL;INTERNET:a@example.cn\r\nEMAIL:b@example.cn\r\n\
        ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E9=9D=92=E5=B1=B1;=E9=87=87=E8=B4=AD=E9=83=A8\r\nEND:VCARD\r\n";
    let card = card(text);
    for (heading, value) in [
        ("name", "王小明"),
        ("company", "青山"),
        ("department", "采购部"),
        ("phone", "138 0013 8001; 021-5555 0101"),
        ("office_phone", "010-66668888"),
        ("email", "a@example.cn; b@example.cn"),
        ("FAX", "010-66669999"),
    ] {
        assert_eq!(told(&card, heading), value, "{heading}");
    }
}

#[test]
fn newer_cards_are_read_and_pictures_are_told() {
    let text = "begin:vcard\nversion:4.0\nFN:Ada Lovelace\nN:Lovelace;Ada;;;\nitem1.TEL;VALUE=uri;TYPE=cell:tel:+1-555-0100\n\
        item1.X-ABLabel:_$!<Mobile>!$_\nEMAIL:ada@example.com\nBDAY:19900228\nIMPP:wechat:wx%20%E5%8F%B7\nCATEGORIES:a,b\n\
        NOTE:one\\ntwo\\, three\nPHOTO:data:image/jpeg;base64,AAAA\nNICKNAME:Countess\nEND:VCARD\n";
    let card = card(text);
    for (heading, value) in [
        ("name", "Ada Lovelace"),
        ("phone", "+1-555-0100"),
        ("birthday", "1990-02-28"),
        ("wechat", "wx 号"),
        ("tags", "a; b"),
        ("description", "one\ntwo, three"),
        ("PHOTO", "…"),
        ("NICKNAME", "Countess"),
    ] {
        assert_eq!(told(&card, heading), value, "{heading}");
    }
    assert!(card.iter().all(|(heading, _)| !heading.starts_with("X-AB")), "{card:?}");
}

#[test]
fn the_parts_of_a_name_make_it_where_it_is_not_told_whole() {
    let card = card("BEGIN:VCARD\nVERSION:3.0\nN:王;小明;;;\nTEL;TYPE=WORK:010-1234567\nBDAY:--0520\nEND:VCARD\n");
    assert_eq!(told(&card, "name"), "王小明");
    // Some number is the one to call, and a year that is not told is none.
    assert_eq!(told(&card, "phone"), "010-1234567");
    assert_eq!(told(&card, "birthday"), "--05-20");
}

#[test]
fn a_book_of_another_encoding_is_read() {
    let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:王小明\r\nTEL:13800138001\r\nEND:VCARD\r\n";
    for bytes in [
        GB18030.encode(text).0.into_owned(),
        format!("\u{feff}{text}").into_bytes(),
    ] {
        let rows = table(&bytes).expect("readable").expect("cards");
        assert_eq!(rows[1], ["王小明", "13800138001"]);
    }
}

#[test]
fn what_is_none_is_left_to_others_and_what_is_broken_is_told() {
    assert_eq!(table(b"name,phone\nBEGIN:VCARD,1\n").expect("readable"), None);
    let cut = "BEGIN:VCARD\nVERSION:3.0\nFN:One\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nFN:Two\n";
    let refused = table(cut.as_bytes()).expect_err("a card without end");
    assert_eq!(refused.code, code::VCARD_BROKEN);
}
