//! Cells that are neither numbers nor dates: yes and no, phones, e-mail addresses, lists, and names in two parts.

use super::closest::half_width;
use super::phone;
use super::problem::{Problem, code};

/// The values of a cell that may hold several, and what deserves a remark about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellValues {
    pub values: Vec<String>,
    pub remark: Option<Problem>,
}

/// The cell without what cannot be seen at its ends: white space of any width, BOM, zero-width and direction marks.
pub fn clean(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\0')
}

pub fn boolean(text: &str) -> Result<bool, Problem> {
    let folded: String = clean(text)
        .chars()
        .map(half_width)
        .flat_map(char::to_lowercase)
        .collect();
    match folded.as_str() {
        "是" | "对" | "真" | "有" | "√" | "✓" | "✔" | "yes" | "y" | "true" | "t" | "1" | "on" => Ok(true),
        "否" | "不" | "错" | "假" | "无" | "×" | "✗" | "✘" | "no" | "n" | "false" | "f" | "0" | "off" => {
            Ok(false)
        }
        _ => Err(Problem::value(code::NOT_A_BOOLEAN, text)),
    }
}

/// The phone numbers of a cell, in order (`phone.rs` says how they are told apart), and a remark where any of it is left out.
pub fn phones(text: &str) -> Result<CellValues, Problem> {
    let folded = phone::plain(text);
    if is_scientific(clean(&folded)) {
        return Err(Problem::value(code::PHONE_LOST_DIGITS, text));
    }
    let values = phone::numbers(&folded);
    if values.is_empty() {
        return Err(Problem::value(code::NOT_A_PHONE, text));
    }
    let whole = phone::bare(&values.join(" ")) == phone::bare(&folded);
    let remark = (!whole).then(|| changed(text, &values.join("; ")));
    Ok(CellValues { values, remark })
}

/// `1.38E+10`: what is left of a mobile number that a spreadsheet took for a quantity.
fn is_scientific(text: &str) -> bool {
    text.split_once(['e', 'E']).is_some_and(|(mantissa, exponent)| {
        mantissa.contains(|c: char| c.is_ascii_digit())
            && mantissa.chars().all(|c| c.is_ascii_digit() || c == '.')
            && !exponent.is_empty()
            && exponent.trim_start_matches('+').bytes().all(|b| b.is_ascii_digit())
    })
}

/// The e-mail addresses of a cell, in order, and a remark where anything else stands there (a phone, a name).
pub fn emails(text: &str) -> Result<CellValues, Problem> {
    let folded: String = text.chars().map(half_width).filter(|c| !is_invisible(*c)).collect();
    let splits = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | ';' | '、' | '，' | '；' | '|' | '/' | '<' | '>' | '"' | ':' | '(' | ')' | '[' | ']'
            )
    };
    // An apostrophe before an address is how other programs keep a spreadsheet from reading it.
    let bare = |part: &str| part.trim_start_matches('\'').trim_end_matches(['\'', '.']).to_owned();
    let mut left_out = false;
    let mut values: Vec<String> = Vec::new();
    for part in folded.split(splits).filter(|part| !part.is_empty()) {
        let address = bare(part);
        if !is_address(&address) {
            left_out |= !part.eq_ignore_ascii_case("mailto") && !part.chars().all(|c| c.is_ascii_punctuation());
        } else if !values.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
            values.push(address);
        }
    }
    if values.is_empty() {
        return Err(Problem::value(code::NOT_AN_EMAIL, text));
    }
    let remark = left_out.then(|| changed(text, &values.join("; ")));
    Ok(CellValues { values, remark })
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let local_ok = (1..=64).contains(&local.len())
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local
            .chars()
            .all(|c| c.is_alphanumeric() || "!#$%&'*+-=?^_`{}~.".contains(c));
    let label_ok = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    local_ok && text.len() <= 254 && domain.contains('.') && domain.split('.').all(label_ok)
}

fn changed(text: &str, taken: &str) -> Problem {
    Problem::value(code::READ_AS, clean(text)).with("taken", taken)
}

