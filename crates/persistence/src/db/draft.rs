//! Migrations written from the declaration of a kind: its table, or the columns that its table lacks, on both engines.

use crate::error::{Error, Result};
use crate::tx::Dialect;
use domain::record::SORT;
use domain::value::{Storage, Type};
use domain::{Field, Kind, record::Ownership};
use std::collections::BTreeSet;

/// One migration for both engines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it does, as its folder is named: `competitors`, `opportunities_competitor_ids`.
    pub words: String,
    /// Engine, way up, way down.
    pub ways: Vec<(&'static str, String, String)>,
}

const ENGINES: [(Dialect, &str); 2] = [(Dialect::Sqlite, "sqlite"), (Dialect::Pg, "postgres")];

/// What brings the table from the columns it has to those declared; none where nothing is missing. A table without columns
/// is not there.
pub fn draft(kind: &Kind, has: &BTreeSet<String>) -> Result<Option<Draft>> {
    if has.is_empty() {
        let ways = ENGINES.map(|(dialect, engine)| (engine, create(kind, dialect), drop_table(kind, dialect)));
        return Ok(Some(Draft {
            words: kind.plural.to_owned(),
            ways: ways.into(),
        }));
    }
    let lacks = |f: &&Field| columns(f).any(|(column, _)| !has.contains(&column));
    let added: Vec<&Field> = kind.fields.iter().filter(lacks).collect();
    if added.is_empty() {
        return Ok(None);
    }
    let names: Vec<&str> = added.iter().map(|f| f.name).collect();
    let mut ways = Vec::new();
    for (dialect, engine) in ENGINES {
        ways.push((engine, add(kind, &added, dialect)?, remove(kind, &added)));
    }
    Ok(Some(Draft {
        words: format!("{}_{}", kind.plural, names.join("_and_")),
        ways,
    }))
}

/// The columns of a field with its sort key.
fn columns(field: &Field) -> impl Iterator<Item = (String, Storage)> {
    let own = field
        .columns()
        .iter()
        .map(|(suffix, storage)| (format!("{}{suffix}", field.stored_as()), *storage));
    own.chain(field.has_sort_key().then(|| field.sort_column()))
}

fn column_type(dialect: Dialect, storage: Storage) -> &'static str {
    let (sqlite, pg) = match storage {
        Storage::Text => ("TEXT", "text COLLATE \"C\""),
        Storage::Int => ("INTEGER", "bigint"),
        Storage::Bool => ("INTEGER", "boolean"),
        Storage::Id => ("BLOB", "uuid"),
        Storage::Instant => ("INTEGER", "timestamptz"),
        Storage::Day => ("TEXT", "date"),
        Storage::Json => ("TEXT", "jsonb"),
        Storage::Texts => ("TEXT", "text[]"),
        Storage::Bytes => ("BLOB", "bytea"),
    };
    match dialect {
        Dialect::Sqlite => sqlite,
        Dialect::Pg => pg,
    }
}

fn define(field: &Field, column: &str, storage: Storage, dialect: Dialect) -> String {
    let null = if field.nullable { "" } else { " NOT NULL" };
    let check = match (dialect, storage, field.nullable) {
        (Dialect::Sqlite, Storage::Json, false) => format!(" CHECK (json_valid({column}))"),
        (Dialect::Sqlite, Storage::Json, true) => format!(" CHECK ({column} IS NULL OR json_valid({column}))"),
        _ => String::new(),
    };
    format!("{column} {}{null}{check}", column_type(dialect, storage))
}

/// References that the database holds itself.
fn single(kind: &Kind) -> impl Iterator<Item = (&'static Field, &'static Kind)> {
    let fields = kind.fields.iter().filter(|f| !f.is_several());
    fields.filter_map(|f| Some((f, domain::kind(f.refers?)?)))
}

const SEARCH: &str = "USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', \
                      prefix = '2 3', detail = none)";

