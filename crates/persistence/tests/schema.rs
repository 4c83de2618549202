//! The declared fields against the real columns, and the migrations up and down, on both engines.

mod common;

use common::{Db, Engine, both, place};
use domain::record::SORT;
use domain::value::Storage;
use persistence::draft;
use persistence::migrations::{self, migrate, schema};
use std::collections::BTreeSet;

/// `table.column type nullability` of everything the database has.
fn real_columns(db: &Db) -> BTreeSet<String> {
    let sql = match db.engine {
        Engine::Sqlite => {
            "SELECT m.name || '.' || c.name || ' ' || lower(c.type) || CASE c.\"notnull\" WHEN 0 THEN '' ELSE ' not null' END AS line \
             FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '%_fts%'"
        }
        Engine::Pg => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS line \
             FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    db.texts(sql).into_iter().collect()
}

fn column_type(engine: Engine, storage: Storage) -> &'static str {
    let (sqlite, pg) = match storage {
        Storage::Text => ("text", "text"),
        Storage::Int => ("integer", "bigint"),
        Storage::Bool => ("integer", "boolean"),
        Storage::Id => ("blob", "uuid"),
        Storage::Instant => ("integer", "timestamp with time zone"),
        Storage::Day => ("text", "date"),
        Storage::Json => ("text", "jsonb"),
        Storage::Texts => ("text", "ARRAY"),
        Storage::Bytes => ("blob", "bytea"),
    };
    if engine == Engine::Sqlite { sqlite } else { pg }
}

/// Before SQLite 3.45 `json_valid(NULL)` is 0, and a dump with such a row cannot be restored there.
#[test]
fn a_check_that_null_is_to_pass_says_so() {
    let db = Db::new(Engine::Sqlite);
    let unsaid = "SELECT m.name || '.' || c.name AS line FROM sqlite_master m, pragma_table_info(m.name) c \
                  WHERE m.type = 'table' AND c.\"notnull\" = 0 AND instr(m.sql, 'CHECK (json_valid(' || c.name || '))') > 0";
    assert_eq!(db.texts(unsaid), Vec::<String>::new());
    let said =
        "SELECT name AS line FROM sqlite_master WHERE sql LIKE '%error IS NULL OR json_valid(error)%' ORDER BY name";
    assert_eq!(db.texts(said), ["exports", "imports", "jobs"]);
    assert_eq!(
        db.texts("SELECT integrity_check AS line FROM pragma_integrity_check"),
        ["ok"]
    );
}

#[test]
fn fields_are_the_columns() {
    both(|db| {
        let real = real_columns(db);
        let mut wanted = BTreeSet::new();
        let mut want = |table: &str, column: &str, storage, nullable: bool| {
            let null = if nullable { "" } else { " not null" };
            wanted.insert(format!("{table}.{column} {}{null}", column_type(db.engine, storage)));
        };
        for kind in domain::KINDS {
            want(kind.plural, "workspace_id", Storage::Id, false);
            want(kind.plural, "deleted_at", Storage::Instant, true);
            if kind.wire {
                want(kind.plural, "wire", Storage::Text, true);
            }
            for field in kind.fields {
                for (suffix, storage) in field.columns() {
                    want(
                        kind.plural,
                        &format!("{}{suffix}", field.stored_as()),
                        *storage,
                        field.nullable,
                    );
                }
                if field.has_sort_key() {
                    want(kind.plural, &field.sort_column().0, Storage::Text, field.nullable);
                }
            }
        }
        let tables: BTreeSet<&str> = domain::KINDS.iter().map(|k| k.plural).collect();
        let own = |line: &&String| {
            let (table, column) = line.split_once('.').expect("a dot");
            let kept_by_engine = column.starts_with("rid ") || column.starts_with("search ");
            tables.contains(table) && !kept_by_engine
        };
        let real: BTreeSet<String> = real.iter().filter(own).cloned().collect();
        let missing: Vec<_> = wanted.difference(&real).collect();
        let surplus: Vec<_> = real.difference(&wanted).collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "missing {missing:#?}\nsurplus {surplus:#?}"
        );
    });
}

