//! What a kind looks like in the database, worked out once from its fields.

use domain::record::SEARCH;
use domain::text::{Group, sort_key, tokens};
use domain::value::{Storage, Type, Val};
use domain::{Field, Kind};
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// The columns before this one are kept by the engine: id, version, created_at, updated_at, created_by.
pub const FIRST_OWN: usize = 5;

pub struct Layout {
    /// The columns of the fields, in the order a record puts and takes them.
    pub columns: Vec<String>,
    pub storage: Vec<Storage>,
    /// `SELECT … FROM … t WHERE `
    pub select: String,
    /// `INSERT … VALUES `
    pub insert_pg: String,
    pub insert_sqlite: String,
    /// `INSERT INTO …_fts (rowid, terms) VALUES (`
    pub index_terms: String,
    pub searchable: bool,
    /// Sort-key columns, each with the index of the column it is made from.
    pub sorted: Vec<(String, usize)>,
    /// Searched columns, the field of each, and the group its tokens are marked with.
    pub searched: Vec<(usize, &'static str, Group)>,
    pub references: Vec<(usize, &'static Field)>,
}

pub fn layout(kind: &Kind) -> &'static Layout {
    static LAYOUTS: LazyLock<HashMap<&'static str, Layout>> =
        LazyLock::new(|| domain::KINDS.iter().map(|k| (k.name, Layout::new(k))).collect());
    &LAYOUTS[kind.name]
}

impl Layout {
    fn new(kind: &'static Kind) -> Self {
        let (mut columns, mut storage) = (Vec::new(), Vec::new());
        let (mut sorted, mut searched, mut references) = (Vec::new(), Vec::new(), Vec::new());
        for field in kind.fields {
            let first = columns.len();
            if field.has_sort_key() {
                sorted.push((field.sort_column().0, first));
            }
            if field.can(SEARCH) {
                searched.push((first, field.name, group(field)));
            }
            if field.refers.is_some() {
                references.push((first, field));
            }
            for (suffix, stored) in field.columns() {
                columns.push(format!("{}{suffix}", field.name));
                storage.push(*stored);
            }
        }
        let table = kind.plural;
        let read = columns.iter().map(|c| format!("t.{c}")).collect::<Vec<_>>().join(", ");
        let mut written = vec!["workspace_id".to_owned()];
        written.extend(columns.iter().cloned());
        written.extend(sorted.iter().map(|(c, _)| c.clone()));
        let insert = |more: &str| format!("INSERT INTO {table} ({}{more}) VALUES ", written.join(", "));
        let searchable = !searched.is_empty();
        Self {
            select: format!("SELECT {read} FROM {table} t WHERE "),
            insert_pg: insert(if searchable { ", search" } else { "" }),
            insert_sqlite: insert(""),
            index_terms: format!("INSERT INTO {table}_fts (rowid, terms) VALUES ("),
            columns,
            storage,
            searchable,
            sorted,
            searched,
            references,
        }
    }

    /// `select` with one more column at the end.
    pub fn select_with(&self, column: &str) -> String {
        self.select.replacen(" FROM ", &format!(", t.{column} FROM "), 1)
    }

    /// The sort keys of a row, in the order of `sorted`.
    pub fn sort_keys<'a>(&'a self, row: &'a [Val]) -> impl Iterator<Item = Val> + 'a {
        self.sorted.iter().map(|(_, source)| match &row[*source] {
            Val::Text(text) => Val::Text(sort_key(text)),
            _ => Val::Null(Storage::Text),
        })
    }

    /// The search tokens of a row.
    pub fn tokens(&self, row: &[Val]) -> Vec<String> {
        self.tokens_without(row, &[]).into_iter().collect()
    }

    /// The search tokens of a row, but those of some fields.
    pub fn tokens_without(&self, row: &[Val], fields: &[&str]) -> BTreeSet<String> {
        let parts: Vec<(Group, &str)> = self
            .searched
            .iter()
            .filter(|(_, field, _)| !fields.contains(field))
            .filter_map(|(source, _, group)| match &row[*source] {
                Val::Text(text) => Some((*group, text.as_str())),
                _ => None,
            })
            .collect();
        tokens(&parts)
    }
}

fn group(field: &Field) -> Group {
    match field.ty {
        Type::Phone => Group::Phone,
        Type::Email => Group::Email,
        _ if field.name == "number" => Group::Number,
        _ => Group::General,
    }
}
