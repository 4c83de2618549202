//! Layouts: how the fields of a kind stand together in forms and on pages, when they are shown and needed there, and the columns
//! that a list starts with. A kind that has none is laid out as the product has it.

mod applied;
pub mod condition;

pub use applied::{Filled, Laid, MadeLayout, Rule, group_keys};

use crate::error::{Issue, Issues};
use crate::kinds::is_name;
use crate::labels::{LabelTexts, MOST as MOST_LABEL};
use crate::query;
use crate::record::{READONLY, Rules};
use crate::{Error, Field, Kind};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A heading. The product's are known by their keys, and are called as in the product where nothing else is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutGroup {
    pub key: String,
    #[serde(default)]
    pub label: Option<LabelTexts>,
}

/// A field at its place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutField {
    pub field: String,
    pub group: String,
    /// A new record is asked for it at once, and not only where somebody wants to see all fields.
    #[serde(default)]
    pub in_form: bool,
    /// It stands neither in forms nor on pages.
    #[serde(default)]
    pub hidden: bool,
    /// As a filter of a list: it stands there only while the record passes.
    #[serde(default)]
    pub shown_when: Option<Json>,
    /// While the record passes, and the field is shown, it must have a value.
    #[serde(default)]
    pub required_when: Option<Json>,
}

json_field! {
    /// The headings, in their order.
    LayoutGroups(Vec<LayoutGroup>)
}

json_field! {
    /// The fields, in their order within each group. What is not named stands last in the group that it has in the product.
    LayoutFields(Vec<LayoutField>)
}

json_field! {
    /// Names of fields; none for the columns of the product.
    LayoutColumns(Vec<String>)
}

const MOST_GROUPS: usize = 50;
const MOST_FIELDS: usize = 400;
const MOST_COLUMNS: usize = 60;

record! {
    /// How the fields of a kind are laid out.
    Layout LayoutPatch "layout" "layouts" "布局" "Layout" Shared title "kind" {
        kind: String = [SORT FILTER FIXED] "对象" "Kind" max(40),
        groups: LayoutGroups = [] "分组" "Groups" column("field_groups"),
        fields: LayoutFields = [] "字段" "Fields" column("placed_fields"),
        columns: LayoutColumns = [] "列表默认列" "Columns of the list" column("list_columns"),
    } with {
        usual(Usual::Settings) about_rights() unique(&[&["kind"]]) tells_of("kind")
        columns(&["kind", "updated_at"]) form(&["kind"])
    }
}

impl LayoutField {
    /// Its conditions, each with what it is called.
    pub fn conditions(&self) -> impl Iterator<Item = (&'static str, &Json)> {
        let all = [("shown_when", &self.shown_when), ("required_when", &self.required_when)];
        all.into_iter()
            .filter_map(|(name, condition)| Some((name, condition.as_ref()?)))
    }

    fn tested(&self) -> impl Iterator<Item = &str> {
        self.conditions()
            .flat_map(|(_, condition)| condition::tested(condition))
    }
}

fn twice(issues: &mut Issues, names: &[&str], place: impl Fn(usize) -> String) {
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            issues.add(Issue::new(place(i), "duplicate_value").with("value", name));
        }
    }
}

impl Rules for Layout {
    fn check(&self, _: Option<&Self>, issues: &mut Issues) {
        let (groups, fields, columns) = (&self.groups.0, &self.fields.0, &self.columns.0);
        for (name, count, most) in [
            ("groups", groups.len(), MOST_GROUPS),
            ("fields", fields.len(), MOST_FIELDS),
            ("columns", columns.len(), MOST_COLUMNS),
        ] {
            if count > most {
                issues.add(Issue::at(name, "too_many").with("max", most));
            }
        }
        for (i, group) in groups.iter().enumerate() {
            if !is_name(&group.key) || group.key.len() > MOST_LABEL {
                issues.add(Issue::new(format!("/groups/{i}/key"), "invalid_key"));
            }
            if let Some(label) = &group.label {
                label.check(&format!("/groups/{i}/label"), MOST_LABEL, issues);
            }
        }
        let keys: Vec<&str> = groups.iter().map(|group| group.key.as_str()).collect();
        twice(issues, &keys, |i| format!("/groups/{i}/key"));
        let names: Vec<&str> = fields.iter().map(|field| field.field.as_str()).collect();
        twice(issues, &names, |i| format!("/fields/{i}/field"));
        for (i, field) in fields.iter().enumerate() {
            if !keys.contains(&field.group.as_str()) {
                issues.add(Issue::new(format!("/fields/{i}/group"), "unknown_group").with("group", &field.group));
            }
        }
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        twice(issues, &columns, |i| format!("/columns/{i}"));
    }
}

