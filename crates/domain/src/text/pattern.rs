//! Folded comparison for a database that cannot fold: regular expressions, in the dialect of PostgreSQL, that match whatever
//! folds to a text.
//!
//! Nearly every text folds character by character, so the pattern has, for each character, a choice of all that fold to it, and
//! is compared with the column as it stands. Texts with characters that fold together with their neighbours
//! ([`not_folded_alone`]: marks, ligatures, half-width kana with theirs) are rare; only those are normalised by the database first.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::LazyLock;

use super::fold::{SIMPLIFIED, fold, is_mark};

/// Matches a text with characters that do not fold one by one. Such a text is compared composed (NFKC), without [`marks`], and
/// with what is [`spelled_out`] written out.
pub fn not_folded_alone() -> &'static str {
    &FOLDED.not_folded_alone
}

/// Matches a mark that is left when all is composed: folding drops it.
pub fn marks() -> &'static str {
    &FOLDED.marks
}

/// Characters that more than one letter stands for, each with these.
pub fn spelled_out() -> &'static [(char, String)] {
    &FOLDED.spelled
}

/// Matches what folds to the folded text.
pub fn pattern(text: &str) -> String {
    let mut out = String::new();
    for c in fold(text).chars() {
        let others = FOLDED.others.get(&c).map_or(&[][..], Vec::as_slice);
        if others.is_empty() {
            literal(&mut out, c);
        } else {
            out.push('[');
            std::iter::once(&c).chain(others).for_each(|&c| literal(&mut out, c));
            out.push(']');
        }
    }
    out
}

fn literal(out: &mut String, c: char) {
    if c.is_alphanumeric() {
        out.push(c);
    } else if (c as u32) < 0x10000 {
        let _ = write!(out, "\\u{:04x}", c as u32);
    } else {
        let _ = write!(out, "\\U{:08x}", c as u32);
    }
}

struct Folded {
    /// By a folded character, what else folds to it.
    others: HashMap<char, Vec<char>>,
    spelled: Vec<(char, String)>,
    not_folded_alone: String,
    marks: String,
}

/// All characters but ideographs, whose foldings are a table, Hangul and private ones, which fold to themselves.
fn characters() -> impl Iterator<Item = char> {
    let planes = [
        '\u{41}'..='\u{33ff}',
        '\u{a000}'..='\u{abff}',
        '\u{f900}'..='\u{1fbff}',
        '\u{2f800}'..='\u{2fa1f}',
    ];
    planes.into_iter().flatten()
}

static FOLDED: LazyLock<Folded> = LazyLock::new(|| {
    let nfkc = icu_normalizer::ComposingNormalizerBorrowed::new_nfkc();
    let mut others: HashMap<char, Vec<char>> = HashMap::new();
    let (mut spelled, mut not_folded_alone, mut marks) = (Vec::new(), Vec::new(), Vec::new());
    for c in characters() {
        let text = c.to_string();
        let folded = fold(&text);
        let mut chars = folded.chars();
        match (chars.next(), chars.next()) {
            (Some(one), None) if one == c => {}
            (Some(one), None) => others.entry(one).or_default().push(c),
            _ => {
                not_folded_alone.push(c);
                if is_mark(c) {
                    marks.push(c);
                } else if nfkc.is_normalized(&text) {
                    spelled.push((c, folded));
                }
            }
        }
    }
    for &(from, to) in SIMPLIFIED.iter() {
        others.entry(to).or_default().push(from);
    }
    // Letters of Korean that are composed to syllables.
    let jamo = [
        '\u{1100}'..='\u{11ff}',
        '\u{a960}'..='\u{a97f}',
        '\u{d7b0}'..='\u{d7ff}',
    ];
    not_folded_alone.extend(jamo.into_iter().flatten());
    not_folded_alone.sort_unstable();
    not_folded_alone.dedup();
    Folded {
        others,
        spelled,
        not_folded_alone: one_of(&not_folded_alone),
        marks: one_of(&marks),
    }
});

/// Matches one of these, which are in order.
fn one_of(chars: &[char]) -> String {
    let mut out = String::from("[");
    for run in chars.chunk_by(|a, b| *b as u32 == *a as u32 + 1) {
        literal(&mut out, run[0]);
        if let [_, .., last] = run {
            out.push('-');
            literal(&mut out, *last);
        }
    }
    out.push(']');
    out
}
