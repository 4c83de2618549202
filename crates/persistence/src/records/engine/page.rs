//! Pages of a list: filter, search, sort and keyset in one statement, or two where the rows without a value begin.

use super::layout::with_column;
use super::{Told, layout, source, wire};
use crate::error::{Error, Result};
use crate::filter::{self, Rows};
use crate::search;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::custom::Custom;
use domain::policy::{Fields, Scope};
use domain::query::{Count, Cursor, List};
use domain::record::Ownership;
use domain::value::{Storage, Type, Val};
use domain::{AnyRecord, Field, Id, Kind};
use std::collections::HashMap;

/// An estimate counts no further than this.
const ESTIMATE_TO: i64 = 10_000;

#[derive(Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub next: Option<String>,
    pub count: Option<i64>,
}

/// What is read of the rows of a list.
struct Wanted<'a, T> {
    /// `SELECT … FROM … t WHERE `
    select: &'a str,
    columns: &'a [Storage],
    take: fn(&'static Kind, Vec<Val>) -> T,
    id: fn(&T) -> Id,
}

/// A page of records that the scope lets see. Rows without a value in the sort field come last in both directions, so
/// that they are read by the same index on both databases.
pub fn list(tx: &mut Tx, scope: &Scope, kind: &'static Kind, list: &List) -> Result<Page<AnyRecord>> {
    let rows = filter::rows(tx, kind, scope)?;
    list_by(tx, scope, kind, list, rows)
}

/// As `list`, where it is known how to come to the rows.
pub fn list_by(tx: &mut Tx, scope: &Scope, kind: &'static Kind, list: &List, rows: Rows) -> Result<Page<AnyRecord>> {
    let layout = layout(kind);
    let wanted = Wanted {
        select: &layout.select,
        columns: &layout.storage,
        take: AnyRecord::new,
        id: AnyRecord::id,
    };
    page(tx, scope, kind, list, rows, &wanted)
}

/// The same as it is told, for who sees all of the records; none where some have to be put together.
pub fn list_told(tx: &mut Tx, scope: &Scope, fields: &Fields, list: &List) -> Result<Option<Page<Told>>> {
    let kind = fields.kind();
    let layout = layout(kind);
    if layout.mark.is_none() || !fields.shows_all() {
        return Ok(None);
    }
    let rows = filter::rows(tx, kind, scope)?;
    let wanted = Wanted {
        select: &layout.select_wire,
        columns: &wire::STORAGE,
        take: |kind, row| wire::read(super::layout(kind), row),
        id: |told: &Option<Told>| told.as_ref().map(|told| told.id).unwrap_or_default(),
    };
    let found = page(tx, scope, kind, list, rows, &wanted)?;
    let Some(rows) = found.rows.into_iter().collect::<Option<Vec<Told>>>() else {
        return Ok(None);
    };
    wire::compare(tx, scope, kind, &rows)?;
    Ok(Some(Page {
        rows,
        next: found.next,
        count: found.count,
    }))
}

/// How to come to the rows that a scope lets see: asked once where page after page is read.
pub fn way_to(tx: &mut Tx, scope: &Scope, kind: &'static Kind) -> Result<Rows> {
    filter::rows(tx, kind, scope)
}

