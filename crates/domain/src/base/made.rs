//! What a firm says of the kinds it makes and of the fields it adds, and the kinds that follow from it.

use super::custom::{Custom, EXPANDED, PREFIX};
use super::formula::{Formula, Named, Ty, Wrong};
use super::kind::{BASICS, Group, Kind, Ownership, Usual};
use super::kinds::is_name;
use super::record::{FILTER, Field, IMPORT, PARENT, READONLY, SEARCH, SORT};
use super::value::{Choice, Email, Number, Phone, PickedMany, Type, Url};
use crate::layout::MadeLayout;
use crate::numbering_rule::Pattern;
use crate::{Currency, Day, Id, Instant, Label, Money};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{LazyLock, Mutex, PoisonError};

/// What a firm says of its kinds and fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Said {
    /// The currency that amounts are compared in.
    pub base: Currency,
    pub made: Vec<Made>,
    /// In the order in which they are shown.
    pub fields: Vec<MadeField>,
    /// The kinds that fields have been taken away from, each once.
    pub withdrawn: Vec<String>,
    pub layouts: Vec<MadeLayout>,
}

impl Said {
    pub(super) fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a MadeField> {
        let named = move |field: &&MadeField| field.kind == kind && is_name(&field.key);
        self.fields.iter().filter(named)
    }

    pub(super) fn withdrawn(&self, kind: &str) -> bool {
        self.withdrawn.iter().any(|of| of == kind)
    }

    pub(super) fn layout(&self, kind: &str) -> Option<&MadeLayout> {
        self.layouts.iter().find(|layout| layout.kind == kind)
    }

    /// A kind as it is laid out, where the firm says something of that.
    fn laid(&self, kind: Kind) -> Kind {
        match self.layout(kind.name) {
            Some(layout) => layout.applied(kind, &kept),
            None => kind,
        }
    }

    fn custom(&self, kind: &str, declared: &[Field]) -> Vec<Field> {
        let mut formulas = self.formulas(kind, declared);
        let mut of = |field: &MadeField| -> Option<&'static Formula> {
            let formula = Rc::into_inner(formulas.remove(&field.key)?.ok()?)?;
            Some(Box::leak(Box::new(formula)))
        };
        self.of(kind).map(|field| field.field(self.base, of(field))).collect()
    }

    /// The formulas of a kind, or what is wrong with them.
    fn formulas(&self, kind: &str, declared: &[Field]) -> Formulas {
        let mut done = Formulas::new();
        for field in self.of(kind) {
            self.formula(field, declared, &mut Vec::new(), &mut done);
        }
        done
    }

    /// A formula, and those that it needs. Those on the way need it themselves.
    fn formula(
        &self,
        field: &MadeField,
        declared: &[Field],
        way: &mut Vec<String>,
        done: &mut Formulas,
    ) -> Option<Result<Rc<Formula>, Wrong>> {
        let MadeType::Formula(text) = &field.ty else {
            return None;
        };
        if let Some(known) = done.get(&field.key) {
            return Some(known.clone());
        }
        way.push(field.key.clone());
        let mut of = |name: &str| {
            let own = super::custom::key(name);
            if let Some(known) = declared.iter().find(|f| own.is_none() && f.name == name) {
                return Ty::of(known).map_or(Named::Unfit(known.ty.name()), |ty| Named::Field(known.name, ty));
            }
            let key = own.unwrap_or(name);
            if way.iter().any(|on| on == key) {
                return Named::Ring([way.as_slice(), &[key.to_owned()]].concat().join(" → "));
            }
            let Some(other) = self.of(&field.kind).find(|f| f.key == key) else {
                return Named::Unknown;
            };
            let full = kept(&format!("{PREFIX}{key}"));
            match self.formula(other, declared, way, done) {
                Some(Ok(formula)) => Named::Formula(full, formula),
                Some(Err(wrong)) => Named::Wrong(wrong),
                None => {
                    let value = other.value();
                    Ty::of(&value).map_or(Named::Unfit(other.ty.word()), |ty| Named::Field(full, ty))
                }
            }
        };
        let read = Formula::read(text, &mut of).map(Rc::new);
        way.pop();
        done.insert(field.key.clone(), read.clone());
        Some(read)
    }

    /// What is wrong with the formulas of a kind, by the key of the field.
    pub fn wrong(&self, kind: &str) -> Vec<(String, Wrong)> {
        let own = self.made.iter().find(|made| made.name == kind);
        let declared = match (crate::kind(kind), own) {
            (Some(kind), _) => kind.fields.to_vec(),
            (None, Some(made)) => made.declared(),
            (None, None) => return Vec::new(),
        };
        let all = self.formulas(kind, &declared).into_iter();
        let mut wrong: Vec<_> = all.filter_map(|(key, formula)| Some((key, formula.err()?))).collect();
        wrong.sort_by(|(a, _), (b, _)| a.cmp(b));
        wrong
    }

    /// A declared kind with the fields that were added to it.
    pub(super) fn extended(&self, kind: &Kind) -> Kind {
        let custom = self.custom(kind.name, kind.fields);
        let needed: Vec<&'static str> = custom.iter().filter(|f| f.required).map(|f| f.name).collect();
        let mut groups = kind.groups.to_vec();
        groups.extend(self.groups(kind.name));
        self.laid(Kind {
            withdrawn: self.withdrawn(kind.name),
            fields: [kind.fields, &custom].concat().leak(),
            form: [kind.form, &needed].concat().leak(),
            groups: groups.leak(),
            ..kind.clone()
        })
    }

    /// The headings that the firm gives, each with its fields, in the order of the first of these.
    fn groups(&self, kind: &str) -> Vec<Group> {
        let mut groups: Vec<(Label, Vec<&'static str>)> = Vec::new();
        for field in self.of(kind) {
            let label = field
                .group
                .as_ref()
                .map_or(ADDED, |[zh, en]| Label::new(kept(zh), kept(en)));
            let name = kept(&format!("{PREFIX}{}", field.key));
            match groups.iter_mut().find(|(known, _)| *known == label) {
                Some((_, names)) => names.push(name),
                None => groups.push((label, vec![name])),
            }
        }
        groups
            .into_iter()
            .map(|(label, names)| (label, &*names.leak()))
            .collect()
    }
}

