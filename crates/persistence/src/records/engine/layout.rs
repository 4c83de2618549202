//! What a kind looks like in the database, worked out once from its fields.

use domain::record::SEARCH;
use domain::text::{Group, sort_key, tokens};
use domain::value::{Storage, Type, Val};
use domain::value::{parse_day, parse_id};
use domain::{Field, Instant, Kind};
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, PoisonError, RwLock};

use crate::error::{Error, Result};
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};

/// The columns before this one are kept by the engine: id, version, created_at, updated_at, created_by.
pub const FIRST_OWN: usize = 5;

/// The table of all kinds that firms have made, and the column in which the values of their own fields stand together.
pub const MADE: &str = "custom_records";
const DATA: &str = "data";

/// The table that records of a kind are written to.
pub fn table(kind: &Kind) -> &'static str {
    if kind.made { MADE } else { kind.plural }
}

/// What stands after FROM where records of a kind are read. Both databases look through the inner SELECT.
pub fn source(kind: &Kind) -> Cow<'static, str> {
    match kind.made {
        // The name is a small word: nothing else can become a kind.
        true => Cow::Owned(format!("(SELECT * FROM {MADE} WHERE kind = '{}')", kind.name)),
        false => Cow::Borrowed(kind.plural),
    }
}

pub struct Layout {
    /// The columns of the fields, in the order a record puts and takes them.
    columns: Vec<String>,
    storage: Vec<Storage>,
    /// How many of them are columns of the table; the rest are members of one.
    own: usize,
    /// Of a kind that a firm has made.
    made: Option<&'static str>,
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
    if kind.made {
        return layout_of_made(kind);
    }
    static LAYOUTS: LazyLock<HashMap<&'static str, Layout>> =
        LazyLock::new(|| domain::KINDS.iter().map(|k| (k.name, Layout::new(k))).collect());
    &LAYOUTS[kind.name]
}

