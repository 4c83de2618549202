//! Line 2. The table of role × operation, `rights.txt`, is what the server does.
//!
//! It has a row for each operation: what it answers to whom, and what it writes. A new operation has no row and fails. With
//! `GUANXI_UPDATE_RIGHTS` set the file is written instead, to be read before it is committed.

use crate::description::{JOBS, Probe, clear, operations};
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

both! {
    fn everybody_may_do_what_the_table_says(t) {
        let mut position = 0;
        let found: BTreeMap<String, String> = operations(t).map(|o| (o.id.clone(), row(t, o, &mut position))).collect();
        let text = found.values().fold(format!("{HEAD}\n"), |text, row| text + row + "\n");
        if std::env::var_os("GUANXI_UPDATE_RIGHTS").is_some() {
            std::fs::write(table(), &text).expect("writes the table");
            return;
        }
        let committed = std::fs::read_to_string(table()).expect("the table");
        let rows = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        let (is, said) = (rows(&text), rows(&committed));
        let new: Vec<_> = is.difference(&said).collect();
        let gone: Vec<_> = said.difference(&is).collect();
        assert!(new.is_empty() && gone.is_empty(), "the server does:\n{new:#?}\nrights.txt says:\n{gone:#?}");
    }
}
