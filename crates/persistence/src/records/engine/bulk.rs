//! Many records at once by what names them: for files, whose rows name records instead of giving ids.

use super::any::Hold;
use super::layout;
use super::source;
use crate::error::{Error, Result};
use crate::filter;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::policy::Scope;
use domain::text::sort_key;
use domain::value::Storage;
use domain::{AnyRecord, Id, Kind};

/// The records whose name sorts like one of these: those so called, in any case and width, and a few more. The caller
/// compares the names themselves.
pub fn find_named(
    tx: &mut Tx,
    scope: &Scope,
    kind: &'static Kind,
    names: &[&str],
    hold: Hold,
) -> Result<Vec<AnyRecord>> {
    find_by_texts(tx, scope, kind, &sort_column(kind), sort_keys(names), hold)
}

/// The records with one of these values in a text field.
pub fn find_with(
    tx: &mut Tx,
    scope: &Scope,
    kind: &'static Kind,
    field: &str,
    values: &[&str],
    hold: Hold,
) -> Result<Vec<AnyRecord>> {
    let values = values.iter().map(|v| (*v).to_owned()).collect();
    find_by_texts(tx, scope, kind, checked(kind, field)?, values, hold)
}

fn find_by_texts(
    tx: &mut Tx,
    scope: &Scope,
    kind: &'static Kind,
    column: &str,
    texts: Vec<String>,
    hold: Hold,
) -> Result<Vec<AnyRecord>> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let layout = layout(kind);
    let dialect = tx.dialect();
    let mut sql = Sql::new(layout.select.as_str());
    filter::scope(&mut sql, dialect, scope);
    sql.push(format!(" AND t.{column}"));
    filter::one_of_texts(&mut sql, dialect, texts);
    hold.write(&mut sql, dialect);
    let rows = layout.read(tx, &sql, &[])?;
    Ok(rows.into_iter().map(|values| AnyRecord::new(kind, values)).collect())
}

/// What a record is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub id: Id,
    pub name: String,
}

/// As `find_named`, telling only what identifies the records.
pub fn named(tx: &mut Tx, scope: &Scope, kind: &Kind, names: &[&str]) -> Result<Vec<Name>> {
    let mut sql = names_of(kind, kind.title);
    filter::scope(&mut sql, tx.dialect(), scope);
    sql.push(format!(" AND t.{}", sort_column(kind)));
    filter::one_of_texts(&mut sql, tx.dialect(), sort_keys(names));
    Ok(take_names(tx, &sql)?.into_iter().map(|(_, name)| name).collect())
}

/// As `find_with`, telling only what identifies the records, each with the value it was found by.
pub fn named_by(
    tx: &mut Tx,
    scope: &Scope,
    kind: &Kind,
    field: &str,
    values: &[String],
) -> Result<Vec<(String, Name)>> {
    let field = checked(kind, field)?;
    let mut sql = names_of(kind, field);
    filter::scope(&mut sql, tx.dialect(), scope);
    sql.push(format!(" AND t.{field}"));
    filter::one_of_texts(&mut sql, tx.dialect(), values.to_vec());
    take_names(tx, &sql)
}

/// Records whose name begins like this one, at most `limit`: where to look for what was perhaps meant.
pub fn names_near(tx: &mut Tx, scope: &Scope, kind: &Kind, name: &str, limit: u32) -> Result<Vec<Name>> {
    let column = sort_column(kind);
    let start: String = sort_key(name).chars().take(2).collect();
    let mut sql = names_of(kind, kind.title);
    filter::scope(&mut sql, tx.dialect(), scope);
    sql.push(format!(" AND t.{column} >= "))
        .bind(start.as_str())
        .push(format!(" AND t.{column} < "))
        .bind(format!("{start}\u{10fffd}"))
        .push(format!(" ORDER BY t.{column}, t.id LIMIT "))
        .bind(i64::from(limit));
    Ok(take_names(tx, &sql)?.into_iter().map(|(_, name)| name).collect())
}

fn names_of(kind: &Kind, field: &str) -> Sql {
    Sql::new(format!(
        "SELECT t.{field}, t.id, t.{} FROM {} t WHERE ",
        kind.title,
        source(kind)
    ))
}

fn take_names(tx: &mut Tx, sql: &Sql) -> Result<Vec<(String, Name)>> {
    tx.all(sql, &[Storage::Text, Storage::Id, Storage::Text], |row| {
        let value = row.get()?;
        let (id, name) = (row.get()?, row.get()?);
        Ok((value, Name { id, name }))
    })
}

fn sort_column(kind: &Kind) -> String {
    format!("{}_sort", kind.title)
}

fn sort_keys(names: &[&str]) -> Vec<String> {
    let mut keys: Vec<String> = names.iter().map(|n| sort_key(n)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Only a declared text field becomes part of a statement.
fn checked(kind: &Kind, field: &str) -> Result<&'static str> {
    kind.field(field)
        .filter(|f| f.ty.is_text())
        .map(|f| f.name)
        .ok_or_else(|| Error::internal("no such text field"))
}
