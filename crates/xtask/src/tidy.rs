//! `xtask tidy`: what holds about names, places and texts, and no compiler looks at.

use crate::shell::root;
use anyhow::{Result, ensure};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

/// Above this, a file is shown as one to think about; it is not an error.
const LONG: usize = 600;

/// The areas of the business: folders of the same names on every floor, a noun in the same one on each.
const AREAS: &str = "people customers sales finance office data service marketing commerce automation insight";

/// A floor of the house.
struct Floor {
    path: &'static str,
    /// What stands beside the areas: machinery, and what is about the floor itself.
    beside: &'static str,
    /// What the floor's areas have beyond the nouns of the domain.
    own: &'static str,
}

const FLOORS: [Floor; 5] = [
    Floor {
        path: "crates/domain/src/",
        beside: "base lib policy query text",
        own: "",
    },
    Floor {
        path: "crates/persistence/src/",
        beside: "db lib records tests",
        own: "access login outbox report second_factor session",
    },
    Floor {
        path: "crates/api/src/",
        beside: "app bench cli demo http lib main records testing",
        own: "access auth mail password report",
    },
    Floor {
        path: "frontend/src/",
        beside: "api dom i18n kinds leave main parts record route schema settings shell start state ui",
        own: "access account audit auth calendar company currencies holidays numbering picklists pipelines report space",
    },
    Floor {
        path: "tests/api/",
        beside: "base main",
        own: "access auth report",
    },
];

/// Tracked files by their path from the root, with their text if they are text.
type Tree = BTreeMap<String, Option<String>>;

pub fn check() -> Result<()> {
    let tree = tree()?;
    for (path, lines) in long_files(&tree) {
        println!("note: {path} has {lines} lines; what does it really contain?");
    }
    let rules = [
        opening_lines,
        nouns,
        declarations,
        writes,
        migrations,
        machine_paths,
        lock_files,
    ];
    let problems: Vec<_> = rules.iter().flat_map(|rule| rule(&tree)).collect();
    ensure!(
        problems.is_empty(),
        "{} untidy places:\n{}",
        problems.len(),
        problems.join("\n")
    );
    println!("{} files are tidy", tree.len());
    Ok(())
}

/// What git knows or would add; ignored files are nobody's concern.
fn tree() -> Result<Tree> {
    let list = Command::new("git")
        .current_dir(root())
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()?;
    ensure!(
        list.status.success(),
        "git ls-files: {}",
        String::from_utf8_lossy(&list.stderr)
    );
    let names = String::from_utf8(list.stdout)?;
    let there = names
        .split('\0')
        .filter(|name| !name.is_empty() && root().join(name).is_file());
    there
        .map(|name| Ok((name.to_owned(), String::from_utf8(fs::read(root().join(name))?).ok())))
        .collect()
}

fn texts(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.iter()
        .filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
}

fn long_files(tree: &Tree) -> Vec<(&str, usize)> {
    let code = |path: &str| {
        ["rs", "css", "mjs", "js", "sql"]
            .iter()
            .any(|kind| path.ends_with(&format!(".{kind}")))
    };
    let lengths = texts(tree)
        .filter(|(path, _)| code(path))
        .map(|(path, text)| (path, text.lines().count()));
    lengths.filter(|(_, lines)| *lines > LONG).collect()
}

/// Each source file says first what lives in it.
fn opening_lines(tree: &Tree) -> Vec<String> {
    let sources = texts(tree).filter(|(path, _)| path.ends_with(".rs"));
    let silent = sources.filter(|(_, text)| {
        text.lines()
            .next()
            .is_none_or(|line| line.len() < 8 || !line.starts_with("//! "))
    });
    silent
        .map(|(path, _)| format!("{path}: its first line must be `//! ` and what lives in the file"))
        .collect()
}

/// The app learns the kinds from what the server tells: a declaration compiled into it would weigh on every first load.
fn declarations(tree: &Tree) -> Vec<String> {
    let app = texts(tree).filter(|(path, _)| path.starts_with("frontend/src/"));
    let declared = app.filter(|(_, text)| ["::KIND", "domain::kind("].iter().any(|name| text.contains(name)));
    declared
        .map(|(path, _)| format!("{path}: the app knows kinds from what the server tells, not from their declarations"))
        .collect()
}

/// What writes records beside the one way of writing, and why: what the server notes of its own work and of sign-ins, and
/// firms that are founded, before anybody is there to whom rules could be told.
const WRITERS: [&str; 10] = [
    "bench.rs",
    "bench/",
    "data/export/",
    "data/import/",
    "data/job/",
    "demo.rs",
    "demo/",
    "office/workspace.rs",
    "people/auth/",
    "people/avatar/",
];