/// What people and programs write where there is nothing: `-`, `N/A`, `无`, `0/0/00`, `Select` of a form left as it was.
pub fn is_nothing(text: &str) -> bool {
    const WORDS: [&str; 30] = [
        "",
        "n/a",
        "n.a.",
        "n.a",
        "#n/a",
        "na",
        "nil",
        "null",
        "<null>",
        "(null)",
        "none",
        "nan",
        "undefined",
        "select",
        "please select",
        "not available",
        "not specified",
        "(blank)",
        "(empty)",
        "无",
        "無",
        "暂无",
        "暫無",
        "没有",
        "沒有",
        "空",
        "未填",
        "未填写",
        "请选择",
        "請選擇",
    ];
    let folded: String = clean(text)
        .chars()
        .map(half_width)
        .flat_map(char::to_lowercase)
        .collect();
    // Dashes alone, or round a word: `--`, `--None--`.
    let dash = |c: char| {
        matches!(
            c,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_' | '/' | '\\' | '.' | '…' | ' '
        )
    };
    let core = folded.trim_matches(|c: char| dash(c) && c != '.' && c != '/');
    if core.is_empty() || folded.chars().all(dash) || WORDS.contains(&core) || WORDS.contains(&folded.as_str()) {
        return true;
    }
    no_date(&folded)
}

/// `0/0/00`, `0000-00-00 00:00:00`: a date field of a program that has no empty one.
fn no_date(folded: &str) -> bool {
    let day = folded.split([' ', 't']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    parts.len() == 3
        && parts
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|b| b == b'0'))
        && folded
            .bytes()
            .all(|b| matches!(b, b'0' | b'-' | b'/' | b'.' | b':' | b' ' | b't' | b'z'))
}

/// Takes off what other programs put before a cell so that a spreadsheet reads it as text: `="00123"`, and an apostrophe before
/// what it would take for a formula or a number. An apostrophe before words is one.
pub fn unguard(cell: &str) -> std::borrow::Cow<'_, str> {
    use std::borrow::Cow;
    if let Some(inner) = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return match inner.contains('"') {
            false => Cow::Borrowed(inner),
            true if inner.replace("\"\"", "").contains('"') => Cow::Borrowed(cell),
            true => Cow::Owned(inner.replace("\"\"", "\"")),
        };
    }
    let Some(rest) = cell.strip_prefix('\'') else {
        return Cow::Borrowed(cell);
    };
    let number = rest.starts_with(|c: char| c.is_ascii_digit() || c == '(')
        && rest
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | ',' | '-' | '/' | ':' | '(' | ')' | '+'));
    Cow::Borrowed(if number || is_formula(rest) { rest } else { cell })
}

