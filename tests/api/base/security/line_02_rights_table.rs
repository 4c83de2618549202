//! Line 2. The table of role × operation, `rights.txt`, is what the server does.
//!
//! It has a row for each operation: what it answers to whom, and what it writes. A new operation has no row and fails. The
//! plain operations of a kind (`PLAIN`) have one row for all kinds that are open alike (`Kind::usual`), and a row of their
//! own only where they differ; every verb has its own. With `GUANXI_UPDATE_RIGHTS` set the file is written instead, to be
//! read before it is committed.

use crate::description::{JOBS, Probe, clear, operations};
use domain::kind::Usual;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tests::description::Operation;
use tests::*;

fn table() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("api/rights.txt")
}

const HEAD: &str = "operation                  anonymous stranger other_sales sales manager admin owner  writes";

/// The row of an operation as the server has it.
fn row(t: &T, operation: &Operation, position: &mut i64) -> String {
    let job = JOBS.contains(&operation.id.as_str());
    let anonymous = t.anonymous.clone();
    let people: [&Client; 7] = [
        &anonymous,
        &t.stranger,
        &t.other_sales,
        &t.sales,
        &t.manager,
        &t.admin,
        &t.owner,
    ];
    let mut written = Vec::new();
    let statuses = people.map(|client| {
        let probe = Probe::new(t, client, operation);
        let (answer, changes) = probe.tried(t, client, operation, position);
        if job && answer.status == 202 {
            seed::ended(client, answer.header("location").trim_start_matches("/api/v1"));
        }
        // What the last of them, who may do everything, wrote.
        written = changes
            .iter()
            .map(|c| format!("{} {}", c.action.key(), c.kind))
            .collect();
        // Keys of one probe must not stand in the way of the next.
        clear(t, operation);
        answer.status
    });
    // A job goes on writing when it has answered: how much of it came in time is chance.
    written.retain(|_| !job);
    written.sort();
    let [a, b, c, d, e, f, g] = statuses;
    let line = format!(
        "{:<26} {a:^9} {b:^8} {c:^11} {d:^5} {e:^7} {f:^5} {g:^5}  {}",
        operation.id,
        written.join(", ")
    );
    line.trim_end().to_owned()
}

/// What can be done to records of any kind, by the name of the kind or its plural.
const PLAIN: [&str; 15] = [
    "bulk_{many}",
    "create_{one}",
    "get_{one}",
    "update_{one}",
    "delete_{one}",
    "restore_{one}",
    "upsert_{one}",
    "upsert_{one}_by_key",
    "get_{one}_by_key",
    "get_{one}_by_path",
    "{one}_history",
    "list_{many}",
    "search_{many}",
    "batch_{many}",
    "deleted_{many}",
];

/// The row that a plain operation shares with other kinds, and the kind. None for verbs, for work of the server's, and for a
/// kind that does not say who may do what with it.
fn shared(id: &str) -> Option<(String, &'static domain::Kind)> {
    domain::KINDS
        .iter()
        .copied()
        .filter(|kind| !kind.work)
        .find_map(|kind| {
            let open = match kind.usual {
                Usual::Closed => return None,
                Usual::Settings => "settings",
                Usual::Added => "added",
                Usual::Work => "work",
                Usual::Personal => "personal",
            };
            let of = |name: &str, plain: &str| plain.replace("{one}", name).replace("{many}", name);
            let names = |plain: &&&str| {
                of(
                    if plain.contains("{one}") {
                        kind.name
                    } else {
                        kind.plural
                    },
                    plain,
                ) == id
            };
            let plain = PLAIN.iter().find(names)?;
            Some((of(&format!("{{{open}}}"), plain), kind))
        })
}

/// A row under another name, with what it writes told of a kind, or of any (`{}`).
fn renamed(row: &str, id: &str, from: &str, to: &str) -> String {
    let rest = row.split_once(' ').map_or("", |(_, rest)| rest).trim_start();
    let rest = match rest.strip_suffix(from) {
        Some(before) if before.ends_with(' ') => format!("{before}{to}"),
        _ => rest.to_owned(),
    };
    format!("{id:<26}    {rest}")
}

fn rows(text: &str) -> BTreeMap<&str, &str> {
    text.lines()
        .map(|line| (line.split(' ').next().unwrap_or_default(), line))
        .collect()
}

/// The table as short as it can be said.
fn written(found: &BTreeMap<String, String>) -> String {
    let mut alike: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (id, row) in found {
        if let Some((name, kind)) = shared(id) {
            let of_any = renamed(row, &name, kind.name, "{}");
            *alike.entry(name).or_default().entry(of_any).or_default() += 1;
        }
    }
    let most = |rows: BTreeMap<String, usize>| rows.into_iter().max_by_key(|(_, count)| *count).map(|(row, _)| row);
    let common: BTreeMap<String, String> = alike
        .into_iter()
        .filter_map(|(name, rows)| Some((name, most(rows)?)))
        .collect();
    let own = found.iter().filter(|(id, row)| match shared(id) {
        Some((name, kind)) => common[&name] != renamed(row, &name, kind.name, "{}"),
        None => true,
    });
    let lines: BTreeSet<&String> = common.values().chain(own.map(|(_, row)| row)).collect();
    lines
        .into_iter()
        .fold(format!("{HEAD}\n"), |text, row| text + row + "\n")
}

both! {
    fn everybody_may_do_what_the_table_says(t) {
        let mut position = 0;
        let found: BTreeMap<String, String> = operations(t).map(|o| (o.id.clone(), row(t, o, &mut position))).collect();
        if std::env::var_os("GUANXI_UPDATE_RIGHTS").is_some() {
            std::fs::write(table(), written(&found)).expect("writes the table");
            return;
        }
        let committed = std::fs::read_to_string(table()).expect("the table");
        let said = rows(&committed);
        let mut used = BTreeSet::from(["operation"]);
        let mut wrong = Vec::new();
        for (id, is) in &found {
            let own = said.get_key_value(id.as_str()).map(|(name, row)| (*name, (*row).to_owned()));
            let common = || {
                let (name, kind) = shared(id)?;
                let (name, row) = said.get_key_value(name.as_str())?;
                Some((*name, renamed(row, id, "{}", kind.name)))
            };
            let Some((name, row)) = own.or_else(common) else {
                wrong.push(format!("no row for {is}"));
                continue;
            };
            used.insert(name);
            let words = |row: &str| row.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            if words(&row) != words(is) {
                wrong.push(format!("{is}\n  where the table says\n{row}"));
            }
        }
        let gone: Vec<_> = said.keys().filter(|name| !used.contains(**name)).collect();
        assert!(wrong.is_empty() && gone.is_empty(), "the server does:\n{}\nrows of nothing: {gone:?}", wrong.join("\n"));
    }
}