/// Rules of a kind hold however its records are written, since they are asked in one place.
fn writes(tree: &Tree) -> Vec<String> {
    const ONE_WAY: &str = "records/write.rs";
    let verbs = ["insert(", "update(", "update_all(", "delete(", "restore("];
    let calls = |text: &str| {
        ["engine::", "engine::any::"]
            .iter()
            .any(|engine| verbs.iter().any(|verb| text.contains(&format!("{engine}{verb}"))))
    };
    let api = texts(tree).filter_map(|(path, text)| Some((path.strip_prefix("crates/api/src/")?, text)));
    let beside = api
        .filter(|(path, text)| *path != ONE_WAY && WRITERS.iter().all(|known| !path.starts_with(known)) && calls(text));
    beside
        .map(|(path, _)| format!("{path}: records are written by {ONE_WAY}, which asks the rules of their kind"))
        .collect()
}

/// A noun of the business has the same name and the same area on every floor: what the upper floors call so, the domain
/// knows.
fn nouns(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    let mut places = BTreeMap::new();
    for floor in &FLOORS {
        for first in names(tree, floor.path) {
            let listed = |words: &str| words.split_whitespace().any(|word| word == first);
            if !listed(AREAS) {
                if !listed(floor.beside) {
                    problems.push(format!(
                        "{}{first}: no area, and no machinery that crates/xtask/src/tidy.rs knows",
                        floor.path
                    ));
                }
                continue;
            }
            for noun in names(tree, &format!("{}{first}/", floor.path))
                .into_iter()
                .filter(|noun| *noun != "mod")
            {
                let place = format!("{}{first}/{noun}", floor.path);
                if floor.own.split_whitespace().any(|word| word == noun) {
                    continue;
                }
                match places.get(noun) {
                    None if floor.path == FLOORS[0].path => {
                        places.insert(noun, first);
                    }
                    None => problems.push(format!(
                        "{place}: the domain has no noun {noun:?} (crates/xtask/src/tidy.rs lists what is none)"
                    )),
                    Some(area) if *area != first => {
                        problems.push(format!("{place}: its area is {area:?} in the domain"))
                    }
                    Some(_) => {}
                }
            }
        }
    }
    problems
}

/// The first parts below a folder: `lead` for `lead.rs` and for `lead/…`.
fn names<'a>(tree: &'a Tree, folder: &str) -> BTreeSet<&'a str> {
    let below = tree
        .keys()
        .filter(|path| path.ends_with(".rs"))
        .filter_map(|path| path.strip_prefix(folder));
    below
        .map(|path| path.split('/').next().unwrap_or(path).trim_end_matches(".rs"))
        .collect()
}

/// Both engines have the same migrations, each with a way up and a way down.
fn migrations(tree: &Tree) -> Vec<String> {
    let of = |engine: &str| -> BTreeSet<&str> {
        let folder = format!("migrations/{engine}/");
        tree.keys()
            .filter_map(|path| path.strip_prefix(folder.as_str()))
            .collect()
    };
    let (sqlite, postgres) = (of("sqlite"), of("postgres"));
    let mut problems: Vec<_> = sqlite
        .symmetric_difference(&postgres)
        .map(|file| format!("migrations: {file} is there for one engine only"))
        .collect();
    for file in sqlite.union(&postgres) {
        match file.split_once('/') {
            Some((_, "up.sql" | "down.sql")) => {}
            _ => problems.push(format!(
                "migrations: {file} is neither up.sql nor down.sql of a migration"
            )),
        }
        let other = file.strip_suffix("up.sql").map(|start| format!("{start}down.sql"));
        if other.is_some_and(|other| !sqlite.contains(other.as_str())) {
            problems.push(format!("migrations: {file} has no way down"));
        }
    }
    problems
}

/// The project runs anywhere: it names no folder of somebody's machine.
fn machine_paths(tree: &Tree) -> Vec<String> {
    let folders = ["home", "root", "Users", "work", "mnt", "tmp"].map(|name| format!("/{name}/"));
    let mut problems = Vec::new();
    for (path, text) in texts(tree) {
        for (at, line) in text.lines().enumerate() {
            if folders.iter().any(|folder| names_folder(line, folder)) {
                problems.push(format!(
                    "{path}:{}: names a path of one machine: {}",
                    at + 1,
                    line.trim()
                ));
            }
        }
    }
    problems
}

/// A folder with something in it, at the start of a path: not in the middle of a relative path or an address.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + folder.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-/}~".contains(c)) && after.is_some_and(char::is_alphanumeric)
    })
}

