//! `record!`: one declaration of a record kind, from which everything generic about it follows.

/// Declares a record kind.
///
/// ```text
/// record! {
///     /// A person or firm that may become a customer.
///     Lead LeadPatch "lead" "leads" "线索" "Lead" Owned title "name" {
///         name: String = [SORT FILTER SEARCH IMPORT] "姓名" "Name",
///         source: Option<String> = [FILTER IMPORT] "来源" "Source" picklist("lead_source"),
///     } with {
///         usual(Usual::Work) icon("lead") page() columns(&["name", "source"])
///     }
/// }
/// ```
/// It writes the struct with the fields every record has, its patch, `KIND` with all fields, and how a row is put and
/// taken. Abilities stand in brackets (`record::SORT` …), then the label in both languages, then builder calls of
/// `Field`. What holds for the kind as a whole follows as builder calls of `Kind`.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident $patch:ident $kind:literal $plural:literal $zh:literal $en:literal $own:ident title $title:literal {
        $($(#[$fdoc:meta])* $f:ident: $t:ty = [$($cap:ident)*] $fzh:literal $fen:literal $($attr:ident($($arg:expr),*))*),* $(,)?
    } with {
        $($about:ident($($what:expr),* $(,)?))*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
        pub struct $name {
            pub id: $crate::Id,
            pub version: i64,
            pub created_at: $crate::Instant,
            pub updated_at: $crate::Instant,
            pub created_by: Option<$crate::Id>,
            pub owner_id: Option<$crate::Id>,
            pub external_id: Option<String>,
            pub custom_fields: serde_json::Value,
            $($(#[$fdoc])* pub $f: $t,)*
        }

        /// Each field absent (none) or to be set; a nullable field is cleared by the inner none.
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $patch {
            pub owner_id: Option<Option<$crate::Id>>,
            pub external_id: Option<Option<String>>,
            $(pub $f: Option<$t>,)*
        }

        impl $crate::record::Patch for $patch {
            fn parse(map: serde_json::Map<String, serde_json::Value>, creating: bool) -> Result<Self, $crate::Error> {
                let mut reader = $crate::record::PatchReader::new(<$name as $crate::Record>::KIND, map, creating);
                let patch = Self {
                    owner_id: reader.field("owner_id"),
                    external_id: reader.field("external_id"),
                    $($f: reader.field($crate::record::plain(stringify!($f))),)*
                };
                reader.finish(patch)
            }
        }

        impl $crate::Record for $name {
            const KIND: &'static $crate::Kind = {
                #[allow(unused_imports)]
                use $crate::kind::{BASICS, CONTACT, Called, Extra, FOLLOW_UP, Kind, Ownership, Usual};
                #[allow(unused_imports)]
                use $crate::policy::Action;
                #[allow(unused_imports)]
                use $crate::record::{Field, FILTER, FIXED, IMPORT, PARENT, PERSONAL, READONLY, SEARCH, SORT};
                use $crate::Label;
                const FIELDS: &[Field] = &[
                        Field::new::<$crate::Id>("id", Label::new("ID", "ID"), READONLY | FILTER),
                        Field::new::<i64>("version", Label::new("版本", "Version"), READONLY),
                        Field::new::<$crate::Instant>("created_at", Label::new("创建时间", "Created"), READONLY | FILTER | SORT),
                        Field::new::<$crate::Instant>("updated_at", Label::new("更新时间", "Updated"), READONLY | FILTER | SORT),
                        Field::new::<Option<$crate::Id>>("created_by", Label::new("创建人", "Created by"), READONLY | FILTER).refers("user").kept(),
                        Field::new::<Option<$crate::Id>>("owner_id", Label::new("负责人", "Owner"), $crate::record::owner_caps(Ownership::$own)).refers("user"),
                        Field::new::<Option<String>>("external_id", Label::new("外部编号", "External ID"), FILTER | IMPORT),
                        Field::new::<serde_json::Value>("custom_fields", Label::new("自定义字段", "Custom fields"), 0),
                        $(Field::new::<$t>($crate::record::plain(stringify!($f)), Label::new($fzh, $fen), 0 $(| $cap)*)$(.$attr($($arg),*))*,)*
                ];
                const DECLARED: Kind = Kind::new($kind, $plural, Label::new($zh, $en), Ownership::$own, $title, FIELDS)
                    $(.$about($($what),*))*;
                &DECLARED
            };
            type Patch = $patch;

            fn id(&self) -> $crate::Id {
                self.id
            }

            fn version(&self) -> i64 {
                self.version
            }

            fn owner_id(&self) -> Option<$crate::Id> {
                self.owner_id
            }

            fn written(&mut self, version: i64, at: $crate::Instant) {
                self.version = version;
                self.updated_at = at;
            }

            fn create(patch: $patch, birth: $crate::record::Birth) -> Result<Self, $crate::Error> {
                use $crate::record::{Rules, required};
                let mut issues = $crate::Issues::default();
                $(let $f = required::<$t>(patch.$f, $crate::record::plain(stringify!($f)), &mut issues);)*
                let ($($f,)*) = match ($($f,)*) {
                    ($(Some($f),)*) => ($($f,)*),
                    #[allow(unreachable_patterns)]
                    _ => return Err(issues.or(()).err().unwrap_or($crate::Error::Invalid(Vec::new()))),
                };
                let mut record = Self {
                    id: birth.id,
                    version: 1,
                    created_at: birth.now,
                    updated_at: birth.now,
                    created_by: birth.by,
                    owner_id: patch.owner_id.flatten(),
                    external_id: patch.external_id.flatten(),
                    custom_fields: serde_json::json!({}),
                    $($f,)*
                };
                record.complete(birth.now);
                record.check(None, &mut issues);
                issues.or(record)
            }

            fn apply(&self, patch: $patch, now: $crate::Instant) -> Result<Self, $crate::Error> {
                use $crate::record::Rules;
                let mut issues = $crate::Issues::default();
                let mut new = self.clone();
                if let Some(value) = patch.owner_id {
                    new.owner_id = value;
                }
                if let Some(value) = patch.external_id {
                    new.external_id = value;
                }
                $(if let Some(value) = patch.$f {
                    new.$f = value;
                })*
                new.complete(now);
                new.check(Some(self), &mut issues);
                issues.or(new)
            }

            fn show<S: serde::Serializer>(&self, fields: &$crate::policy::Fields, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct;
                let mut out = serializer.serialize_struct($kind, Self::KIND.fields.len())?;
                fields.put(&mut out, "id", &self.id)?;
                fields.put(&mut out, "version", &self.version)?;
                fields.put(&mut out, "created_at", &self.created_at)?;
                fields.put(&mut out, "updated_at", &self.updated_at)?;
                fields.put(&mut out, "created_by", &self.created_by)?;
                fields.put(&mut out, "owner_id", &self.owner_id)?;
                fields.put(&mut out, "external_id", &self.external_id)?;
                fields.put(&mut out, "custom_fields", &self.custom_fields)?;
                $(fields.put(&mut out, $crate::record::plain(stringify!($f)), &self.$f)?;)*
                out.end()
            }

            fn amounts(&mut self) -> Vec<(&'static str, &mut $crate::Money)> {
                use $crate::value::FieldType;
                let mut found = Vec::new();
                $(found.extend(self.$f.money().map(|money| ($crate::record::plain(stringify!($f)), money)));)*
                found
            }

            fn put(&self) -> Vec<$crate::value::Val> {
                use $crate::value::FieldType;
                let mut row = Vec::with_capacity(Self::KIND.fields.len() + 4);
                self.id.put(&mut row);
                self.version.put(&mut row);
                self.created_at.put(&mut row);
                self.updated_at.put(&mut row);
                self.created_by.put(&mut row);
                self.owner_id.put(&mut row);
                self.external_id.put(&mut row);
                self.custom_fields.put(&mut row);
                $(self.$f.put(&mut row);)*
                row
            }

            fn take(row: &mut $crate::value::Row) -> Result<Self, $crate::value::Corrupt> {
                Ok(Self {
                    id: row.get()?,
                    version: row.get()?,
                    created_at: row.get()?,
                    updated_at: row.get()?,
                    created_by: row.get()?,
                    owner_id: row.get()?,
                    external_id: row.get()?,
                    custom_fields: row.get()?,
                    $($f: row.get()?,)*
                })
            }
        }
    };
}

/// A field stored as JSON and typed in Rust: `json_field! { Name(Vec<Item>) }`.
macro_rules! json_field {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $crate::value::FieldType for $name {
            const REQUIRED: bool = false;
            const TYPE: $crate::value::Type = $crate::value::Type::Json;
            const COLUMNS: &'static [(&'static str, $crate::value::Storage)] = &[("", $crate::value::Storage::Json)];

            fn absent() -> Option<Self> {
                Some(Self::default())
            }

            fn parse(json: serde_json::Value, field: &$crate::Field) -> Result<Self, $crate::Issue> {
                serde_json::from_value(json)
                    .map_err(|e| $crate::Issue::at(field.name, "invalid_shape").with("reason", e))
            }

            fn put(&self, row: &mut Vec<$crate::value::Val>) {
                row.push($crate::value::Val::Json(serde_json::to_value(self).unwrap_or_default()));
            }

            fn take(row: &mut $crate::value::Row) -> Result<Self, $crate::value::Corrupt> {
                match row.value()? {
                    $crate::value::Val::Json(json) => {
                        serde_json::from_value(json).map_err(|_| $crate::value::Corrupt(stringify!($name)))
                    }
                    _ => Err($crate::value::Corrupt(stringify!($name))),
                }
            }
        }
    };
}