/// The values of some fields of the records of a list, without the rest: the id, then those of the fields' columns.
pub fn list_columns(
    tx: &mut Tx,
    scope: &Scope,
    kind: &'static Kind,
    list: &List,
    fields: &[&'static Field],
    rows: Rows,
) -> Result<Page<Vec<Val>>> {
    let (mut names, mut storage) = ("t.id".to_owned(), vec![Storage::Id]);
    for field in fields {
        for (suffix, stored) in field.columns() {
            names.push_str(&format!(", t.{}{suffix}", field.stored_as()));
            storage.push(*stored);
        }
    }
    let wanted = Wanted {
        select: &format!("SELECT {names} FROM {} t WHERE ", source(kind)),
        columns: &storage,
        take: |_, row| row,
        id: |row: &Vec<Val>| match row.first() {
            Some(Val::Id(id)) => *id,
            _ => Id::default(),
        },
    };
    page(tx, scope, kind, list, rows, &wanted)
}

fn page<T>(
    tx: &mut Tx,
    scope: &Scope,
    kind: &'static Kind,
    list: &List,
    rows: Rows,
    read: &Wanted<'_, T>,
) -> Result<Page<T>> {
    let (column, storage) = list.sort.field.sort_column();
    let total = match list.count {
        Count::No => None,
        wanted => Some(count(tx, scope, kind, list, wanted)?),
    };
    let none = Page {
        rows: Vec::new(),
        next: None,
        count: total,
    };
    let Some(search) = search::plan(tx, scope, kind, list.q.as_deref())? else {
        return Ok(none);
    };
    let wanted = list.limit as usize + 1;
    // Custom fields are sorted by their index; whoever has no value is not in it.
    let custom = list.sort.field.custom;
    let nullable = list.sort.field.nullable || custom.is_some();
    let narrowest = filter::narrowest(tx, scope, list.filter.as_ref())?;
    let among_nulls = matches!(&list.after, Some(Cursor { key: Val::Null(_), .. }));
    let mut found: Vec<(T, Val)> = Vec::new();
    let columns = [read.columns, &[storage]].concat();
    for nulls in [false, true] {
        if (nulls && (!nullable || found.len() >= wanted)) || (!nulls && among_nulls) {
            continue;
        }
        let missing = i64::try_from(wanted - found.len()).unwrap_or(i64::MAX);
        let order = Order { list, nulls, missing };
        let dialect = tx.dialect();
        let mut sql = match custom {
            Some(custom) => sorted_by_custom(dialect, read.select, custom, &column, nulls, scope),
            None => Sql::new(with_column(read.select, &format!("t.{column}"))),
        };
        let plain = list.filter.is_none() && list.q.is_none() && custom.is_none();
        if !plain {
            sql = sql.ad_hoc();
        }
        match rows {
            Rows::Any => filter::scope(&mut sql, dialect, scope),
            Rows::Walked => filter::scope_walked(&mut sql, dialect, scope),
            Rows::Gathered => {
                // Indexes by owner hold what most lists are sorted by: where nothing else is asked of the rows, only those
                // of the page are looked up.
                sql.push("t.workspace_id = ").bind(scope.workspace());
                sql.push(" AND t.id IN (SELECT v.id FROM (");
                let columns = match custom {
                    Some(_) => "t.id".to_owned(),
                    None => format!("t.id, t.{column} AS sort_key"),
                };
                filter::gathered(&mut sql, dialect, kind, scope, &columns, i64::MAX);
                sql.push(") v");
                if plain {
                    sql.push(" WHERE 1 = 1");
                    order.page(&mut sql, "v.sort_key", "v.id");
                }
                sql.push(")");
            }
        }
        if let Some(leaf) = &narrowest {
            filter::starting_from(&mut sql, dialect, scope, leaf);
        }
        conditions(&mut sql, dialect, kind, list, &search);
        match custom {
            Some(_) if nulls => order.page(&mut sql, "NULL", "t.id"),
            Some(_) => order.page(&mut sql, &format!("v.{column}"), "v.record_id"),
            None => order.page(&mut sql, &format!("t.{column}"), "t.id"),
        }
        for mut row in tx.rows(&sql, &columns)? {
            let key = row.pop().ok_or_else(|| Error::internal("a column is missing"))?;
            found.push(((read.take)(kind, row), key));
        }
    }
    let more = found.len() == wanted;
    found.truncate(list.limit as usize);
    let next = found.last().filter(|_| more).map(|(record, key)| {
        Cursor {
            key: key.clone(),
            id: (read.id)(record),
        }
        .encode(list.fingerprint)
    });
    Ok(Page {
        rows: found.into_iter().map(|(record, _)| record).collect(),
        next,
        count: total,
    })
}

/// Begins a list that is sorted by a custom field: along the index, or past all that is in it.
fn sorted_by_custom(dialect: Dialect, select: &str, custom: &Custom, column: &str, nulls: bool, scope: &Scope) -> Sql {
    if nulls {
        let none = match (dialect, column) {
            (Dialect::Sqlite, _) => "NULL",
            (Dialect::Pg, "sort") => "NULL::text",
            (Dialect::Pg, _) => "NULL::bigint",
        };
        let mut sql = Sql::new(with_column(select, none));
        sql.push("NOT EXISTS (SELECT 1 FROM custom_values v WHERE v.workspace_id = t.workspace_id AND v.record_id = t.id AND v.field_id = ")
            .bind(custom.id)
            .push(") AND ");
        return sql;
    }
    // The order of the two says on SQLite which is gone along; PostgreSQL sees it by itself.
    let index = format!(", v.{column} FROM custom_values v CROSS JOIN ");
    let mut sql = Sql::new(select.replacen(" FROM ", &index, 1));
    sql.push("v.workspace_id = ").bind(scope.workspace());
    sql.push(" AND v.field_id = ").bind(custom.id);
    sql.push(" AND t.id = v.record_id AND ");
    sql
}

/// The rows of a page, in order.
struct Order<'a> {
    list: &'a List,
    /// Whether those without a value in the sort field are meant, or those with one.
    nulls: bool,
    missing: i64,
}