/// Lock files name versions and checksums; where a package is fetched is each machine's own setting.
fn lock_files(tree: &Tree) -> Vec<String> {
    let named = texts(tree).filter(|(path, text)| match path.rsplit('/').next() {
        Some("package-lock.json") => text.contains("\"resolved\": \"http"),
        Some("Cargo.lock") => {
            let sources = text.lines().filter(|line| line.starts_with("source = "));
            sources
                .into_iter()
                .any(|line| line != r#"source = "registry+https://github.com/rust-lang/crates.io-index""#)
        }
        _ => false,
    });
    named
        .map(|(path, _)| format!("{path}: names a download host"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        files
            .iter()
            .map(|(path, text)| (path.to_string(), Some(text.to_string())))
            .collect()
    }

    #[test]
    fn a_source_file_opens_with_its_purpose() {
        let tree = tree(&[
            ("a.rs", "//! Leads of a workspace.\n"),
            ("b.rs", "use x;\n"),
            ("c.rs", "//!\n"),
            ("d.rs", ""),
        ]);
        assert_eq!(opening_lines(&tree).len(), 3);
    }

    #[test]
    fn records_are_written_in_one_way() {
        let tree = tree(&[
            (
                "crates/api/src/sales/stage.rs",
                "//! Stages.\nengine::delete(tx, &permit, &old)?;\n",
            ),
            (
                "crates/api/src/records/crud/mod.rs",
                "//! All.\nengine::any::update_all(tx)?;\n",
            ),
            (
                "crates/api/src/records/write.rs",
                "//! Writes.\nengine::any::insert(tx)?;\n",
            ),
            (
                "crates/api/src/data/import/job.rs",
                "//! Its state.\nengine::update(tx)?;\n",
            ),
            ("crates/api/src/customers/lead.rs", "//! Leads.\nengine::find(tx)?;\n"),
            (
                "crates/persistence/src/office/holiday.rs",
                "//! SQL.\nengine::insert(tx)?;\n",
            ),
        ]);
        assert_eq!(writes(&tree).len(), 2);
    }

    #[test]
    fn the_app_has_no_declarations_of_kinds() {
        let tree = tree(&[
            (
                "frontend/src/kinds.rs",
                "//! Kinds.\nstatic LEAD: &Kind = domain::lead::Lead::KIND;\n",
            ),
            (
                "frontend/src/record/list.rs",
                "//! Lists.\nlet all = domain::KINDS.iter();\n",
            ),
            ("frontend/src/schema.rs", "//! As told.\nkinds::of(\"lead\")\n"),
            ("crates/api/src/records/start.rs", "//! Start.\nRole::KIND\n"),
        ]);
        assert_eq!(declarations(&tree).len(), 2);
    }

    #[test]
    fn a_noun_has_its_name_and_its_area_on_every_floor() {
        let known = ("crates/domain/src/customers/lead.rs", "");
        let wrong = |path: &str| nouns(&tree(&[known, (path, "")])).len();
        for right in [
            "api/src/customers/lead.rs",
            "api/src/customers/mod.rs",
            "api/src/main.rs",
            "api/src/people/auth/mod.rs",
        ] {
            assert_eq!(wrong(&format!("crates/{right}")), 0, "{right}");
        }
        assert_eq!(
            wrong("crates/api/src/customers/prospect/mod.rs"),
            1,
            "a name the domain does not know"
        );
        assert_eq!(wrong("crates/persistence/src/customers/leads.rs"), 1, "another name");
        assert_eq!(wrong("frontend/src/sales/lead/mod.rs"), 1, "another area");
        assert_eq!(wrong("crates/api/src/lead.rs"), 1, "no area");
    }

    #[test]
    fn migrations_are_the_same_on_both_engines_and_go_back() {
        let both = |file: &str| {
            ["sqlite", "postgres"].map(|engine| (format!("migrations/{engine}/{file}"), Some(String::new())))
        };
        let up: Tree = both("1_a/up.sql").into();
        assert_eq!(migrations(&up).len(), 1);
        let mut all: Tree = both("1_a/up.sql").into_iter().chain(both("1_a/down.sql")).collect();
        assert!(migrations(&all).is_empty());
        all.remove("migrations/sqlite/1_a/down.sql");
        assert!(!migrations(&all).is_empty());
    }

    #[test]
    fn a_path_of_a_machine_is_found_and_a_relative_one_is_not() {
        let folder = format!("/{}/", "home");
        assert!(names_folder(&format!("cd {folder}ann"), &folder));
        assert!(names_folder(&format!("\"{folder}ann\""), &folder));
        assert!(!names_folder(&format!("docs{folder}ann, {folder}"), &folder));
    }

    #[test]
    fn a_lock_file_names_no_host() {
        let npm = (
            "tests/e2e/package-lock.json",
            "\"resolved\": \"https://example.org/a.tgz\"",
        );
        let cargo = ("Cargo.lock", "source = \"registry+https://example.org/index\"\n");
        assert_eq!(lock_files(&tree(&[npm, cargo])).len(), 2);
    }
}
