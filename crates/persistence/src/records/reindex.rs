//! Brings what is kept of texts (sort keys, search terms, e-mail addresses, keys of duplicates) up to the rules of this release.
//!
//! A record written under other rules would be sorted and found by those for ever. So the database notes the rules
//! (`domain::text::RULES`) its texts were written by, and after an upgrade every record is gone through, some at a time, while
//! the server serves: what is not yet reached is found as before. Versions and history stay, since nothing is said anew.

use crate::duplicate;
use crate::engine::{Layout, layout, wire};
use crate::error::{Error, Result};
use crate::search;
use crate::sql::Sql;
use crate::store::Store;
use crate::tx::{Dialect, Tx};
use crate::workspace;
use domain::text::RULES;
use domain::value::{Row, Storage, Type, Val, address};
use domain::{AnyRecord, Id, Kind};
use std::sync::Arc;

/// Records of one transaction: few enough that others who write hardly wait.
const AT_ONCE: usize = 200;
const HOLD: &str = "text_rules";

/// How far the texts are brought up.
struct Progress {
    rules: i64,
    /// To which rules that is.
    towards: i64,
    kind: String,
    after: Option<(Id, Id)>,
}

/// Whether there is anything to do, for who has no turn to take.
pub fn is_due(tx: &mut Tx) -> Result<bool> {
    Ok(progress(tx)?.rules != RULES)
}

/// In a database that nobody has written to, all that comes is written by the rules of this release.
pub fn begin(store: &Store) -> Result<()> {
    let fresh = store.read_here(|tx| {
        let due = is_due(tx)?;
        Ok(due
            && tx
                .row(&Sql::new("SELECT id FROM workspaces LIMIT 1"), &[Storage::Id])?
                .is_none())
    })?;
    match fresh {
        true => store.write_here(|tx| note(tx, RULES, None)),
        false => Ok(()),
    }
}

