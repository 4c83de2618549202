//! Cells that are neither numbers nor dates: yes and no, phones, e-mail addresses, lists, and names in two parts.

use super::closest::half_width;
use super::problem::{Problem, code};

/// A value taken from a cell, and what deserves a remark about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellValue {
    pub value: String,
    pub remark: Option<Problem>,
}

/// The cell without what cannot be seen at its ends: white space of any width, BOM, zero-width and direction marks.
pub fn clean(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

fn is_invisible(c: char) -> bool {
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

/// The first phone number of a cell, in plain characters: digits, `+`, and the marks between them as they were.
pub fn phone(text: &str) -> Result<CellValue, Problem> {
    let folded: String = text.chars().map(half_width).filter(|c| !is_invisible(*c)).collect();
    let wrong = || Problem::value(code::NOT_A_PHONE, text);
    if is_scientific(clean(&folded)) {
        return Err(Problem::value(code::PHONE_LOST_DIGITS, text));
    }
    let mut numbers = folded
        .split([',', ';', '、', '，', '；', '|', '/', '\n'])
        .filter_map(one_phone);
    let value = numbers.next().ok_or_else(wrong)?;
    let remark = numbers.next().map(|_| several(text, &value));
    Ok(CellValue { value, remark })
}

fn one_phone(text: &str) -> Option<String> {
    let text = clean(text);
    // A number column of a spreadsheet writes 13800001111 as `13800001111.0`.
    let text = text.strip_suffix(".0").unwrap_or(text);
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let lower = text.to_lowercase();
    let (main, extension) = match ["转", "分机", "ext.", "ext", "x", "#"]
        .iter()
        .find_map(|m| lower.split_once(m))
    {
        Some((main, extension)) => (clean(main), Some(extension.trim_matches([' ', ':', '.', '-']))),
        None => (text, None),
    };
    let digits = main.bytes().filter(u8::is_ascii_digit).count();
    let plain = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '+');
    let plus_leads = main.rfind('+').is_none_or(|at| at == 0 || main[..at] == *"(");
    if !(3..=24).contains(&digits) || main.chars().count() > 30 || !main.chars().all(plain) || !plus_leads {
        return None;
    }
    match extension {
        None => Some(main.to_owned()),
        Some(e) if !e.is_empty() && e.len() <= 8 && e.bytes().all(|b| b.is_ascii_digit()) => {
            Some(format!("{main} ext. {e}"))
        }
        Some(_) => None,
    }
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

/// The first e-mail address of a cell; what else stands there (a phone, a name, more addresses) is passed over.
pub fn email(text: &str) -> Result<CellValue, Problem> {
    let folded: String = text.chars().map(half_width).filter(|c| !is_invisible(*c)).collect();
    let splits =
        |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '、' | '，' | '；' | '|' | '/' | '<' | '>' | '"');
    let mut addresses = folded
        .split(splits)
        .map(|part| part.strip_prefix("mailto:").unwrap_or(part))
        .filter(|part| is_address(part));
    let value = addresses
        .next()
        .ok_or_else(|| Problem::value(code::NOT_AN_EMAIL, text))?
        .to_owned();
    let remark = addresses.next().map(|_| several(text, &value));
    Ok(CellValue { value, remark })
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

fn several(text: &str, taken: &str) -> Problem {
    Problem::value(code::SEVERAL_VALUES, clean(text)).with("taken", taken)
}

/// The entries of a list cell (tags): in order, each once, whatever parts them.
pub fn list(text: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for entry in text.split([',', ';', '、', '，', '；', '|', '\n', '\r']) {
        let entry = clean(clean(entry).trim_start_matches('#'));
        let known = |e: &String| e.to_lowercase() == entry.to_lowercase();
        if !entry.is_empty() && !entries.iter().any(known) {
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
        let taken = |t| phone(t).map(|p| (p.value, p.remark.is_some())).map_err(|p| p.code);
        assert_eq!(taken("138 0000 1111"), Ok(("138 0000 1111".into(), false)));
        assert_eq!(taken("１３８００００１１１１"), Ok(("13800001111".into(), false)));
        assert_eq!(taken("13800001111.0"), Ok(("13800001111".into(), false)));
        assert_eq!(taken("+1 (415) 555-0100"), Ok(("+1 (415) 555-0100".into(), false)));
        assert_eq!(
            taken("（021）6888-1234转8001"),
            Ok(("(021)6888-1234 ext. 8001".into(), false))
        );
        assert_eq!(taken("415-555-0100 x12"), Ok(("415-555-0100 ext. 12".into(), false)));
        assert_eq!(taken("13800001111、13900002222"), Ok(("13800001111".into(), true)));
        assert_eq!(taken("a@b.cn / 13900002222"), Ok(("13900002222".into(), false)));
        assert_eq!(taken("\u{202a}13800001111\u{202c}"), Ok(("13800001111".into(), false)));
        assert_eq!(taken("1.38E+10"), Err("phone_lost_digits".into()));
        for wrong in ["", "call me", "12", "1".repeat(30).as_str(), "86+138000011", "不详"] {
            assert_eq!(taken(wrong), Err("not_a_phone".into()), "{wrong}");
        }
    }

    #[test]
    fn the_first_address_is_taken_and_more_are_told() {
        let taken = |t| {
            email(t)
                .map(|p| (p.value, p.remark.map(|r| r.code)))
                .map_err(|p| p.code)
        };
        assert_eq!(taken("Ada <ada@example.com>"), Ok(("ada@example.com".into(), None)));
        assert_eq!(
            taken("a@b.cn;c@d.cn"),
            Ok(("a@b.cn".into(), Some("several_values".into())))
        );
        assert_eq!(taken("138 0000 1111 / a@b.cn"), Ok(("a@b.cn".into(), None)));
        assert_eq!(
            taken("ｂｏｂ＠ｅｘａｍｐｌｅ．ｃｏｍ"),
            Ok(("bob@example.com".into(), None))
        );
        assert_eq!(taken("mailto:x.y+z@a-b.co.uk"), Ok(("x.y+z@a-b.co.uk".into(), None)));
        assert_eq!(taken("用户@例子.公司"), Ok(("用户@例子.公司".into(), None)));
        for wrong in ["", "a@b", "@b.cn", "a@.cn", "a b.cn", ".a@b.cn", "a@-b.cn", "a@b..cn"] {
            assert_eq!(taken(wrong), Err("not_an_email".into()), "{wrong}");
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
            let _ = (boolean(&text), phone(&text), email(&text), list(&text), full_name(&text, &other), clean(&text));
        }

        #[test]
        fn what_was_taken_is_taken_again(text in "[0-9+() ./;xa@b-]{0,30}") {
            if let Ok(first) = phone(&text) {
                prop_assert_eq!(phone(&first.value).map(|t| t.value), Ok(first.value));
            }
            if let Ok(first) = email(&text) {
                prop_assert_eq!(email(&first.value).map(|t| (t.value, t.remark)), Ok((first.value, None)));
            }
        }
    }
}
