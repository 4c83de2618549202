//! Workspaces: the walls between firms. Every row belongs to one.

use crate::error::{Error, Issue};
use crate::kind::{Kind, Ownership, Usual};
use crate::numbering_rule::NumberingRule;
use crate::picklist::Picklist;
use crate::record::PatchReader;
use crate::value::{Corrupt, FieldType, Row, Storage, Type, Val};
use crate::working_time::WorkingHours;
use crate::{Currency, Field, Id, Kinds, Label, Locale};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// A firm's own space.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Workspace {
    pub id: Id,
    pub version: i64,
    pub name: String,
    /// Sums, sorts and filters over money work in this currency.
    #[serde(serialize_with = "code")]
    pub currency: Currency,
    pub locale: Locale,
    /// IANA name, such as `Asia/Shanghai`.
    pub time_zone: String,
    /// The month in which the fiscal year begins, 1 to 12.
    pub fiscal_year_start: i64,
    pub working_hours: WorkingHours,
    /// The kinds of its records.
    #[serde(skip)]
    pub kinds: Kinds,
    #[serde(skip)]
    pub settings: Arc<Settings>,
}

/// What is asked for with every record that is written, and read with the workspace for that reason: of kinds that say
/// `kept_along`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    pub numbering: Vec<Numbering>,
    pub picklists: Vec<Picklist>,
}

impl Settings {
    pub fn numbering(&self, kind: &Kind) -> Option<&Numbering> {
        self.numbering.iter().find(|n| n.rule.kind == kind.name)
    }

    pub fn picklist(&self, key: &str) -> Option<&Picklist> {
        self.picklists.iter().find(|list| list.key == key)
    }
}

/// How a kind is numbered.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbering {
    pub rule: NumberingRule,
    /// No other rule or pattern has ever numbered the kind, so its counter alone keeps numbers apart.
    pub alone: bool,
}

fn code<S: serde::Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(currency.code())
}

/// As a kind, for rights, labels and the change log. It has no table of records: a workspace is one row.
pub static KIND: &Kind = &Kind::new(
    "workspace",
    "workspaces",
    Label::new("公司信息", "Company"),
    Ownership::Shared,
    "name",
    &[
        Field::new::<String>("name", Label::new("公司名称", "Company name"), 0).max(200),
        Field::new::<Locale>("locale", Label::new("默认语言", "Default language"), 0).max(10),
        Field::new::<String>("time_zone", Label::new("时区", "Time zone"), 0).max(60),
        Field::new::<i64>(
            "fiscal_year_start",
            Label::new("财年起始月份", "Fiscal year begins in"),
            0,
        )
        .range(1, 12),
        Field::new::<WorkingHours>("working_hours", Label::new("工作时间", "Working hours"), 0),
    ],
)
.usual(Usual::Settings);

impl FieldType for Locale {
    const TYPE: Type = Type::Text;
    const COLUMNS: &'static [(&'static str, Storage)] = &[("", Storage::Text)];

    fn parse(json: Json, field: &Field) -> Result<Self, Issue> {
        let tag = json.as_str().unwrap_or_default();
        let known = Self::from_tag(tag).filter(|l| l.tag() == tag);
        known.ok_or_else(|| Issue::at(field.name, "unknown_choice").with("choices", "zh-CN, en"))
    }

    fn put(&self, row: &mut Vec<Val>) {
        row.push(self.tag().into());
    }

    fn take(row: &mut Row) -> Result<Self, Corrupt> {
        Self::from_tag(&String::take(row)?).ok_or(Corrupt("locale"))
    }
}

impl FieldType for WorkingHours {
    const TYPE: Type = Type::Json;
    const COLUMNS: &'static [(&'static str, Storage)] = &[("", Storage::Json)];

    fn parse(json: Json, field: &Field) -> Result<Self, Issue> {
        let hours: Self =
            serde_json::from_value(json).map_err(|e| Issue::at(field.name, "invalid_shape").with("reason", e))?;
        hours.check()?;
        Ok(hours)
    }

    fn put(&self, row: &mut Vec<Val>) {
        row.push(Val::Json(serde_json::to_value(self).unwrap_or_default()));
    }

    fn take(row: &mut Row) -> Result<Self, Corrupt> {
        match row.value()? {
            Val::Json(json) => serde_json::from_value(json).map_err(|_| Corrupt("working hours")),
            _ => Err(Corrupt("working hours")),
        }
    }
}

impl Workspace {
    /// A new one, as firms in China mostly want it.
    pub fn new(name: impl Into<String>, locale: Locale) -> Self {
        Self {
            id: Id::now_v7(),
            version: 1,
            name: name.into(),
            currency: Currency::CNY,
            locale,
            time_zone: "Asia/Shanghai".to_owned(),
            fiscal_year_start: 1,
            working_hours: WorkingHours::usual(),
            kinds: Kinds::DECLARED,
            settings: Arc::default(),
        }
    }

    /// With a patch applied; everything wrong with it is told. Whether the time zone is one, the caller knows.
    pub fn apply(&self, map: Map<String, Json>) -> Result<Self, Error> {
        let mut reader = PatchReader::new(KIND, map, false);
        let mut new = self.clone();
        if let Some(name) = reader.field("name") {
            new.name = name;
        }
        if let Some(locale) = reader.field("locale") {
            new.locale = locale;
        }
        if let Some(zone) = reader.field("time_zone") {
            new.time_zone = zone;
        }
        if let Some(month) = reader.field("fiscal_year_start") {
            new.fiscal_year_start = month;
        }
        if let Some(hours) = reader.field("working_hours") {
            new.working_hours = hours;
        }
        reader.finish(new)
    }

    /// The month in which the fiscal year begins.
    pub fn fiscal_start(&self) -> u32 {
        u32::try_from(self.fiscal_year_start).unwrap_or(1)
    }
}