/// The heading of fields that the firm has added, where it gives none.
const ADDED: Label = Label::new("自定义字段", "Custom fields");

/// As many fields stand in the form of a new record, and in a list, where no layout says more; those that are needed in any case.
const ASKED: usize = 8;
const SHOWN: usize = 4;

/// What a firm says of a kind it makes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Made {
    pub name: String,
    pub plural: String,
    /// In Chinese and English.
    pub label: [String; 2],
    /// The kind whose records its records belong to.
    pub parent: Option<String>,
    pub ownership: Ownership,
    pub usual: Usual,
}

/// What a firm says of a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MadeField {
    pub id: Id,
    pub kind: String,
    pub key: String,
    pub ty: MadeType,
    /// In Chinese and English, as the others.
    pub label: [String; 2],
    pub help: Option<[String; 2]>,
    pub group: Option<[String; 2]>,
    pub required: bool,
    pub unique: bool,
    pub filtered: bool,
    pub searched: bool,
    /// As JSON text.
    pub default: Option<String>,
}

/// By key.
type Formulas = HashMap<String, Result<Rc<Formula>, Wrong>>;

/// What a choice offers: key, and label in Chinese and English.
pub type Offered = Vec<[String; 3]>;

/// The types that firms give to fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MadeType {
    Text,
    LongText,
    Integer,
    Decimal,
    Percent,
    Money,
    Day,
    Instant,
    Boolean,
    Choice(Offered),
    Choices(Offered),
    Tags,
    User,
    /// The kind it refers to.
    Reference(String),
    References(String),
    Email,
    Phone,
    Url,
    /// Numbered by the server, in this pattern.
    AutoNumber(String),
    /// Computed from other fields.
    Formula(String),
}

/// Each text once, for as long as the server runs.
fn kept(text: &str) -> &'static str {
    static TEXTS: LazyLock<Mutex<std::collections::HashSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = texts.get(text) {
        return known;
    }
    let text: &'static str = text.to_owned().leak();
    texts.insert(text);
    text
}

impl Made {
    /// The fields that all of its records have.
    fn declared(&self) -> Vec<Field> {
        let mut fields = base(self.ownership);
        if let Some(parent) = &self.parent {
            let name = kept(&format!("{parent}_id"));
            // By the time it is shown, the kind it names has a label; this one is for where that is not known.
            let label = crate::kind(parent).map_or(Label::new("所属", "Belongs to"), |kind| kind.label);
            let field = Field::new::<Option<Id>>(name, label, FILTER | IMPORT | PARENT);
            fields.push(field.refers(kept(parent)).clear().column("parent_id"));
        }
        fields
    }

