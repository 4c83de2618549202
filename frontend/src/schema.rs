//! The record kinds as the server tells them: fields, rights, layout, and labels in the present language. What was told once
//! is kept while the page lives, so that screens hold it by reference; told again unchanged, it is the same one.

pub use domain::record::{FILTER, FIXED, IMPORT, PARENT, READONLY, SEARCH, SORT};
use domain::{
    kind::Usual,
    policy::{Access, Action},
};
use serde_json::Value;
use std::cell::RefCell;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Type {
    Text,
    LongText,
    Email,
    Phone,
    Url,
    Int,
    Bool,
    Id,
    Instant,
    Day,
    Money,
    /// A number with decimals, kept exactly.
    Decimal,
    Choice(&'static [Choice]),
    /// Several of them.
    Choices(&'static [Choice]),
    Tags,
    /// References to several records of a kind.
    Ids,
    Json,
}

/// One value of a closed list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    pub key: &'static str,
    pub label: &'static str,
}

impl Type {
    pub const fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text | Self::LongText | Self::Email | Self::Phone | Self::Url
        )
    }

    fn read(told: &Value) -> Self {
        // Of a formula, what comes of it.
        let word = told["result"].as_str().or(told["type"].as_str());
        match word.unwrap_or_default() {
            "long_text" => Self::LongText,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "url" => Self::Url,
            "integer" => Self::Int,
            "boolean" => Self::Bool,
            "id" | "user" | "reference" => Self::Id,
            "ids" | "references" => Self::Ids,
            "instant" => Self::Instant,
            "day" => Self::Day,
            "money" => Self::Money,
            "decimal" | "percent" => Self::Decimal,
            "choice" => Self::Choice(choices(told)),
            "choices" => Self::Choices(choices(told)),
            "tags" => Self::Tags,
            "json" => Self::Json,
            // Of a type that this app is too old to know, the text can still be read.
            _ => Self::Text,
        }
    }
}

fn choices(told: &Value) -> &'static [Choice] {
    list(&told["choices"], |c| Choice {
        key: text(&c["value"]),
        label: text(&c["label"]),
    })
}

/// Where a field stands on the page of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Usual,
    /// Elsewhere, with what can be done about it.
    Aside,
    /// Among the others, once it has a value.
    IfSet,
}

/// One field of a record kind, as far as the person sees it.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub ty: Type,
    pub nullable: bool,
    /// A new record must name it.
    pub required: bool,
    caps: u32,
    /// The most characters of a text.
    pub max: u32,
    pub picklist: Option<&'static str>,
    /// The kind that an id refers to.
    pub refers: Option<&'static str>,
    /// The name under which a referred record is expanded: `owner` for `owner_id`.
    expand: Option<&'static str>,
    /// The status that a record goes to when this is asked for.
    asked_when: Option<&'static str>,
    pub access: Access,
    /// What a role may let do with it.
    pub restrictions: &'static [Access],
    pub place: Place,
    /// Whether the firm has added it.
    pub custom: bool,
    /// What a new record has where nothing is said.
    pub default: Option<&'static Value>,
    pub help: Option<&'static str>,
    /// Names the tab of what refers to a record by this field.
    pub tab: &'static str,
    /// Whether lists may be grouped by it.
    pub groupable: bool,
}

impl Field {
    /// A box that belongs to no kind.
    pub const fn plain(name: &'static str, ty: Type) -> Self {
        Self {
            name,
            label: "",
            ty,
            nullable: true,
            required: false,
            caps: 0,
            max: 200,
            picklist: None,
            refers: None,
            expand: None,
            asked_when: None,
            access: Access::Full,
            restrictions: &[],
            place: Place::Usual,
            custom: false,
            default: None,
            help: None,
            tab: "",
            groupable: false,
        }
    }

    /// A box for a value of a type that the server names so.
    pub fn of_type(name: &'static str, told: &Value) -> &'static Self {
        let mut field = Self::read(told, "");
        field.name = name;
        field.nullable = true;
        Box::leak(Box::new(field))
    }

    pub const fn can(&self, cap: u32) -> bool {
        self.caps & cap != 0
    }

    pub const fn expansion(&self) -> Option<&'static str> {
        self.expand
    }

