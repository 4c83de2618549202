//! Full-text search: the terms of a record, and how a query finds them on either database.

use crate::engine::source;
use crate::engine::{Source, layout};
use crate::error::Result;
use crate::filter;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::policy::Scope;
use domain::text::{Group, Query, query};
use domain::value::{Storage, Val};
use domain::{Id, Kind};

/// Up to this many hits are sorted.
const RARE: i64 = 2_000;
/// Up to this many are listed, and met when walking along the sort order. To look a single row up costs FTS5 a hundred
/// times what a row of the list does, so that is left to terms that nearly every row has.
const FREQUENT: i64 = 100_000;
/// For readers who do not see every searched field: as many of the latest hits are looked at to see which they may find.
const LOOKED_AT: i64 = 5_000;

/// What a search adds to the conditions of a list.
pub enum Plan {
    Everything,
    /// PostgreSQL chooses where to start from.
    Pg(String),
    /// PostgreSQL: start from the hits. It takes them for evenly spread; where the newest rows of a list are none (after an
    /// import of something else, say), it walked past all of these.
    HitsFirst(String),
    /// SQLite: few hits, so start from them.
    FewHits(String),
    /// SQLite: many hits, so walk along the list and see which rows are among them.
    ManyHits(String),
    /// SQLite: hits everywhere, so walk along the list and look each row up.
    HitsEverywhere(String),
    /// These rows, and no others.
    Rows(Vec<Id>),
}

/// None where the text has nothing to search for, so that nothing is found.
pub fn plan(tx: &mut Tx, scope: &Scope, kind: &'static Kind, q: Option<&str>) -> Result<Option<Plan>> {
    let Some(q) = q else { return Ok(Some(Plan::Everything)) };
    if !kind.is_searchable() {
        return Ok(None);
    }
    // What the reader does not see is not found either. The index knows groups of fields apart, not single fields.
    let unseen = scope.unsearchable();
    let searched = &layout(kind).searched;
    let seen = |group: &Group| {
        searched
            .iter()
            .any(|(_, field, g)| g == group && !unseen.contains(field))
    };
    let groups: Vec<Group> = Group::ALL.into_iter().filter(seen).collect();
    let Some(query) = query(q, &groups) else {
        return Ok(None);
    };
    let plan = by_index(tx, kind, &query)?;
    let in_part = |(_, field, group): &(Source, &str, Group)| unseen.contains(field) && groups.contains(group);
    if searched.iter().any(in_part) {
        return Ok(Some(Plan::Rows(hits_in_visible_fields(
            tx, scope, kind, &query, &plan,
        )?)));
    }
    Ok(Some(plan))
}

/// The latest hits whose fields that the reader sees have the words.
fn hits_in_visible_fields(
    tx: &mut Tx,
    scope: &Scope,
    kind: &'static Kind,
    query: &Query,
    plan: &Plan,
) -> Result<Vec<Id>> {
    let (layout, dialect) = (layout(kind), tx.dialect());
    let mut sql = Sql::new(layout.select.as_str()).ad_hoc();
    filter::scope(&mut sql, dialect, scope);
    plan.condition(&mut sql, dialect, kind);
    sql.push(" ORDER BY t.updated_at DESC, t.id DESC LIMIT ")
        .bind(LOOKED_AT);
    let rows = layout.read(tx, &sql, &[])?;
    let found = rows
        .iter()
        .filter(|row| query.is_in(&layout.tokens_without(row, scope.unsearchable())));
    Ok(found
        .filter_map(|row| match &row[0] {
            Val::Id(id) => Some(*id),
            _ => None,
        })
        .collect())
}

fn by_index(tx: &mut Tx, kind: &Kind, query: &Query) -> Result<Plan> {
    Ok(match tx.dialect() {
        Dialect::Pg if tx.is_again() => Plan::HitsFirst(query.to_tsquery()),
        Dialect::Pg => Plan::Pg(query.to_tsquery()),
        Dialect::Sqlite => {
            let query = query.to_fts5();
            let table = kind.table;
            let sql = Sql::new(format!(
                "SELECT count(*) FROM (SELECT 1 FROM {table}_fts WHERE {table}_fts MATCH "
            ))
            .value(query.as_str())
            .text(" LIMIT ")
            .value(FREQUENT)
            .text(")");
            let hits: i64 = tx.value(&sql)?.unwrap_or(0);
            match hits {
                ..RARE => Plan::FewHits(query),
                RARE..FREQUENT => Plan::ManyHits(query),
                _ => Plan::HitsEverywhere(query),
            }
        }
    })
}

