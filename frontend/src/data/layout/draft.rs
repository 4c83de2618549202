//! A layout while it is being changed: what stands where, and what the API takes of it.

use crate::{
    kinds,
    schema::{Field, Kind, Place},
};
use serde_json::{Map, Value, json};

/// A field at its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    pub field: &'static str,
    pub in_form: bool,
    pub hidden: bool,
    pub shown_when: Value,
    pub required_when: Value,
}

/// A heading with its fields.
#[derive(Clone, PartialEq, Debug)]
pub struct Section {
    pub key: String,
    /// In the languages of the firm; null where it is called as in the product.
    pub label: Value,
    /// As it is called in the product, in the present language.
    pub told: &'static str,
    pub entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Draft {
    pub sections: Vec<Section>,
    pub columns: Vec<&'static str>,
    /// Columns are the firm's own, and not those of the product.
    own_columns: bool,
    /// Fields that are gone: they keep their places for when they come back.
    gone: Vec<Value>,
}

/// Which way, by one place.
#[derive(Clone, Copy, PartialEq)]
pub enum Way {
    Back,
    On,
}

impl Way {
    /// Up or down, where such a key was pressed, which then scrolls nothing.
    pub fn of(event: &web_sys::KeyboardEvent) -> Option<Self> {
        let way = match event.key().as_str() {
            "ArrowUp" => Self::Back,
            "ArrowDown" => Self::On,
            _ => return None,
        };
        event.prevent_default();
        Some(way)
    }
}

/// What stands in forms and on pages among other fields.
fn is_placed(kind: &Kind, field: &Field) -> bool {
    let system = ["created_at", "created_by", "updated_at"].contains(&field.name);
    kinds::visible(kind, field) && !system && (field.name != "owner_id" || kind.owned)
}

impl Draft {
    /// The kind as it is laid out now; `record` says what the kind does not tell.
    pub fn new(kind: &'static Kind, record: Option<&Value>) -> Self {
        let list = |name: &str| record.and_then(|r| r[name].as_array()).cloned().unwrap_or_default();
        let (said, said_groups) = (list("fields"), list("groups"));
        let entry = |field: &'static str| {
            let own = said.iter().find(|s| s["field"] == field);
            let part = |name: &str| own.map_or(Value::Null, |own| own[name].clone());
            Entry {
                field,
                in_form: own.map_or_else(|| kind.form.contains(&field), |own| own["in_form"] == true),
                hidden: part("hidden") == true,
                shown_when: part("shown_when"),
                required_when: part("required_when"),
            }
        };
        let told = kind.told["groups"].as_array().into_iter().flatten();
        let mut sections: Vec<Section> = told
            .zip(kind.groups)
            .map(|(told, (label, names))| {
                let key = told["key"].as_str().unwrap_or_default().to_owned();
                let own = said_groups.iter().find(|group| group["key"] == *key);
                let known = names
                    .iter()
                    .filter_map(|name| kind.field(name))
                    .filter(|f| is_placed(kind, f));
                Section {
                    label: own.map_or(Value::Null, |own| own["label"].clone()),
                    told: label,
                    entries: known.map(|f| entry(f.name)).collect(),
                    key,
                }
            })
            .collect();
        for (at, hidden) in said.iter().enumerate().filter(|(_, s)| s["hidden"] == true) {
            let Some(field) = hidden["field"].as_str().and_then(|name| kind.field(name)) else {
                continue;
            };
            let before = said[..at].iter().filter(|s| s["group"] == hidden["group"]).count();
            if let Some(section) = sections.iter_mut().find(|s| hidden["group"] == *s.key)
                && section.entries.iter().all(|e| e.field != field.name)
            {
                section
                    .entries
                    .insert(before.min(section.entries.len()), entry(field.name));
            }
        }
        let has = |name: &str| sections.iter().any(|s| s.entries.iter().any(|e| e.field == name));
        let others = kind
            .fields
            .iter()
            .filter(|f| is_placed(kind, f) && f.place != Place::Aside && !has(f.name));
        let others: Vec<Entry> = others.map(|f| entry(f.name)).collect();
        const OTHERS: &str = "others";
        match sections.iter_mut().find(|s| s.key == OTHERS) {
            Some(section) => section.entries.extend(others),
            None if others.is_empty() => {}
            None => sections.push(Section {
                key: OTHERS.to_owned(),
                label: json!({ "zh-CN": "更多", "en": "More" }),
                told: "",
                entries: others,
            }),
        }
        let gone = said
            .iter()
            .filter(|s| s["field"].as_str().is_some_and(|name| kind.field(name).is_none()));
        Self {
            gone: gone.cloned().collect(),
            columns: kinds::first_columns(kind).into_iter().map(|f| f.name).collect(),
            own_columns: !list("columns").is_empty(),
            sections,
        }
    }