/// Whether a spreadsheet would take a cell for a formula: in half or full width, after blanks and apostrophes. The latter make
/// guarding reversible: what looks guarded already is guarded once more.
pub fn is_formula(cell: &str) -> bool {
    let start = cell.trim_start_matches(|c: char| c == '\'' || (c.is_whitespace() && !matches!(c, '\t' | '\r' | '\n')));
    start.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// Whether a cell is how somebody is addressed (`Mr.`, 女士), which some programs call the title.
pub fn is_salutation(text: &str) -> bool {
    const WORDS: [&str; 34] = [
        "mr", "mrs", "ms", "miss", "mx", "sir", "madam", "mr/ms", "dr", "prof", "prof dr", "dr med", "dr ing", "herr",
        "frau", "herr dr", "frau dr", "mme", "mlle", "m", "sr", "sra", "srta", "sig", "sigra", "先生", "女士", "小姐",
        "太太", "夫人", "博士", "教授", "さん", "様",
    ];
    let folded: String = clean(text)
        .chars()
        .map(half_width)
        .flat_map(char::to_lowercase)
        .filter(|c| *c != '.')
        .collect();
    WORDS.contains(&folded.split_whitespace().collect::<Vec<_>>().join(" ").as_str())
}

/// The entries of a list cell (tags): in order, each once, whatever parts them.
pub fn list(text: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    // Google parts values with ` ::: ` and puts `*` before groups of its own.
    for entry in text
        .replace(" ::: ", "\n")
        .split([',', ';', '、', '，', '；', '|', '\n', '\r'])
    {
        let entry = clean(clean(entry).trim_start_matches(['#', '*']));
        let known = |e: &String| e.to_lowercase() == entry.to_lowercase();
        if !is_nothing(entry) && !entries.iter().any(known) {
            entries.push(entry.to_owned());
        }
    }
    entries
}

/// One name from two columns, in the order its script wants: 王小明, but Ada Lovelace.
pub fn full_name(family: &str, given: &str) -> String {
    let (family, given) = (clean(family), clean(given));
    let han = |s: &str| {
        s.chars()
            .any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'))
    };
    match (family.is_empty(), given.is_empty()) {
        (true, _) => given.to_owned(),
        (_, true) => family.to_owned(),
        _ if han(family) && han(given) => format!("{family}{given}"),
        _ => format!("{given} {family}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn yes_and_no_in_both_languages() {
        for yes in ["是", " Yes ", "TRUE", "１", "√", "y"] {
            assert_eq!(boolean(yes), Ok(true), "{yes}");
        }
        for no in ["否", "no", "False", "0", "无"] {
            assert_eq!(boolean(no), Ok(false), "{no}");
        }
        assert_eq!(boolean("maybe").map_err(|p| p.code), Err("not_a_boolean".into()));
    }

    #[test]
    fn phones_in_the_shapes_of_exports() {
        let taken = |t: &str| {
            phones(t)
                .map(|p| (p.values.join("; "), p.remark.is_some()))
                .map_err(|p| p.code)
        };
        for (cell, value, remarked) in [
            ("138 0000 1111", "138 0000 1111", false),
            ("１３８００００１１１１", "13800001111", false),
            ("13800001111.0", "13800001111", false),
            ("13800001111.0; 13900002222.0", "13800001111; 13900002222", true),
            ("0221 5550101 +)", "0221 5550101", true),
            ("+1 (415) 555-0100", "+1 (415) 555-0100", false),
            ("（021）6888-1234转8001", "(021)6888-1234 ext. 8001", false),
            ("415-555-0100 x12", "415-555-0100 ext. 12", false),
            ("415-555-0100 #12", "415-555-0100 ext. 12", false),
            ("13800001111、13900002222", "13800001111; 13900002222", false),
            ("13800001111/13900002222", "13800001111; 13900002222", false),
            ("13800001111 13900002222", "13800001111; 13900002222", false),
            (
                "+49 30 5550101 ::: +49 30 5550102",
                "+49 30 5550101; +49 30 5550102",
                false,
            ),
            ("0221/5550101", "0221/5550101", false),
            ("+49 (0)221 / 5550102", "+49 (0)221 / 5550102", false),
            ("+49 123 / 42 42 42", "+49 123 / 42 42 42", false),
            ("Tel.: 0221 5550105", "0221 5550105", true),
            ("0221 5550106 Durchwahl 12", "0221 5550106 ext. 12", true),
            ("+49 221 5550107, Ext 4", "+49 221 5550107 ext. 4", false),
            ("0221–5550109", "0221-5550109", false),
            ("0221‑5550109", "0221-5550109", false),
            ("+49 221 5550110 (privat)", "+49 221 5550110", true),
            ("tel:+492215550112", "+492215550112", true),
            ("+492215550113;ext=7", "+492215550113 ext. 7", false),
            ("p:+49 221 5550115", "+49 221 5550115", true),
            ("0221-5550116 oder 0171-5550117", "0221-5550116; 0171-5550117", true),
            (
                "+49 221 5550116 +49 171 5550117",
                "+49 221 5550116; +49 171 5550117",
                false,
            ),
            ("a@b.cn / 13900002222", "13900002222", true),
            (
                "办公室：010-62345678 分机 12；手机 13900002222",
                "010-62345678 ext. 12; 13900002222",
                true,
            ),
            ("\u{202a}13800001111\u{202c}", "13800001111", false),
            ("+7 000 000-00-00", "+7 000 000-00-00", false),
            ("95588", "95588", false),
            ("*72 555 0100", "72 555 0100", true),
        ] {
            assert_eq!(taken(cell), Ok((value.to_owned(), remarked)), "{cell}");
        }
        assert_eq!(taken("1.38E+10"), Err("phone_lost_digits".into()));
        for wrong in ["", "call me", "12", "1".repeat(30).as_str(), "86+138000011", "不详"] {
            assert_eq!(taken(wrong), Err("not_a_phone".into()), "{wrong}");
        }
    }

    #[test]
    fn all_addresses_are_taken_and_what_else_stands_there_is_told() {
        let taken = |t: &str| {
            emails(t)
                .map(|p| (p.values.join("; "), p.remark.is_some()))
                .map_err(|p| p.code)
        };
        for (cell, values, remarked) in [
            ("Ada <ada@example.com>", "ada@example.com", true),
            ("a@b.cn;c@d.cn", "a@b.cn; c@d.cn", false),
            ("a@b.cn ::: c@d.cn", "a@b.cn; c@d.cn", false),
            ("138 0000 1111 / a@b.cn", "a@b.cn", true),
            ("ｂｏｂ＠ｅｘａｍｐｌｅ．ｃｏｍ", "bob@example.com", false),
            ("mailto:x.y+z@a-b.co.uk", "x.y+z@a-b.co.uk", false),
            ("'g5@example.com", "g5@example.com", false),
            ("用户@例子.公司", "用户@例子.公司", false),
        ] {
            assert_eq!(taken(cell), Ok((values.to_owned(), remarked)), "{cell}");
        }
        for wrong in ["", "a@b", "@b.cn", "a@.cn", "a b.cn", ".a@b.cn", "a@-b.cn", "a@b..cn"] {
            assert_eq!(taken(wrong), Err("not_an_email".into()), "{wrong}");
        }
    }

    #[test]
    fn words_for_nothing_are_nothing_and_names_are_not() {
        for cell in [
            "-",
            "--",
            "—",
            "N/A",
            "n.a.",
            "#N/A",
            "无",
            "0/0/00",
            "0000-00-00",
            "0000-00-00 00:00:00",
            "Select",
            "--None--",
            " / ",
            "NULL",
            "暂无",
        ] {
            assert!(is_nothing(cell), "{cell}");
        }
        for cell in ["0", "- item", "无锡", "Nathan", "1/0/00", "selected", "a-b", "0.00"] {
            assert!(!is_nothing(cell), "{cell}");
        }
    }

    #[test]
    fn guards_come_off_where_they_guard() {
        for (cell, bare) in [
            ("'+86 138", "+86 138"),
            ("'13800000012", "13800000012"),
            ("=\"00123\"", "00123"),
            ("=\"a\"\"b\"", "a\"b"),
            ("'=not a formula", "=not a formula"),
            ("'- item", "- item"),
            ("- item", "- item"),
            ("'quoted", "'quoted"),
            ("'90s music", "'90s music"),
            ("=\"a\"&\"b\"", "=\"a\"&\"b\""),
        ] {
            assert_eq!(unguard(cell), bare, "{cell}");
        }
    }

    #[test]
    fn lists_split_at_every_usual_mark() {
        assert_eq!(list("重点、VIP，vip; #展会 ,,"), ["重点", "VIP", "展会"]);
        assert!(list(" ；").is_empty());
    }

    #[test]
    fn names_are_joined_as_their_script_wants() {
        assert_eq!(full_name("王", "小明"), "王小明");
        assert_eq!(full_name("Lovelace", "Ada"), "Ada Lovelace");
        assert_eq!(full_name("", " Ada "), "Ada");
        assert_eq!(full_name("𠮷", "野"), "𠮷野");
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in ".*", other in ".*") {
            let _ = (boolean(&text), phones(&text), emails(&text), is_nothing(&text), unguard(&text), list(&text), full_name(&text, &other), clean(&text));
        }

        #[test]
        fn what_was_taken_is_taken_again(text in "[0-9+() ./;xa@b-]{0,30}") {
            if let Ok(first) = phones(&text) {
                for value in first.values {
                    prop_assert_eq!(phones(&value), Ok(CellValues { values: vec![value.clone()], remark: None }));
                }
            }
            if let Ok(first) = emails(&text) {
                for value in first.values {
                    prop_assert_eq!(emails(&value), Ok(CellValues { values: vec![value.clone()], remark: None }));
                }
            }
        }
    }
}