impl Plan {
    pub fn condition(&self, sql: &mut Sql, dialect: Dialect, kind: &Kind) {
        let table = kind.table;
        match self {
            Self::Everything => {}
            Self::Pg(query) => {
                sql.push(" AND t.search @@ (")
                    .bind(query.as_str())
                    .push(")::text::tsquery");
            }
            Self::HitsFirst(query) => {
                sql.push(format!(" AND t.id IN (SELECT id FROM {table} WHERE search @@ ("));
                sql.bind(query.as_str()).push(")::text::tsquery OFFSET 0)");
            }
            Self::Rows(ids) => {
                sql.push(" AND t.id");
                filter::one_of_ids(sql, dialect, ids);
            }
            Self::FewHits(query) => {
                sql.push(format!(
                    " AND t.rid IN (SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH "
                ));
                sql.bind(query.as_str()).push(")");
            }
            Self::ManyHits(query) => {
                // The plus keeps the planner from starting with the hits.
                sql.push(format!(
                    " AND +t.rid IN (SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH "
                ));
                sql.bind(query.as_str()).push(")");
            }
            Self::HitsEverywhere(query) => {
                sql.push(format!(
                    " AND EXISTS (SELECT 1 FROM {table}_fts WHERE rowid = t.rid AND {table}_fts MATCH "
                ));
                sql.bind(query.as_str()).push(")");
            }
        }
    }
}

/// SQLite keeps the terms in a table of their own; they follow the record in the same transaction.
pub(crate) fn store_terms(tx: &mut Tx, kind: &Kind, workspace: Id, id: Id, terms: &[String]) -> Result<()> {
    let table = kind.table;
    let sql = Sql::new(format!("UPDATE {table}_fts SET terms = "))
        .value(terms.join(" "))
        .text(format!(" WHERE rowid = (SELECT rid FROM {table} WHERE workspace_id = "))
        .value(workspace)
        .text(" AND id = ")
        .value(id)
        .text(")");
    tx.execute(&sql)?;
    Ok(())
}

/// A hit of the search over all kinds.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub kind: &'static str,
    pub id: Id,
    pub title: Option<String>,
    /// Kind and id of what it belongs to, as far as that was asked for; the nearest first.
    pub parents: Vec<(&'static str, Id)>,
}

/// The latest hits among the records of a kind, with those of its `parents` (field and kind) that are told.
pub fn hits(
    tx: &mut Tx,
    scope: &Scope,
    kind: &'static Kind,
    parents: &[(&'static str, &'static str)],
    q: &str,
    limit: u32,
) -> Result<Vec<Hit>> {
    let Some(plan) = plan(tx, scope, kind, Some(q))? else {
        return Ok(Vec::new());
    };
    let dialect = tx.dialect();
    let mut columns = format!("t.id, t.{}", kind.title);
    let mut storage = vec![Storage::Id, Storage::Text];
    for (field, _) in parents {
        columns.push_str(&format!(", t.{field}"));
        storage.push(Storage::Id);
    }
    let mut sql = Sql::new(format!("SELECT {columns} FROM {} t WHERE ", source(kind))).ad_hoc();
    filter::scope(&mut sql, dialect, scope);
    plan.condition(&mut sql, dialect, kind);
    sql.push(" ORDER BY t.updated_at DESC, t.id DESC LIMIT ")
        .bind(i64::from(limit));
    tx.rows(&sql, &storage)?
        .into_iter()
        .map(|row| {
            let mut values = row.into_iter();
            let id = match values.next() {
                Some(Val::Id(id)) => id,
                _ => return Err(crate::Error::internal("a hit has no id")),
            };
            let title = match values.next() {
                Some(Val::Text(title)) => Some(title),
                _ => None,
            };
            let parents = parents.iter().zip(values).filter_map(|((_, kind), value)| match value {
                Val::Id(id) => Some((*kind, id)),
                _ => None,
            });
            Ok(Hit {
                kind: kind.name,
                id,
                title,
                parents: parents.collect(),
            })
        })
        .collect()
}
