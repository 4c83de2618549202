//! `guanxi audit verify`: whether the change log of each workspace is as it was written, in words.

use crate::cli::say;
use domain::change::{self as names, ChangeAction};
use persistence::change::{self, Broken, Fault, Found, Head};
use persistence::{DatabaseUrl, Store};
use std::process::ExitCode;

/// Checks every workspace, and that each end that was kept elsewhere is still passed by one of the chains.
pub fn run(database: &DatabaseUrl, expected: Vec<Head>) -> anyhow::Result<ExitCode> {
    let sound = Store::open_as_it_is(database, |tx| {
        let mut sound = true;
        let mut missed = expected;
        for (id, name) in change::workspaces(tx)? {
            match change::verify(tx, id, |head| missed.retain(|expected| expected != head))? {
                Ok(end) if end.position == 0 => say(format_args!("{name}: no entries yet")),
                Ok(end) => say(format_args!("{name}: {} entries, unbroken up to {end}", end.position)),
                Err(broken) => {
                    sound = false;
                    say(format_args!("{name}: BROKEN: {}", told(&broken)));
                }
            }
        }
        for head in &missed {
            say(format_args!(
                "BROKEN: no chain passes through {head}: entries up to there were taken away or written anew"
            ));
        }
        Ok(sound && missed.is_empty())
    })?;
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn told(Broken { position, fault, entry }: &Broken) -> String {
    let entry = entry.as_ref().map(about).unwrap_or_default();
    match fault {
        Fault::Missing => format!("entry {position} is missing; the next one there is {entry}"),
        Fault::Altered => format!("entry {position} was altered; it now reads {entry}"),
        Fault::Unreadable => format!("entry {position} was altered and cannot be read"),
        Fault::Cut { until } if until == position => format!("the last entry, {position}, is missing"),
        Fault::Cut { until } => format!("the last entries, {position} to {until}, are missing"),
        Fault::End => format!("the end that is noted for the log does not fit its entries, at entry {position}"),
        Fault::Gone => "there are records, and no entry: the log was taken away".to_owned(),
    }
}

/// `3: Updated, Customer 0190…, 2026-11-26T08:00:00.000000Z`
fn about(found: &Found) -> String {
    let kind = names::label(domain::Kinds::DECLARED, &found.kind).map_or(found.kind.as_str(), |label| label.en);
    let action = ChangeAction::from_key(&found.action).map_or(found.action.as_str(), |action| action.label().en);
    format!("{}: {action}, {kind} {}, {}", found.position, found.record, found.at)
}
