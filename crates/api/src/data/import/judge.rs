//! Judges one row: the record it means, what it would make of it, and all that is wrong with it.

use std::collections::HashMap;
use std::sync::PoisonError;

use domain::import::problem::code;
use domain::import::{Outcome, Problem};
use domain::policy::Action;
use domain::record::{Birth, Ownership};
use domain::{AnyRecord, Field, Id, Instant, custom};
use serde_json::{Map, Value as Json, json};

use super::draft::Problems;
use super::existing::{Existing, Key};
use super::opportunity::Deal;
use super::take::{ImportContext, RowResult, RowWork, Special, Verdict, problem_of, problems_of};
use crate::noun::Hooks;
use crate::write::Change;

pub type Judged = (Verdict, Option<Deal>, Vec<(&'static Field, String)>);

/// What the domain refuses is told of the row; what else goes wrong ends the batch.
fn refused<T>(result: persistence::Result<T>) -> persistence::Result<Result<T, Problems>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(persistence::Error::Domain(error)) => Ok(Err(problems_of(error))),
        Err(error) => Err(error),
    }
}

/// What a row asks for, or all that is wrong with it.
pub fn judge(
    mut row: RowWork,
    hooks: Hooks,
    special: Option<&dyn Special>,
    existing: &Existing,
    here: &HashMap<u64, u64>,
    result: &mut RowResult,
) -> persistence::Result<Result<Judged, Problems>> {
    let (context, draft, kind) = (row.context, row.draft, hooks.kind());
    if draft.problems.iter().any(|(field, _)| field.is_none()) {
        // Of a row that is broken as a whole the cells say nothing, not that they are missing either.
        return Ok(Err(Vec::new()));
    }
    let old = match meant(&row, existing, here, result) {
        Ok(old) => old,
        Err(problems) => return Ok(Err(problems)),
    };
    let mut problems = std::mem::take(&mut result.problems);
    let mut deal = None;
    if let Some(special) = special {
        match special.fill(&mut row, old)? {
            Ok(found) => deal = Some(found),
            Err(found) => problems.extend(found),
        }
    }
    let mut picked = Vec::new();
    for field in kind.fields {
        let Some(text) = row.map.get(field.name).and_then(Json::as_str) else {
            continue;
        };
        match field.picklist.map(|_| row.reference_data.pick(field, text)) {
            None => {}
            Some(Ok((value, new))) => {
                if new {
                    picked.push((field, value.clone()));
                }
                row.map.insert(field.name.to_owned(), Json::String(value));
            }
            Some(Err(issue)) => problems.push(problem_of(&issue)),
        }
    }
    let given = |field: &str| row.map.contains_key(field);
    if old.is_none() && kind.ownership == Ownership::Owned && !given("owner_id") {
        row.map.insert("owner_id".to_owned(), json!(context.by.user()));
    }
    if !problems.is_empty() {
        // The other fields are checked too, so that a row is told all that is wrong with it.
        let mut map: Map<String, Json> = row.map.into_iter().filter(|(f, _)| kind.field(f).is_some()).collect();
        custom::nest(&mut map);
        if let Err(error) = hooks.check_fields(map, old.is_none()) {
            // A field whose cell says something wrong is not missing beside that.
            let told: Vec<Option<String>> = problems.iter().map(|(field, _)| field.clone()).collect();
            let found = problems_of(error).into_iter();
            problems.extend(found.filter(|(field, p)| p.code != code::REQUIRED || !told.contains(field)));
        }
        return Ok(Err(problems));
    }
    let map = std::mem::take(&mut row.map);
    let extra = special.zip(deal.as_ref());
    let made = match old {
        None => create(context, hooks, map, extra),
        Some(old) => update(hooks, map, extra, old, row.now),
    };
    let verdict = match refused(made)? {
        Ok(verdict) => verdict,
        Err(problems) => return Ok(Err(problems)),
    };
    result.outcome = Some(match &verdict {
        Some(Change { old: None, new, .. }) => (Outcome::Created, new.id()),
        Some(Change { new, .. }) => (Outcome::Updated, new.id()),
        None => (Outcome::Unchanged, old.map_or(Id::nil(), AnyRecord::id)),
    });
    Ok(Ok((verdict, deal, picked)))
}

/// The record that a row means, if it is there, and the importer may change it by a file.
fn meant<'a>(
    row: &RowWork,
    existing: &'a Existing,
    here: &HashMap<u64, u64>,
    result: &mut RowResult,
) -> Result<Option<&'a AnyRecord>, Problems> {
    let (context, kind) = (row.context, existing.kind);
    let fields = context.by.fields(kind);
    let Some(key) = Key::of(&row.map, &fields) else {
        return Ok(None);
    };
    let hash = key.hash();
    let seen = context
        .seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&hash)
        .copied();
    if let Some(line) = seen.or_else(|| here.get(&hash).copied()) {
        let field = if matches!(key, Key::External(_)) {
            "external_id"
        } else {
            kind.title
        };
        let said = row.map.get(field).and_then(Json::as_str).unwrap_or_default();
        let problem = Problem::value(code::DUPLICATE_KEY, said).with("line", line);
        return Err(vec![(Some(field.to_owned()), problem)]);
    }
    let old = existing.find(&key, &fields)?;
    result.key = Some(hash);
    if let Some(old) = old {
        // Before anything of it is compared with the row: “unchanged” is an answer too.
        for action in [Action::Import, Action::Edit] {
            let allowed = context.by.authorize(action, kind, old.owner_id());
            allowed.map_err(problems_of)?;
        }
    }
    Ok(old)
}

type Extra<'a> = Option<(&'a dyn Special, &'a Deal)>;

fn create(
    context: &ImportContext,
    hooks: Hooks,
    mut map: Map<String, Json>,
    extra: Extra,
) -> persistence::Result<Verdict> {
    let said = map.keys().cloned().collect();
    custom::nest(&mut map);
    let mut new = hooks.create(map, Birth::new(context.by.user()))?;
    if let Some((special, deal)) = extra {
        special.settle(&mut new, None, deal)?;
    }
    context.by.authorize(Action::Import, hooks.kind(), new.owner_id())?;
    context.by.authorize(Action::Create, hooks.kind(), new.owner_id())?;
    Ok(Some(Change { old: None, new, said }))
}

fn update(
    hooks: Hooks,
    mut map: Map<String, Json>,
    extra: Extra,
    old: &AnyRecord,
    now: Instant,
) -> persistence::Result<Verdict> {
    // What is set once is compared, not set again.
    for field in hooks.kind().fields.iter().filter(|f| f.can(domain::record::FIXED)) {
        if map
            .get(field.name)
            .is_some_and(|v| old.json(field.name).is_ok_and(|was| was == *v))
        {
            map.remove(field.name);
        }
    }
    let said = map.keys().cloned().collect();
    custom::nest(&mut map);
    let new = match extra {
        None => hooks.apply(old, map, now)?,
        Some((special, deal)) => {
            let mut new = hooks.apply(&special.base(old, deal, now)?, map, now)?;
            special.settle(&mut new, Some(old), deal)?;
            new
        }
    };
    if new.says_as(old)? {
        return Ok(None);
    }
    let old = Some(old.clone());
    Ok(Some(Change { old, new, said }))
}