    /// As the API takes it.
    pub fn body(&self) -> Map<String, Value> {
        let groups = self.sections.iter().map(|s| json!({ "key": s.key, "label": s.label }));
        let fields = self.sections.iter().flat_map(|section| {
            section.entries.iter().map(|e| {
                json!({ "field": e.field, "group": section.key, "in_form": e.in_form, "hidden": e.hidden,
                    "shown_when": e.shown_when, "required_when": e.required_when })
            })
        });
        let kept = |gone: &&Value| self.sections.iter().any(|s| gone["group"] == *s.key);
        let fields = fields.chain(self.gone.iter().filter(kept).cloned());
        let columns = if self.own_columns { self.columns.as_slice() } else { &[] };
        Map::from_iter([
            ("groups".to_owned(), groups.collect()),
            ("fields".to_owned(), fields.collect()),
            ("columns".to_owned(), json!(columns)),
        ])
    }

    /// The number of a field among those of the body, by which the API says what is wrong with it.
    pub fn number(&self, field: &str) -> Option<usize> {
        let mut all = self.sections.iter().flat_map(|s| &s.entries);
        all.position(|e| e.field == field)
    }

    /// In which section a field stands, and where in it.
    pub fn place(&self, field: &str) -> Option<(usize, usize)> {
        let at = |section: &Section| section.entries.iter().position(|e| e.field == field);
        self.sections
            .iter()
            .enumerate()
            .find_map(|(n, section)| Some((n, at(section)?)))
    }

    pub fn entry(&self, field: &str) -> Option<&Entry> {
        let (section, at) = self.place(field)?;
        self.sections[section].entries.get(at)
    }

    pub fn entry_mut(&mut self, field: &str) -> Option<&mut Entry> {
        let (section, at) = self.place(field)?;
        self.sections[section].entries.get_mut(at)
    }

    fn put(&mut self, from: (usize, usize), section: usize, at: usize) {
        let entry = self.sections[from.0].entries.remove(from.1);
        let entries = &mut self.sections[section].entries;
        entries.insert(at.min(entries.len()), entry);
    }

    /// One place up or down, and over into the group before or after where its own ends.
    pub fn shift(&mut self, field: &str, way: Way) {
        let Some(from @ (section, at)) = self.place(field) else {
            return;
        };
        match way {
            Way::Back if at > 0 => self.put(from, section, at - 1),
            Way::Back if section > 0 => self.put(from, section - 1, usize::MAX),
            Way::On if at + 1 < self.sections[section].entries.len() => self.put(from, section, at + 1),
            Way::On if section + 1 < self.sections.len() => self.put(from, section + 1, 0),
            _ => {}
        }
    }

    /// Into the group before or after, as its last.
    pub fn shift_group(&mut self, field: &str, way: Way) {
        let Some(from) = self.place(field) else { return };
        let to = match way {
            Way::Back => from.0.checked_sub(1),
            Way::On => Some(from.0 + 1).filter(|to| *to < self.sections.len()),
        };
        if let Some(to) = to {
            self.put(from, to, usize::MAX);
        }
    }

    /// Before that place of a group, as it was before the field was taken out.
    pub fn drop_at(&mut self, field: &str, section: usize, at: usize) {
        let Some(from) = self.place(field) else { return };
        let before = from.0 == section && from.1 < at;
        self.put(from, section, if before { at - 1 } else { at });
    }

    pub fn shift_section(&mut self, key: &str, way: Way) {
        if let Some((at, to)) = beside(
            self.sections.iter().position(|s| s.key == key),
            way,
            self.sections.len(),
        ) {
            self.sections.swap(at, to);
        }
    }

    pub fn shift_column(&mut self, name: &str, way: Way) {
        if let Some((at, to)) = beside(self.columns.iter().position(|c| *c == name), way, self.columns.len()) {
            self.columns.swap(at, to);
            self.own_columns = true;
        }
    }

    pub fn set_column(&mut self, name: &'static str, on: bool) {
        self.columns.retain(|c| *c != name);
        if on {
            self.columns.push(name);
        }
        self.own_columns = true;
    }