    pub(super) fn built(&self, said: &Said) -> Kind {
        let mut fields = self.declared();
        let mut own: Vec<&'static str> = vec!["name"];
        own.extend(fields.last().filter(|field| field.can(PARENT)).map(|field| field.name));
        let custom = said.custom(&self.name, &fields);
        let names = |wanted: &dyn Fn(usize, &Field) -> bool| -> Vec<&'static str> {
            let custom = custom.iter().enumerate().filter(|(n, field)| wanted(*n, field));
            own.iter().copied().chain(custom.map(|(_, field)| field.name)).collect()
        };
        let asked = names(&|n, field| !field.can(READONLY) && (n < ASKED || field.required));
        let mut columns = names(&|n, _| n < SHOWN);
        columns.push("updated_at");
        let mut groups = vec![(BASICS, &*own.clone().leak())];
        groups.extend(said.groups(&self.name));
        fields.extend(custom.iter().copied());
        let [zh, en] = &self.label;
        let kind = Kind::new(
            kept(&self.name),
            kept(&self.plural),
            Label::new(kept(zh), kept(en)),
            self.ownership,
            "name",
            fields.leak(),
        )
        .made()
        .usual(self.usual)
        .closable()
        .import(&[])
        .searched(u8::MAX)
        .page()
        .columns(columns.leak())
        .form(asked.leak())
        .groups(groups.leak());
        said.laid(Kind {
            withdrawn: said.withdrawn(&self.name),
            ..kind
        })
    }
}

/// The fields that each record has, and its name.
fn base(ownership: Ownership) -> Vec<Field> {
    let stamp = READONLY | FILTER | SORT;
    vec![
        Field::new::<Id>("id", Label::new("ID", "ID"), READONLY | FILTER),
        Field::new::<i64>("version", Label::new("版本", "Version"), READONLY),
        Field::new::<Instant>("created_at", Label::new("创建时间", "Created"), stamp),
        Field::new::<Instant>("updated_at", Label::new("更新时间", "Updated"), stamp),
        Field::new::<Option<Id>>("created_by", Label::new("创建人", "Created by"), READONLY | FILTER)
            .refers("user")
            .kept(),
        Field::new::<Option<Id>>(
            "owner_id",
            Label::new("负责人", "Owner"),
            super::record::owner_caps(ownership),
        )
        .refers("user"),
        Field::new::<Option<String>>("external_id", Label::new("外部编号", "External ID"), FILTER | IMPORT),
        Field::new::<Json>("custom_fields", Label::new("自定义字段", "Custom fields"), 0),
        Field::new::<String>("name", Label::new("名称", "Name"), SORT | FILTER | SEARCH | IMPORT),
    ]
}

impl MadeType {
    /// As the API says it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Percent => "percent",
            Self::Money => "money",
            Self::Day => "day",
            Self::Instant => "instant",
            Self::Boolean => "boolean",
            Self::Choice(_) => "choice",
            Self::Choices(_) => "choices",
            Self::Tags => "tags",
            Self::User => "user",
            Self::Reference(_) => "reference",
            Self::References(_) => "references",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::AutoNumber(_) => "auto_number",
            Self::Formula(_) => "formula",
        }
    }

    fn field(&self, name: &'static str, label: Label) -> Field {
        let choices = |choices: &[[String; 3]]| -> &'static [Choice] {
            let choice = |[key, zh, en]: &[String; 3]| Choice {
                key: kept(key),
                label: Label::new(kept(zh), kept(en)),
            };
            static KNOWN: LazyLock<Mutex<HashMap<Offered, &'static [Choice]>>> = LazyLock::new(Mutex::default);
            let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
            let build = || -> &'static [Choice] { choices.iter().map(choice).collect::<Vec<_>>().leak() };
            known.entry(choices.to_vec()).or_insert_with(build)
        };
        match self {
            Self::Text => Field::new::<Option<String>>(name, label, 0).max(500),
            Self::LongText => Field::new::<Option<String>>(name, label, 0).long(10_000),
            Self::Integer => Field::new::<Option<i64>>(name, label, 0).range(-EXACT, EXACT),
            Self::Decimal | Self::Percent => Field::new::<Option<Number>>(name, label, 0),
            Self::Money => Field::new::<Option<Money>>(name, label, 0),
            Self::Day => Field::new::<Option<Day>>(name, label, 0),
            Self::Instant => Field::new::<Option<Instant>>(name, label, 0),
            Self::Boolean => Field::new::<Option<bool>>(name, label, 0),
            Self::Choice(said) => Field::choice(name, label, 0, choices(said)),
            Self::Choices(said) => {
                let mut field = Field::new::<PickedMany>(name, label, 0);
                field.ty = Type::Choices(choices(said));
                field
            }
            Self::Tags => Field::new::<Vec<String>>(name, label, 0),
            Self::User => Field::new::<Option<Id>>(name, label, 0).refers("user"),
            Self::Reference(kind) => Field::new::<Option<Id>>(name, label, 0).refers(kept(kind)),
            Self::References(kind) => Field::new::<Vec<Id>>(name, label, 0).refers(kept(kind)),
            Self::Email => Field::new::<Option<Email>>(name, label, 0),
            Self::Phone => Field::new::<Option<Phone>>(name, label, 0).max(40),
            Self::Url => Field::new::<Option<Url>>(name, label, 0).max(500),
            Self::AutoNumber(_) => Field::new::<Option<String>>(name, label, 0),
            // Until it is read, which says what comes of it.
            Self::Formula(_) => Field::new::<Option<String>>(name, label, 0).max(500),
        }
    }
}

