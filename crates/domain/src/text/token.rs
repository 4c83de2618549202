//! The tokens a record is indexed by.

use std::collections::BTreeSet;

use super::{
    fold::{normalise, simplify},
    phrase::phrase,
    reading::readings,
    scan::{Piece, joined, number, numbers, scan, words},
};

/// Most tokens of one record; telephones and e-mails come first, then the earliest text.
const MOST: usize = 400;
/// Longest token in characters, the mark not counted.
const LONGEST: usize = 96;
/// Longest telephone number kept, in digits.
const PHONE: usize = 20;
/// How much of one run of ideographs, and of all runs of one text, can be found by pinyin. Names are; prose is not.
const SPELLED_RUN: usize = 16;
const SPELLED_TEXT: usize = 48;
/// Most ways to read one run, for characters with several readings.
const READINGS: usize = 6;

/// Which kind of field a token comes from. Its mark leads every token, so a field the caller may not see cannot be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    General,
    Phone,
    Email,
    /// The number that a rule gave: its letters are those of every other record, and find none by themselves.
    Number,
}

impl Group {
    pub const ALL: [Group; 4] = [Group::General, Group::Phone, Group::Email, Group::Number];

    pub const fn mark(self) -> char {
        match self {
            Group::General => 'g',
            Group::Phone => 'p',
            Group::Email => 'e',
            Group::Number => 'n',
        }
    }

    /// `word` as it stands in the index for this group.
    pub(super) fn token(self, word: &str) -> String {
        std::iter::once(self.mark()).chain(word.chars().take(LONGEST)).collect()
    }
}

/// The tokens of a record's searchable texts. Letters and digits only, so they need no quoting in either engine.
pub fn tokens(parts: &[(Group, &str)]) -> BTreeSet<String> {
    let mut out = Tokens(BTreeSet::new());
    for &(group, text) in parts {
        match group {
            Group::Phone => out.phone(&normalise(text)),
            Group::Email => out.email(&normalise(text)),
            Group::Number => out.numbered(&normalise(text)),
            Group::General => {}
        }
    }
    for (_, text) in parts.iter().filter(|(group, _)| *group == Group::General) {
        if out.is_full() {
            break;
        }
        out.general(text);
    }
    out.0
}

struct Tokens(BTreeSet<String>);

impl Tokens {
    fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }

    fn add(&mut self, group: Group, word: &str) {
        if !self.is_full() && !word.is_empty() {
            self.0.insert(group.token(word));
        }
    }

    fn general(&mut self, text: &str) {
        // What lies beyond cannot get in: every character but blanks makes a token.
        let end = text.char_indices().nth(16 * MOST).map_or(text.len(), |(at, _)| at);
        let normal = normalise(&text[..end]);
        let mut spell = Vec::new();
        for piece in scan(&normal) {
            match piece {
                Piece::Cjk(run) => {
                    self.bigrams(run);
                    spell.push(run);
                }
                Piece::Number(text) => {
                    for word in words(text) {
                        self.add(Group::General, word);
                    }
                    if let Some(number) = number(text) {
                        self.number(Group::General, &number);
                    }
                }
                Piece::Chunk(chunk) => self.chunk(Group::General, chunk),
            }
            if self.is_full() {
                return;
            }
        }
        let mut left = SPELLED_TEXT;
        for run in spell {
            let mut run = run.chars().peekable();
            while run.peek().is_some() && left > 0 {
                // Kana and Hangul have no pinyin: they part the run.
                let readable: Vec<char> =
                    std::iter::from_fn(|| run.next_if(|&c| !readings(c).first.is_empty())).collect();
                if readable.is_empty() {
                    run.next();
                    continue;
                }
                let taken = readable.len().min(SPELLED_RUN).min(left);
                left -= taken;
                self.pinyin(&readable[..taken]);
            }
        }
    }

    fn chunk(&mut self, group: Group, chunk: &str) {
        let mut count = 0;
        for word in words(chunk) {
            self.add(group, word);
            count += 1;
        }
        if count > 1 {
            self.add(group, &joined(chunk));
        }
    }

    fn numbered(&mut self, normal: &str) {
        for piece in scan(normal) {
            match piece {
                Piece::Cjk(run) => self.bigrams(run),
                Piece::Number(chunk) | Piece::Chunk(chunk) => self.chunk(Group::Number, chunk),
            }
        }
    }

    /// Each two neighbours, and the last character alone: with one character a prefix, any part of the run is found.
    fn bigrams(&mut self, run: &str) {
        let chars: Vec<char> = run.chars().map(simplify).collect();
        for at in 0..chars.len() {
            let pair: String = chars[at..(at + 2).min(chars.len())].iter().collect();
            self.add(Group::General, &pair);
        }
    }

    /// Full pinyin and initials from each syllable to the end of the run: a prefix of one of them is any part of the name.
    fn pinyin(&mut self, run: &[char]) {
        for way in ways(run) {
            let mut spelled = String::new();
            let mut initials = String::new();
            for syllable in way.iter().rev() {
                spelled.insert_str(0, syllable);
                initials.insert_str(0, &syllable[..1]);
                self.add(Group::General, &spelled);
                self.add(Group::General, &initials);
            }
        }
    }

    fn phone(&mut self, normal: &str) {
        for number in numbers(normal) {
            self.number(Group::Phone, &number);
        }
    }

    /// Every end of the number from four digits on, so that any four digits in a row are found; and it with its country code.
    fn number(&mut self, group: Group, (normal, bare): &(String, String)) {
        for number in [normal, bare] {
            let number = &number[..number.len().min(PHONE)];
            self.add(group, number);
            for at in 1..=number.len().saturating_sub(4) {
                self.add(group, &number[at..]);
            }
        }
        if !normal.starts_with("00") {
            self.add(group, &format!("86{}", normal.strip_prefix('0').unwrap_or(normal)));
        }
    }

    fn email(&mut self, normal: &str) {
        for address in normal.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>')) {
            self.chunk(Group::Email, address);
            if let Some((local, domain)) = address.rsplit_once('@') {
                self.add(Group::Email, &joined(local));
                for (at, _) in domain.match_indices('.') {
                    self.add(Group::Email, &joined(&domain[at..]));
                }
                self.add(Group::Email, &joined(domain));
            }
        }
    }
}

/// The ways to read a run, as syllables: the likeliest first, then with other readings of its characters.
fn ways(run: &[char]) -> Vec<Vec<&'static str>> {
    let mut ways: Vec<Vec<&'static str>> = vec![Vec::with_capacity(run.len())];
    for &c in run {
        let readings = readings(c);
        let known = ways.len();
        for other in readings.others.iter().take(READINGS / known) {
            let room = READINGS - ways.len();
            let more: Vec<_> = ways[..known]
                .iter()
                .take(room)
                .map(|way| [way.as_slice(), &[other]].concat())
                .collect();
            ways.extend(more);
        }
        ways[..known].iter_mut().for_each(|way| way.push(readings.first));
    }
    ways.extend(with_phrases(run, &ways[0]));
    ways
}

/// The first way with the readings of known phrases (重庆 is chongqing), if there is one in the run.
fn with_phrases(run: &[char], first: &[&'static str]) -> Option<Vec<&'static str>> {
    let mut way = first.to_vec();
    for (at, pair) in run.windows(2).enumerate() {
        if let Some(syllables) = phrase(pair[0], pair[1]) {
            way[at..at + 2].copy_from_slice(&syllables);
        }
    }
    (way != first).then_some(way)
}
