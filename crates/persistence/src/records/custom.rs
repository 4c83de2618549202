//! The index of custom fields: one table for the values of all kinds, typed, of live records only. Filters, sorts and references
//! go by it, and it holds what is unique.

use crate::change::{self as change_log, Entry};
use crate::engine::any::{at_version, stale};
use crate::engine::{layout, source};
use crate::error::Result;
use crate::filter;
use crate::sql::Sql;
use crate::tx::{Dialect, Tx};
use domain::change::ChangeAction;
use domain::custom::{self, Custom};
use domain::policy::Permit;
use domain::text::sort_key;
use domain::value::{Type, Val};
use domain::{AnyRecord, Field, Id, Instant, Issue, Kind, Kinds};
use serde_json::Value as Json;

/// A value as the index has it.
struct Indexed {
    custom: &'static Custom,
    record: Id,
    /// Where it stands among several.
    place: i64,
    text: Option<String>,
    sort: Option<String>,
    number: Option<i64>,
    unique: Option<String>,
}

/// The longest text that is sorted by, in bytes: an index of PostgreSQL holds little more.
const MOST_SORTED: usize = 1_000;

fn cut(mut text: String) -> String {
    let mut end = text.len().min(MOST_SORTED);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

fn indexed(custom: &'static Custom, record: Id, json: &Json) -> Vec<Indexed> {
    let one = |(place, value): (usize, Val)| {
        let (text, number) = match &value {
            Val::Text(text) => (Some(text.clone()), None),
            Val::Id(id) => (Some(id.to_string()), None),
            value => (None, Some(custom::number(value)?)),
        };
        let unique = || text.clone().or(number.map(|number| number.to_string()));
        Some(Indexed {
            custom,
            record,
            place: i64::try_from(place).unwrap_or_default(),
            sort: text.as_deref().map(|text| cut(sort_key(text))),
            unique: custom.unique.then(unique).flatten(),
            text,
            number,
        })
    };
    let values = match custom.value.ty {
        // Read, and neither looked up nor sorted by.
        Type::LongText => None,
        Type::Money => custom.amount(json).map(|amount| vec![Val::Int(amount.base)]),
        _ => custom.stored(json).map(|value| match value {
            Val::Texts(texts) => texts.into_iter().map(Val::from).collect(),
            value => vec![value],
        }),
    };
    values
        .unwrap_or_default()
        .into_iter()
        .enumerate()
        .filter_map(one)
        .collect()
}

/// The values of records of a kind, as the index has them.
fn all<'a>(kind: &'static Kind, records: impl Iterator<Item = &'a AnyRecord>) -> Vec<Indexed> {
    let of = |record: &AnyRecord| {
        let given = kind
            .custom()
            .filter_map(|(_, custom)| Some((custom, record.custom().get(custom.key)?)));
        given
            .flat_map(|(custom, value)| indexed(custom, record.id(), value))
            .collect::<Vec<_>>()
    };
    records.flat_map(of).collect()
}

/// Rows of one INSERT.
const ROWS: usize = 50;

/// Puts records that live from now on into the index.
pub(crate) fn add<'a>(
    tx: &mut Tx,
    permit: &Permit,
    kind: &'static Kind,
    records: impl Iterator<Item = &'a AnyRecord>,
) -> Result<()> {
    if kind.custom().next().is_none() {
        return Ok(());
    }
    let values = all(kind, records);
    store(tx, permit, kind, &values)
}

fn store(tx: &mut Tx, permit: &Permit, kind: &'static Kind, values: &[Indexed]) -> Result<()> {
    free(tx, permit, kind, values)?;
    for some in values.chunks(ROWS) {
        let mut sql = Sql::new(
            "INSERT INTO custom_values (workspace_id, record_id, field_id, place, text, sort, number, single) VALUES ",
        )
        .ad_hoc();
        for (n, value) in some.iter().enumerate() {
            sql.push(if n > 0 { ", (" } else { "(" }).bind(permit.workspace());
            sql.push(", ").bind(value.record).push(", ").bind(value.custom.id);
            sql.push(", ").bind(value.place).push(", ").bind(value.text.clone());
            sql.push(", ").bind(value.sort.clone()).push(", ").bind(value.number);
            sql.push(", ").bind(value.unique.clone()).push(")");
        }
        tx.execute(&sql)?;
    }
    Ok(())
}

