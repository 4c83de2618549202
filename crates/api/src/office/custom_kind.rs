//! Routes of the kinds that firms make.

use crate::crud::crud;
use crate::describe::Routes;
use crate::noun::Noun;
use crate::write::Writing;
use domain::custom_kind::CustomKind;
use domain::{Error, Issue};
use persistence::{Tx, custom_kind};
use serde_json::{Map, Value as Json, json};

/// Kinds of one firm.
const MOST: usize = 50;

impl Noun for CustomKind {
    fn defaults(_: &mut Tx, _: &mut Writing, map: &mut Map<String, Json>) -> persistence::Result<()> {
        map.entry("owned").or_insert(json!(true));
        if let Some(key) = map.get("key").and_then(Json::as_str)
            && !map.contains_key("plural")
        {
            let plural = format!("{key}s");
            map.insert("plural".into(), json!(plural));
        }
        Ok(())
    }

    fn before(tx: &mut Tx, writing: &mut Writing, old: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        match old {
            Some(_) => Ok(()),
            None => check(tx, writing, new),
        }
    }

    fn before_restore(tx: &mut Tx, writing: &Writing, old: &Self) -> persistence::Result<()> {
        check(tx, writing, old)
    }
}

/// There is room for it, what it belongs to is there, and its names are free.
fn check(tx: &mut Tx, writing: &Writing, new: &CustomKind) -> persistence::Result<()> {
    tx.hold(format!("{}:kinds", writing.workspace().id))?;
    let kinds = custom_kind::of(tx, writing.workspace().id, writing.workspace().currency)?;
    if kinds.made().len() >= MOST {
        return Err(Error::from(Issue::new("", "too_many_kinds").with("max", MOST)).into());
    }
    if let Some(parent) = &new.parent
        // Records belong to what people work with, and not to settings.
        && !kinds.named(parent).is_some_and(|kind| kind.page)
    {
        return Err(Error::from(Issue::at("parent", "unknown_kind").with("kind", parent)).into());
    }
    for (field, name) in [("key", &new.key), ("plural", &new.plural)] {
        let taken = |kind: &&&domain::Kind| kind.name == name || kind.plural == name;
        if let Some(kind) = kinds.made().iter().find(taken) {
            let issue = Issue::at(field, "key_taken").with("key", name).with("by", kind.name);
            return Err(Error::from(issue).into());
        }
    }
    Ok(())
}

pub fn routes(routes: &mut Routes) {
    crud::<CustomKind>(routes);
}
