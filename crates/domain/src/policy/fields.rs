//! Field rights: which fields of a record a caller sees, sees covered, or may not set.
//!
//! A record becomes JSON only through [`Shown`], so what a caller may not see cannot slip into an answer.

use super::{Action, Grants, Reach};
use crate::custom;
use crate::error::place;
use crate::label::Label;
use crate::record::{READONLY, SEARCH};
use crate::value::{Corrupt, Type, Val};
use crate::{AnyRecord, Error, Field, Issue, Issues, Kind, Kinds, Record, view};
use serde::ser::{Error as _, SerializeStruct};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// What a caller may do with a field; the later, the less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    Full,
    /// Seen, and not set.
    ReadOnly,
    /// Seen in part (`138****0000`): not set, filtered, sorted or searched either.
    Masked,
    /// As if it were not there.
    Hidden,
}

impl Access {
    pub const ALL: [Self; 4] = [Self::Full, Self::ReadOnly, Self::Masked, Self::Hidden];

    pub const fn label(self) -> Label {
        match self {
            Self::Full => Label::new("可读写", "Full"),
            Self::ReadOnly => Label::new("只读", "Read-only"),
            Self::Masked => Label::new("脱敏", "Masked"),
            Self::Hidden => Label::new("隐藏", "Hidden"),
        }
    }
}

json_field! {
    /// Kind → field → access. What is not named is open.
    FieldRights(BTreeMap<String, BTreeMap<String, Access>>)
}

impl FieldRights {
    pub fn access(&self, kinds: Kinds, kind: &str, field: &str) -> Access {
        let Some(fields) = self.0.get(kind) else {
            return Access::Full;
        };
        let named = |name: &str| fields.get(name).copied().unwrap_or(Access::Full);
        let Some(known) = kinds.named(kind).and_then(|kind| kind.field(field)) else {
            return named(field);
        };
        // What tells another field, or sets it, is no more open than that one.
        let told = known.determines.map_or(Access::Full, named);
        // What is computed from a field may tell all of it, whatever is done to it on the way.
        let formula = known.custom.and_then(|custom| custom.formula);
        let covered = formula.is_some_and(|formula| formula.reads.iter().any(|name| named(name) >= Access::Masked));
        let computed = if covered { Access::Hidden } else { Access::Full };
        named(field).max(told).max(computed)
    }

    /// What several roles together keep closed. As rights add up, a field is as open as the most generous of the roles
    /// that let see the kind has it.
    pub fn combined(kinds: Kinds, roles: &[(Grants, FieldRights)]) -> Self {
        let mut closed = BTreeMap::new();
        for kind in kinds.iter() {
            let mut seeing = roles
                .iter()
                .filter(|(grants, _)| grants.reach(kinds, kind.name, Action::View) > Reach::None)
                .map(|(_, rights)| rights);
            let Some(first) = seeing.next().filter(|rights| rights.0.contains_key(kind.name)) else {
                continue;
            };
            let others: Vec<_> = seeing.collect();
            let open = |name: &str| {
                let others = others.iter().map(|rights| rights.access(kinds, kind.name, name));
                others.fold(first.access(kinds, kind.name, name), Access::min)
            };
            let fields = kind
                .fields
                .iter()
                .map(|field| (field.name.to_owned(), open(field.name)));
            let fields: BTreeMap<_, _> = fields.filter(|(_, access)| *access > Access::Full).collect();
            if !fields.is_empty() {
                closed.insert(kind.name.to_owned(), fields);
            }
        }
        Self(closed)
    }

