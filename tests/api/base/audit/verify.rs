//! `guanxi audit verify`: by the program, on a database that somebody has been at.

use std::process::Command;
use tests::engine::Place;
use tests::program::founded;
use tests::*;

const PROGRAM: &str = env!("CARGO_BIN_EXE_guanxi-under-test");

/// Whether the log is said to be sound, and what is said.
fn verify(place: &Place, more: &[&str]) -> (bool, String) {
    let output = Command::new(PROGRAM)
        .args(["audit", "verify", "--database", &place.argument()])
        .args(more)
        .output()
        .expect("runs");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    let code = output.status.code().expect("ends by itself");
    assert!(code <= 1, "{code}: {said}");
    (code == 0, said)
}

fn on_both(test: impl Fn(&Place, &Firm)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (place, firm) = founded(engine);
        test(&place, &firm);
    }
}

/// One text of the entry at a position.
fn at(place: &Place, position: i64, what: &str) -> String {
    let sql = format!("SELECT CAST({what} AS text) AS text FROM change_log WHERE position = {position}");
    place.texts(&sql).pop().expect("an entry")
}

fn length(place: &Place) -> i64 {
    let count = place.texts("SELECT CAST(count(*) AS text) AS text FROM change_log");
    count[0].parse().expect("a number")
}

#[test]
fn what_was_changed_is_named() {
    on_both(|place, _| {
        let (sound, said) = verify(place, &[]);
        assert!(sound && said.contains("unbroken up to "), "{said}");
        let (salt, kind) = (at(place, 3, "salt"), at(place, 3, "kind"));
        let label = domain::change::label(domain::Kinds::DECLARED, &kind)
            .expect("a label")
            .en;
        for (edit, back) in [
            ("version = version + 1".to_owned(), "version = version - 1".to_owned()),
            ("salt = NULL".to_owned(), format!("salt = '{salt}'")),
        ] {
            place.run(&format!("UPDATE change_log SET {edit} WHERE position = 3"));
            let (sound, said) = verify(place, &[]);
            let record = domain::Id::from_slice(&bytes(place, 3)).expect("an id");
            let words = [
                "BROKEN: entry 3 was altered".to_owned(),
                format!("Created, {label} {record}, 20"),
            ];
            assert!(!sound && words.iter().all(|w| said.contains(w)), "{edit}: {said}");
            place.run(&format!("UPDATE change_log SET {back} WHERE position = 3"));
        }
        assert!(verify(place, &[]).0);
        place.run("DELETE FROM change_log WHERE position = 3");
        let (sound, said) = verify(place, &[]);
        assert!(
            !sound && said.contains("BROKEN: entry 3 is missing; the next one there is 4: "),
            "{said}"
        );
    });
}

fn bytes(place: &Place, position: i64) -> Vec<u8> {
    let hex = match place.url {
        persistence::DatabaseUrl::Sqlite(_) => "hex(record_id)",
        persistence::DatabaseUrl::Pg(_) => "replace(record_id::text, '-', '')",
    };
    let hex = at(place, position, hex);
    let pair = |i: usize| u8::from_str_radix(&hex[i..i + 2], 16).expect("hex");
    (0..hex.len()).step_by(2).map(pair).collect()
}

#[test]
fn a_tail_that_was_cut_with_its_end_is_missed_by_who_kept_the_end() {
    on_both(|place, _| {
        let (sound, said) = verify(place, &[]);
        assert!(sound, "{said}");
        let end = said.trim().rsplit(' ').next().expect("an end").to_owned();
        let last = length(place);
        assert!(end.starts_with(&format!("{last}:")), "{said}");
        let early = format!("4:{}", at(place, 4, "chain"));
        let both = ["--expect", &early, "--expect", &end];
        assert!(verify(place, &both).0);

        place.run(&format!("DELETE FROM change_log WHERE position > {}", last - 2));
        let (sound, said) = verify(place, &[]);
        let words = format!("the last entries, {} to {last}, are missing", last - 1);
        assert!(!sound && said.contains(&words), "{said}");
        place.run(&format!(
            "UPDATE change_heads SET position = {}, chain = (SELECT chain FROM change_log WHERE position = {0})",
            last - 2
        ));
        assert!(verify(place, &["--expect", &early]).0);
        let (sound, said) = verify(place, &both);
        assert!(
            !sound && said.contains(&format!("no chain passes through {end}")),
            "{said}"
        );
        assert!(!said.contains(&early));

        place.run("UPDATE change_heads SET chain = 'of another'");
        let (sound, said) = verify(place, &[]);
        assert!(!sound && said.contains("the end that is noted"), "{said}");
        place.run("DELETE FROM change_log; DELETE FROM change_heads");
        let (sound, said) = verify(place, &[]);
        assert!(!sound && said.contains("there are records, and no entry"), "{said}");
    });
}

#[test]
fn one_broken_log_keeps_no_other_from_being_read() {
    on_both(|place, firm| {
        let other = engine::serve(&place.url, |_| {}).expect("serves");
        let second = Firm::new(&other);
        second.owner.create("/customers", json!({ "name": "a" }));
        drop(other);
        let id = match place.url {
            persistence::DatabaseUrl::Sqlite(_) => format!("x'{}'", firm.workspace.simple()),
            persistence::DatabaseUrl::Pg(_) => format!("'{}'", firm.workspace),
        };
        // No identifier, no time: nothing that could be read.
        let wreck = match place.url {
            persistence::DatabaseUrl::Sqlite(_) => "record_id = x'00'",
            persistence::DatabaseUrl::Pg(_) => "at = 'infinity'",
        };
        place.run(&format!(
            "UPDATE change_log SET {wreck} WHERE position = 2 AND workspace_id = {id}"
        ));
        let (sound, said) = verify(place, &[]);
        let lines: Vec<&str> = said.lines().collect();
        assert!(!sound && lines.len() == 2, "{said}");
        assert!(
            lines[0].contains("BROKEN: entry 2 was altered and cannot be read"),
            "{said}"
        );
        assert!(lines[1].contains("unbroken up to"), "{said}");
    });
}

#[test]
fn a_database_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mistyped.db");
    let output = Command::new(PROGRAM)
        .args(["audit", "verify", "--database", &format!("sqlite:{}", path.display())])
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no such file"));
    assert!(!path.exists());
}
