//! Telephone numbers in a cell: where one ends and the next begins, extensions, and the words round them.
//!
//! A mark parts two numbers only where both are whole: `13800001111/13900002222` are two, `0221/5550101` is one.

use super::cell::{clean, is_invisible};
use super::closest::half_width;

/// Digits from which on a number stands for itself, and the most that one has (E.164, and a long extension run together).
const WHOLE: usize = 7;
const LONGEST: usize = 15;
/// What the field takes.
const MOST_CHARS: usize = 40;

/// The text in half width, with one hyphen for all dashes and one blank for all blanks, and nothing that cannot be seen.
pub fn plain(text: &str) -> String {
    let fold = |c: char| match half_width(c) {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ad}' | '\u{30fc}' => '-',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{b7}' | '\u{2022}' | '\u{2024}' | '\u{30fb}' => '.',
        '\n' => '\n',
        c if c.is_whitespace() => ' ',
        c => c,
    };
    text.chars()
        .filter(|c| !is_invisible(*c) || *c == '\u{ad}')
        .map(fold)
        .collect()
}

/// What must not be lost: digits, `+` and words. How an extension is spelled and what parts the digits does not count.
pub fn bare(plain: &str) -> String {
    let mut text = plain.to_lowercase();
    for word in ["分机号", "分机", "转", "轉", "extension", "ext", "#"] {
        text = text.replace(word, "x");
    }
    // `13800001111.0`: a column of numbers in a spreadsheet.
    let text = clean(&text);
    let text = text.strip_suffix(".0").unwrap_or(text);
    text.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '+' | '*' | '@'))
        .collect()
}

/// A piece of the cell.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    /// Digits and the marks within a number.
    Digits(String),
    /// What says that an extension follows.
    Extension,
    /// `/` and `,`, which stand within numbers as well.
    Mark(char),
    /// What only stands between values: `;`, `、`, a line break, words.
    Between,
}

/// The numbers of a cell that `plain` has made even.
pub fn numbers(plain: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    // The number being put together, and the mark after it.
    let mut open: Option<String> = None;
    let mut mark = None;
    let mut extension = false;
    let mut put = |number: Option<String>| found.extend(number.filter(|number| is_number(number)));
    for piece in pieces(clean(plain)) {
        match piece {
            Piece::Digits(digits) if extension => {
                extension = false;
                let (own, rest) = split_extension(&digits);
                match open.take() {
                    Some(number) if !own.is_empty() => open = Some(format!("{number} ext. {own}")),
                    number => {
                        put(number);
                        open = Some(digits.clone());
                    }
                }
                if let Some(rest) = rest {
                    put(open.replace(rest));
                }
            }
            Piece::Digits(digits) => {
                open = Some(match (open.take(), mark) {
                    // Not whole by itself: the mark stands within the number.
                    (Some(number), Some(mark))
                        if !(number.contains("ext") || is_whole(&number) && is_whole(&digits)) =>
                    {
                        format!("{number}{mark}{digits}")
                    }
                    (number, _) => {
                        put(number);
                        digits
                    }
                });
                mark = None;
            }
            Piece::Extension => (extension, mark) = (open.is_some(), None),
            Piece::Mark(c) if open.is_some() && mark.is_none() => mark = Some(c),
            Piece::Mark(_) => {}
            Piece::Between => {
                put(open.take());
                (mark, extension) = (None, false);
            }
        }
    }
    put(open);
    found
        .into_iter()
        .flat_map(|number| apart(&number))
        .map(whole_cell)
        .filter(|number| is_number(number) && number.chars().count() <= MOST_CHARS)
        .fold(Vec::new(), |mut all, number| {
            if !all.contains(&number) {
                all.push(number);
            }
            all
        })
}

/// `13800001111.0`: a column of numbers in a spreadsheet.
fn whole_cell(number: String) -> String {
    match number.strip_suffix(".0") {
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.to_owned(),
        _ => number,
    }
}