/// An issue that calls the field as people do.
fn named(issue: Issue, field: &Field) -> Issue {
    let issue = issue.with("field", field.name).with("label_zh", field.label.zh);
    issue.with("label_en", field.label.en)
}

/// What a new record has to have, and somebody has to say.
fn is_needed(field: &Field) -> bool {
    field.required && !field.can(READONLY)
}

impl Layout {
    /// What is wrong with it that was not before, against what its writer may see.
    pub fn check_against(&self, old: Option<&Self>, context: &query::Context, issues: &mut Issues) {
        let kind = context.fields.kind();
        let mut note = |result: Result<(), Error>| {
            if let Err(Error::BadQuery(issue)) = result {
                issues.add(issue);
            }
        };
        // What its writer is not shown they do not say either, whether or not it is there.
        let sees = |name: &str| context.fields.sees(name);
        let is_old = |field: &LayoutField| {
            old.is_some_and(|old| old.fields.0.contains(field) && (sees(&field.field) || old.fields == self.fields))
        };
        for (i, placed) in self.fields.0.iter().enumerate().filter(|(_, field)| !is_old(field)) {
            note(query::shown(&context.fields, &placed.field, &format!("/fields/{i}/field")).map(drop));
            for (name, condition) in placed.conditions() {
                note(query::condition(condition, context, &format!("/fields/{i}/{name}")));
            }
        }
        for (i, column) in self.columns.0.iter().enumerate() {
            let is_old = |old: &Self| old.columns.0.contains(column) && (sees(column) || old.columns == self.columns);
            if !old.is_some_and(is_old) {
                note(query::shown(&context.fields, column, &format!("/columns/{i}")).map(drop));
            }
        }
        let groups = group_keys(kind);
        for (i, group) in self.groups.0.iter().enumerate() {
            let own = groups.iter().any(|(key, _)| *key == group.key);
            let called = group.label.as_ref().is_some_and(|label| label.both().is_some());
            if !own && !called && old.is_none_or(|old| !old.groups.0.contains(group)) {
                issues.add(Issue::new(format!("/groups/{i}/label"), "required"));
            }
        }
        if old.is_none_or(|old| old.fields != self.fields) {
            self.check_needed(context, issues);
            self.check_rings(kind, issues);
        }
    }

    /// What is needed is there, and nothing hides it.
    fn check_needed(&self, context: &query::Context, issues: &mut Issues) {
        let kind = context.fields.kind();
        for (i, placed) in self.fields.0.iter().enumerate() {
            let Some(field) = kind.field(&placed.field) else {
                continue;
            };
            let at = |name: &str| format!("/fields/{i}/{name}");
            if is_needed(field) && placed.hidden {
                issues.add(named(Issue::new(at("hidden"), "required_is_shown"), field));
            }
            if is_needed(field) && placed.shown_when.is_some() {
                issues.add(named(Issue::new(at("shown_when"), "required_is_shown"), field));
            }
            if field.can(READONLY) && placed.required_when.is_some() {
                issues.add(Issue::new(at("required_when"), "read_only"));
            }
        }
        let seen = |field: &&Field| is_needed(field) && context.fields.sees(field.name);
        let missing = |field: &&Field| self.fields.0.iter().all(|placed| placed.field != field.name);
        for field in kind.fields.iter().filter(seen).filter(missing) {
            if !self.fields.0.is_empty() {
                issues.add(named(Issue::at("fields", "layout_without_required"), field));
            }
        }
    }

