//! What is looked up for a text the user typed.

use std::collections::BTreeSet;

use super::{
    fold::{normalise, simplify},
    scan::{Piece, joined, number, scan, words},
    token::Group,
};

/// Most terms of one query; what is typed beyond them is not looked at.
const MOST: usize = 16;

/// All of its terms must be in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub terms: Vec<Term>,
}

/// One of these words must be in the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub any: Vec<Word>,
}

/// A token of the index, or the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub token: String,
    pub prefix: bool,
}

/// The query for a typed text over the groups the caller may see. `None` if nothing can match: there is no letter or digit in
/// it, or a part of it could only be in a group that is hidden. The answer is then an empty list, not the whole one.
pub fn query(q: &str, groups: &[Group]) -> Option<Query> {
    let mut terms: Vec<Term> = Vec::new();
    let mut reachable = true;
    let mut push = |any: Vec<Word>| {
        reachable &= !any.is_empty();
        let term = Term { any };
        if terms.len() < MOST && !terms.contains(&term) {
            terms.push(term);
        }
    };
    let start = q.char_indices().nth(1024).map_or(q, |(at, _)| &q[..at]);
    let normal = normalise(start);
    for piece in scan(&normal) {
        match piece {
            Piece::Cjk(run) => {
                let chars: Vec<char> = run.chars().map(simplify).collect();
                let prefix = chars.len() == 1;
                for pair in chars.chunks(1).filter(|_| prefix).chain(chars.windows(2)) {
                    let word: String = pair.iter().collect();
                    push(in_groups(groups, &[Group::General], &word, prefix));
                }
            }
            Piece::Number(text) => push(in_number(groups, text)),
            Piece::Chunk(chunk) if is_address(chunk) => push(in_text(groups, &joined(chunk), false)),
            Piece::Chunk(chunk) => {
                let numbered = chunk.bytes().any(|b| b.is_ascii_digit());
                for word in words(chunk) {
                    if word.bytes().all(|b| b.is_ascii_digit()) {
                        push(in_number(groups, word));
                    } else {
                        push(in_text(groups, word, numbered));
                    }
                }
            }
        }
    }
    (reachable && !terms.is_empty()).then_some(Query { terms })
}

/// An e-mail address, or the beginning of one: looked up as a whole, since its words are in many others.
fn is_address(chunk: &str) -> bool {
    chunk.find('@').is_some_and(|at| words(&chunk[..at]).next().is_some())
}

/// Letters alone are not looked for in the numbers of records, which all begin with the same; beside digits they are.
fn in_text(groups: &[Group], word: &str, numbered: bool) -> Vec<Word> {
    let able = [Group::General, Group::Email, Group::Number];
    in_groups(groups, if numbered { &able } else { &able[..2] }, word, true)
}

fn in_number(groups: &[Group], text: &str) -> Vec<Word> {
    let Some((normal, bare)) = number(text) else {
        return Vec::new();
    };
    let mut any = in_groups(groups, &Group::ALL, &bare, true);
    if normal != bare && !normal.is_empty() {
        any.extend(in_groups(groups, &[Group::General, Group::Phone], &normal, true));
    }
    any
}

fn in_groups(visible: &[Group], able: &[Group], word: &str, prefix: bool) -> Vec<Word> {
    able.iter()
        .filter(|group| visible.contains(group))
        .map(|group| Word {
            token: group.token(word),
            prefix,
        })
        .collect()
}

impl Query {
    /// For PostgreSQL, to be cast by `::tsquery` (`to_tsquery()` would stem it): `('gabc':* | 'eabc':*) & 'g张三'`.
    pub fn to_tsquery(&self) -> String {
        self.write(" & ", " | ", |word| {
            format!("'{}'{}", word.token, if word.prefix { ":*" } else { "" })
        })
    }

    /// For FTS5's `MATCH`: `("gabc"* OR "eabc"*) AND "g张三"`.
    pub fn to_fts5(&self) -> String {
        self.write(" AND ", " OR ", |word| {
            format!("\"{}\"{}", word.token, if word.prefix { "*" } else { "" })
        })
    }

    /// Whether a record with these tokens is found.
    pub fn is_in(&self, tokens: &BTreeSet<String>) -> bool {
        let has = |word: &Word| {
            let first = tokens.range(word.token.clone()..).next();
            first.is_some_and(|token| *token == word.token || (word.prefix && token.starts_with(&word.token)))
        };
        self.terms.iter().all(|term| term.any.iter().any(has))
    }

    fn write(&self, and: &str, or: &str, word: impl Fn(&Word) -> String) -> String {
        let terms = self.terms.iter().map(|term| {
            let words: Vec<String> = term.any.iter().map(&word).collect();
            if words.len() == 1 {
                words.concat()
            } else {
                format!("({})", words.join(or))
            }
        });
        terms.collect::<Vec<_>>().join(and)
    }
}
