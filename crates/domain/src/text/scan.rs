//! Cuts a normalised text into what is searched differently: CJK runs, telephone numbers, chunks of words.

use super::fold::{is_cjk, is_word_char, normalise};

/// Most digits an international number has (E.164); more than that is several numbers.
const LONGEST_NUMBER: usize = 15;

#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    /// Characters in a row, nothing between them.
    Cjk(&'a str),
    /// What looks like one telephone number written in groups.
    Number(&'a str),
    /// Anything else up to the next space.
    Chunk(&'a str),
}

pub(super) fn scan(normal: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = normal;
    while let Some(first) = rest.chars().next() {
        let cjk = is_cjk(first);
        let end = rest.find(|c| is_cjk(c) != cjk).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        if cjk {
            pieces.push(Piece::Cjk(run));
        } else {
            scan_plain(run, &mut pieces);
        }
    }
    pieces
}

/// Text without CJK: numbers are taken out first, since there are spaces in them.
fn scan_plain<'a>(text: &'a str, pieces: &mut Vec<Piece<'a>>) {
    let chunks = |text: &'a str| text.split_whitespace().map(Piece::Chunk);
    let (mut start, mut inside) = (0, false);
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if !inside && (c.is_ascii_digit() || matches!(c, '+' | '(')) {
            let length = number_length(&text[at..]);
            if length > 0 {
                pieces.extend(chunks(&text[start..at]));
                pieces.push(Piece::Number(&text[at..at + length]));
                at += length;
                start = at;
                continue;
            }
        }
        // Digits inside a word, an address or a decimal do not begin a number.
        inside = !c.is_whitespace() && !matches!(c, '(' | ':' | ',' | ';');
        at += c.len_utf8();
    }
    pieces.extend(chunks(&text[start..]));
}

/// How much of the start of `text` is one telephone number in groups; 0 if none is. A number without a gap is a word.
fn number_length(text: &str) -> usize {
    let mut groups: Vec<usize> = Vec::new();
    let mut stopped_by = None;
    let mut in_group = false;
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() {
            match groups.last_mut().filter(|_| in_group) {
                Some(end) => *end = at + 1,
                None => groups.push(at + 1),
            }
            in_group = true;
        } else if is_number_gap(c) || (c == '+' && groups.is_empty()) {
            in_group = false;
        } else {
            stopped_by = Some(c);
            break;
        }
    }
    // "138 0013 8000x" ends before the group that is part of a word.
    if in_group && stopped_by.is_some_and(|c| !c.is_whitespace() && !matches!(c, ',' | ';' | ':' | '/')) {
        groups.pop();
    }
    let Some(&end) = groups.last() else { return 0 };
    let digits = digits(&text[..end]);
    let abroad = text[..end].contains('+');
    let known =
        abroad || digits.starts_with('0') || is_mobile(&digits) || ["400", "800"].iter().any(|p| digits.starts_with(p));
    if (groups.len() > 1 || abroad) && known && (7..=LONGEST_NUMBER).contains(&digits.len()) {
        end
    } else {
        0
    }
}

fn is_number_gap(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Begins like a mobile number of mainland China.
pub(super) fn is_mobile(digits: &str) -> bool {
    matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
}

pub(super) fn digits(s: &str) -> String {
    s.chars().filter(char::is_ascii_digit).collect()
}

/// One spelling for each number, for telling duplicates: digits only, China's country code taken off (a land line keeps
/// its 0), other countries' written as 00. Of several numbers the first; extensions are left out.
/// `+86 138-0013-8000` → `13800138000`, `(+86) 10 6552 9988` → `01065529988`, `+1 415 555 2671` → `0014155552671`.
pub fn phone_digits(s: &str) -> String {
    phones(s).into_iter().next().unwrap_or_default()
}

/// The same of all numbers there are.
pub fn phones(s: &str) -> Vec<String> {
    numbers(&normalise(s)).into_iter().map(|(number, _)| number).collect()
}

/// All numbers of a telephone field, each normalised and as its bare digits.
pub(super) fn numbers(normal: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for part in normal.split(|c: char| !(c.is_ascii_digit() || c == '+' || is_number_gap(c))) {
        let several = digits(part).len() > LONGEST_NUMBER && part.contains(' ');
        if several && mobile_behind_prefix(&digits(part)).is_none() {
            out.extend(part.split(' ').filter_map(number));
        } else {
            out.extend(number(part));
        }
    }
    out
}

/// One number, normalised and as its bare digits.
pub(super) fn number(text: &str) -> Option<(String, String)> {
    let bare = digits(text);
    if bare.is_empty() {
        return None;
    }
    let plus = text.contains('+');
    if let Some(mobile) = mobile_behind_prefix(&bare) {
        return Some((mobile.to_owned(), bare.clone()));
    }
    // `+49 (0)221`: the 0 in brackets is dialled at home only.
    let international = (plus || bare.starts_with("00"))
        .then(|| text.replace("(0)", ""))
        .filter(|t| t.len() < text.len());
    let abroad = international.as_deref().map(digits);
    let bare_abroad = abroad.as_deref().unwrap_or(&bare);
    let outside = if plus {
        Some(bare_abroad)
    } else {
        bare_abroad.strip_prefix("00")
    };
    let inside = |rest: &str| match rest {
        // Written (+86) (0)10: the trunk 0 is there already.
        rest if rest.is_empty() || is_mobile(rest) || ["0", "400", "800"].iter().any(|p| rest.starts_with(p)) => {
            rest.to_owned()
        }
        rest => format!("0{rest}"),
    };
    let normal = match outside {
        Some(number) => number.strip_prefix("86").map_or_else(|| format!("00{number}"), inside),
        None => match bare.strip_prefix("86") {
            Some(mobile) if mobile.len() == 11 && is_mobile(mobile) => mobile.to_owned(),
            _ => bare.clone(),
        },
    };
    Some((normal, bare))
}

/// A mobile of the mainland behind what is dialled before it: the prefixes for cheap calls (17951 and its like), a 0 for another
/// province, or the country's code with a 0 that does not belong there.
fn mobile_behind_prefix(bare: &str) -> Option<&str> {
    let prefixes = ["17951", "17909", "17911", "12593", "17900", "10193", "086", "0086", "0"];
    let behind = prefixes.iter().find_map(|prefix| {
        bare.strip_prefix(prefix)
            .filter(|rest| rest.len() == 11 && is_mobile(rest))
    })?;
    Some(behind)
}

pub(super) fn words(chunk: &str) -> impl Iterator<Item = &str> {
    chunk.split(|c| !is_word_char(c)).filter(|word| !word.is_empty())
}

/// The words of a chunk run together: `o'brien` → `obrien`, `t-mobile` → `tmobile`, and a whole e-mail address.
pub(super) fn joined(chunk: &str) -> String {
    chunk.chars().filter(|&c| is_word_char(c)).collect()
}
