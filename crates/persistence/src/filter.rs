//! Filters, scopes and searches as SQL, for every kind and both dialects.

use crate::sql::Sql;
use crate::tx::Dialect;
use domain::Id;
use domain::policy::{Scope, Visible};
use domain::query::{Filter, Leaf, Test};
use domain::value::{Storage, Val};

/// Rows of `table` (aliased `t`) that are alive and visible in the scope.
pub fn scope(sql: &mut Sql, dialect: Dialect, scope: &Scope) {
    reach(sql, dialect, scope, " AND t.deleted_at IS NULL", Parents::LookedUp);
}

/// As `scope`, for statements that look at every row: the visible parents are listed once instead of looked up for each.
pub fn scope_of_all(sql: &mut Sql, dialect: Dialect, scope: &Scope) {
    reach(sql, dialect, scope, " AND t.deleted_at IS NULL", Parents::Listed);
}

/// Rows in the recycle bin that the scope lets see.
pub fn scope_deleted(sql: &mut Sql, dialect: Dialect, scope: &Scope) {
    reach(sql, dialect, scope, " AND t.deleted_at IS NOT NULL", Parents::LookedUp);
}

#[derive(Clone, Copy, PartialEq)]
enum Parents {
    LookedUp,
    Listed,
}

fn reach(sql: &mut Sql, dialect: Dialect, scope: &Scope, alive: &'static str, parents: Parents) {
    sql.push("t.workspace_id = ").bind(scope.workspace()).push(alive);
    let Visible::Owners(owners) = scope.visible() else {
        return;
    };
    sql.push(" AND (");
    owned_by(sql, dialect, "t.owner_id", owners);
    for parent in scope.parents() {
        match &parent.visible {
            Visible::All => {
                sql.push(format!(" OR t.{} IS NOT NULL", parent.column));
            }
            Visible::Owners(owners) if parents == Parents::Listed => {
                sql.push(format!(
                    " OR t.{} IN (SELECT p.id FROM {} p WHERE p.workspace_id = ",
                    parent.column, parent.table
                ))
                .bind(scope.workspace())
                .push(" AND ");
                owned_by(sql, dialect, "p.owner_id", owners);
                sql.push(" AND p.deleted_at IS NULL)");
            }
            Visible::Owners(owners) => {
                sql.push(format!(
                    " OR EXISTS (SELECT 1 FROM {} p WHERE p.workspace_id = t.workspace_id AND p.id = t.{} AND ",
                    parent.table, parent.column
                ));
                owned_by(sql, dialect, "p.owner_id", owners);
                sql.push(" AND p.deleted_at IS NULL)");
            }
        }
    }
    sql.push(")");
}

fn owned_by(sql: &mut Sql, dialect: Dialect, column: &'static str, owners: &[Id]) {
    match owners {
        [] => {
            sql.push("1 = 0");
        }
        [one] => {
            sql.push(column).push(" = ").bind(*one);
        }
        many => {
            sql.push(column);
            one_of_ids(sql, dialect, many);
        }
    }
}

/// ` IN` a list of ids as one bound value, so that the statement stays the same for any number.
pub fn one_of_ids(sql: &mut Sql, dialect: Dialect, ids: &[Id]) {
    match dialect {
        Dialect::Pg => {
            let list = ids.iter().map(Id::to_string).collect::<Vec<_>>().join(",");
            sql.push(" = ANY(string_to_array(").bind(list).push(", ',')::uuid[])");
        }
        Dialect::Sqlite => {
            let list: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
            sql.push(" IN (SELECT unhex(value) FROM json_each(")
                .bind(serde_json::json!(list).to_string())
                .push("))");
        }
    }
}

/// ` IN` a list of texts as one bound value.
pub fn one_of_texts(sql: &mut Sql, dialect: Dialect, texts: Vec<String>) {
    let (before, after) = match dialect {
        Dialect::Pg => (" = ANY(", ")"),
        Dialect::Sqlite => (" IN (SELECT value FROM json_each(", "))"),
    };
    sql.push(before).bind(Val::Texts(texts)).push(after);
}