impl Order<'_> {
    fn page(&self, sql: &mut Sql, key: &str, id: &str) {
        let sort = &self.list.sort;
        if sort.field.nullable || sort.field.custom.is_some() {
            sql.push(format!(" AND {key} IS {}NULL", if self.nulls { "" } else { "NOT " }));
        }
        let (beyond, order) = if sort.descending { (" < ", " DESC") } else { (" > ", "") };
        match &self.list.after {
            Some(Cursor {
                key: Val::Null(_),
                id: last,
            }) if self.nulls => {
                sql.push(format!(" AND {id}{beyond}")).bind(*last);
            }
            Some(after) if !self.nulls => {
                sql.push(format!(" AND ({key}, {id}){beyond}(")).bind(after.key.clone());
                sql.push(", ").bind(after.id).push(")");
            }
            _ => {}
        }
        if self.nulls {
            sql.push(format!(" ORDER BY {id}{order}"));
        } else {
            sql.push(format!(" ORDER BY {key}{order}, {id}{order}"));
        }
        sql.push(" LIMIT ").bind(self.missing);
    }
}

fn conditions(sql: &mut Sql, dialect: Dialect, kind: &Kind, list: &List, search: &search::Plan) {
    search.condition(sql, dialect, kind);
    if let Some(tree) = &list.filter {
        sql.push(" AND ");
        filter::filter(sql, dialect, tree);
    }
}

/// How many records a list has; an estimate stops counting at ten thousand.
pub fn count(tx: &mut Tx, scope: &Scope, kind: &'static Kind, list: &List, wanted: Count) -> Result<i64> {
    let Some(search) = search::plan(tx, scope, kind, list.q.as_deref())? else {
        return Ok(0);
    };
    let mut sql = Sql::new(format!("SELECT count(*) FROM (SELECT 1 FROM {} t WHERE ", source(kind))).ad_hoc();
    filter::scope_of_all(&mut sql, tx.dialect(), scope);
    conditions(&mut sql, tx.dialect(), kind, list, &search);
    if wanted == Count::Estimate {
        sql.push(" LIMIT ").bind(ESTIMATE_TO);
    }
    sql.push(") AS counted");
    tx.value(&sql)?.ok_or_else(|| Error::internal("no count"))
}

/// Completes a statement by ` FROM` all rows of a list. None where its words find nothing.
pub(crate) fn from_list(
    tx: &mut Tx,
    mut sql: Sql,
    scope: &Scope,
    kind: &'static Kind,
    list: &List,
) -> Result<Option<Sql>> {
    let Some(search) = search::plan(tx, scope, kind, list.q.as_deref())? else {
        return Ok(None);
    };
    sql.push(format!(" FROM {} t WHERE ", source(kind)));
    filter::scope_of_all(&mut sql, tx.dialect(), scope);
    conditions(&mut sql, tx.dialect(), kind, list, &search);
    Ok(Some(sql))
}

/// The most groups of a list that are told: those with the most records.
const MOST_GROUPS: i64 = 1000;

/// How many records of a list have each value of a field that one may group by; values are told as in JSON, months as `2026-11`.
pub fn groups(
    tx: &mut Tx,
    scope: &Scope,
    kind: &'static Kind,
    list: &List,
    field: &Field,
) -> Result<Vec<(Option<String>, i64)>> {
    let Some(search) = search::plan(tx, scope, kind, list.q.as_deref())? else {
        return Ok(Vec::new());
    };
    let value = group_value(tx.dialect(), field);
    let mut sql = Sql::new(format!("SELECT {value}, count(*) FROM {} t WHERE ", source(kind))).ad_hoc();
    filter::scope_of_all(&mut sql, tx.dialect(), scope);
    conditions(&mut sql, tx.dialect(), kind, list, &search);
    sql.push(" GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ").bind(MOST_GROUPS);
    let told = |value: String| match field.ty {
        Type::Id => Id::parse_str(&value).map(|id| id.to_string()).unwrap_or(value),
        _ => value,
    };
    tx.all(&sql, &[Storage::Text, Storage::Int], |row| {
        let value: Option<String> = row.get()?;
        Ok((value.map(told), row.get()?))
    })
}