/// A closed list of values: `choice! { LeadStatus { New "new" "新建" "New", … } }`. The first value is the default.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $first:ident $fkey:literal $fzh:literal $fen:literal $(, $variant:ident $key:literal $zh:literal $en:literal)* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            #[default]
            #[serde(rename = $fkey)]
            $first,
            $(#[serde(rename = $key)] $variant,)*
        }

        impl $name {
            pub const ALL: &'static [Self] = &[Self::$first, $(Self::$variant),*];
            pub const CHOICES: &'static [$crate::value::Choice] = &[
                $crate::value::Choice { key: $fkey, label: $crate::Label::new($fzh, $fen) },
                $($crate::value::Choice { key: $key, label: $crate::Label::new($zh, $en) },)*
            ];

            pub fn key(self) -> &'static str {
                Self::CHOICES[self as usize].key
            }

            pub fn label(self) -> $crate::Label {
                Self::CHOICES[self as usize].label
            }

            pub fn from_key(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.key() == key)
            }
        }

        impl $crate::value::FieldType for $name {
            const REQUIRED: bool = false;
            const TYPE: $crate::value::Type = $crate::value::Type::Choice(Self::CHOICES);
            const COLUMNS: &'static [(&'static str, $crate::value::Storage)] = &[("", $crate::value::Storage::Text)];

            fn absent() -> Option<Self> {
                Some(Self::default())
            }

            fn parse(json: serde_json::Value, field: &$crate::Field) -> Result<Self, $crate::Issue> {
                json.as_str().and_then(Self::from_key).ok_or_else(|| $crate::value::unknown_choice(field))
            }

            fn put(&self, row: &mut Vec<$crate::value::Val>) {
                row.push($crate::value::Val::Text(self.key().to_owned()));
            }

            fn take(row: &mut $crate::value::Row) -> Result<Self, $crate::value::Corrupt> {
                match row.value()? {
                    $crate::value::Val::Text(key) => Self::from_key(&key).ok_or($crate::value::Corrupt(stringify!($name))),
                    _ => Err($crate::value::Corrupt(stringify!($name))),
                }
            }
        }
    };
}