/// Refuses a value that another live record has.
fn free(tx: &mut Tx, permit: &Permit, kind: &'static Kind, values: &[Indexed]) -> Result<()> {
    let mut unique: Vec<(&Indexed, &String)> = values
        .iter()
        .filter_map(|value| Some((value, value.unique.as_ref()?)))
        .collect();
    // In one order, so that two who take the same wait for one another and not both for ever.
    unique.sort_by_key(|(value, only)| (value.custom.id, *only));
    for pair in unique.windows(2) {
        let [(one, first), (other, second)] = pair else {
            continue;
        };
        if one.custom.id == other.custom.id && first == second {
            return Err(domain::Error::Conflict(duplicate(kind, one.custom)).into());
        }
    }
    for (value, only) in unique {
        let name = format!("{}:{}:{only}", permit.workspace(), value.custom.id);
        tx.hold(name)?;
        let sql = Sql::new("SELECT record_id FROM custom_values WHERE workspace_id = ")
            .value(permit.workspace())
            .text(" AND field_id = ")
            .value(value.custom.id)
            .text(" AND single = ")
            .value(only.as_str());
        if let Some(holder) = tx.value::<Id>(&sql)?
            && holder != value.record
        {
            let issue = duplicate(kind, value.custom).with(HOLDER, holder);
            return Err(domain::Error::Conflict(issue).into());
        }
    }
    Ok(())
}

/// The name of the parameter of a refusal that says which record has the value. It is shown to nobody: who sees that record
/// is told what it is called.
pub const HOLDER: &str = "holder_id";

fn duplicate(kind: &Kind, custom: &Custom) -> Issue {
    let name = format!("{}{}", custom::PREFIX, custom.key);
    let label = custom.value.label;
    let issue = Issue::at(&name, "duplicate")
        .with("field", custom.key)
        .with("kind", kind.name);
    issue.with("label_zh", label.zh).with("label_en", label.en)
}

/// Brings the index from what a record had to what it has.
pub(crate) fn change(
    tx: &mut Tx,
    permit: &Permit,
    kind: &'static Kind,
    old: &AnyRecord,
    new: &AnyRecord,
) -> Result<()> {
    let mut values = Vec::new();
    for (_, custom) in kind.custom() {
        let (was, is) = (old.custom().get(custom.key), new.custom().get(custom.key));
        if was == is {
            continue;
        }
        if was.is_some() {
            let sql = Sql::new("DELETE FROM custom_values WHERE workspace_id = ")
                .value(permit.workspace())
                .text(" AND record_id = ")
                .value(old.id())
                .text(" AND field_id = ")
                .value(custom.id);
            tx.execute(&sql)?;
        }
        values.extend(is.map(|is| indexed(custom, new.id(), is)).unwrap_or_default());
    }
    store(tx, permit, kind, &values)
}

/// Takes records out of the index that go to the bin.
pub(crate) fn remove(tx: &mut Tx, permit: &Permit, kind: &'static Kind, records: &[Id]) -> Result<()> {
    if kind.custom().next().is_none() || records.is_empty() {
        return Ok(());
    }
    let dialect = tx.dialect();
    let mut sql = Sql::new("DELETE FROM custom_values WHERE workspace_id = ").ad_hoc();
    sql.bind(permit.workspace()).push(" AND record_id");
    filter::one_of_ids(&mut sql, dialect, records);
    tx.execute(&sql)?;
    Ok(())
}

/// A record refers to another no more in this field.
pub(crate) fn forget(tx: &mut Tx, permit: &Permit, field: &Field, record: Id, id: Id) -> Result<()> {
    let Some(custom) = field.custom else { return Ok(()) };
    let sql = Sql::new("DELETE FROM custom_values WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND record_id = ")
        .value(record)
        .text(" AND field_id = ")
        .value(custom.id)
        .text(" AND text = ")
        .value(id.to_string());
    tx.execute(&sql)?;
    Ok(())
}

/// Records of one reading.
const READ: i64 = 500;

/// Makes the index of a field anew: it has come back, or takes values of another type.
pub fn rebuild(tx: &mut Tx, permit: &Permit, kinds: Kinds, kind: &str, field: Id) -> Result<()> {
    let sql = Sql::new("DELETE FROM custom_values WHERE workspace_id = ")
        .value(permit.workspace())
        .text(" AND field_id = ")
        .value(field);
    tx.execute(&sql)?;
    let Some(kind) = kinds.named(kind) else { return Ok(()) };
    let Some((_, custom)) = kind.custom().find(|(_, custom)| custom.id == field) else {
        return Ok(());
    };
    let layout = layout(kind);
    let mut after = Id::nil();
    loop {
        let mut sql = Sql::new(layout.select.as_str());
        sql.push("t.workspace_id = ").bind(permit.workspace());
        sql.push(" AND t.deleted_at IS NULL AND t.id > ").bind(after);
        sql.push(" ORDER BY t.id LIMIT ").bind(READ);
        let rows = layout.read(tx, &sql, &[])?;
        let records: Vec<AnyRecord> = rows.into_iter().map(|row| AnyRecord::new(kind, row)).collect();
        let Some(last) = records.last() else { return Ok(()) };
        after = last.id();
        let of = |record: &AnyRecord| Some(indexed(custom, record.id(), record.custom().get(custom.key)?));
        let values: Vec<Indexed> = records.iter().filter_map(of).flatten().collect();
        store(tx, permit, kind, &values)?;
    }
}

