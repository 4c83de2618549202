//! What a kind looks like in the database, worked out once from its fields.

use domain::custom::{self, Custom};
use domain::record::SEARCH;
use domain::text::{Group, sort_key, tokens};
use domain::value::{Storage, Type, Val};
use domain::{Field, Kind};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, PoisonError, RwLock};

use super::wire;
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;

/// The columns before this one are kept by the engine: id, version, created_at, updated_at, created_by.
pub const FIRST_OWN: usize = 5;

/// What stands after FROM where records of a kind are read. Both databases look through the inner SELECT.
pub fn source(kind: &Kind) -> Cow<'static, str> {
    if !kind.made {
        return Cow::Borrowed(kind.table);
    }
    // Names are small words: nothing else can become a kind.
    let parents: String = kind
        .parents()
        .map(|(name, _)| format!(", parent_id AS {name}"))
        .collect();
    Cow::Owned(format!(
        "(SELECT *{parents} FROM {} WHERE kind = '{}')",
        kind.table, kind.name
    ))
}

pub struct Layout {
    /// The columns of the fields, in the order a record puts and takes them.
    columns: Vec<String>,
    pub storage: Vec<Storage>,
    /// Of a kind that a firm has made: what stands beside the fields in its row.
    made: Option<&'static str>,
    /// `SELECT … FROM … t WHERE `
    pub select: String,
    /// The same of what is kept as it is told.
    pub select_wire: String,
    /// Stands before what is kept as it is told; none where nothing is.
    pub mark: Option<String>,
    /// `INSERT … VALUES `
    pub insert_pg: String,
    pub insert_sqlite: String,
    /// `INSERT INTO …_fts (rowid, terms) VALUES (`
    pub index_terms: String,
    pub searchable: bool,
    /// Sort-key columns, each with the index of the column it is made from.
    pub sorted: Vec<(String, usize)>,
    /// Searched fields: where the value of each stands, and the group its tokens are marked with.
    pub searched: Vec<(Source, &'static str, Group)>,
    pub references: Vec<(Source, &'static Field)>,
    /// Where the values of custom fields stand.
    pub custom: usize,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Column(usize),
    /// Among those of custom fields, under this key.
    Custom(&'static Custom),
}

impl Source {
    /// The value in a row.
    fn of<'a>(self, row: &'a [Val], custom: usize) -> Option<Cow<'a, Val>> {
        match self {
            Self::Column(at) => row.get(at).map(Cow::Borrowed),
            Self::Custom(of) => match &row[custom] {
                Val::Json(values) => of.stored(values.get(of.key)?).map(Cow::Owned),
                _ => None,
            },
        }
    }

    /// Whether it differs where these columns do. Custom fields differ together.
    pub fn is_among(self, changed: &[usize], custom: usize) -> bool {
        match self {
            Self::Column(at) => changed.contains(&at),
            Self::Custom(_) => changed.contains(&custom),
        }
    }
}

pub fn layout(kind: &'static Kind) -> &'static Layout {
    static DECLARED: LazyLock<HashMap<&'static str, Layout>> =
        LazyLock::new(|| domain::KINDS.iter().map(|k| (k.name, Layout::new(k))).collect());
    match domain::kind(kind.name) {
        Some(declared) if std::ptr::eq(declared, kind) => &DECLARED[kind.name],
        _ => layout_of_made(kind),
    }
}

/// What firms have made or added to stays where it is, so that each is known by its place.
fn layout_of_made(kind: &'static Kind) -> &'static Layout {
    static LAYOUTS: LazyLock<RwLock<HashMap<usize, &'static Layout>>> = LazyLock::new(RwLock::default);
    let place = std::ptr::from_ref(kind) as usize;
    if let Some(known) = LAYOUTS.read().unwrap_or_else(PoisonError::into_inner).get(&place) {
        return known;
    }
    let mut layouts = LAYOUTS.write().unwrap_or_else(PoisonError::into_inner);
    layouts
        .entry(place)
        .or_insert_with(|| Box::leak(Box::new(Layout::new(kind))))
}

impl Layout {
    fn new(kind: &'static Kind) -> Self {
        let (mut columns, mut storage) = (Vec::new(), Vec::new());
        let (mut sorted, mut searched, mut references) = (Vec::new(), Vec::new(), Vec::new());
        let mut together = 0;
        for field in kind.fields {
            let first = columns.len();
            let source = field.custom.map_or(Source::Column(first), Source::Custom);
            if field.name == custom::ALL {
                together = first;
            }
            if field.has_sort_key() && field.custom.is_none() {
                sorted.push((field.sort_column().0, first));
            }
            if field.can(SEARCH) {
                searched.push((source, field.name, group(field)));
            }
            if field.refers.is_some() {
                references.push((source, field));
            }
            for (suffix, stored) in field.columns() {
                columns.push(format!("{}{suffix}", field.stored_as()));
                storage.push(*stored);
            }
        }
        let (table, source) = (kind.table, source(kind));
        let read = columns.iter().map(|c| format!("t.{c}")).collect::<Vec<_>>().join(", ");
        let mut written = vec!["workspace_id".to_owned()];
        written.extend(columns.iter().cloned());
        written.extend(kind.made.then(|| "kind".to_owned()));
        written.extend(sorted.iter().map(|(c, _)| c.clone()));
        written.extend(kind.wire.then(|| "wire".to_owned()));
        let insert = |more: &str| format!("INSERT INTO {table} ({}{more}) VALUES ", written.join(", "));
        let searchable = !searched.is_empty();
        Self {
            select: format!("SELECT {read} FROM {source} t WHERE "),
            select_wire: format!("SELECT {} FROM {source} t WHERE ", wire::COLUMNS),
            mark: kind.wire.then(|| wire::mark(kind)),
            insert_pg: insert(if searchable { ", search" } else { "" }),
            insert_sqlite: insert(""),
            index_terms: format!("INSERT INTO {table}_fts (rowid, terms) VALUES ("),
            columns,
            storage,
            made: kind.made.then_some(kind.name),
            searchable,
            sorted,
            searched,
            references,
            custom: together,
        }
    }

    /// `select` with one more column at the end.
    pub fn select_with(&self, column: &str) -> String {
        with_column(&self.select, &format!("t.{column}"))
    }

    /// The rows of such a SELECT: the values of a record, in the order of its fields, then those of the columns that follow.
    pub fn read(&self, tx: &mut Tx, sql: &Sql, more: &[Storage]) -> Result<Vec<Vec<Val>>> {
        if more.is_empty() {
            return tx.rows(sql, &self.storage);
        }
        tx.rows(sql, &[&self.storage, more].concat())
    }

    /// What an INSERT binds for a row.
    pub fn stored<'a>(&'a self, row: &'a [Val]) -> impl Iterator<Item = Val> + 'a {
        row.iter().cloned().chain(self.made.map(Val::from))
    }

    /// Writes what an UPDATE sets for the values that changed: `, column = value` each.
    pub fn set(&self, sql: &mut Sql, row: &[Val], changed: &[usize]) {
        for i in changed {
            sql.push(format!(", {} = ", self.columns[*i])).bind(row[*i].clone());
        }
    }

    /// The value of a reference in a row.
    pub fn value<'a>(&self, source: Source, row: &'a [Val]) -> Cow<'a, Val> {
        source
            .of(row, self.custom)
            .unwrap_or(Cow::Owned(Val::Null(Storage::Id)))
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
        let seen = self.searched.iter().filter(|(_, field, _)| !fields.contains(field));
        let values: Vec<(Group, Cow<Val>)> = seen
            .filter_map(|(source, _, group)| Some((*group, source.of(row, self.custom)?)))
            .collect();
        let parts: Vec<(Group, &str)> = values
            .iter()
            .filter_map(|(group, value)| match &**value {
                Val::Text(text) => Some((*group, text.as_str())),
                _ => None,
            })
            .collect();
        tokens(&parts)
    }
}

/// A SELECT with one more column at the end.
pub fn with_column(select: &str, column: &str) -> String {
    select.replacen(" FROM ", &format!(", {column} FROM "), 1)
}

fn group(field: &Field) -> Group {
    match field.ty {
        Type::Phone => Group::Phone,
        Type::Email => Group::Email,
        _ if field.name == "number" => Group::Number,
        _ => Group::General,
    }
}