pub fn filter(sql: &mut Sql, dialect: Dialect, tree: &Filter) {
    let branch = |sql: &mut Sql, parts: &[Filter], word: &'static str, empty: &'static str| {
        if parts.is_empty() {
            sql.push(empty);
            return;
        }
        sql.push("(");
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                sql.push(word);
            }
            filter(sql, dialect, part);
        }
        sql.push(")");
    };
    match tree {
        Filter::And(parts) => branch(sql, parts, " AND ", "1 = 1"),
        Filter::Or(parts) => branch(sql, parts, " OR ", "1 = 0"),
        Filter::Not(part) => {
            // A test on a missing value is neither true nor false: such a row does not pass, so it passes the negation.
            sql.push("NOT coalesce(");
            filter(sql, dialect, part);
            sql.push(match dialect {
                Dialect::Pg => ", FALSE)",
                Dialect::Sqlite => ", 0)",
            });
        }
        Filter::Leaf(leaf) => test(sql, dialect, leaf),
    }
}

fn test(sql: &mut Sql, dialect: Dialect, leaf: &Leaf) {
    let column = format!("t.{}", leaf.column);
    let mut compare = |op: &'static str, value: &Val| {
        sql.push(column.clone()).push(op).bind(value.clone());
    };
    match &leaf.test {
        Test::Eq(v) => compare(" = ", v),
        Test::Lt(v) => compare(" < ", v),
        Test::Lte(v) => compare(" <= ", v),
        Test::Gt(v) => compare(" > ", v),
        Test::Gte(v) => compare(" >= ", v),
        Test::Ne(v) => {
            sql.push(format!("({column} <> "))
                .bind(v.clone())
                .push(format!(" OR {column} IS NULL)"));
        }
        Test::Within(from, to) => {
            sql.push(format!("({column} >= ")).bind(from.clone());
            sql.push(format!(" AND {column} < ")).bind(to.clone()).push(")");
        }
        Test::In(values) => one_of(sql, &column, values),
        Test::NotIn(values) => {
            sql.push("(NOT ");
            one_of(sql, &column, values);
            sql.push(format!(" OR {column} IS NULL)"));
        }
        // Both fold the Latin alphabet only: SQLite by nature, PostgreSQL by the columns' collation "C".
        Test::Contains(text) => match dialect {
            Dialect::Pg => {
                sql.push("position(lower(")
                    .bind(text.as_str())
                    .push(format!(" COLLATE \"C\") in lower({column})) > 0"));
            }
            Dialect::Sqlite => {
                sql.push(format!("instr(lower({column}), lower("))
                    .bind(text.as_str())
                    .push(")) > 0");
            }
        },
        Test::StartsWith(text) => {
            let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            let cast = if dialect == Dialect::Pg { "::integer" } else { "" };
            sql.push(format!("substr(lower({column}), 1, "))
                .bind(length)
                .push(format!("{cast}) = lower("));
            sql.bind(text.as_str())
                .push(if dialect == Dialect::Pg { " COLLATE \"C\")" } else { ")" });
        }
        Test::Has(text) => match dialect {
            Dialect::Pg => {
                sql.push(format!("{column} @> ARRAY["))
                    .bind(text.as_str())
                    .push("]::text[]");
            }
            Dialect::Sqlite => {
                sql.push(format!("EXISTS (SELECT 1 FROM json_each({column}) WHERE value = "))
                    .bind(text.as_str())
                    .push(")");
            }
        },
        Test::Null(wanted) if leaf.storage == Storage::Texts => {
            let empty = match dialect {
                Dialect::Pg => "'{}'",
                Dialect::Sqlite => "'[]'",
            };
            sql.push(format!("{column} {} {empty}", if *wanted { "=" } else { "<>" }));
        }
        Test::Null(wanted) => {
            sql.push(format!("{column} IS {}NULL", if *wanted { "" } else { "NOT " }));
        }
    }
}

fn one_of(sql: &mut Sql, column: &str, values: &[Val]) {
    if values.is_empty() {
        sql.push("1 = 0");
        return;
    }
    sql.push(format!("{column} IN ("));
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            sql.push(", ");
        }
        sql.bind(value.clone());
    }
    sql.push(")");
}