    /// What is said of the fields of a kind.
    pub fn of(&self, kind: &'static Kind) -> Fields<'_> {
        Fields {
            kind,
            closed: self.0.get(kind.name),
            others: kind.tells_of.map(|_| self),
            whole: false,
        }
    }

    /// Fields that are open need no entry.
    pub(crate) fn tidy(&mut self) {
        for fields in self.0.values_mut() {
            fields.retain(|_, access| *access > Access::Full);
        }
        self.0.retain(|_, fields| !fields.is_empty());
    }

    /// Adds what names no field, or a field that cannot be closed so.
    pub(crate) fn check(&self, issues: &mut Issues) {
        for (kind, fields) in &self.0 {
            if crate::kinds::may_be_made(kind) {
                // What the firm has made is known where its role is written.
                continue;
            }
            let Some(known) = crate::kind(kind) else {
                issues.add(Issue::new(place(["field_rights", kind]), "unknown_kind").with("kind", kind));
                continue;
            };
            // What the firm has added too.
            for (name, access) in fields.iter().filter(|(name, _)| custom::key(name).is_none()) {
                let pointer = place(["field_rights", kind, name]);
                match known.field(name) {
                    None => issues.add(Issue::new(pointer, "unknown_field").with("field", name)),
                    Some(field) if !choices(known, field).contains(access) => {
                        issues.add(Issue::new(pointer, "field_right_unfit").with("field", name));
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

/// The ways a field can be closed. Not what identifies a record, says whose it is, or names it; nor settings, which
/// everything else is read by.
pub fn choices(kind: &Kind, field: &Field) -> Vec<Access> {
    use crate::record::Ownership;
    let records = kind.ownership == Ownership::Owned && !kind.is_work();
    let kept = matches!(
        field.name,
        "id" | "version" | "created_at" | "updated_at" | "created_by" | "owner_id" | "custom_fields"
    );
    if kept || !(records || kind.closable) {
        return vec![Access::Full];
    }
    let fits = |access: &Access| match access {
        Access::Full => true,
        Access::ReadOnly => !field.can(READONLY),
        Access::Masked => field.ty.is_text() && field.name != kind.title,
        Access::Hidden => field.name != kind.title,
    };
    Access::ALL.into_iter().filter(fits).collect()
}

/// What somebody may see and set of the fields of a kind.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    kind: &'static Kind,
    closed: Option<&'a BTreeMap<String, Access>>,
    /// What is closed in all kinds, for records that speak of fields of others.
    others: Option<&'a FieldRights>,
    /// Also the values of custom fields that have been taken away.
    whole: bool,
}

impl<'a> Fields<'a> {
    /// All of them: for the change log, and for what is nobody's business but the reader's own.
    pub fn open(kind: &'static Kind) -> Self {
        Self {
            kind,
            closed: None,
            others: None,
            whole: true,
        }
    }

    pub fn kind(&self) -> &'static Kind {
        self.kind
    }

    pub fn access(&self, name: &str) -> Access {
        let named = self.closed.and_then(|fields| fields.get(name));
        named.copied().unwrap_or(Access::Full)
    }

    /// Whether everything that a record of the kind tells may be seen as it is.
    pub fn shows_all(&self) -> bool {
        let closed = |fields: &BTreeMap<String, Access>| fields.values().any(|access| *access > Access::ReadOnly);
        let speaks = self.others.is_some_and(|rights| !rights.0.is_empty());
        self.whole || (!self.kind.withdrawn && !speaks && !self.closed.is_some_and(closed))
    }

    /// Whether fields are closed of a kind that a record speaks of.
    pub(crate) fn closes_fields_of(&self, kind: &str) -> bool {
        self.others.is_some_and(|rights| rights.0.contains_key(kind))
    }

    /// What the caller may do with a field of a kind that a record speaks of.
    pub(crate) fn access_of(&self, kind: &str, field: &str) -> Access {
        let named = self.others.and_then(|rights| rights.0.get(kind)?.get(field));
        named.copied().unwrap_or(Access::Full)
    }

    pub fn sees(&self, name: &str) -> bool {
        self.access(name) < Access::Hidden
    }

    /// Whether the value may be compared, ordered by or added up: whoever can do that needs no more to learn it.
    pub fn reads(&self, name: &str) -> bool {
        self.access(name) < Access::Masked
    }

    /// The first of these that may not be read, as an error.
    pub fn must_read(&self, names: &[&str]) -> Result<(), Error> {
        match names.iter().find(|name| !self.reads(name)) {
            None => Ok(()),
            Some(name) => Err(Error::BadQuery(Issue::new("", "field_hidden").with("field", name))),
        }
    }

    /// Refuses a body that sets what the caller may not set.
    pub fn must_set(&self, names: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), Error> {
        let mut issues = Issues::default();
        if self.closed.is_some() {
            for name in names {
                let name = name.as_ref();
                match self.access(name) {
                    Access::Full => {}
                    Access::ReadOnly => issues.add(Issue::at(name, "field_read_only")),
                    Access::Masked | Access::Hidden => issues.add(Issue::at(name, "field_hidden").with("field", name)),
                }
            }
        }
        issues.or(())
    }

    /// Searched fields whose words must find nothing.
    pub fn unsearchable(&self) -> Vec<&'static str> {
        if self.closed.is_none() {
            return Vec::new();
        }
        let searched = self.kind.fields.iter().filter(|f| f.can(SEARCH) && !self.reads(f.name));
        searched.map(|f| f.name).collect()
    }

    /// Takes out of a change's fields (`name → [old, new]`) what the caller may not see.
    pub fn cover(&self, changed: &mut Json) {
        let Json::Object(map) = changed else { return };
        // What was said of a field that has been taken away is hidden with it, since its rights are gone too.
        map.retain(|name, _| custom::key(name).is_none_or(|key| self.whole || self.kind.has_custom(key)));
        if let Some(rights) = self.others.filter(|rights| !rights.0.is_empty()) {
            // A change does not say of which kind the record speaks.
            let access = |field: &str| rights.0.keys().map(|kind| self.access_of(kind, field)).max();
            for (name, values) in map.iter_mut() {
                for value in values.as_array_mut().into_iter().flatten() {
                    view::cover(name, value, &|field| access(field).unwrap_or(Access::Full));
                }
            }
        }
        if self.closed.is_none() {
            return;
        }
        map.retain(|name, _| self.sees(name));
        for (name, values) in map.iter_mut() {
            if let (false, Json::Array(values)) = (self.reads(name), values) {
                values
                    .iter_mut()
                    .for_each(|value| *value = self.mask(name, value.take()));
            }
        }
    }

    /// One field of a record, as far as it may be seen.
    pub(crate) fn put<S: SerializeStruct, T: Serialize>(
        &self,
        out: &mut S,
        name: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        match self.access(name) {
            Access::Full | Access::ReadOnly if name == custom::ALL && !self.whole => {
                let mut json = serde_json::to_value(value).map_err(S::Error::custom)?;
                self.cover_custom(&mut json);
                out.serialize_field(name, &json)
            }
            Access::Full | Access::ReadOnly => out.serialize_field(name, value),
            Access::Hidden => out.skip_field(name),
            Access::Masked => {
                let json = serde_json::to_value(value).map_err(S::Error::custom)?;
                out.serialize_field(name, &self.mask(name, json))
            }
        }
    }

    /// The same where the value stands in columns, as text. False where it is not shown at all.
    pub(crate) fn write(&self, field: &Field, values: &[Val], out: &mut Vec<u8>) -> Result<bool, Corrupt> {
        match self.access(field.name) {
            Access::Full | Access::ReadOnly if field.name == custom::ALL && self.covers_custom(values) => {
                let mut json = field.json(values)?;
                self.cover_custom(&mut json);
                serde_json::to_writer(out, &json).map_err(|_| Corrupt("a value is no JSON"))?;
            }
            Access::Full | Access::ReadOnly => field.write(values, out)?,
            Access::Hidden => return Ok(false),
            Access::Masked => {
                let masked = self.mask(field.name, field.json(values)?);
                serde_json::to_writer(out, &masked).map_err(|_| Corrupt("a value is no JSON"))?;
            }
        }
        Ok(true)
    }

    /// Whether any of the values of custom fields is not shown as it is.
    fn covers_custom(&self, values: &[Val]) -> bool {
        let [Val::Json(Json::Object(values))] = values else {
            return false;
        };
        let closed = |key: &String| self.access(&format!("{}{key}", custom::PREFIX)) > Access::ReadOnly;
        !self.whole
            && values
                .keys()
                .any(|key| !self.kind.has_custom(key) || (self.closed.is_some() && closed(key)))
    }

    /// Takes out of the values of custom fields what may not be seen.
    fn cover_custom(&self, values: &mut Json) {
        let Json::Object(values) = values else { return };
        let name = |key: &str| format!("{}{key}", custom::PREFIX);
        values.retain(|key, _| self.kind.has_custom(key) && self.sees(&name(key)));
        for (key, value) in values.iter_mut() {
            if !self.reads(&name(key)) {
                *value = self.mask(&name(key), value.take());
            }
        }
    }

    pub(crate) fn mask(&self, name: &str, value: Json) -> Json {
        match (value, self.kind.field(name)) {
            (Json::Null, _) => Json::Null,
            (Json::String(text), Some(field)) => Json::String(mask(field.ty, &text)),
            // Only texts can be masked.
            _ => Json::String("***".into()),
        }
    }
}

/// Enough to recognise what one knows, too little to learn it.
fn mask(ty: Type, text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let ends = |first: usize, last: usize| {
        let (start, end) = (&chars[..first], &chars[chars.len() - last..]);
        start.iter().chain(&['*'; 4]).chain(end).collect()
    };
    match ty {
        Type::Phone if chars.len() >= 11 => ends(3, 4),
        Type::Phone if chars.len() >= 7 => ends(2, 2),
        Type::Phone => "****".into(),
        Type::Email => match (chars.first(), text.rsplit_once('@')) {
            (Some(first), Some((_, domain))) => format!("{first}***@{domain}"),
            _ => "***".into(),
        },
        Type::Text if chars.len() > 1 => format!("{}***", chars[0]),
        _ => "***".into(),
    }
}

/// A record as far as somebody may see it.
pub struct Shown<'a, T> {
    record: &'a T,
    fields: Fields<'a>,
}

impl<'a, T: Record> Shown<'a, T> {
    pub fn new(record: &'a T, fields: Fields<'a>) -> Self {
        Self { record, fields }
    }
}

impl<T: Record> Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.record.show(&self.fields, serializer)
    }
}

/// The same for a record as a value.
pub struct ShownAny<'a> {
    record: &'a AnyRecord,
    fields: Fields<'a>,
}