    pub const fn is_several(&self) -> bool {
        matches!(self.ty, Type::Ids)
    }

    /// Asks a list for what refers to this record in it.
    pub fn filter_by(&self, id: &str) -> String {
        let several = if self.is_several() { "[contains]" } else { "" };
        format!("filter[{}]{several}={id}", self.name)
    }

    fn read(told: &Value, kind: &str) -> Self {
        let is = |key: &str| told[key] == true;
        let caps = [
            (is("sortable"), SORT),
            (told["operators"].as_array().is_some_and(|o| !o.is_empty()), FILTER),
            (is("searchable"), SEARCH),
            (is("importable"), IMPORT),
            (is("system"), READONLY),
            (is("fixed"), FIXED),
            (is("parent"), PARENT),
        ];
        let access = |v: &Value| serde_json::from_value(v.clone()).unwrap_or(Access::Full);
        let optional = |key: &str| told[key].as_str().map(kept);
        let max = told["max_length"].as_u64().and_then(|n| u32::try_from(n).ok());
        Self {
            name: text(&told["name"]),
            label: text(&told["label"]),
            ty: Type::read(told),
            nullable: is("nullable"),
            required: is("required"),
            caps: caps.iter().filter(|(has, _)| *has).fold(0, |all, (_, cap)| all | cap),
            max: max.unwrap_or(200),
            picklist: optional("picklist"),
            refers: optional("refers_to"),
            expand: optional("expand"),
            asked_when: optional("asked_when"),
            access: access(&told["access"]),
            restrictions: list(&told["restrictions"], access),
            place: match told["place"].as_str() {
                Some("aside" | "hidden") => Place::Aside,
                Some("if_set") => Place::IfSet,
                _ => Place::Usual,
            },
            custom: is("custom"),
            default: told.get("default").map(|value| &*Box::leak(Box::new(value.clone()))),
            help: optional("help"),
            tab: match told["refers_to"].is_string() {
                true => kept(&format!("{kind}-{}", told["name"].as_str().unwrap_or_default())),
                false => "",
            },
            groupable: is("groupable"),
        }
    }
}

/// A heading and the fields under it.
pub type Group = (&'static str, &'static [&'static str]);

/// A record kind: everything that is the same for all its records.
#[derive(Debug)]
pub struct Kind {
    /// Singular, snake_case: `lead`.
    pub name: &'static str,
    /// Plural, as it stands in bodies; with hyphens for underscores it is the path.
    pub plural: &'static str,
    pub label: &'static str,
    /// The field that names a record to a person.
    pub title: &'static str,
    pub icon: &'static str,
    /// Whether its records have pages of their own.
    pub page: bool,
    /// Whether somebody owns each.
    pub owned: bool,
    pub importable: bool,
    /// Whether its records may be one and are merged then.
    pub mergeable: bool,
    /// Whether activities and tasks belong to it.
    pub timeline: bool,
    /// Its records tell of work that the server does, which writes them itself.
    pub work: bool,
    /// The kind that its records are part of, and are shown with.
    pub part_of: Option<&'static str>,
    /// Columns that a list starts with.
    pub columns: &'static [&'static str],
    /// Fields that a quick create asks for.
    pub form: &'static [&'static str],
    /// How the fields of a record stand together on its page; those not named come last.
    pub groups: &'static [Group],
    /// Values of `status` with which a record is over.
    pub closed: &'static [&'static str],
    pub fields: &'static [Field],
    /// All of it as it was told: what only some screens ask for, they read there.
    pub told: Value,
}

impl Kind {
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The last part of the path in the API, and the first in the app.
    pub fn path(&self) -> String {
        self.plural.replace('_', "-")
    }

    /// Whether its records belong to those of another kind.
    pub fn belongs_to(&self, parent: &str) -> bool {
        self.fields.iter().any(|f| f.can(PARENT) && f.refers == Some(parent))
    }

