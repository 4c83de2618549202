//! Views beyond their records: what people have said of them for themselves.

use crate::engine::layout;
use crate::error::Result;
use crate::filter;
use crate::sql::Sql;
use crate::tx::Tx;
use domain::policy::{Permit, Scope};
use domain::value::{FieldType, Row, Storage};
use domain::view::{View, ViewColumns, ViewWidths};
use domain::{AnyRecord, Id, Instant, Record};

/// What somebody has said of a view of a kind. It is no record: nobody else learns of it, and it changes no view.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mark {
    pub kind: String,
    pub view: String,
    pub is_default: bool,
    pub is_favourite: bool,
    pub opened_at: Option<Instant>,
    pub columns: ViewColumns,
    pub widths: ViewWidths,
}

/// What is newly said of a view; what is left out stays as it is.
#[derive(Debug, Default)]
pub struct Said {
    pub default: Option<bool>,
    pub favourite: Option<bool>,
    /// It has just been opened.
    pub opened: bool,
    pub columns: Option<ViewColumns>,
    pub widths: Option<ViewWidths>,
}

const COLUMNS: [Storage; 7] = [
    Storage::Text,
    Storage::Text,
    Storage::Bool,
    Storage::Bool,
    Storage::Instant,
    Storage::Json,
    Storage::Json,
];

fn take(row: &mut Row) -> Result<Mark> {
    Ok(Mark {
        kind: row.get()?,
        view: row.get()?,
        is_default: row.get()?,
        is_favourite: row.get()?,
        opened_at: row.get()?,
        columns: FieldType::take(row)?,
        widths: FieldType::take(row)?,
    })
}

/// So many views are remembered that somebody has only opened.
const RECENT: i64 = 20;

fn of_user(workspace: Id, user: Option<Id>) -> Sql {
    Sql::new("SELECT kind, view, is_default, is_favourite, opened_at, shown_columns, column_widths FROM view_marks WHERE workspace_id = ")
        .value(workspace)
        .text(" AND user_id = ")
        .value(user)
}

/// The marks of a user, what was opened last first.
pub fn marks(tx: &mut Tx, scope: &Scope, user: Id) -> Result<Vec<Mark>> {
    let sql = of_user(scope.workspace(), Some(user))
        .text(" ORDER BY opened_at IS NULL, opened_at DESC, kind, view LIMIT 1000");
    tx.all(&sql, &COLUMNS, take)
}

/// Says of a view what is given, and leaves the rest as it is.
pub fn put(tx: &mut Tx, permit: &Permit, (kind, view): (&str, &str), said: &Said) -> Result<Mark> {
    let of_view = of_user(permit.workspace(), permit.actor())
        .text(" AND kind = ")
        .value(kind)
        .text(" AND view = ")
        .value(view);
    let old = tx.row(&of_view, &COLUMNS)?.as_mut().map(take).transpose()?;
    let old = old.unwrap_or_default();
    let new = Mark {
        kind: kind.to_owned(),
        view: view.to_owned(),
        is_default: said.default.unwrap_or(old.is_default),
        is_favourite: said.favourite.unwrap_or(old.is_favourite),
        opened_at: match said.opened {
            true => Some(Instant::now()),
            false => old.opened_at,
        },
        columns: said.columns.clone().unwrap_or(old.columns),
        widths: said.widths.clone().unwrap_or(old.widths),
    };
    let own = |text: &'static str| {
        Sql::new(text)
            .text(" WHERE workspace_id = ")
            .value(permit.workspace())
            .text(" AND user_id = ")
            .value(permit.actor())
    };
    if new.is_default {
        let others = own("UPDATE view_marks SET is_default = FALSE")
            .text(" AND kind = ")
            .value(kind)
            .text(" AND is_default");
        tx.execute(&others)?;
    }
    let mut layout = Vec::new();
    new.columns.put(&mut layout);
    new.widths.put(&mut layout);
    let mut sql = Sql::new(
        "INSERT INTO view_marks (workspace_id, user_id, kind, view, is_default, is_favourite, opened_at, shown_columns, column_widths) VALUES (",
    )
    .value(permit.workspace())
    .text(", ")
    .value(permit.actor())
    .text(", ")
    .value(kind)
    .text(", ")
    .value(view)
    .text(", ")
    .value(new.is_default)
    .text(", ")
    .value(new.is_favourite)
    .text(", ")
    .value(new.opened_at);
    for value in layout {
        sql.push(", ").bind(value);
    }
    sql.push(
        ") ON CONFLICT (workspace_id, user_id, kind, view) DO UPDATE SET is_default = excluded.is_default, \
             is_favourite = excluded.is_favourite, opened_at = excluded.opened_at, \
             shown_columns = excluded.shown_columns, column_widths = excluded.column_widths",
    );
    tx.execute(&sql)?;
    let forgotten = own("DELETE FROM view_marks")
        .text(" AND NOT is_default AND NOT is_favourite AND view <> 'all' AND (opened_at IS NULL OR opened_at < (SELECT min(r.opened_at) FROM (")
        .text("SELECT opened_at FROM view_marks WHERE opened_at IS NOT NULL AND workspace_id = ")
        .value(permit.workspace())
        .text(" AND user_id = ")
        .value(permit.actor())
        .text(" ORDER BY opened_at DESC LIMIT ")
        .value(RECENT)
        .text(") r))");
    tx.execute(&forgotten)?;
    Ok(new)
}

/// All views of a kind that the scope lets see.
pub fn of_kind(tx: &mut Tx, scope: &Scope, kind: &str) -> Result<Vec<View>> {
    let layout = layout(View::KIND);
    let mut sql = Sql::new(layout.select.as_str());
    filter::scope(&mut sql, tx.dialect(), scope);
    sql.push(" AND t.kind = ")
        .bind(kind)
        .push(" ORDER BY t.name_sort, t.id");
    let rows = layout.read(tx, &sql, &[])?;
    let read = |values| Ok(AnyRecord::new(View::KIND, values).into_record()?);
    rows.into_iter().map(read).collect()
}