    /// No condition is about its own field, by whatever way: it could hide what would bring it back.
    fn check_rings(&self, kind: &Kind, issues: &mut Issues) {
        let fields = &self.fields.0;
        for (i, placed) in fields.iter().enumerate() {
            for (name, condition) in placed.conditions() {
                let at = format!("/fields/{i}/{name}");
                let tested = condition::tested(condition);
                if tested.contains(&placed.field.as_str()) {
                    issues.add(Issue::new(at, "condition_of_itself").with("field", &placed.field));
                } else if let Some(ring) = tested.into_iter().find_map(|next| self.way(kind, next, &placed.field)) {
                    let ring = [vec![placed.field.as_str()], ring].concat().join(" → ");
                    issues.add(Issue::new(at, "condition_ring").with("ring", ring));
                }
            }
        }
    }

    /// From a field to another, along what their conditions test and their formulas read.
    fn way<'a>(&'a self, kind: &Kind, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
        let mut ways: Vec<Vec<&str>> = vec![vec![from]];
        let mut met = vec![from];
        while let Some(way) = ways.pop() {
            let here = way.last().copied().unwrap_or(from);
            if here == to {
                return Some(way);
            }
            let placed = self.fields.0.iter().filter(|placed| placed.field == here);
            let formula = kind.field(here).and_then(|field| field.custom?.formula);
            let reads = formula.into_iter().flat_map(|formula| formula.reads.iter().copied());
            for next in placed.flat_map(LayoutField::tested).chain(reads) {
                if !met.contains(&next) {
                    met.push(next);
                    ways.push([way.as_slice(), &[next]].concat());
                }
            }
        }
        None
    }

    /// Puts back what its writer was not shown and so could not say: fields and columns that are hidden from them, and conditions
    /// that test one of these.
    pub fn keep_unseen(&mut self, old: &Self, fields: &crate::policy::Fields) {
        let unread = |condition: &Json| condition::tested(condition).iter().any(|name| !fields.reads(name));
        let before = |names: Vec<&str>, here: &[&str]| {
            let last = names.iter().rev().find_map(|name| here.iter().position(|n| n == name));
            last.map_or(0, |at| at + 1)
        };
        if self.fields != old.fields {
            for placed in &mut self.fields.0 {
                let Some(was) = old.fields.0.iter().find(|was| was.field == placed.field) else {
                    continue;
                };
                for (now, was) in [
                    (&mut placed.shown_when, &was.shown_when),
                    (&mut placed.required_when, &was.required_when),
                ] {
                    if now.is_none() && was.as_ref().is_some_and(unread) {
                        now.clone_from(was);
                    }
                }
            }
            for (at, was) in old
                .fields
                .0
                .iter()
                .enumerate()
                .filter(|(_, was)| !fields.sees(&was.field))
            {
                let names = old.fields.0[..at].iter().map(|f| f.field.as_str()).collect();
                let here: Vec<&str> = self.fields.0.iter().map(|f| f.field.as_str()).collect();
                let group = self.groups.0.iter().find(|group| group.key == was.group);
                if let (false, Some(group)) = (here.contains(&was.field.as_str()), group.or(self.groups.0.last())) {
                    let (place, group) = (before(names, &here), group.key.clone());
                    self.fields.0.insert(place, LayoutField { group, ..was.clone() });
                }
            }
        }
        if self.columns != old.columns && !self.columns.0.is_empty() {
            for (at, was) in old.columns.0.iter().enumerate().filter(|(_, was)| !fields.sees(was)) {
                let names = old.columns.0[..at].iter().map(String::as_str).collect();
                let here: Vec<&str> = self.columns.0.iter().map(String::as_str).collect();
                if !here.contains(&was.as_str()) {
                    let place = before(names, &here);
                    self.columns.0.insert(place, was.clone());
                }
            }
        }
    }

    /// As `Said` has it.
    pub fn made(&self) -> MadeLayout {
        MadeLayout {
            id: self.id,
            kind: self.kind.clone(),
            groups: self.groups.0.clone(),
            fields: self.fields.0.clone(),
            columns: self.columns.0.clone(),
        }
    }
}

/// A layout's fields without what is closed to who reads it, and without conditions that test what they may not read.
pub(crate) fn cover(fields: &mut Vec<Json>, sees: &dyn Fn(&str) -> bool, reads: &dyn Fn(&str) -> bool) {
    fields.retain(|placed| placed["field"].as_str().is_none_or(sees));
    for placed in fields {
        for name in ["shown_when", "required_when"] {
            if condition::tested(&placed[name]).iter().any(|name| !reads(name)) {
                placed[name] = Json::Null;
            }
        }
    }
}