impl<'a> ShownAny<'a> {
    pub fn new(record: &'a AnyRecord, fields: Fields<'a>) -> Self {
        Self { record, fields }
    }
}

impl Serialize for ShownAny<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = Vec::new();
        let written = self.record.write(&self.fields, &mut text);
        written.map_err(|corrupt| S::Error::custom(corrupt.0))?;
        let shown: Map<String, Json> = serde_json::from_slice(&text).map_err(S::Error::custom)?;
        shown.serialize(serializer)
    }
}

/// A value that a new record takes over from another record.
pub struct Carried {
    /// The field of the new record.
    pub to: &'static str,
    /// The field of the old one; none where the value says nothing of it.
    pub from: Option<&'static str>,
    pub value: Json,
}

/// What is given, and for the rest what is carried over. Refused where the new record would show the caller what the old
/// one hides.
pub fn carry(
    from: Fields,
    to: Fields,
    mut given: Map<String, Json>,
    carried: Vec<Carried>,
) -> Result<Map<String, Json>, Error> {
    to.must_set(given.keys())?;
    for Carried {
        to: target,
        from: source,
        value,
    } in carried
    {
        // Whether there is a value is not told of what is hidden: that is refused with one and without.
        let nothing = value.is_null();
        if given.contains_key(target) || (nothing && source.is_none_or(|source| from.sees(source))) {
            continue;
        }
        if source
            .is_some_and(|source| from.access(source).max(Access::ReadOnly) > to.access(target).max(Access::ReadOnly))
        {
            let issue = Issue::at(target, "field_would_show").with("field", target);
            return Err(Error::Conflict(issue));
        }
        if !nothing {
            given.insert(target.to_owned(), value);
        }
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::Customer;
    use crate::lead::Lead;
    use serde_json::json;

    fn rights(json: Json) -> FieldRights {
        serde_json::from_value(json).expect("field rights")
    }

    fn grants(json: Json) -> Grants {
        serde_json::from_value(json).expect("grants")
    }

    #[test]
    fn masks_keep_what_recognises_and_no_more() {
        for (ty, text, masked) in [
            (Type::Phone, "13812340000", "138****0000"),
            (Type::Phone, "+86 138 1234 0000", "+86****0000"),
            (Type::Phone, "62345678", "62****78"),
            (Type::Phone, "110", "****"),
            (Type::Email, "li.lei@example.cn", "l***@example.cn"),
            (Type::Email, "@", "@***@"),
            (Type::Text, "李雷", "李***"),
            (Type::Text, "李", "***"),
            (Type::Url, "https://example.cn/x", "***"),
            (Type::LongText, "a story", "***"),
        ] {
            assert_eq!(mask(ty, text), masked);
        }
    }

    #[test]
    fn the_most_generous_role_that_sees_the_kind_decides() {
        let closed = rights(json!({ "lead": { "phone": "hidden", "email": "masked", "source": "read_only" } }));
        let ajar = rights(json!({ "lead": { "phone": "masked", "email": "hidden" } }));
        let (sees, blind) = (
            json!({ "lead": { "view": "own" } }),
            json!({ "customer": { "view": "all" } }),
        );
        let both = [(grants(sees.clone()), closed.clone()), (grants(sees.clone()), ajar)];
        let both = FieldRights::combined(Kinds::DECLARED, &both);
        assert_eq!(
            both,
            rights(json!({ "lead": { "phone": "masked", "email": "masked" } }))
        );
        // A role that does not let see the kind opens nothing.
        let one = [
            (grants(blind), FieldRights::default()),
            (grants(sees.clone()), closed.clone()),
        ];
        assert_eq!(FieldRights::combined(Kinds::DECLARED, &one), closed);
        let open = [(grants(sees.clone()), closed), (grants(sees), FieldRights::default())];
        assert_eq!(FieldRights::combined(Kinds::DECLARED, &open), FieldRights::default());
    }

    #[test]
    fn what_tells_another_field_is_no_more_open_than_that() {
        let sees = || grants(json!({ "opportunity": { "view": "own" } }));
        let of = |roles: &[Json]| {
            let roles: Vec<_> = roles
                .iter()
                .map(|r| (sees(), rights(json!({ "opportunity": r }))))
                .collect();
            let closed = FieldRights::combined(Kinds::DECLARED, &roles);
            ["amount", "lines"].map(|name| closed.access(Kinds::DECLARED, "opportunity", name))
        };
        let (full, read, hidden) = (Access::Full, Access::ReadOnly, Access::Hidden);
        assert_eq!(of(&[json!({ "amount": "hidden" })]), [hidden, hidden]);
        assert_eq!(of(&[json!({ "amount": "read_only" })]), [read, read]);
        assert_eq!(
            of(&[json!({ "amount": "read_only", "lines": "hidden" })]),
            [read, hidden]
        );
        assert_eq!(of(&[json!({ "lines": "hidden" })]), [full, hidden]);
        assert_eq!(
            of(&[json!({ "amount": "hidden" }), json!({ "lines": "hidden" })]),
            [full, hidden]
        );
        assert_eq!(
            of(&[json!({ "amount": "hidden" }), json!({ "lines": "read_only" })]),
            [full, read]
        );
        for kind in crate::KINDS {
            for field in kind.fields {
                let Some(told) = field.determines.and_then(|name| kind.field(name)) else {
                    continue;
                };
                // What determines another is a list, which cannot be shown in part.
                assert!(!choices(kind, told).contains(&Access::Masked) && told.determines.is_none());
            }
        }
    }

    #[test]
    fn what_identifies_or_names_a_record_stays() {
        let way = |kind: &Kind, name: &str| choices(kind, kind.field(name).expect(name));
        let lead = Lead::KIND;
        assert_eq!(way(lead, "id"), [Access::Full]);
        assert_eq!(way(lead, "owner_id"), [Access::Full]);
        assert_eq!(way(lead, "name"), [Access::Full, Access::ReadOnly]);
        assert_eq!(way(lead, "phone"), Access::ALL);
        assert_eq!(way(lead, "score"), [Access::Full, Access::ReadOnly, Access::Hidden]);
        assert_eq!(way(lead, "converted_at"), [Access::Full, Access::Hidden]);
        assert_eq!(way(crate::role::Role::KIND, "grants"), [Access::Full]);
        let mut issues = Issues::default();
        rights(
            json!({ "lead": { "name": "hidden", "score": "masked", "x": "hidden", "phone": "hidden" }, "leads": {} }),
        )
        .check(&mut issues);
        let Err(Error::Invalid(found)) = issues.or(()) else {
            panic!("refused")
        };
        let codes: Vec<_> = found.iter().map(|i| (i.pointer.as_str(), i.code)).collect();
        let unfit = "field_right_unfit";
        assert_eq!(
            codes,
            [
                ("/field_rights/lead/name", unfit),
                ("/field_rights/lead/score", unfit),
                ("/field_rights/lead/x", "unknown_field"),
                ("/field_rights/leads", "unknown_kind"),
            ]
        );
    }

    #[test]
    fn changes_are_covered() {
        let closed = rights(json!({ "lead": { "phone": "masked", "email": "hidden" } }));
        let mut changed = json!({ "phone": [null, "13812340000"], "email": ["a@b.cn", null], "name": ["a", "b"] });
        closed.of(Lead::KIND).cover(&mut changed);
        assert_eq!(changed, json!({ "phone": [null, "138****0000"], "name": ["a", "b"] }));
    }

    #[test]
    fn a_copy_shows_no_more_than_its_source() {
        let carried = || {
            vec![Carried {
                to: "phone",
                from: Some("phone"),
                value: json!("13812340000"),
            }]
        };
        let go = |rights: &FieldRights, given: Json| {
            let Json::Object(given) = given else {
                panic!("an object")
            };
            carry(rights.of(Lead::KIND), rights.of(Customer::KIND), given, carried())
        };
        let lead = rights(json!({ "lead": { "phone": "masked" } }));
        assert!(matches!(go(&lead, json!({})), Err(Error::Conflict(i)) if i.code == "field_would_show"));
        assert!(go(&lead, json!({ "phone": "1" })).is_ok());
        // What is masked is seen to be empty; what is hidden is not.
        let of = |rights: &FieldRights, value: Json| {
            let carried = vec![Carried {
                to: "phone",
                from: Some("phone"),
                value,
            }];
            carry(rights.of(Lead::KIND), rights.of(Customer::KIND), Map::new(), carried).is_ok()
        };
        let hidden = rights(json!({ "lead": { "phone": "hidden" } }));
        assert!(of(&lead, Json::Null) && !of(&lead, json!("1")));
        assert!(!of(&hidden, Json::Null) && !of(&hidden, json!("1")));
        let both = rights(json!({ "lead": { "phone": "masked" }, "customer": { "phone": "hidden" } }));
        assert_eq!(go(&both, json!({})).expect("covered").len(), 1);
        assert!(matches!(go(&both, json!({ "phone": "1" })), Err(Error::Invalid(_))));
    }
}