    pub fn add_section(&mut self, label: Value) -> String {
        let number = (1..)
            .find(|n| self.sections.iter().all(|s| s.key != format!("own_{n}")))
            .unwrap_or(1);
        let key = format!("own_{number}");
        self.sections.push(Section {
            key: key.clone(),
            label,
            told: "",
            entries: Vec::new(),
        });
        key
    }

    /// Takes an empty group away.
    pub fn drop_section(&mut self, key: &str) {
        self.sections.retain(|s| s.key != key || !s.entries.is_empty());
    }
}

/// A place, and the one beside it.
fn beside(at: Option<usize>, way: Way, count: usize) -> Option<(usize, usize)> {
    let at = at?;
    let to = match way {
        Way::Back => at.checked_sub(1)?,
        Way::On => at + 1,
    };
    (to < count).then_some((at, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    fn kind() -> &'static Kind {
        let field = |name: &str| json!({ "name": name, "type": "text", "label": name, "access": "full" });
        let group = |key: &str, fields: &[&str]| json!({ "key": key, "label": key, "fields": fields });
        let all = ["name", "flag", "port", "crew", "secret"].map(field);
        let told = json!([{ "kind": "ship", "path": "/api/v1/ships", "label": "Ship", "title_field": "name", "owned": true,
            "columns": ["name", "port"], "form": ["name"], "groups": [group("basics", &["name", "flag"]), group("papers", &["port"])],
            "fields": all }]);
        schema::learn(&told, &json!([]));
        schema::of("ship")
    }

    fn names(draft: &Draft) -> Vec<String> {
        let section = |s: &Section| s.entries.iter().map(|e| e.field).collect::<Vec<_>>().join(" ");
        draft
            .sections
            .iter()
            .map(|s| format!("{}: {}", s.key, section(s)))
            .collect()
    }

    #[test]
    fn a_layout_begins_with_what_is_there_and_keeps_what_is_gone() {
        let record = json!({ "columns": [], "groups": [{ "key": "basics", "label": null }, { "key": "papers", "label": { "en": "Papers" } }], "fields": [
            { "field": "name", "group": "basics", "in_form": true }, { "field": "secret", "group": "basics", "hidden": true },
            { "field": "custom_fields.gone", "group": "papers", "in_form": true },
            { "field": "port", "group": "papers", "required_when": { "field": "flag", "value": "cn" } } ] });
        let draft = Draft::new(kind(), Some(&record));
        assert_eq!(
            names(&draft),
            ["basics: name secret flag", "papers: port", "others: crew"]
        );
        let body = draft.body();
        assert_eq!(
            (&body["columns"], &body["groups"][1]["label"]),
            (&json!([]), &json!({ "en": "Papers" }))
        );
        assert_eq!(body["fields"][1]["hidden"], true);
        assert_eq!(body["fields"][3]["required_when"]["value"], "cn");
        assert_eq!(body["fields"][5]["field"], "custom_fields.gone");
        let mut columns = draft.clone();
        columns.shift_column("port", Way::Back);
        assert_eq!(columns.body()["columns"], json!(["port", "name"]));
    }

    #[test]
    fn fields_move_within_and_over_groups() {
        let mut draft = Draft::new(kind(), None);
        assert_eq!(
            names(&draft),
            ["basics: name flag", "papers: port", "others: crew secret"]
        );
        draft.shift("name", Way::Back);
        draft.shift("flag", Way::On);
        assert_eq!(names(&draft)[..2], ["basics: name", "papers: flag port"]);
        draft.shift_group("flag", Way::On);
        draft.shift_group("secret", Way::On);
        assert_eq!(names(&draft)[1..], ["papers: port", "others: crew secret flag"]);
        draft.drop_at("secret", 2, 0);
        draft.drop_at("crew", 2, 3);
        draft.drop_at("name", 1, 0);
        assert_eq!(
            names(&draft),
            ["basics: ", "papers: name port", "others: secret flag crew"]
        );
        draft.drop_section("papers");
        draft.drop_section("basics");
        draft.shift_section("others", Way::Back);
        assert_eq!(names(&draft), ["others: secret flag crew", "papers: name port"]);
        assert_eq!(
            (draft.add_section(json!({ "en": "x" })), draft.number("port")),
            ("own_1".to_owned(), Some(4))
        );
    }
}
