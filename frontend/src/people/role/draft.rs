//! What the role editor changes: grants cell by cell, and the merge patch that comes of it.

use super::words::{reach_key, reach_of};
use crate::{i18n::label, kinds::FIRST, schema};
use domain::{
    Label,
    policy::{Action, Reach},
};
use serde_json::{Map, Value};

/// Stands for every other kind, or every other action.
pub const REST: &str = "*";

/// What a row of the matrix is about: something that has rights, or the rest.
#[derive(Clone, Copy)]
pub struct Subject {
    pub name: &'static str,
    /// Nobody owns a part of it: only nothing or everything makes a difference.
    pub whole: bool,
    told: Option<&'static schema::Subject>,
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Subject {
    pub fn label(&self) -> &'static str {
        self.told.map_or_else(|| label(REST_LABEL), |told| told.label)
    }

    pub fn has(&self, action: Action) -> bool {
        self.told.is_none_or(|told| told.actions.contains(&action))
    }

    fn is_area(&self) -> bool {
        self.told.is_some_and(|told| told.usual.is_none())
    }

    /// A reach as it counts here.
    fn counted(&self, reach: Reach) -> Reach {
        match reach {
            Reach::None => Reach::None,
            _ if self.whole && !self.is_area() => Reach::All,
            Reach::All => Reach::All,
            _ if self.whole => Reach::None,
            part => part,
        }
    }
}

const WORK: Label = Label::new("业务数据", "Records");
const SETTINGS: Label = Label::new("设置与管理", "Settings and administration");
const OTHERS: Label = Label::new("其他", "Everything else");
const REST_LABEL: Label = Label::new("所有其他类型", "All other types");

/// The rows: what people work with in the order of the navigation, then settings, then the rest.
pub fn subjects() -> Vec<(Label, Vec<Subject>)> {
    let place = |name: &str| FIRST.iter().position(|n| *n == name);
    // What is part of another kind has no rights of its own.
    let own = schema::subjects()
        .into_iter()
        .filter(|subject| !subject.actions.is_empty());
    let rows = own.map(|told| Subject {
        name: told.name,
        whole: !told.owned,
        told: Some(told),
    });
    let (mut work, settings): (Vec<_>, Vec<_>) =
        rows.partition(|s| place(s.name).is_some() || (!s.whole && !matches!(s.name, "import" | "job")));
    work.sort_by_key(|s| place(s.name).unwrap_or(FIRST.len()));
    let rest = Subject {
        name: REST,
        whole: false,
        told: None,
    };
    vec![(WORK, work), (SETTINGS, settings), (OTHERS, vec![rest])]
}

/// The columns: actions that mean something for one of the rows.
pub fn columns() -> Vec<Action> {
    let rows: Vec<Subject> = subjects().into_iter().flat_map(|(_, rows)| rows).collect();
    let meant = |action: &Action| rows.iter().any(|s| s.name != REST && s.has(*action));
    Action::ALL.into_iter().filter(meant).collect()
}

// Grants stay the JSON they come as: kind → action → reach, as `domain::policy::Grants` reads it.

/// Whether a kind has an entry of its own, or counts among the rest.
pub fn is_own(grants: &Value, name: &str) -> bool {
    grants[name].is_object()
}

/// What a cell says itself.
pub fn said(grants: &Value, name: &str, action: &str) -> Option<Reach> {
    grants[name][action].as_str().and_then(reach_of)
}

/// What counts where the cell says nothing; none where there is nothing it could follow.
pub fn followed(grants: &Value, name: &str, action: &str) -> Option<Reach> {
    match (is_own(grants, name), name, action) {
        (true, _, REST) | (false, REST, _) => None,
        (true, ..) => said(grants, name, REST),
        (false, ..) => {
            let said = said(grants, REST, action);
            let rest = said.or_else(|| followed(grants, REST, action)).unwrap_or_default();
            // What is said of the rest goes less far with some kinds than it says.
            let usual = schema::subject(name).and_then(|told| told.usual);
            Some(match (usual, Action::from_key(action)) {
                (Some(usual), Some(action)) => usual.part(action, rest),
                _ => rest,
            })
        }
    }
}