/// The kinds in the order in which they are gone through, of each firm as it has them.
pub type Order = Arc<[(Id, &'static Kind)]>;

/// Brings up some records, and returns whether there may be more. Nodes take turns, and go on where one of them stopped. The
/// order is listed at the first step of a pass, for all firms, and kept by the caller for the next ones; it is listed anew
/// only where another node has got to a kind that is not in it.
pub fn step(tx: &mut Tx, known: Option<&Order>) -> Result<(bool, Order)> {
    tx.hold(HOLD.to_owned())?;
    let mut at = progress(tx)?;
    if at.rules == RULES {
        return Ok((false, known.cloned().unwrap_or_else(|| Arc::new([]))));
    }
    if at.towards != RULES {
        (at.kind, at.after) = (String::new(), None);
    }
    let place = |order: &Order| {
        order
            .iter()
            .position(|(of, kind)| kind.name == at.kind && at.after.is_some_and(|(workspace, _)| workspace == *of))
    };
    let order = match known {
        Some(order) if at.kind.is_empty() || place(order).is_some() => order.clone(),
        _ => all(tx)?.into(),
    };
    let first = place(&order);
    at.after = at.after.filter(|_| first.is_some());
    let mut left = AT_ONCE;
    for (of, kind) in &order[first.unwrap_or_default()..] {
        let (done, last) = some_records(tx, *of, kind, at.after.take(), left)?;
        left -= done;
        if left == 0 {
            note(tx, RULES, Some((kind, last)))?;
            return Ok((true, order));
        }
    }
    note(tx, RULES, None)?;
    Ok((false, order))
}

/// The kinds of all firms.
fn all(tx: &mut Tx) -> Result<Vec<(Id, &'static Kind)>> {
    let firms = workspace::all(tx)?.into_iter();
    let kinds = firms.flat_map(|firm| firm.kinds.iter().map(move |kind| (firm.id, kind)));
    Ok(kinds.collect())
}

fn progress(tx: &mut Tx) -> Result<Progress> {
    let sql = Sql::new("SELECT version, towards, kind, workspace_id, record_id FROM text_rules");
    let columns = [Storage::Int, Storage::Int, Storage::Text, Storage::Id, Storage::Id];
    let mut row = tx
        .row(&sql, &columns)?
        .ok_or_else(|| Error::internal("the rules of texts are not noted"))?;
    let (rules, towards, kind) = (row.get()?, row.get()?, row.get()?);
    let (workspace, record): (Option<Id>, Option<Id>) = (row.get()?, row.get()?);
    Ok(Progress {
        rules,
        towards,
        kind,
        after: workspace.zip(record),
    })
}

/// None: all is up to date.
fn note(tx: &mut Tx, rules: i64, at: Option<(&Kind, Option<(Id, Id)>)>) -> Result<()> {
    let mut sql = Sql::new("UPDATE text_rules SET towards = ");
    sql.bind(rules);
    if at.is_none() {
        sql.push(", version = ").bind(rules);
    }
    let id = |id: Option<Id>| id.map_or(Val::Null(Storage::Id), Val::Id);
    let after = at.and_then(|(_, after)| after);
    sql.push(", kind = ").bind(at.map_or("", |(kind, _)| kind.name));
    sql.push(", workspace_id = ").bind(id(after.map(|a| a.0)));
    sql.push(", record_id = ").bind(id(after.map(|a| a.1)));
    tx.execute(&sql)?;
    Ok(())
}

/// Brings up to so many of the records after one, in the order of workspaces and ids. Returns how many, and the last.
fn some_records(
    tx: &mut Tx,
    of: Id,
    kind: &'static Kind,
    after: Option<(Id, Id)>,
    most: usize,
) -> Result<(usize, Option<(Id, Id)>)> {
    let (mut before, mut addresses) = (0, Vec::new());
    for field in kind.fields {
        if field.ty == Type::Email && field.custom.is_none() {
            addresses.push((field.name, before));
        }
        before += field.columns().len();
    }
    let layout = layout(kind);
    if layout.sorted.is_empty() && !layout.searchable && addresses.is_empty() {
        return Ok((0, None));
    }
    let mut sql = Sql::new(layout.select_with("workspace_id, t.deleted_at"));
    sql.push("t.workspace_id = ").bind(of);
    if let Some((workspace, id)) = after {
        sql.push(" AND (t.workspace_id, t.id) > (")
            .bind(workspace)
            .push(", ")
            .bind(id)
            .push(")");
    }
    sql.push(" ORDER BY t.workspace_id, t.id LIMIT ")
        .bind(i64::try_from(most).unwrap_or(i64::MAX));
    if tx.dialect() == Dialect::Pg {
        sql.push(" FOR NO KEY UPDATE OF t");
    }
    let (mut count, mut last, mut changed, mut live) = (0, after, Vec::new(), Vec::new());
    for mut values in layout.read(tx, &sql, &[Storage::Id, Storage::Instant])? {
        let mut head = Row::new(values.split_off(values.len().saturating_sub(2)));
        let workspace: Id = head.get()?;
        let alive = head.value()?.is_null();
        let Val::Id(id) = values[0] else {
            return Err(Error::internal("a record has no id"));
        };
        for &(_, at) in &addresses {
            if let Val::Text(kept) = &values[at]
                && let folded = address(kept)
                && folded != *kept
                && !(alive && kind.name == "user" && is_taken(tx, workspace, id, &folded)?)
            {
                values[at] = Val::Text(folded);
            }
        }
        if write(tx, kind, layout, &addresses, (workspace, id, alive), &values)? {
            changed.push(id);
        }
        if alive {
            live.push(AnyRecord::new(kind, values));
        }
        (count, last) = (count + 1, Some((workspace, id)));
    }
    duplicate::add(tx, of, kind, live.iter())?;
    wire::renew(tx, of, kind, &changed)?;
    Ok((count, last))
}

/// Another user has this address: who of two that differed in its case only keeps it, the migration has said.
fn is_taken(tx: &mut Tx, workspace: Id, id: Id, address: &str) -> Result<bool> {
    let sql = Sql::new("SELECT u.id FROM users u WHERE u.deleted_at IS NULL AND u.workspace_id = ")
        .value(workspace)
        .text(" AND u.id <> ")
        .value(id)
        .text(" AND u.email = ")
        .value(address)
        .text(" LIMIT 1");
    Ok(!tx.rows(&sql, &[Storage::Id])?.is_empty())
}

/// Whether the row was not as it should be.
fn write(
    tx: &mut Tx,
    kind: &'static Kind,
    layout: &Layout,
    addresses: &[(&str, usize)],
    (workspace, id, alive): (Id, Id, bool),
    row: &[Val],
) -> Result<bool> {
    let keys = layout.sort_keys(row);
    let keys = layout
        .sorted
        .iter()
        .zip(keys)
        .map(|((column, _), key)| (column.as_str(), key));
    let spelt = addresses.iter().map(|&(column, at)| (column, row[at].clone()));
    let pg = tx.dialect() == Dialect::Pg;
    let terms = if layout.searchable {
        layout.tokens(row)
    } else {
        Vec::new()
    };
    // Rows that are as they should be are not written: most of them are.
    let (mut sets, mut differs) = (Sql::new(format!("UPDATE {} SET id = id", kind.table)), Vec::new());
    for (column, value) in keys.chain(spelt) {
        sets.push(format!(", {column} = ")).bind(value.clone());
        differs.push((column, value));
    }
    if layout.searchable && pg {
        sets.push(", search = array_to_tsvector(")
            .bind(Val::Texts(terms.clone()))
            .push(")");
    }
    sets.push(" WHERE workspace_id = ")
        .bind(workspace)
        .push(" AND id = ")
        .bind(id)
        .push(" AND (1 = 0");
    let distinct = if pg { " IS DISTINCT FROM " } else { " IS NOT " };
    for (column, value) in differs {
        sets.push(format!(" OR {column}{distinct}")).bind(value);
    }
    if layout.searchable && pg {
        sets.push(" OR search IS DISTINCT FROM array_to_tsvector(")
            .bind(Val::Texts(terms.clone()))
            .push(")");
    }
    sets.push(")");
    let written = tx.execute(&sets)? > 0;
    // What FTS5 has cannot be read.
    if layout.searchable && !pg && alive {
        search::store_terms(tx, kind, workspace, id, &terms)?;
    }
    Ok(written)
}