fn create(kind: &Kind, dialect: Dialect) -> String {
    let (table, sqlite) = (kind.plural, dialect == Dialect::Sqlite);
    let id = column_type(dialect, Storage::Id);
    let mut lines: Vec<String> = Vec::new();
    if sqlite {
        lines.push("rid INTEGER PRIMARY KEY".to_owned());
    }
    lines.push(format!("workspace_id {id} NOT NULL REFERENCES workspaces (id)"));
    for field in kind.fields {
        lines.extend(columns(field).map(|(column, storage)| define(field, &column, storage, dialect)));
    }
    if kind.is_searchable() && !sqlite {
        lines.push("search tsvector NOT NULL".to_owned());
    }
    if kind.wire {
        lines.push(format!("wire {}", column_type(dialect, Storage::Text)));
    }
    lines.push(format!("deleted_at {}", column_type(dialect, Storage::Instant)));
    lines.push(
        if sqlite {
            "UNIQUE (workspace_id, id)"
        } else {
            "PRIMARY KEY (workspace_id, id)"
        }
        .to_owned(),
    );
    for (field, target) in single(kind) {
        let name = if sqlite {
            String::new()
        } else {
            format!("CONSTRAINT {table}_{}_fkey ", field.name)
        };
        lines.push(format!(
            "{name}FOREIGN KEY (workspace_id, {}) REFERENCES {} (workspace_id, id)",
            field.name, target.plural
        ));
    }
    let strict = if sqlite { " STRICT" } else { "" };
    let mut sql = format!(
        "-- {}\n\nCREATE TABLE {table} (\n    {}\n){strict};\n",
        kind.label.en,
        lines.join(",\n    ")
    );
    sql.push_str(&format!(
        "CREATE UNIQUE INDEX {table}_external_id_unique ON {table} (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;\n\
         CREATE INDEX {table}_deleted ON {table} (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;\n"
    ));
    for field in kind.fields {
        sql.push_str(&indexes(kind, field, dialect));
    }
    for key in kind.unique {
        let null = key.iter().filter(|name| kind.field(name).is_some_and(|f| f.nullable));
        let there: String = null.map(|name| format!(" AND {name} IS NOT NULL")).collect();
        sql.push_str(&format!(
            "CREATE UNIQUE INDEX {table}_{}_unique ON {table} (workspace_id, {}) WHERE deleted_at IS NULL{there};\n",
            key.last().copied().unwrap_or_default(),
            key.join(", ")
        ));
    }
    if kind.is_searchable() {
        sql.push_str(&match dialect {
            Dialect::Sqlite => format!("CREATE VIRTUAL TABLE {table}_fts {SEARCH};\n"),
            Dialect::Pg => {
                format!(
                    "CREATE INDEX {table}_search ON {table} USING gin (search) WITH (gin_pending_list_limit = 64);\n"
                )
            }
        });
    }
    sql
}

/// What sorts, what is referred to, and what is looked up by.
fn indexes(kind: &Kind, field: &Field, dialect: Dialect) -> String {
    let (table, name, owned) = (kind.plural, field.stored_as(), kind.ownership == Ownership::Owned);
    let mut sql = String::new();
    if field.can(SORT) {
        let column = field.sort_column().0;
        sql.push_str(&format!(
            "CREATE INDEX {table}_{name} ON {table} (workspace_id, {column}, id) WHERE deleted_at IS NULL;\n"
        ));
        if owned && (name == "created_at" || name == kind.title) {
            // SQLite reads the condition of a partial index from the row, unless the index has it.
            let more = if dialect == Dialect::Sqlite { ", deleted_at" } else { "" };
            sql.push_str(&format!(
                "CREATE INDEX {table}_owner_{name} ON {table} (workspace_id, owner_id, {column}, id{more}) WHERE deleted_at IS NULL;\n"
            ));
        }
    }
    // Who made or owns a setting is never looked up by.
    let looked_up = field.refers.is_some() && name != "created_by" && name != "owner_id";
    if field.is_several() && dialect == Dialect::Pg {
        sql.push_str(&format!(
            "CREATE INDEX {table}_{name} ON {table} USING gin ({name}) WITH (fastupdate = off);\n"
        ));
    } else if looked_up && !field.is_several() {
        sql.push_str(&format!(
            "CREATE INDEX {table}_{name} ON {table} (workspace_id, {name}) WHERE deleted_at IS NULL;\n"
        ));
    }
    sql
}