    /// The field that tells what is over from what is still to be done, for kinds that know the difference.
    pub fn status(&self) -> Option<&'static Field> {
        self.field("status").filter(|_| !self.closed.is_empty())
    }

    /// Fields that are asked for when a record comes to a status.
    pub fn asked_when(&self, status: &str) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().filter(move |f| f.asked_when == Some(status))
    }

    fn read(told: &Value) -> Self {
        let path = told["path"].as_str().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        let is = |key: &str| told[key] == true;
        Self {
            name: text(&told["kind"]),
            plural: kept(&last.replace('-', "_")),
            label: text(&told["label"]),
            title: text(&told["title_field"]),
            icon: text(&told["icon"]),
            page: is("page"),
            owned: is("owned"),
            importable: is("importable"),
            mergeable: is("mergeable"),
            timeline: is("timeline"),
            work: is("work"),
            part_of: told["part_of"].as_str().map(kept),
            columns: list(&told["columns"], text),
            form: list(&told["form"], text),
            groups: list(&told["groups"], |g| (text(&g["label"]), list(&g["fields"], text))),
            closed: list(&told["closed"], text),
            fields: list(&told["fields"], |f| {
                Field::read(f, told["kind"].as_str().unwrap_or_default())
            }),
            told: told.clone(),
        }
    }

    /// Stands for a kind that the person does not see: it has names, and nothing to show.
    fn unseen(name: &str) -> Self {
        let told = subject(name);
        let path = told.map_or(name, |told| told.path);
        Self {
            name: kept(name),
            plural: kept(&path.replace('-', "_")),
            label: told.map_or_else(|| kept(name), |told| told.label),
            title: "name",
            icon: "file",
            page: false,
            owned: false,
            importable: false,
            mergeable: false,
            timeline: false,
            work: false,
            part_of: None,
            columns: &[],
            form: &[],
            groups: &[],
            closed: &[],
            fields: &[],
            told: Value::Null,
        }
    }
}

/// For as long as the page lives. What is told is kept by what it was read from (`Told`), so this grows with what differs.
fn kept(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn text(value: &Value) -> &'static str {
    kept(value.as_str().unwrap_or_default())
}

fn list<T>(values: &Value, read: impl Fn(&Value) -> T) -> &'static [T] {
    let values = values.as_array().into_iter().flatten();
    Box::leak(values.map(read).collect::<Vec<T>>().into_boxed_slice())
}

/// Something that there are rights to: a kind of records, seen or not, the workspace, or an area without records.
pub struct Subject {
    pub name: &'static str,
    pub label: &'static str,
    /// As addresses and the scopes of API keys name it.
    pub path: &'static str,
    /// Whether somebody owns a part of it.
    pub owned: bool,
    /// What a role lets do with it that does not name it. None for an area: a right to that is whole or none.
    pub usual: Option<Usual>,
    pub actions: Vec<Action>,
}

impl Subject {
    fn read(told: &Value) -> Self {
        let actions = told["actions"].as_array().into_iter().flatten();
        Self {
            name: text(&told["name"]),
            label: text(&told["label"]),
            path: text(&told["path"]),
            owned: told["owned"] == true,
            usual: serde_json::from_value(told["usual"].clone()).ok(),
            actions: actions.filter_map(|a| Action::from_key(a.as_str()?)).collect(),
        }
    }
}

/// What the server has told, and what each piece of it reads as.
struct Told<T: 'static> {
    now: Vec<&'static T>,
    ever: Vec<(Value, &'static T)>,
}

impl<T> Default for Told<T> {
    fn default() -> Self {
        Self {
            now: Vec::new(),
            ever: Vec::new(),
        }
    }
}

impl<T> Told<T> {
    /// Takes over what is told now. A piece that was told before is the one that it was.
    fn learn(&mut self, told: &Value, read: impl Fn(&Value) -> T) {
        self.now.clear();
        for piece in told.as_array().into_iter().flatten() {
            let known = self.ever.iter().find(|(before, _)| before == piece);
            let one = known.map(|(_, one)| *one).unwrap_or_else(|| {
                let one: &'static T = Box::leak(Box::new(read(piece)));
                self.ever.push((piece.clone(), one));
                one
            });
            self.now.push(one);
        }
    }

    /// In the server's order.
    fn all(&self) -> Vec<&'static T> {
        self.now.clone()
    }
}

thread_local! {
    static KINDS: RefCell<Told<Kind>> = RefCell::default();
    static SUBJECTS: RefCell<Told<Subject>> = RefCell::default();
    static UNSEEN: RefCell<Vec<&'static Kind>> = RefCell::default();
}