/// How far a cell reaches, whoever says so.
pub fn reach(grants: &Value, subject: &Subject, action: &str) -> Reach {
    let said = said(grants, subject.name, action).or_else(|| followed(grants, subject.name, action));
    subject.counted(said.unwrap_or_default())
}

/// How far a cell reaches that says nothing itself.
pub fn reach_followed(grants: &Value, subject: &Subject, action: &str) -> Reach {
    subject.counted(followed(grants, subject.name, action).unwrap_or_default())
}

/// Sets a cell; none lets it follow. An entry is all there is to say about a kind, so a new one starts with what counted
/// until now.
pub fn set(grants: &mut Value, name: &str, action: &str, reach: Option<Reach>) {
    if !is_own(grants, name) {
        let mut rest = grants[REST].as_object().cloned().unwrap_or_default();
        let counted =
            Action::ALL.map(|action| (action.key(), followed(grants, name, action.key()).unwrap_or_default()));
        let all = counted.map(|(key, reach)| (reach, said(grants, REST, key).or_else(|| said(grants, REST, REST))));
        if all.iter().any(|(reach, said)| *reach != said.unwrap_or_default()) {
            let given = counted.into_iter().filter(|(_, reach)| *reach > Reach::None);
            rest = given
                .map(|(key, reach)| (key.to_owned(), reach_key(reach).into()))
                .collect();
        }
        grants[name] = Value::Object(rest);
    }
    let alone = followed(grants, name, action).is_none();
    match reach.filter(|r| *r > Reach::None || !alone) {
        Some(reach) => grants[name][action] = reach_key(reach).into(),
        None => {
            if let Some(actions) = grants[name].as_object_mut() {
                actions.remove(action);
            }
        }
    }
}

/// Lets a kind count among the rest again.
pub fn follow(grants: &mut Value, name: &str) {
    if let Some(all) = grants.as_object_mut() {
        all.remove(name);
    }
}

/// A cell that two versions of the rights differ in: row, column (none for the rest), and what it says in each.
#[derive(Clone, PartialEq)]
pub struct Difference {
    pub subject: Subject,
    pub action: Option<Action>,
    pub old: Reach,
    pub new: Reach,
}

impl Difference {
    pub fn action_key(&self) -> &'static str {
        self.action.map_or(REST, Action::key)
    }
}

/// The cells that differ. Kinds that count among the rest in both are told there.
pub fn differences(old: &Value, new: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    for subject in subjects().into_iter().flat_map(|(_, rows)| rows) {
        if subject.name != REST && !is_own(old, subject.name) && !is_own(new, subject.name) {
            continue;
        }
        let actions = Action::ALL.into_iter().filter(|a| subject.has(*a)).map(Some);
        for action in actions.chain([None]) {
            let key = action.map_or(REST, Action::key);
            let (was, is) = (reach(old, &subject, key), reach(new, &subject, key));
            if was != is {
                found.push(Difference {
                    subject,
                    action,
                    old: was,
                    new: is,
                });
            }
        }
    }
    found
}

/// The merge patch (RFC 7396) that makes `new` of `old`.
pub fn merge_patch(old: &Value, new: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return new.clone();
    };
    let mut patch = Map::new();
    for (name, value) in new {
        match old.get(name) {
            Some(same) if same == value => {}
            Some(before) => {
                patch.insert(name.clone(), merge_patch(before, value));
            }
            None => {
                patch.insert(name.clone(), value.clone());
            }
        }
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    Value::Object(patch)
}

