//! Line 28. A database of the last release is brought up to date: whatever stood in it stands in it afterwards. (That up, down
//! and up again give one schema is a step of `cargo xtask test`.)

use super::PROGRAM;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use tests::engine::{Place, serve};
use tests::program::Program;
use tests::*;

/// The last migration of the last release; moved on when one is made.
const LAST_RELEASE: &str = "20261127000000";

/// Columns by table, without the runner's own list and what SQLite makes for its search.
fn columns(place: &Place) -> BTreeMap<String, Vec<String>> {
    let sql = match &place.url {
        persistence::DatabaseUrl::Sqlite(_) => {
            "SELECT l.name || '.' || c.name AS text FROM pragma_table_list l, pragma_table_info(l.name) c \
             WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite%' ORDER BY 1"
        }
        persistence::DatabaseUrl::Pg(_) => {
            "SELECT table_name || '.' || column_name AS text FROM information_schema.columns \
             WHERE table_schema = current_schema() ORDER BY 1"
        }
    };
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for text in place.texts(sql) {
        let (table, column) = text.split_once('.').expect("two names");
        if !table.starts_with("__diesel") {
            tables.entry(table.to_owned()).or_default().push(column.to_owned());
        }
    }
    tables
}

/// All rows of a table, each as one text.
fn rows(place: &Place, table: &str, columns: &[String]) -> Vec<String> {
    let row = match &place.url {
        persistence::DatabaseUrl::Sqlite(_) => {
            let quoted: Vec<_> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
            quoted.join(" || ' ' || ")
        }
        persistence::DatabaseUrl::Pg(_) => {
            let quoted: Vec<_> = columns.iter().map(|column| format!("\"{column}\"")).collect();
            format!("ROW({})::text", quoted.join(", "))
        }
    };
    place.texts(&format!("SELECT {row} AS text FROM \"{table}\" ORDER BY 1"))
}

/// The demo's data, with a record of each kind and what one leaves behind who signs in, asks for keys and imports.
fn filled(engine: Engine) -> Place {
    let place = Place::new(engine).expect("a place");
    let demo = Command::new(PROGRAM)
        .args(["demo", "--database", &place.argument()])
        .stdout(Stdio::null())
        .status();
    assert!(demo.expect("runs").success());
    let process = Program::start(PROGRAM, &place.argument(), |command| {
        command.env("GUANXI_LOG", "off");
    });
    let anonymous = process.client(None);
    let owner = sign_in::login(&anonymous, "owner@example.com", "guanxi-demo-26").expect(200);
    let owner = sign_in::signed_in(&owner);
    for operation in &owner.description().operations {
        let path = operation.path.trim_start_matches("/api/v1");
        if operation.id.starts_with("create_") && operation.takes_json() && path != "/api-keys" {
            seed::plain(&owner, path);
        }
    }
    seed::import(&owner);
    seed::job(&owner);
    assert!(process.end().as_secs() < 30);
    place
}

fn every_row_is_kept(engine: Engine) {
    let place = filled(engine);
    let now = columns(&place);
    persistence::migrations::revert_after(&place.url, LAST_RELEASE).expect("goes back a release");
    // What a release may leave out is a column, and never a row or what stands in the columns that stay.
    let kept: BTreeMap<String, Vec<String>> = columns(&place)
        .into_iter()
        .map(|(table, mut columns)| {
            columns.retain(|column| now.get(&table).is_some_and(|now| now.contains(column)));
            assert!(!columns.is_empty(), "{engine:?}: {table} goes away");
            (table, columns)
        })
        .collect();
    let stood: BTreeMap<&String, Vec<String>> = kept
        .iter()
        .map(|(table, columns)| (table, rows(&place, table, columns)))
        .collect();
    let empty: Vec<_> = stood
        .iter()
        .filter(|(_, rows)| rows.is_empty())
        .map(|(table, _)| table)
        .collect();
    assert!(
        empty.len() * 3 < stood.len(),
        "hardly filled, with nothing in {empty:?}"
    );
    drop(serve(&place.url, |_| {}).expect("brings it up to date and serves it"));
    for (table, columns) in &kept {
        let is = rows(&place, table, columns);
        let missing = without(&stood[table], &is);
        assert_eq!(
            missing,
            Vec::<&String>::new(),
            "{engine:?}: {table} has lost what stood in it"
        );
    }
}

/// Those of the first list that the second has not, or not as often; both are sorted.
fn without<'a>(these: &'a [String], those: &[String]) -> Vec<&'a String> {
    let mut count: BTreeMap<&String, usize> = BTreeMap::new();
    for text in those {
        *count.entry(text).or_default() += 1;
    }
    let missing = |text: &&String| match count.get_mut(*text) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    these.iter().filter(missing).collect()
}

#[test]
fn a_database_of_the_last_release_keeps_every_row_on_sqlite() {
    every_row_is_kept(Engine::Sqlite);
}

#[test]
fn a_database_of_the_last_release_keeps_every_row_on_postgres() {
    every_row_is_kept(Engine::Postgres);
}