/// How many records there are of a kind, in the bin too.
pub fn total(tx: &mut Tx, permit: &Permit, kind: &'static Kind) -> Result<i64> {
    let sql = Sql::new(format!(
        "SELECT count(*) FROM {} t WHERE t.workspace_id = ",
        source(kind)
    ))
    .value(permit.workspace());
    Ok(tx.value(&sql)?.unwrap_or_default())
}

/// The next records of a kind after one, in the order in which they were made: live ones, or those in the bin.
pub fn next(
    tx: &mut Tx,
    permit: &Permit,
    kind: &'static Kind,
    in_bin: bool,
    after: Id,
    most: i64,
) -> Result<Vec<AnyRecord>> {
    let layout = layout(kind);
    let mut sql = Sql::new(layout.select.as_str());
    sql.push("t.workspace_id = ").bind(permit.workspace());
    sql.push(if in_bin {
        " AND t.deleted_at IS NOT NULL"
    } else {
        " AND t.deleted_at IS NULL"
    });
    sql.push(" AND t.id > ")
        .bind(after)
        .push(" ORDER BY t.id LIMIT ")
        .bind(most);
    if tx.dialect() == Dialect::Pg {
        sql.push(" FOR NO KEY UPDATE OF t");
    }
    let rows = layout.read(tx, &sql, &[])?;
    Ok(rows.into_iter().map(|row| AnyRecord::new(kind, row)).collect())
}

/// Stores other values of custom fields of a record in the bin, which is in no index.
pub fn change_in_bin(tx: &mut Tx, permit: &Permit, old: &AnyRecord, new: &AnyRecord) -> Result<()> {
    let now = Instant::now();
    let mut sql = Sql::new(format!(
        "UPDATE {} SET version = version + 1, updated_at = ",
        old.kind().table
    ))
    .value(now);
    sql.push(", custom_fields = ").bind(Val::Json(new.custom().clone()));
    at_version(&mut sql, permit, old, "IS NOT NULL");
    if tx.execute(&sql)? == 0 {
        return Err(stale(tx, permit, old, "IS NOT NULL")?);
    }
    let entry = Entry {
        kind: old.kind().name,
        record: old.id(),
        version: old.version() + 1,
        action: ChangeAction::Update,
        fields: AnyRecord::differences(Some(old), Some(new))?,
        at: now,
    };
    change_log::append(tx, permit, entry)
}

/// How many records have something under a key of their custom fields: live ones, or all.
pub fn having(tx: &mut Tx, permit: &Permit, kind: &'static Kind, key: &str, in_bin_too: bool) -> Result<i64> {
    let has = match tx.dialect() {
        Dialect::Pg => "jsonb_exists(t.custom_fields, ",
        Dialect::Sqlite => "EXISTS (SELECT 1 FROM json_each(t.custom_fields) v WHERE v.key = ",
    };
    let mut sql = Sql::new(format!(
        "SELECT count(*) FROM {} t WHERE t.workspace_id = ",
        source(kind)
    ))
    .value(permit.workspace());
    sql.push(" AND ").push(has).bind(key).push(")");
    if !in_bin_too {
        sql.push(" AND t.deleted_at IS NULL");
    }
    Ok(tx.value(&sql)?.unwrap_or_default())
}

/// From now on no two live records have the same value in a field, or any may. Refused with how many values are there more
/// than once.
pub fn set_unique(tx: &mut Tx, permit: &Permit, field: Id, unique: bool) -> Result<()> {
    if unique {
        let sql = Sql::new("SELECT count(*) FROM (SELECT 1 FROM custom_values WHERE workspace_id = ")
            .value(permit.workspace())
            .text(" AND field_id = ")
            .value(field)
            .text(" GROUP BY text, number HAVING count(*) > 1) v");
        let several = tx.value::<i64>(&sql)?.unwrap_or_default();
        if several > 0 {
            let issue = Issue::at("unique", "values_not_unique").with("count", several);
            return Err(domain::Error::Conflict(issue).into());
        }
    }
    let value = if unique {
        "coalesce(text, CAST(number AS text))"
    } else {
        "NULL"
    };
    let sql = Sql::new(format!(
        "UPDATE custom_values SET single = {value} WHERE workspace_id = "
    ))
    .value(permit.workspace())
    .text(" AND field_id = ")
    .value(field);
    tx.execute(&sql)?;
    Ok(())
}
