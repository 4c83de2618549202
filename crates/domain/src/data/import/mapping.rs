//! From header names to fields: what each column probably means, how sure that is, and what else it looks like.

use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

use super::closest::{closest, fold};
use super::synonyms;

/// A field that a file may fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldHint {
    pub name: String,
    /// As people see it, in each language; a custom field's own label too.
    pub labels: Vec<String>,
}

impl FieldHint {
    pub fn new<'a>(name: &str, labels: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            name: name.to_owned(),
            labels: labels.into_iter().map(str::to_owned).collect(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Certainty {
    /// The header is the field's name or label.
    Exact,
    /// The header is a usual name of the field.
    Synonym,
    /// Nothing is known by this name.
    None,
}

/// What one column is taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Guess {
    /// Position in the file, from 0.
    pub column: usize,
    /// The header, told apart from others of the same name.
    pub header: String,
    /// The field it fills; none leaves the column out.
    pub field: Option<String>,
    pub certainty: Certainty,
    /// Where `field` is none: the field it looks like, filled by another column or only similar in spelling.
    pub looks_like: Option<String>,
    /// The column that fills `looks_like` instead.
    pub taken_by: Option<usize>,
}

/// Guesses the field of each column. No field is given to two columns: the surer one gets it, then the earlier one, and
/// the other says so in `looks_like`. `kind` is the singular name of the record kind.
pub fn guess(kind: &str, fields: &[FieldHint], headers: &[String]) -> Vec<Guess> {
    let names: Vec<Vec<(usize, Vec<char>)>> = fields.iter().map(|f| names_of(kind, f)).collect();
    let mut guesses: Vec<Guess> = distinct_headers(headers)
        .into_iter()
        .enumerate()
        .map(|(column, header)| Guess {
            column,
            header,
            field: None,
            certainty: Certainty::None,
            looks_like: None,
            taken_by: None,
        })
        .collect();

    // Every pairing that is possible, the surest first.
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (column, header) in headers.iter().enumerate() {
        let keys = keys(header);
        for (field, known) in names.iter().enumerate() {
            let rank = known
                .iter()
                .filter(|(_, name)| keys.contains(name))
                .map(|(rank, _)| *rank)
                .min();
            pairs.extend(rank.map(|rank| (rank, column, field)));
        }
    }
    pairs.sort_unstable();

    let mut rivals: HashMap<usize, usize> = HashMap::new();
    for &(_, column, field) in &pairs {
        rivals.entry(column).or_insert(field);
    }
    let known = all_names(kind, fields);

    let mut filled: Vec<Option<usize>> = vec![None; fields.len()];
    for &(rank, column, field) in &pairs {
        if guesses[column].field.is_none() && filled[field].is_none() {
            filled[field] = Some(column);
            guesses[column].field = Some(fields[field].name.clone());
            guesses[column].certainty = if rank < SYNONYM {
                Certainty::Exact
            } else {
                Certainty::Synonym
            };
        }
    }
    for guess in guesses.iter_mut().filter(|g| g.field.is_none()) {
        let rival = rivals.get(&guess.column).copied();
        let alike = || similar(&known, &headers[guess.column]);
        if let Some(field) = rival.or_else(alike) {
            guess.looks_like = Some(fields[field].name.clone());
            guess.taken_by = filled[field];
        }
    }
    guesses
}

/// Ranks from here on are synonyms.
const SYNONYM: usize = 10;

/// All names of a field with their rank, in folded form.
fn names_of(kind: &str, field: &FieldHint) -> Vec<(usize, Vec<char>)> {
    // What people see goes before what it is called inside: `Job Title` before `Title`.
    let own = field
        .labels
        .iter()
        .map(|l| (0, l.as_str()))
        .chain([(1, field.name.as_str())]);
    let stem = crate::record::stem(&field.name).map(|stem| (1, stem));
    let known = synonyms::of(kind, &field.name)
        .enumerate()
        .map(|(i, name)| (SYNONYM + i, name));
    own.chain(stem)
        .chain(known)
        .map(|(rank, name)| (rank, fold(name)))
        .filter(|(_, name)| !name.is_empty())
        .collect()
}

/// A header in the forms it may be known by: whole, and without what stands in brackets (`金额（元）`, `手机(必填)`).
/// The `*` of a required column, BOM, emoji, direction marks, case, spaces and underscores are folded away.
fn keys(header: &str) -> Vec<Vec<char>> {
    let mut bare = String::new();
    let mut depth = 0usize;
    for c in header.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    // `Amount USD`, `金额/万元`
    let measured = super::number::measured(header).map(|(rest, _)| fold(rest));
    let mut keys = vec![fold(header), fold(&bare)];
    keys.extend(measured);
    keys.retain(|k| !k.is_empty());
    keys.dedup();
    keys
}

/// Every name of every field, with the field.
fn all_names(kind: &str, fields: &[FieldHint]) -> Vec<(usize, String)> {
    let of = |field: &FieldHint| {
        let own = std::iter::once(field.name.clone()).chain(field.labels.iter().cloned());
        own.chain(synonyms::of(kind, &field.name).map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let numbered = fields.iter().enumerate();
    numbered
        .flat_map(|(i, f)| of(f).into_iter().map(move |n| (i, n)))
        .collect()
}

/// The field whose name is a slip of the pen away.
fn similar(known: &[(usize, String)], header: &str) -> Option<usize> {
    let nearest = closest(header, known.iter().map(|(_, n)| n.as_str()))?;
    known.iter().find(|(_, n)| n == nearest).map(|(i, _)| *i)
}

/// The headers, each once: `email`, `email (2)`; a column without a name is called by its number, `#3`.
pub fn distinct_headers(headers: &[String]) -> Vec<String> {
    let mut seen: HashSet<String> = HashSet::new();
    // How often each name was counted up: the next of many equal ones does not begin from the first.
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut distinct = Vec::with_capacity(headers.len());
    for (column, header) in headers.iter().enumerate() {
        let name = match super::cell::clean(header) {
            "" => format!("#{}", column + 1),
            name => name.to_owned(),
        };
        let mut candidate = name.clone();
        if !seen.insert(name.to_lowercase()) {
            let count = counts.entry(name.to_lowercase()).or_insert(1);
            loop {
                *count += 1;
                candidate = format!("{name} ({count})");
                if seen.insert(candidate.to_lowercase()) {
                    break;
                }
            }
        }
        distinct.push(candidate);
    }
    distinct
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