/// What a merge patch makes of a value.
pub fn merged(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else {
        return patch.clone();
    };
    let mut out = target.as_object().cloned().unwrap_or_default();
    for (name, value) in patch {
        if value.is_null() {
            out.remove(name);
        } else {
            let merged = merged(out.get(name).unwrap_or(&Value::Null), value);
            out.insert(name.clone(), merged);
        }
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Kinds, policy::Grants, record::Ownership, role};
    use serde_json::json;

    /// As the server stores them.
    fn grants(json: Value) -> Value {
        let read: Grants = serde_json::from_value(json).expect("grants");
        serde_json::to_value(read).expect("grants")
    }

    /// As the server tells them.
    fn told() {
        let told = role::subjects(Kinds::DECLARED).map(|s| {
            let actions: Vec<_> = role::actions(Kinds::DECLARED, s.name)
                .into_iter()
                .map(Action::key)
                .collect();
            json!({ "name": s.name, "label": s.label.en, "path": s.path(), "owned": s.ownership() == Ownership::Owned,
                "usual": s.kind.map(|k| k.usual), "actions": actions })
        });
        schema::learn(&Value::Null, &told.collect());
    }

    fn subject(name: &str) -> Subject {
        let all = subjects().into_iter().flat_map(|(_, rows)| rows);
        all.into_iter().find(|s| s.name == name).expect(name)
    }

    #[test]
    fn every_cell_reads_as_the_server_decides() {
        told();
        let given = grants(
            json!({ "*": { "view": "own", "*": "team" }, "lead": { "view": "all" }, "task": { "*": "all", "edit": "none" }, "tag": { "view": "own" } }),
        );
        let decides: Grants = serde_json::from_value(given.clone()).expect("grants");
        for subject in subjects().into_iter().flat_map(|(_, rows)| rows) {
            for action in Action::ALL
                .into_iter()
                .filter(|a| subject.name != REST && subject.has(*a))
            {
                let decided = subject.counted(decides.reach(Kinds::DECLARED, subject.name, action));
                assert_eq!(
                    reach(&given, &subject, action.key()),
                    decided,
                    "{} {}",
                    subject.name,
                    action.key()
                );
            }
        }
        assert_eq!(reach(&given, &subject("stage"), "edit"), Reach::None);
        assert_eq!(reach(&given, &subject("tag"), "view"), Reach::All);
        assert_eq!(reach(&given, &subject("audit"), "view"), Reach::None);
    }

    #[test]
    fn a_kind_that_followed_the_rest_keeps_what_it_had() {
        told();
        let mut given = grants(json!({ "*": { "view": "own", "*": "team" } }));
        set(&mut given, "lead", "delete", Some(Reach::None));
        assert_eq!(
            given,
            grants(
                json!({ "*": { "view": "own", "*": "team" }, "lead": { "view": "own", "*": "team", "delete": "none" } })
            )
        );
        set(&mut given, "lead", "delete", None);
        assert_eq!(reach(&given, &subject("lead"), "delete"), Reach::Team);
        // Settings count only to be seen.
        set(&mut given, "stage", "create", Some(Reach::All));
        assert_eq!(given["stage"], json!({ "view": "all", "create": "all" }));
        follow(&mut given, "stage");
        follow(&mut given, "lead");
        assert_eq!(given, grants(json!({ "*": { "view": "own", "*": "team" } })));
        // Without anything to follow, none is what is not said.
        let mut bare = grants(json!({ "lead": { "view": "own" } }));
        set(&mut bare, "lead", "view", Some(Reach::None));
        assert_eq!(bare, grants(json!({ "lead": {} })));
    }

    #[test]
    fn differences_are_told_once() {
        told();
        let old = grants(json!({ "*": { "view": "own" }, "lead": { "view": "own" } }));
        let new = grants(json!({ "*": { "view": "all" }, "lead": { "view": "own", "edit": "team" } }));
        let told: Vec<_> = differences(&old, &new)
            .into_iter()
            .map(|d| (d.subject.name, d.action_key(), d.old, d.new))
            .collect();
        assert_eq!(
            told,
            [
                ("lead", "edit", Reach::None, Reach::Team),
                (REST, "view", Reach::Own, Reach::All)
            ]
        );
    }

    #[test]
    fn a_patch_brings_the_old_to_the_new() {
        let old = json!({ "a": { "x": 1, "y": 2 }, "b": {}, "c": { "z": 1 } });
        for new in [json!({}), json!({ "a": { "x": 3 }, "d": { "q": 1 } }), old.clone()] {
            assert_eq!(merged(&old, &merge_patch(&old, &new)), new);
        }
        assert_eq!(merge_patch(&old, &old), json!({}));
        assert_eq!(
            merge_patch(&old, &json!({ "a": { "x": 1 }, "b": {}, "c": { "z": 1 } })),
            json!({ "a": { "y": null } })
        );
    }
}