fn drop_table(kind: &Kind, dialect: Dialect) -> String {
    let table = kind.plural;
    let terms = match dialect {
        Dialect::Sqlite if kind.is_searchable() => format!("DROP TABLE {table}_fts;\n"),
        _ => String::new(),
    };
    format!("{terms}DROP TABLE {table};\n")
}

/// What rows that are there already have in a new column.
fn default(field: &Field, storage: Storage, dialect: Dialect) -> Result<Option<String>> {
    if field.nullable {
        return Ok(None);
    }
    let text = |text: &str| Some(format!("'{text}'"));
    Ok(match (field.ty, storage, dialect) {
        (Type::Choice(choices), ..) => choices.first().and_then(|first| text(first.key)),
        (_, Storage::Bool, Dialect::Sqlite) => Some("0".to_owned()),
        (_, Storage::Bool, Dialect::Pg) => Some("false".to_owned()),
        (_, Storage::Texts, Dialect::Sqlite) => text("[]"),
        (_, Storage::Texts, Dialect::Pg) => text("{}"),
        (_, Storage::Json, _) => text("{}"),
        _ => {
            return Err(Error::Internal(format!(
                "{}: rows that are there have no value for it; make it optional, or write the migration by hand",
                field.name
            )));
        }
    })
}

fn add(kind: &Kind, added: &[&Field], dialect: Dialect) -> Result<String> {
    let table = kind.plural;
    let mut sql = String::new();
    for field in added {
        let target = field.refers.filter(|_| !field.is_several()).and_then(domain::kind);
        if target.is_some() && dialect == Dialect::Sqlite {
            return Err(Error::Internal(format!(
                "{}: SQLite adds no foreign key of two columns to a table; write the migration by hand, with a new table",
                field.name
            )));
        }
        for (column, storage) in columns(field) {
            let default = default(field, storage, dialect)?;
            let default = default.map(|value| format!(" DEFAULT {value}")).unwrap_or_default();
            let define = define(field, &column, storage, dialect);
            let (before, check) = define
                .split_once(" CHECK")
                .map_or((define.as_str(), String::new()), |(before, check)| {
                    (before, format!(" CHECK{check}"))
                });
            sql.push_str(&format!("ALTER TABLE {table} ADD COLUMN {before}{default}{check};\n"));
        }
        if let Some(target) = target {
            sql.push_str(&format!(
                "ALTER TABLE {table} ADD CONSTRAINT {table}_{0}_fkey FOREIGN KEY (workspace_id, {0}) REFERENCES {1} (workspace_id, id);\n",
                field.name, target.plural
            ));
        }
        sql.push_str(&indexes(kind, field, dialect));
    }
    Ok(sql)
}

/// An index goes with its column on PostgreSQL; on SQLite it has to go before.
fn remove(kind: &Kind, added: &[&Field]) -> String {
    let mut sql = String::new();
    for field in added.iter().rev() {
        let made = indexes(kind, field, Dialect::Sqlite);
        for line in made.lines() {
            let name = line.split(' ').nth(2).unwrap_or_default();
            sql.push_str(&format!("DROP INDEX IF EXISTS {name};\n"));
        }
        let columns: Vec<String> = columns(field).map(|(column, _)| column).collect();
        for column in columns.iter().rev() {
            sql.push_str(&format!("ALTER TABLE {} DROP COLUMN {column};\n", kind.plural));
        }
    }
    sql
}