/// Cuts a cell where words, marks and numbers meet.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let within = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '+');
        let length = if within(c) {
            let length = rest.find(|c| !within(c)).unwrap_or(rest.len());
            let digits = trimmed(&rest[..length]);
            if digits.bytes().any(|b| b.is_ascii_digit()) {
                pieces.push(Piece::Digits(spaced(&rest[..length], digits)));
            }
            length
        } else if c.is_alphabetic() {
            // A word, `a@b.cn` whole: the digits of an address are no number.
            let length = rest
                .find(|c: char| !(c.is_alphabetic() || matches!(c, '@' | '_')))
                .unwrap_or(rest.len());
            let mail = rest[..length].contains('@');
            let length = if mail {
                rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | ',' | ';'))
                    .unwrap_or(rest.len())
            } else {
                length
            };
            pieces.push(if is_extension(&rest[..length]) {
                Piece::Extension
            } else {
                Piece::Between
            });
            length
        } else {
            match c {
                '#' => pieces.push(Piece::Extension),
                '/' | ',' => pieces.push(Piece::Mark(c)),
                '=' | ':' => {}
                // `;ext=7`
                ';' if is_extension(
                    rest[1..]
                        .trim_start()
                        .split(|c: char| !c.is_alphabetic())
                        .next()
                        .unwrap_or_default(),
                ) => {}
                _ => pieces.push(Piece::Between),
            }
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    pieces
}

fn is_extension(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "x" | "ext"
            | "extn"
            | "extension"
            | "转"
            | "轉"
            | "分机"
            | "分機"
            | "分机号"
            | "转分机"
            | "内线"
            | "内線"
            | "durchwahl"
            | "dw"
            | "nst"
            | "nebenstelle"
            | "apparat"
            | "app"
            | "poste"
            | "interno"
            | "int"
            | "anexo"
            | "ramal"
            | "доб"
            | "вн"
    )
}

/// Without what stands at its ends only: `- (021) 5 (` → `(021) 5`. Taking one mark may bare the next: `5 +)` → `5`.
fn trimmed(mut text: &str) -> &str {
    loop {
        let ends = text
            .trim_start_matches([' ', '-', '.', ')'])
            .trim_end_matches([' ', '-', '.', '(', '+']);
        let bare = match (ends.starts_with('('), ends.contains(')')) {
            (true, false) => ends.trim_start_matches(['(', ' ']),
            _ if ends.ends_with(')') && !ends.contains('(') => ends.trim_end_matches([')', ' ']),
            _ => ends,
        };
        if bare.len() == text.len() {
            return bare;
        }
        text = bare;
    }
}

/// The digits with the blank before and after them that belongs to a mark: `+49 123 / 42` stays as it is written.
fn spaced(whole: &str, digits: &str) -> String {
    let lead = if whole.starts_with(' ') { " " } else { "" };
    let tail = if whole.ends_with(' ') { " " } else { "" };
    format!("{lead}{digits}{tail}")
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

fn is_whole(text: &str) -> bool {
    let text = text.trim();
    digits(text) >= WHOLE && !text.starts_with("+") || digits(text) > WHOLE
}

fn is_number(text: &str) -> bool {
    let main = text.split(" ext. ").next().unwrap_or_default().trim();
    let plus_leads = main
        .rfind('+')
        .is_none_or(|at| at == 0 || main[..at] == *"(" || main[..at].ends_with(' '));
    (3..=24).contains(&digits(main)) && plus_leads
}

/// The digits of an extension, and what follows them: `12 13900002222` holds the next number.
fn split_extension(text: &str) -> (&str, Option<String>) {
    let text = text.trim();
    if digits(text) <= 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return (text, None);
    }
    match text.split_once(' ') {
        Some((own, rest)) if own.len() <= 8 && own.bytes().all(|b| b.is_ascii_digit()) && digits(rest) >= WHOLE => {
            (own, Some(rest.trim().to_owned()))
        }
        _ => ("", None),
    }
}

/// Two numbers with nothing but a blank between them, which together have more digits than one may.
fn apart(text: &str) -> Vec<String> {
    let text = text.trim();
    let (main, extension) = text
        .split_once(" ext. ")
        .map_or((text, None), |(main, ext)| (main.trim(), Some(ext)));
    let plus_within = main.rfind('+').is_some_and(|at| at > 1);
    if digits(main) > LONGEST || plus_within {
        let begins = |part: &str| part.starts_with(['+', '0', '(']) || part.starts_with('1') && digits(part) == 11;
        let cut = main.match_indices([' ', '/', ',']).map(|(at, _)| at).find(|at| {
            let (one, two) = (main[..*at].trim(), main[at + 1..].trim());
            is_whole(one) && is_whole(two) && begins(two) && digits(one) <= LONGEST
        });
        if let Some(at) = cut {
            let second = main[at + 1..].trim();
            let second = extension.map_or_else(|| second.to_owned(), |ext| format!("{second} ext. {ext}"));
            let mut all = vec![main[..at].trim().to_owned()];
            all.extend(apart(&second));
            return all;
        }
    }
    vec![extension.map_or_else(|| main.to_owned(), |ext| format!("{main} ext. {ext}"))]
}
