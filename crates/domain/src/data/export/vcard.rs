//! Contacts as vCards: what phones and mail programs take into their address books. Version 3.0 is read by all of them, 4.0 is the
//! standard since 2011.

use crate::contact::Contact;
use crate::policy::Fields;
use crate::value::{Email, Phone};

choice! {
    // Described where it is asked for.
    Version {
        V3 "3.0" "3.0" "3.0",
        V4 "4.0" "4.0" "4.0",
    }
}

/// Octets of a line before it is folded.
const LINE: usize = 75;

/// Appends the card of a contact as far as somebody may read it; `firm` is the name of the customer. Half a number is none: what is
/// masked is left out.
pub fn write(contact: &Contact, firm: Option<&str>, seen: &Fields, version: Version, out: &mut String) {
    let read = |name: &str, value: Option<&str>| {
        value
            .filter(|value| !value.is_empty() && seen.reads(name))
            .map(str::to_owned)
    };
    let mut put = |name: &str, value: &str| fold(&format!("{name}:{value}"), out);
    put("BEGIN", "VCARD");
    put("VERSION", version.key());
    put("PRODID", "-//Guanxi//Guanxi CRM//EN");
    put("UID", &format!("urn:uuid:{}", contact.id));
    put("REV", &contact.updated_at.utc().format("%Y%m%dT%H%M%SZ").to_string());
    put("FN", &escaped(&contact.name));
    let (family, given) = parts(&contact.name);
    put("N", &format!("{};{};;;", escaped(family), escaped(given)));
    let firm = firm.filter(|_| seen.reads("customer_id")).unwrap_or_default();
    let department = read("department", contact.department.as_deref()).unwrap_or_default();
    match department.is_empty() {
        false => put("ORG", &format!("{};{}", escaped(firm), escaped(&department))),
        true if !firm.is_empty() => put("ORG", &escaped(firm)),
        true => {}
    }
    if let Some(title) = read("title", contact.title.as_deref()) {
        put("TITLE", &escaped(&title));
    }
    let mobile = match version {
        Version::V3 => "TEL;TYPE=CELL,VOICE",
        Version::V4 => "TEL;TYPE=cell",
    };
    let office = match version {
        Version::V3 => "TEL;TYPE=WORK,VOICE",
        Version::V4 => "TEL;TYPE=work",
    };
    let mail = match version {
        Version::V3 => "EMAIL;TYPE=INTERNET",
        Version::V4 => "EMAIL",
    };
    for (line, name, value) in [
        (mobile, "phone", contact.phone.as_ref().map(Phone::as_str)),
        (office, "office_phone", contact.office_phone.as_ref().map(Phone::as_str)),
        (mail, "email", contact.email.as_ref().map(Email::as_str)),
    ] {
        if let Some(value) = read(name, value) {
            put(line, &escaped(&value));
        }
    }
    if let Some(wechat) = read("wechat", contact.wechat.as_deref()) {
        put("IMPP", &format!("wechat:{}", in_address(&wechat)));
    }
    if let Some(day) = contact.birthday.filter(|_| seen.reads("birthday")) {
        let form = match version {
            Version::V3 => "%Y-%m-%d",
            Version::V4 => "%Y%m%d",
        };
        put("BDAY", &day.format(form).to_string());
    }
    if !contact.tags.is_empty() && seen.reads("tags") {
        let tags: Vec<String> = contact.tags.iter().map(|tag| escaped(tag)).collect();
        put("CATEGORIES", &tags.join(","));
    }
    if let Some(note) = read("description", contact.description.as_deref()) {
        put("NOTE", &escaped(&note));
    }
    put("END", "VCARD");
}

/// Surnames of two characters, simplified and traditional.
const DOUBLE: &str = "欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 司徒 司空 夏侯 东方 東方 端木 轩辕 軒轅 宇文 长孙 長孫 \
    南宫 南宮 独孤 獨孤 闻人 聞人 澹台 澹臺 太史 申屠 钟离 鍾離 淳于 单于 單于 濮阳 濮陽 赫连 赫連 公冶 宗政 百里 呼延 东郭 東郭 西门 西門";

/// Family and given name. Whatever the parts, address books put them together to the name as it was.
fn parts(name: &str) -> (&str, &str) {
    let is_han = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c) || ('\u{20000}'..='\u{3ffff}').contains(&c);
    let length = name.chars().count();
    if name.chars().all(is_han) && (2..=4).contains(&length) {
        let of_two = length > 2 && DOUBLE.split(' ').any(|surname| name.starts_with(surname));
        let end = name.char_indices().nth(if of_two { 2 } else { 1 });
        return name.split_at(end.map_or(name.len(), |(at, _)| at));
    }
    match name.rsplit_once(' ') {
        Some((given, family)) => (family, given.trim_end()),
        None => (name, ""),
    }
}

/// The value of a text: what separates values is marked, and lines are one.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' | ',' | ';' => out.extend(['\\', c]),
            '\r' if rest.peek() == Some(&'\n') => {}
            '\r' | '\n' => out.push_str("\\n"),
            // No line may hold them.
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// A name within an address.
fn in_address(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// Appends a line, folded between characters.
fn fold(line: &str, out: &mut String) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parted_where_one_can_tell() {
        for (name, family, given) in [
            ("王小明", "王", "小明"),
            ("欧阳锋", "欧阳", "锋"),
            ("欧阳", "欧", "阳"),
            ("John Doe", "Doe", "John"),
            ("Anna van Dyke", "Dyke", "Anna van"),
            ("Plato", "Plato", ""),
            ("阿卜杜拉·买买提", "阿卜杜拉·买买提", ""),
        ] {
            assert_eq!(parts(name), (family, given), "{name}");
        }
    }

    #[test]
    fn lines_are_folded_between_characters_and_texts_are_marked() {
        let mut out = String::new();
        let line = format!("NOTE:{}", "一二三四五六七八九十".repeat(9));
        fold(&line, &mut out);
        assert!(out.split("\r\n").all(|part| part.len() <= LINE));
        assert_eq!(out.replace("\r\n ", "").trim_end(), line);
        assert_eq!(escaped("a,b;c\\d\r\ne\nf\u{7}"), "a\\,b\\;c\\\\d\\ne\\nf");
        assert_eq!(in_address("wx 号"), "wx%20%E5%8F%B7");
    }
}