/// Kinds that firms have made stay where they are, so that each is known by its place.
fn layout_of_made(kind: &Kind) -> &'static Layout {
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
    fn new(kind: &Kind) -> Self {
        let (mut columns, mut storage) = (Vec::new(), Vec::new());
        let (mut sorted, mut searched, mut references) = (Vec::new(), Vec::new(), Vec::new());
        let mut own = 0;
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
            if !field.made {
                own = columns.len();
            }
        }
        let (table, source) = (table(kind), source(kind));
        let together = kind.made.then_some(DATA);
        let read = columns[..own].iter().map(String::as_str).chain(together);
        let read = read.map(|c| format!("t.{c}")).collect::<Vec<_>>().join(", ");
        let mut written = vec!["workspace_id".to_owned()];
        written.extend(columns[..own].iter().cloned());
        if kind.made {
            written.extend(["kind", DATA].map(str::to_owned));
        }
        written.extend(sorted.iter().map(|(c, _)| c.clone()));
        let insert = |more: &str| format!("INSERT INTO {table} ({}{more}) VALUES ", written.join(", "));
        let searchable = !searched.is_empty();
        Self {
            select: format!("SELECT {read} FROM {source} t WHERE "),
            insert_pg: insert(if searchable { ", search" } else { "" }),
            insert_sqlite: insert(""),
            index_terms: format!("INSERT INTO {table}_fts (rowid, terms) VALUES ("),
            columns,
            storage,
            own,
            made: kind.made.then_some(kind.name),
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

    /// The rows of such a SELECT: the values of a record, in the order of its fields, then those of the columns that follow.
    pub fn read(&self, tx: &mut Tx, sql: &Sql, more: &[Storage]) -> Result<Vec<Vec<Val>>> {
        if self.made.is_none() && more.is_empty() {
            return tx.rows(sql, &self.storage);
        }
        let mut columns = self.storage[..self.own].to_vec();
        columns.extend(self.made.map(|_| Storage::Json));
        columns.extend(more);
        let rows = tx.rows(sql, &columns)?;
        match self.made {
            None => Ok(rows),
            Some(_) => rows.into_iter().map(|row| self.spread(row)).collect(),
        }
    }

    /// A row with the values that stand together put where the fields are.
    fn spread(&self, mut row: Vec<Val>) -> Result<Vec<Val>> {
        let more = row.split_off(self.own + 1);
        let Some(Val::Json(Json::Object(mut data))) = row.pop() else {
            return Err(Error::internal("the values of a record are no object"));
        };
        for (column, storage) in self.columns.iter().zip(&self.storage).skip(self.own) {
            row.push(
                from_json(data.remove(column), *storage)
                    .ok_or_else(|| Error::internal("a value is of another type"))?,
            );
        }
        row.extend(more);
        Ok(row)
    }

    /// What an INSERT binds for a row: the columns of the table, and the values that stand together.
    pub fn stored(&self, row: &[Val]) -> Vec<Val> {
        let mut values = row[..self.own].to_vec();
        if let Some(kind) = self.made {
            let named = self
                .columns
                .iter()
                .zip(row)
                .skip(self.own)
                .filter(|(_, value)| !value.is_null());
            let data: Map<String, Json> = named.map(|(name, value)| (name.clone(), to_json(value))).collect();
            values.extend([kind.into(), Val::Json(Json::Object(data))]);
        }
        values
    }

    /// Writes what an UPDATE sets for the values that changed: `, column = value` each. Of the values that stand together
    /// only these are written: somebody may have added a field meanwhile.
    pub fn set(&self, sql: &mut Sql, tx: &Tx, row: &[Val], changed: &[usize]) {
        let mut together = Map::new();
        for i in changed {
            if *i < self.own {
                sql.push(format!(", {} = ", self.columns[*i])).bind(row[*i].clone());
            } else {
                together.insert(self.columns[*i].clone(), to_json(&row[*i]));
            }
        }
        if together.is_empty() {
            return;
        }
        let (before, after) = match tx.dialect() {
            Dialect::Pg => ("data || ", ""),
            Dialect::Sqlite => ("json_patch(data, ", ")"),
        };
        sql.push(format!(", {DATA} = {before}"))
            .bind(Val::Json(Json::Object(together)))
            .push(after);
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

fn to_json(value: &Val) -> Json {
    match value {
        Val::Null(_) | Val::Bytes(_) => Json::Null,
        Val::Text(text) => json!(text),
        Val::Int(number) => json!(number),
        Val::Bool(yes) => json!(yes),
        Val::Id(id) => json!(id),
        Val::Instant(at) => json!(at.micros()),
        Val::Day(day) => json!(day.to_string()),
        Val::Json(json) => json.clone(),
        Val::Texts(texts) => json!(texts),
    }
}

fn from_json(json: Option<Json>, storage: Storage) -> Option<Val> {
    let json = json.unwrap_or_default();
    let texts = |items: &Json| serde_json::from_value::<Vec<String>>(items.clone()).ok();
    Some(match storage {
        // A list that was never given is empty.
        Storage::Texts if json.is_null() => Val::Texts(Vec::new()),
        _ if json.is_null() => Val::Null(storage),
        Storage::Text => Val::Text(json.as_str()?.to_owned()),
        Storage::Int => Val::Int(json.as_i64()?),
        Storage::Bool => Val::Bool(json.as_bool()?),
        Storage::Id => Val::Id(json.as_str().and_then(parse_id)?),
        Storage::Instant => Val::Instant(Instant::from_micros(json.as_i64()?)?),
        Storage::Day => Val::Day(json.as_str().and_then(parse_day)?),
        Storage::Json => Val::Json(json),
        Storage::Texts => Val::Texts(texts(&json)?),
        Storage::Bytes => return None,
    })
}

fn group(field: &Field) -> Group {
    match field.ty {
        Type::Phone => Group::Phone,
        Type::Email => Group::Email,
        _ if field.name == "number" => Group::Number,
        _ => Group::General,
    }
}
