//! Gives a field another type: tried over all its values first, those in the bin too, and done only where all of them fit.

use super::fill::server;
use crate::write::{self, Writing};
use domain::custom::PREFIX;
use domain::custom_field::CustomField;
use domain::policy::Action;
use domain::retype::{fitted, said};
use domain::{AnyRecord, Error, Id, Issue};
use persistence::{Tx, custom, engine};
use serde_json::Value as Json;

/// Records of one reading.
const READ: i64 = 500;
/// Values that are told of those that do not fit, and the most of each.
const TOLD: usize = 3;
const MOST: usize = 40;

pub fn all(tx: &mut Tx, writing: &Writing, old: &CustomField, new: &CustomField) -> persistence::Result<()> {
    let Some(mut actor) = server(tx, writing.workspace().id, None)? else {
        return Ok(());
    };
    actor.change_set = writing.by.change_set;
    let Some(kind) = actor.kinds().named(&new.kind) else {
        return Ok(());
    };
    let permit = actor.authorize(Action::Edit, kind, None)?;
    let (to, base) = (new.made().value(), writing.workspace().currency);
    let (mut unfit, mut examples) = (0, Vec::new());
    // First only looked at: of a change that is refused, nothing has been written.
    for write in [false, true] {
        for in_bin in [false, true] {
            let mut after = Id::nil();
            loop {
                let records = custom::next(tx, &permit, kind, in_bin, after, READ)?;
                let Some(last) = records.last() else { break };
                after = last.id();
                let mut changed = Vec::new();
                for record in records {
                    let Some(value) = record.custom().get(&new.key) else {
                        continue;
                    };
                    match fitted(value, &to, base) {
                        Some(fits) if write && fits != *value => {
                            let mut other = record.clone();
                            other.put_custom(&new.key, Some(fits));
                            changed.push((record, other));
                        }
                        Some(_) => {}
                        None => {
                            unfit += 1;
                            if examples.len() < TOLD && !in_bin && sees(tx, writing, old, &record)? {
                                examples.extend(example(value));
                            }
                        }
                    }
                }
                if write {
                    write::rewrite(tx, &permit, kind, changed, in_bin)?;
                }
            }
        }
        if unfit > 0 {
            return Err(Error::from(refusal(unfit, &examples)).into());
        }
    }
    custom::rebuild(tx, &permit, actor.kinds(), &new.kind, new.id)
}

fn refusal(count: usize, examples: &[String]) -> Issue {
    match examples {
        [] => Issue::at("type", "values_do_not_fit").with("count", count),
        some => {
            let issue = Issue::at("type", "values_do_not_fit_such_as").with("count", count);
            issue.with("examples", some.join(", "))
        }
    }
}

/// Whether who asks sees the value in its record.
fn sees(tx: &mut Tx, writing: &Writing, field: &CustomField, record: &AnyRecord) -> persistence::Result<bool> {
    let kind = record.kind();
    let name = format!("{PREFIX}{}", field.key);
    if !writing.by.fields(kind).reads(&name) {
        return Ok(false);
    }
    let Ok(scope) = writing.by.scope(kind) else {
        return Ok(false);
    };
    Ok(!engine::any::find_many(tx, &scope, kind, &[record.id()])?.is_empty())
}

fn example(value: &Json) -> Option<String> {
    let text = said(value)?;
    let cut: String = text.chars().take(MOST).collect();
    Some(format!("“{cut}”"))
}
