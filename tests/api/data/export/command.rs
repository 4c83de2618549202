//! `guanxi export`: by the program, for a person with rights of their own.

use std::process::Command;
use tests::engine::Place;
use tests::*;

const PROGRAM: &str = env!("CARGO_BIN_EXE_guanxi-under-test");

/// The code it ends with, what it wrote to standard output, and what it said beside.
fn export(place: &Place, email: &str, more: &[&str]) -> (i32, Vec<u8>, String) {
    let output = Command::new(PROGRAM)
        .args(["export", "--database", &place.argument(), "--as", email, "--lang", "en"])
        .args(more)
        .output()
        .expect("runs");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code().expect("ends by itself"), output.stdout, said)
}

#[test]
fn the_command_writes_what_the_person_may_have() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let running = Running::start(engine, |_| {}).expect("a server");
        let firm = Firm::new(&running.server);
        for (name, level) in [("甲", "A"), ("乙", "B")] {
            firm.owner.create(
                "/customers",
                json!({ "name": name, "level": level, "phone": "+86 13800138001" }),
            );
        }
        firm.sales.create("/customers", json!({ "name": "Mine", "level": "A" }));
        let (boss, seller) = (firm.owner.email.as_str(), firm.sales.email.as_str());
        let Running { place, server, .. } = running;
        drop(server);

        let (code, text, said) = export(
            &place,
            boss,
            &["--kind", "customers", "--sort", "name", "--columns", "name,phone"],
        );
        assert_eq!((code, said.as_str()), (0, "3 rows exported\n"));
        let text = String::from_utf8(text).expect("UTF-8");
        assert_eq!(
            text,
            "\u{feff}Name,Phone\n甲,+86 13800138001\nMine,\n乙,+86 13800138001\n"
        );
        let filter = r#"{"field":"level","op":"eq","value":"A"}"#;
        let (code, text, said) = export(
            &place,
            seller,
            &[
                "--kind",
                "customer",
                "--filter",
                filter,
                "--columns",
                "name",
                "--format",
                "jsonl",
            ],
        );
        let line: Json = serde_json::from_slice(&text).expect("one line of JSON");
        assert_eq!(
            (code, line["name"].clone(), said.as_str()),
            (0, json!("Mine"), "1 rows exported\n")
        );

        // Into a file, whose ending says what it is; there is all of it or nothing.
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("all.xlsx");
        let to = path.to_str().expect("UTF-8");
        let (code, text, said) = export(&place, boss, &["--kind", "customers", "--output", to]);
        assert_eq!((code, text.len(), said.as_str()), (0, 0, "3 rows exported\n"));
        assert!(std::fs::read(&path).expect("a file").starts_with(b"PK"));
        for (wrong, expected, told) in [
            (&["--kind", "dragons"][..], 2, "--kind: "),
            (&["--kind", "customers", "--columns", "name,nothing"], 2, "--columns: "),
            (&["--kind", "customers", "--filter", "{"], 2, "--filter"),
            (&["--kind", "customers", "--format", "vcard"], 2, "--format: "),
            (
                &["--kind", "contacts", "--vcard-version", "4.0"],
                2,
                "--vcard-version: ",
            ),
            (
                &[
                    "--kind",
                    "customers",
                    "--filter",
                    r#"{"field":"nothing","op":"eq","value":1}"#,
                ],
                2,
                "--filter: ",
            ),
            (
                &["--kind", "customers", "--format", "xlsx", "--encoding", "gb18030"],
                2,
                "--encoding: ",
            ),
            (
                &["--kind", "customers", "--output", "/nowhere/at/all.csv"],
                1,
                "/nowhere/at/all.csv",
            ),
        ] {
            let (code, text, said) = export(&place, boss, wrong);
            assert!(
                code == expected && text.is_empty() && said.contains(told),
                "{code}: {said}"
            );
        }
        let (code, _, said) = export(&place, "nobody@example.com", &["--kind", "customers"]);
        assert!(code == 1 && said.contains("nobody@example.com"), "{said}");
        let left = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 1, "nothing half is left");
    }
}