/// The statements and definitions of the schema with blanks made even, one a line.
fn definitions(db: &Db) -> Vec<String> {
    let text = schema(&db.url).expect("reads").replace(",\n", ",").replace("(\n", "(");
    text.replace("\"position\"", "position")
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn every_reference_is_a_foreign_key_within_the_workspace() {
    both(|db| {
        let all = definitions(db);
        for kind in domain::KINDS {
            for field in kind.fields.iter().filter(|f| f.refers.is_some() && !f.is_several()) {
                let target = domain::kind(field.refers.expect("refers")).expect("a kind").plural;
                let key = format!("FOREIGN KEY (workspace_id, {}) REFERENCES {target}", field.name);
                let found = all.iter().any(|line| {
                    let of_table = line.contains(&format!("CREATE TABLE {} ", kind.plural))
                        || line.starts_with(&format!("constraint {} ", kind.plural));
                    of_table && line.contains(&key)
                });
                assert!(found, "{}: {key}", kind.plural);
            }
        }
    });
}

#[test]
fn every_sort_and_every_reference_has_its_index() {
    both(|db| {
        let all = definitions(db);
        for kind in domain::KINDS {
            let has = |columns: &str| {
                let on = |line: &&String| {
                    line.contains("INDEX")
                        && (line.contains(&format!(" ON {} (", kind.plural))
                            || line.contains(&format!(" ON public.{} USING btree (", kind.plural)))
                };
                all.iter().filter(on).any(|line| line.contains(&format!("({columns}")))
            };
            for field in kind.fields {
                if field.can(SORT) {
                    let columns = format!("workspace_id, {}, id)", field.sort_column().0);
                    assert!(has(&columns), "{} ({columns}", kind.plural);
                }
                // Who made or owns a setting is never looked up by.
                let looked_up = !matches!(field.name, "created_by" | "owner_id")
                    || (field.name == "owner_id" && kind.ownership == domain::record::Ownership::Owned);
                if field.is_several() {
                    let gin = format!("ON public.{} USING gin ({})", kind.plural, field.name);
                    let found = all.iter().any(|line| line.contains(&gin));
                    assert!(db.engine == Engine::Sqlite || found, "{gin}");
                } else if field.refers.is_some() && looked_up {
                    let columns = format!("workspace_id, {}", field.name);
                    assert!(has(&columns), "{} ({columns}", kind.plural);
                }
            }
        }
    });
}

#[test]
fn what_is_declared_unique_has_its_index_and_nothing_else_is() {
    both(|db| {
        let all = definitions(db);
        for kind in domain::KINDS {
            let on = [
                format!(" ON {} (", kind.plural),
                format!(" ON public.{} USING btree (", kind.plural),
            ];
            let of_kind = all
                .iter()
                .filter(|line| line.contains("UNIQUE INDEX") && on.iter().any(|on| line.contains(on)));
            let columns = |line: &String| {
                let within = line
                    .split('(')
                    .nth(1)
                    .and_then(|rest| rest.split(')').next())
                    .unwrap_or_default()
                    .to_owned();
                within.trim_start_matches("workspace_id, ").to_owned()
            };
            // Each kind has these; a number is given once and for all; a job is one while it runs.
            let known = ["external_id", "number", "id", "work, subject_id"];
            let real: BTreeSet<String> = of_kind
                .map(columns)
                .filter(|c| !known.contains(&c.as_str()) && c != "workspace_id")
                .collect();
            let said: BTreeSet<String> = kind.unique.iter().map(|key| key.join(", ")).collect();
            assert_eq!(real, said, "{}", kind.name);
        }
    });
}

/// The table of a kind taken away and made again from its declaration, and its columns one by one.
#[test]
fn a_migration_written_from_the_declaration_is_the_one_that_there_is() {
    both(|db| {
        let kind = domain::kind("holiday").expect("a kind");
        let at = usize::from(db.engine == Engine::Pg);
        let first = schema(&db.url).expect("reads");
        let has = |columns: &str| -> BTreeSet<String> { columns.split(' ').map(str::to_owned).collect() };
        let whole = draft::draft(kind, &BTreeSet::new())
            .expect("a draft")
            .expect("something to do");
        assert_eq!(whole.words, "holidays");
        db.sql(&whole.ways[at].2);
        assert_ne!(schema(&db.url).expect("reads"), first);
        db.sql(&whole.ways[at].1);
        assert_eq!(schema(&db.url).expect("reads"), first);

        let most = "id version created_at updated_at created_by owner_id external_id custom_fields day name name_sort";
        let added = draft::draft(kind, &has(most))
            .expect("a draft")
            .expect("something to do");
        assert_eq!(added.words, "holidays_kind");
        db.sql(&added.ways[at].2);
        let without = real_columns(db);
        assert!(!without.iter().any(|c| c.starts_with("holidays.kind ")));
        db.sql(&added.ways[at].1);
        assert!(real_columns(db).iter().any(|c| c.starts_with("holidays.kind ")));
        assert_eq!(
            draft::draft(kind, &has(&format!("{most} kind"))).expect("a draft"),
            None
        );
        // What rows that are there cannot have is told, not guessed.
        let refused = draft::draft(
            kind,
            &has("id version created_at updated_at created_by owner_id external_id custom_fields name name_sort kind"),
        );
        assert!(refused.expect_err("no default").to_string().contains("day"));
    });
}

#[test]
fn no_kind_waits_for_a_migration() {
    let (url, _place) = place(Engine::Sqlite, true);
    for kind in domain::KINDS {
        assert_eq!(migrations::draft(&url, kind).expect("reads"), None, "{}", kind.name);
    }
}

#[test]
fn few_new_words_wait_to_be_sorted_into_the_search() {
    let db = Db::new(Engine::Pg);
    let many = db.texts(
        "SELECT c.relname AS line FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gin' \
         AND c.relname LIKE '%\\_search' AND NOT coalesce(c.reloptions, '{}') @> '{gin_pending_list_limit=64}'",
    );
    assert_eq!(many, [""; 0]);
}

#[test]
fn migrations_down_take_back_all_that_up_made() {
    for engine in [Engine::Sqlite, Engine::Pg] {
        let (url, _place) = place(engine, true);
        let empty = schema(&url).expect("reads");
        migrate(&url, false).expect("up");
        let first = schema(&url).expect("reads");
        assert!(first.contains("opportunities"));
        migrate(&url, true).expect("down");
        assert_eq!(schema(&url).expect("reads"), empty, "{engine:?}");
        migrate(&url, false).expect("up again");
        assert_eq!(schema(&url).expect("reads"), first, "{engine:?}");
    }
}

#[test]
fn the_two_histories_have_the_same_steps() {
    let names = |engine: &str| -> BTreeSet<String> {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../migrations")
            .join(engine);
        let entries = std::fs::read_dir(dir).expect("a folder");
        entries
            .map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}
