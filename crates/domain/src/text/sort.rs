//! The key a text is sorted by, whose byte order is a dictionary order on both engines.

use super::{
    fold::{is_han, is_word_char, normalise},
    phrase::phrase,
    reading::{readings, surname},
};

/// Longest sort key, in bytes: what sorts alike so far is parted by the id.
const KEY: usize = 128;

/// Lower-case words and pinyin syllables parted by one space: `西安` → `xi an`, before `先` → `xian`. Without a letter or
/// digit in it, the text itself.
pub fn sort_key(s: &str) -> String {
    // What is beyond this many characters cannot reach the key; long notes need not be folded whole.
    let end = s
        .trim_start()
        .char_indices()
        .nth(4 * KEY)
        .map_or(s.trim_start().len(), |(at, _)| at);
    let normal = normalise(&s.trim_start()[..end]);
    let spelled = spell(&normal, KEY);
    let mut key = if spelled.is_empty() {
        normal.trim().to_owned()
    } else {
        spelled
    };
    key.truncate(key.floor_char_boundary(KEY));
    key.truncate(key.trim_end().len());
    key
}

/// Between which sort keys all texts lie that begin so; none where nothing short of looking tells, as with Chinese, whose readings
/// depend on what follows.
pub fn sort_range(start: &str) -> Option<(String, String)> {
    let plain = !start.is_empty() && start.len() < KEY / 2 && start.bytes().all(|b| b.is_ascii_alphanumeric());
    plain.then(|| {
        let key = sort_key(start);
        let end = format!("{key}{}", char::MAX);
        (key, end)
    })
}

/// The words and syllables of an already normalised text, until there are `enough` bytes.
pub(super) fn spell(normal: &str, enough: usize) -> String {
    let chars: Vec<char> = normal.chars().collect();
    // A text of two to four ideographs is a person's name, or short enough to be taken for one.
    let name = (2..=4).contains(&chars.len()) && chars.iter().all(|&c| is_han(c));
    let mut out = String::new();
    let mut second = None;
    for (at, &c) in chars.iter().enumerate() {
        if out.len() >= enough {
            break;
        }
        let pair = chars.get(at + 1).and_then(|&next| phrase(c, next));
        let syllable = match (second.take(), pair) {
            (Some(syllable), _) => syllable,
            (None, Some([first, after])) => {
                second = Some(after);
                first
            }
            (None, None) => surname(c)
                .filter(|_| name && at == 0)
                .unwrap_or_else(|| readings(c).first),
        };
        if !syllable.is_empty() {
            space(&mut out);
            out.push_str(syllable);
            out.push(' ');
        } else if is_word_char(c) {
            out.push(c);
        } else {
            space(&mut out);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}