/// Takes over what the server tells: these kinds there are from now on, and these rights.
pub fn learn(kinds: &Value, subjects: &Value) {
    KINDS.with_borrow_mut(|known| known.learn(kinds, Kind::read));
    SUBJECTS.with_borrow_mut(|known| known.learn(subjects, Subject::read));
    UNSEEN.take();
}

/// All that there are rights to.
pub fn subjects() -> Vec<&'static Subject> {
    SUBJECTS.with_borrow(Told::all)
}

pub fn subject(name: &str) -> Option<&'static Subject> {
    SUBJECTS.with_borrow(|known| known.now.iter().copied().find(|s| s.name == name))
}

/// All kinds that the person sees, as the server orders them.
pub fn told() -> Vec<&'static Kind> {
    KINDS.with_borrow(Told::all)
}

/// By its name; none where the person does not see it.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.with_borrow(|known| known.now.iter().copied().find(|k| k.name == name))
}

/// The kind that a special screen is about. Where the person does not see it, one without fields.
pub fn of(name: &str) -> &'static Kind {
    kind(name).unwrap_or_else(|| {
        UNSEEN.with_borrow_mut(|unseen| {
            if let Some(known) = unseen.iter().find(|k| k.name == name) {
                return *known;
            }
            let new: &'static Kind = Box::leak(Box::new(Kind::unseen(name)));
            unseen.push(new);
            new
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tell(label: &str) {
        let kinds = json!([{ "kind": "exchange_rate", "path": "/api/v1/exchange-rates", "label": label, "title_field": "currency",
            "icon": "coin", "page": false, "owned": false, "importable": true, "timeline": false, "work": false, "part_of": null,
            "columns": ["currency"], "form": [], "groups": [{ "label": "Basics", "fields": ["currency"] }],
            "fields": [{ "name": "currency", "type": "choice", "label": "Currency", "nullable": false, "read_only": true, "system": false, "fixed": true,
                "access": "read_only", "restrictions": ["full", "read_only"], "sortable": true, "operators": ["eq"],
                "choices": [{ "value": "USD", "label": "US dollar" }] }] }]);
        let subjects = json!([{ "name": "activity", "label": "Activity", "path": "activities", "owned": true, "usual": "work",
            "actions": ["view", "a_newer_one"] }, { "name": "audit", "usual": null, "actions": [] }]);
        learn(&kinds, &subjects);
    }

    #[test]
    fn a_kind_is_what_the_server_tells() {
        tell("Exchange rate");
        let kind = of("exchange_rate");
        assert_eq!(
            (kind.plural, kind.path().as_str(), kind.label),
            ("exchange_rates", "exchange-rates", "Exchange rate")
        );
        assert_eq!(kind.groups, [("Basics", &["currency"][..])]);
        let field = kind.field("currency").expect("told");
        assert!(field.can(SORT) && field.can(FILTER) && field.can(FIXED) && !field.can(READONLY));
        assert_eq!((field.access, field.restrictions.len()), (Access::ReadOnly, 2));
        assert!(matches!(field.ty, Type::Choice([Choice { key: "USD", .. }])));
    }

    #[test]
    fn what_is_told_again_is_the_same_one() {
        tell("Exchange rate");
        let first = of("exchange_rate");
        tell("汇率");
        assert_eq!(of("exchange_rate").label, "汇率");
        assert!(!std::ptr::eq(first, of("exchange_rate")));
        tell("Exchange rate");
        assert!(std::ptr::eq(first, of("exchange_rate")));
    }

    #[test]
    fn a_kind_that_is_not_seen_has_names_and_no_fields() {
        tell("Exchange rate");
        assert!(kind("activity").is_none());
        let unseen = of("activity");
        assert_eq!(
            (unseen.label, unseen.plural, unseen.fields.len()),
            ("Activity", "activities", 0)
        );
        assert!(std::ptr::eq(unseen, of("activity")));
        let [activity, audit] = ["activity", "audit"].map(|name| subject(name).expect("told"));
        assert_eq!((activity.usual, activity.actions.len()), (Some(Usual::Work), 1));
        assert_eq!(audit.usual, None);
    }
}