/// The text of a value, as SQL.
fn group_value(dialect: Dialect, field: &Field) -> String {
    let column = match (field.custom, dialect) {
        (Some(custom), Dialect::Pg) => format!("(t.custom_fields ->> '{}')", custom.key),
        (Some(custom), Dialect::Sqlite) => format!("(t.custom_fields ->> '$.{}')", custom.key),
        (None, _) => format!("t.{}", field.stored_as()),
    };
    match (field.ty, dialect, field.custom) {
        (Type::Day, Dialect::Pg, None) => format!("to_char({column}, 'YYYY-MM')"),
        (Type::Day, ..) => format!("substr({column}, 1, 7)"),
        (Type::Bool, Dialect::Pg, None) | (Type::Bool, Dialect::Sqlite, _) => {
            format!("CASE {column} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END")
        }
        (Type::Id, Dialect::Pg, None) => format!("{column}::text"),
        (Type::Id, Dialect::Sqlite, None) => format!("hex({column})"),
        _ => column,
    }
}

/// Those of the ids that the scope lets see.
pub fn ids_visible(tx: &mut Tx, scope: &Scope, kind: &Kind, ids: &[Id]) -> Result<Vec<Id>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = visible(tx.dialect(), scope, kind, ids);
    tx.all(&sql, &[Storage::Id], |row| Ok(row.get()?))
}

/// As `ids_visible`, of records that are to be referred to. Where references keep them from being deleted, they stay until
/// the transaction ends: on PostgreSQL a deletion under way at the same time would not see the new reference.
pub fn ids_referable(tx: &mut Tx, scope: &Scope, kind: &Kind, ids: &[Id]) -> Result<Vec<Id>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = visible(tx.dialect(), scope, kind, ids);
    if tx.dialect() == Dialect::Pg && kind.ownership == Ownership::Shared {
        sql.push(" ORDER BY t.id FOR KEY SHARE OF t");
    }
    tx.all(&sql, &[Storage::Id], |row| Ok(row.get()?))
}

/// Nobody else changes these of the records in sight until the transaction ends. On PostgreSQL whoever is to change several
/// begins with this: rows are locked in one order, whatever order they are changed in, so that of two who change the same
/// one waits and not both for each other.
pub fn hold_all(tx: &mut Tx, scope: &Scope, kind: &Kind, ids: &[Id]) -> Result<()> {
    if tx.dialect() == Dialect::Pg && !ids.is_empty() {
        let mut sql = visible(tx.dialect(), scope, kind, ids);
        sql.push(" ORDER BY t.id FOR NO KEY UPDATE OF t");
        tx.rows(&sql, &[Storage::Id])?;
    }
    Ok(())
}

fn visible(dialect: Dialect, scope: &Scope, kind: &Kind, ids: &[Id]) -> Sql {
    let mut sql = Sql::new(format!("SELECT t.id FROM {} t WHERE ", source(kind)));
    filter::scope(&mut sql, dialect, scope);
    match ids {
        [one] => {
            sql.push(" AND t.id = ").bind(*one);
        }
        many => {
            sql.push(" AND t.id");
            filter::one_of_ids(&mut sql, dialect, many);
        }
    }
    sql
}

/// The names of records, for showing references.
pub fn titles(tx: &mut Tx, scope: &Scope, kind: &Kind, ids: &[Id]) -> Result<HashMap<Id, String>> {
    titles_of(tx, scope, kind, ids, filter::scope)
}

/// The names of records in the recycle bin.
pub fn titles_deleted(tx: &mut Tx, scope: &Scope, kind: &Kind, ids: &[Id]) -> Result<HashMap<Id, String>> {
    titles_of(tx, scope, kind, ids, filter::scope_deleted)
}

fn titles_of(
    tx: &mut Tx,
    scope: &Scope,
    kind: &Kind,
    ids: &[Id],
    among: impl Fn(&mut Sql, Dialect, &Scope),
) -> Result<HashMap<Id, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let dialect = tx.dialect();
    let mut sql = Sql::new(format!(
        "SELECT t.id, coalesce(t.{}, '') FROM {} t WHERE ",
        kind.title,
        source(kind)
    ));
    among(&mut sql, dialect, scope);
    sql.push(" AND t.id");
    filter::one_of_ids(&mut sql, dialect, ids);
    tx.all(&sql, &[Storage::Id, Storage::Text], |row| Ok((row.get()?, row.get()?)))
}
