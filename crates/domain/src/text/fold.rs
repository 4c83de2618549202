//! Folding: width, case, combining marks, traditional to simplified.

use std::{collections::BTreeMap, sync::LazyLock};

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, GeneralCategoryGroup},
};

/// Lower-case, full width to half width, traditional to simplified, and no mark that a full-text engine would split at.
pub fn fold(s: &str) -> String {
    normalise(s).chars().map(simplify).collect()
}

/// [`fold`] without the step to simplified characters, which pinyin does better without.
pub(super) fn normalise(s: &str) -> String {
    if s.is_ascii() {
        return s.to_ascii_lowercase();
    }
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    // Letter by letter, and one sigma for both: the final one would not be the prefix of a longer word.
    let lower: String = nfkc
        .normalize(s)
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect();
    nfkc.normalize(&lower).chars().filter(|&c| !is_mark(c)).collect()
}

/// A mark that belongs to the letter before it and has no place in one character with it. Such marks are dropped: the
/// full-text engines do not agree on whether they end a word. The vowel signs of Indic scripts are among them.
fn is_mark(c: char) -> bool {
    // Vowel signs that have since become letters, which SQLite's older tables do not know.
    let new_tai_lue = matches!(c, '\u{19B0}'..='\u{19C0}' | '\u{19C8}' | '\u{19C9}');
    let vedic = matches!(c, '\u{1CF2}' | '\u{1CF3}');
    !c.is_ascii() && (GeneralCategoryGroup::Mark.contains(category(c)) || new_tai_lue || vedic)
}

/// A character that tokens are made of: a letter or a digit, for both engines.
pub(super) fn is_word_char(c: char) -> bool {
    const WORD: GeneralCategoryGroup = GeneralCategoryGroup::Letter.union(GeneralCategoryGroup::Number);
    c.is_ascii_alphanumeric() || (!c.is_ascii() && WORD.contains(category(c)))
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

pub(super) fn is_han(c: char) -> bool {
    matches!(c as u32, 0x3005 | 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// Scripts written without spaces (and Korean, whose endings hide the word): found by any two characters.
pub(super) fn is_cjk(c: char) -> bool {
    let syllabic = matches!(c as u32, 0x3040..=0x30FF | 0x31F0..=0x31FF | 0xAC00..=0xD7AF);
    (is_han(c) || syllabic) && is_word_char(c)
}

/// A Latin letter without its diacritics, for letters that have an obvious plain form.
pub(super) fn plain_latin(c: char) -> Option<&'static str> {
    if c.is_ascii() {
        return None;
    }
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        _ => {
            let base = DecomposingNormalizerBorrowed::new_nfd()
                .normalize_iter(std::iter::once(c))
                .next()?;
            let at = (base as u32).checked_sub('a' as u32)? as usize;
            "abcdefghijklmnopqrstuvwxyz".get(at..=at)?
        }
    })
}

/// `word` with Latin diacritics taken off, if it has any.
pub(super) fn plain_word(word: &str) -> Option<String> {
    if word.is_ascii() {
        return None;
    }
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        match plain_latin(c) {
            Some(plain) => out.push_str(plain),
            None => out.push(c),
        }
    }
    (out != word).then_some(out)
}

pub(super) fn simplify(c: char) -> char {
    if !is_han(c) {
        return c;
    }
    SIMPLIFIED
        .binary_search_by_key(&c, |&(from, _)| from)
        .map_or(c, |at| SIMPLIFIED[at].1)
}

/// Pairs that OpenCC keeps apart, since it converts prose, but that stand for one another in names.
const VARIANTS: &str = "著着 瞭了 寜宁 珮佩 瑯琅 倣仿 傚效 偸偷 勣绩 廻回 彊强 擡抬 攷考 敍叙 曡叠 汚污 濬浚 煖暖 煇辉 燄焰 牋笺 砲炮 礮炮 祐佑 筦管 籐藤 \
    粧妆 緜绵 繙翻 脇胁 蔴麻 谿溪 讌宴 輭软 鉋刨 舖铺 鑪炉 隄堤 颺扬 鬭斗";

/// One character to one character, sorted. From OpenCC's dictionary, asked once for each ideograph.
///
/// Chosen among the permissively licensed tables: ferrous-opencc (Apache-2.0) carries today's OpenCC data, 4,105
/// single characters; it costs 0.45 MB of binary and, with what it pulls in, 20 s of a first build. fast2s (MIT, 0.06 MB,
/// 6 s) has 2,734, misses ones seen in names (蕓, 顗, 嫿, 誾), maps some wrongly (呱 to 哌), depends on what its neighbours
/// are and on an abandoned bincode; character_converter (MIT) loads 3.6 MB of phrases into hash maps.
/// A whole-phrase conversion would be wrong here: what a character folds to must not depend on its neighbours, or a part of
/// a text would no longer be found in it.
static SIMPLIFIED: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let opencc = OpenCC::from_config(BuiltinConfig::T2s).expect("the built-in table loads");
    let mut table = BTreeMap::new();
    for from in ('\u{3400}'..='\u{9FFF}').chain('\u{20000}'..='\u{323AF}') {
        let to = opencc.convert(from.encode_utf8(&mut [0; 4]));
        if let Some(to) = only_char(&to).filter(|&to| to != from) {
            table.insert(from, to);
        }
    }
    for pair in VARIANTS.split_whitespace() {
        let mut chars = pair.chars();
        table.extend(chars.next().zip(chars.next()));
    }
    // A few lead to a character that is itself folded.
    table
        .iter()
        .map(|(&from, to)| (from, *table.get(to).unwrap_or(to)))
        .collect()
});

fn only_char(s: &str) -> Option<char> {
    let mut chars = s.chars();
    chars.next().filter(|_| chars.next().is_none())
}
