//! A kind as its layout has it, and what the conditions of its fields ask of records.

use super::condition::{self, Moment, is_nothing, tested};
use super::{LayoutField, LayoutGroup, is_needed, named};
use crate::error::{Issue, Issues};
use crate::kind::Group;
use crate::policy::{Access, Fields};
use crate::{AnyRecord, Field, Id, Kind, Label};
use serde_json::Value as Json;

/// What a firm says of how a kind is laid out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MadeLayout {
    pub id: Id,
    pub kind: String,
    pub groups: Vec<LayoutGroup>,
    pub fields: Vec<LayoutField>,
    pub columns: Vec<String>,
}

/// What of a kind is its layout's.
#[derive(Debug)]
pub struct Laid {
    /// Of the record that says it.
    pub id: Id,
    /// The keys of the groups, as many as there are.
    pub keys: Vec<String>,
    /// Fields that stand neither in forms nor on pages.
    pub hidden: Vec<&'static str>,
    pub rules: Vec<Rule>,
    /// What of the layout does not count, since fields are gone that it names; the pointers are into it.
    pub left_out: Vec<Issue>,
}

/// When a field is shown and needed.
#[derive(Debug)]
pub struct Rule {
    pub field: &'static str,
    pub shown_when: Option<Json>,
    pub required_when: Option<Json>,
}

impl Rule {
    /// Whether somebody reads all that its conditions test. To who does not, they would tell of it.
    pub fn is_told(&self, seen: &Fields) -> bool {
        let conditions = self.shown_when.iter().chain(&self.required_when);
        conditions.flat_map(tested).all(|name| seen.reads(name))
    }

    fn shows(&self, kind: &Kind, record: &AnyRecord, moment: &Moment) -> bool {
        let passes = |condition| passes(condition, kind, record, moment);
        self.shown_when.as_ref().is_none_or(passes)
    }

    fn requires(&self, kind: &Kind, record: &AnyRecord, moment: &Moment) -> bool {
        let passes = |condition| passes(condition, kind, record, moment);
        self.required_when.as_ref().is_some_and(passes) && self.shows(kind, record, moment)
    }
}

fn passes(condition: &Json, kind: &Kind, record: &AnyRecord, moment: &Moment) -> bool {
    let has = |name: &str| Some((kind.field(name)?.ty, record.json(name).ok()?));
    condition::holds(condition, &has, moment)
}