impl MadeField {
    /// How one value is read, and whether a record needs one.
    pub fn value(&self) -> Field {
        let [zh, en] = &self.label;
        let mut value = self.ty.field(kept(&self.key), Label::new(kept(zh), kept(en)));
        value.required = self.required;
        value
    }

    fn field(&self, base: Currency, formula: Option<&'static Formula>) -> Field {
        let key = kept(&self.key);
        let label = |[zh, en]: &[String; 2]| Label::new(kept(zh), kept(en));
        let mut value = self.value();
        if let Some(formula) = formula {
            value = formula.field(key, value.label);
        }
        let given = matches!(self.ty, MadeType::AutoNumber(_) | MadeType::Formula(_));
        let numbers = match &self.ty {
            MadeType::AutoNumber(pattern) => Pattern::parse(pattern).map(|pattern| &*Box::leak(Box::new(pattern))),
            _ => None,
        };
        let several = matches!(value.ty, Type::Tags | Type::Ids | Type::Choices(_));
        let looked_up = FILTER | if several { 0 } else { SORT };
        value.caps = if given { READONLY } else { IMPORT }
            | if self.searched { SEARCH } else { 0 }
            | if self.filtered && value.ty != Type::LongText {
                looked_up
            } else {
                0
            };
        if value.refers.is_some() {
            value = value.clear();
        }
        let custom: &'static Custom = Box::leak(Box::new(Custom {
            id: self.id,
            key,
            word: self.ty.word(),
            value,
            unique: self.unique,
            numbers,
            formula,
            expansion: value.refers.map(|_| kept(&format!("{EXPANDED}.{key}"))),
            default: self.default.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            help: self.help.as_ref().map(label),
            base,
        }));
        let mut field = value.custom(custom);
        field.name = kept(&format!("{PREFIX}{key}"));
        field
    }
}

/// Whole numbers beyond this are not the same for all who read JSON.
const EXACT: i64 = 9_007_199_254_740_991;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Birth;
    use crate::{AnyRecord, Issues, Kinds};
    use proptest::prelude::*;
    use serde_json::{Map, json};

    fn field(kind: &str, key: &str, ty: MadeType) -> MadeField {
        MadeField {
            id: Id::nil(),
            kind: kind.into(),
            key: key.into(),
            ty,
            label: [key.into(), key.into()],
            help: None,
            group: None,
            required: false,
            unique: false,
            filtered: true,
            searched: false,
            default: None,
        }
    }

    fn said(made: &[&str], fields: Vec<MadeField>) -> Said {
        let made = made.iter().map(|name| Made {
            name: (*name).into(),
            plural: format!("{name}s"),
            label: ["设备".into(), "Equipment".into()],
            parent: Some("customer".into()),
            ownership: Ownership::Owned,
            usual: Usual::Work,
        });
        Said {
            layouts: Vec::new(),
            withdrawn: Vec::new(),
            base: Currency::CNY,
            made: made.collect(),
            fields,
        }
    }

    #[test]
    fn what_is_said_alike_is_one_kind() {
        let one = || said(&["ship"], vec![field("customer", "size", MadeType::Integer)]);
        let (first, again) = (Kinds::of(&one()), Kinds::of(&one()));
        assert_eq!(first, again);
        assert!(std::ptr::eq(first.made()[0], again.made()[0]));
        let other = Kinds::of(&said(&["ship"], vec![field("customer", "size", MadeType::Text)]));
        assert_ne!(first, other);
        assert_eq!(Kinds::of(&said(&[], Vec::new())), Kinds::DECLARED);
        assert_eq!(first.iter().count(), crate::KINDS.len() + 1);
        assert_eq!(first.named("ship").map(|k| k.path()).as_deref(), Some("ships"));
        let customer = first.named("customer").expect("customers");
        assert!(customer.field("custom_fields.size").is_some() && customer.field("size").is_none());
        assert_eq!(
            first.like(crate::customer::Customer::KIND).fields.len(),
            customer.fields.len()
        );
        assert!(
            Kinds::DECLARED
                .named("customer")
                .expect("customers")
                .custom()
                .next()
                .is_none()
        );
    }

    use crate::Record as _;

    #[test]
    fn nothing_but_a_name_becomes_a_kind_or_a_field() {
        assert!(Kinds::of(&said(&["customer", "a'b"], Vec::new())).made().is_empty());
        let kinds = Kinds::of(&said(&[], vec![field("lead", "it's", MadeType::Text)]));
        assert!(kinds.named("lead").expect("leads").custom().next().is_none());
    }

    #[test]
    fn a_record_keeps_what_is_not_named() {
        let kinds = Kinds::of(&said(
            &["boat"],
            vec![
                field("boat", "size", MadeType::Integer),
                field("boat", "price", MadeType::Money),
                field("boat", "parts", MadeType::Tags),
            ],
        ));
        let kind = kinds.made()[0];
        let map: Map<String, Json> = [("name".to_owned(), json!("x"))].into_iter().collect();
        let mut boat = AnyRecord::create(kind, map, Birth::new(None)).expect("a record");
        let mut issues = Issues::default();
        let given = json!({ "size": 3.0, "price": { "amount": "1.5", "currency": "CNY" }, "parts": [] });
        let own = kind.custom_of_new(Some(given), true, &mut issues);
        assert_eq!(
            own,
            json!({ "size": 3, "price": { "amount": "1.50", "currency": "CNY" } })
        );
        boat.put("custom_fields", own.clone());
        let changed = kind.custom_of(&own, &json!({ "size": null, "parts": ["a", "a"] }), &mut issues);
        assert_eq!(
            changed,
            json!({ "price": { "amount": "1.50", "currency": "CNY" }, "parts": ["a"] })
        );
        issues.or(()).expect("nothing is wrong");
        assert_eq!(boat.amounts().expect("amounts")[0].0, "custom_fields.price");
        let mut later = boat.clone();
        later.put("custom_fields", changed);
        let told = AnyRecord::differences(Some(&boat), Some(&later)).expect("differences");
        assert_eq!(
            told,
            json!({ "custom_fields.size": [3, null], "custom_fields.parts": [null, ["a"]] })
        );
    }

    proptest! {
        /// Whatever is handed in is refused, or comes back as it is stored.
        #[test]
        fn what_is_stored_is_taken_again(number in any::<i64>(), text in "\\PC{0,20}", days in 0i64..40_000, yes: bool) {
            let day = (Day::default() + chrono::Days::new(days.unsigned_abs())).to_string();
            let fields = vec![
                field("boat", "whole", MadeType::Integer),
                field("boat", "exact", MadeType::Decimal),
                field("boat", "text", MadeType::Text),
                field("boat", "day", MadeType::Day),
                field("boat", "yes", MadeType::Boolean),
            ];
            let kind = Kinds::of(&said(&["boat"], fields)).made()[0];
            let ticks = Number::from_ticks(number % 1_000_000_000_000_000_000).map(|n| n.to_string());
            let given = json!({ "whole": number, "exact": ticks, "text": text, "day": day, "yes": yes });
            for (key, value) in given.as_object().expect("an object") {
                let mut issues = Issues::default();
                let one: Json = [(key.clone(), value.clone())].into_iter().collect::<Map<_, _>>().into();
                let stored = kind.custom_of(&Json::Null, &one, &mut issues);
                if issues.or(()).is_ok() {
                    let mut again = Issues::default();
                    prop_assert_eq!(kind.custom_of(&Json::Null, &stored, &mut again), stored);
                    prop_assert!(again.or(()).is_ok());
                }
            }
        }
    }
}