/// The groups of a kind with the keys that they are known by, which follow from their English names.
pub fn group_keys(kind: &Kind) -> Vec<(String, Label)> {
    if let Some(laid) = kind.laid {
        let labels = kind.groups.iter().map(|(label, _)| *label);
        return laid.keys.iter().cloned().zip(labels).collect();
    }
    let mut known: Vec<(String, Label)> = Vec::new();
    for (label, _) in kind.groups {
        let words = label.en.split(|c: char| !c.is_ascii_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let plain = words.join("_").to_ascii_lowercase();
        // A name without letters, which a firm may give in Chinese only.
        let plain = match plain.starts_with(|c: char| c.is_ascii_lowercase()) {
            true => plain,
            false => label
                .zh
                .chars()
                .fold("group".to_owned(), |key, c| format!("{key}_{:x}", c as u32)),
        };
        let plain: String = plain.chars().take(50).collect();
        let plain = plain.trim_end_matches('_');
        let taken = |key: &str| known.iter().any(|(k, _)| k == key);
        let numbered = (2..).map(|n| format!("{plain}_{n}"));
        let key = std::iter::once(plain.to_owned())
            .chain(numbered)
            .find(|key| !taken(key));
        known.push((key.unwrap_or_default(), *label));
    }
    known
}

impl MadeLayout {
    /// The kind as it is laid out. `kept` keeps a text.
    pub(crate) fn applied(&self, kind: Kind, kept: &dyn Fn(&str) -> &'static str) -> Kind {
        let mut left_out = Vec::new();
        let mut gone = |at: String, name: &str| left_out.push(Issue::new(at, "unknown_field").with("field", name));
        let own = group_keys(&kind);
        let label = |group: &LayoutGroup| {
            let own = own.iter().find(|(key, _)| *key == group.key).map(|(_, label)| *label);
            match group.label.as_ref().and_then(|label| label.both()) {
                Some([zh, en]) => Label::new(kept(&zh), kept(&en)),
                None => own.unwrap_or_else(|| Label::new(kept(&group.key), kept(&group.key))),
            }
        };
        let mut groups: Vec<(String, Label, Vec<&'static str>)> = Vec::new();
        groups.extend(
            self.groups
                .iter()
                .map(|group| (group.key.clone(), label(group), Vec::new())),
        );
        let (mut hidden, mut rules, mut form) = (Vec::new(), Vec::new(), Vec::new());
        for (i, placed) in self.fields.iter().enumerate() {
            let Some(field) = kind.field(&placed.field) else {
                gone(format!("/fields/{i}"), &placed.field);
                continue;
            };
            // What is needed is always shown, also where it is needed since.
            let is_hidden = placed.hidden && !is_needed(field);
            if is_hidden {
                hidden.push(field.name);
            } else if let Some((.., names)) = groups.iter_mut().find(|(key, ..)| *key == placed.group) {
                names.push(field.name);
            }
            if placed.in_form && !is_hidden {
                form.push(field.name);
            }
            let mut whole = |name: &str, condition: &Option<Json>| -> Option<Json> {
                let condition = condition.as_ref()?;
                match tested(condition).into_iter().find(|name| kind.field(name).is_none()) {
                    Some(unknown) => gone(format!("/fields/{i}/{name}"), unknown),
                    None => return Some(condition.clone()),
                }
                None
            };
            let shown_when = whole("shown_when", &placed.shown_when).filter(|_| !is_needed(field));
            let required_when = whole("required_when", &placed.required_when).filter(|_| !is_hidden);
            if shown_when.is_some() || required_when.is_some() {
                let field = field.name;
                rules.push(Rule {
                    field,
                    shown_when,
                    required_when,
                });
            }
        }
        let placed = |name: &str| self.fields.iter().any(|placed| placed.field == name);
        for ((key, label), (_, names)) in own.iter().zip(kind.groups) {
            let new: Vec<&'static str> = names.iter().copied().filter(|name| !placed(name)).collect();
            match groups.iter_mut().find(|(known, ..)| known == key) {
                Some((.., names)) => names.extend(new),
                None if new.is_empty() => {}
                None => groups.push((key.clone(), *label, new)),
            }
        }
        form.extend(kind.form.iter().copied().filter(|name| !placed(name)));
        let mut columns = Vec::new();
        for (i, name) in self.columns.iter().enumerate() {
            match kind.field(name) {
                Some(field) => columns.push(field.name),
                None => gone(format!("/columns/{i}"), name),
            }
        }
        let keys = groups.iter().map(|(key, ..)| key.clone()).collect();
        let groups: Vec<Group> = groups
            .into_iter()
            .map(|(_, label, names)| (label, &*names.leak()))
            .collect();
        let laid = Laid {
            id: self.id,
            keys,
            hidden,
            rules,
            left_out,
        };
        Kind {
            laid: Some(Box::leak(Box::new(laid))),
            groups: groups.leak(),
            form: form.leak(),
            columns: if columns.is_empty() {
                kind.columns
            } else {
                columns.leak()
            },
            ..kind
        }
    }
}

/// How a record comes to be as it shall be.
pub struct Filled<'a> {
    /// The fields that were said, also those that stay as they are.
    pub fields: &'a [String],
    /// Somebody has filled it in, rather than an action which only has a place for some fields.
    pub whole: bool,
    /// What who says it may see and set.
    pub seen: Fields<'a>,
    pub moment: Moment<'a>,
}

impl Kind {
    /// Whether a field stands neither in forms nor on pages.
    pub fn is_hidden(&self, field: &str) -> bool {
        self.laid.is_some_and(|laid| laid.hidden.contains(&field))
    }

    /// The conditions of a field.
    pub fn rule(&self, field: &str) -> Option<&'static Rule> {
        self.laid
            .and_then(|laid| laid.rules.iter().find(|rule| rule.field == field))
    }

    /// Adds what a record lacks that the conditions of its layout need. As with what a firm's own fields need, what is not said is
    /// not judged anew: only what was said, what is new, and what this very change makes needed. Nothing is needed of whom who may
    /// not write it, or may not read what it depends on.
    pub fn check_conditions(&self, old: Option<&AnyRecord>, new: &AnyRecord, said: &Filled, issues: &mut Issues) {
        let Some(laid) = self.laid else { return };
        let Filled { seen, moment, .. } = said;
        for rule in &laid.rules {
            let Some(field) = self.field(rule.field) else { continue };
            let writes = seen.access(rule.field) == Access::Full && rule.is_told(seen);
            if !writes || !lacks(new, field) || !rule.requires(self, new, moment) {
                continue;
            }
            let judged = match old {
                _ if said.fields.iter().any(|name| name == rule.field) => true,
                None => said.whole,
                Some(old) if rule.requires(self, old, moment) => false,
                // An action comes back with what can be filled in before it, and lets pass what had no place yet.
                Some(old) => said.whole || rule.shows(self, old, moment),
            };
            if judged {
                issues.add(named(Issue::at(rule.field, "required_by_condition"), field));
            }
        }
    }
}

fn lacks(record: &AnyRecord, field: &Field) -> bool {
    record.json(field.name).is_ok_and(|value| is_nothing(&value))
}
