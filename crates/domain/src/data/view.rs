//! Saved views: what of a kind's records a list shows, in which order, and how; and those that come with the product.

use crate::error::{Issue, Issues, pointer};
use crate::label::Label;
use crate::policy::Access;
use crate::query::{self, Saved};
use crate::record::{FILTER, Ownership, Rules, SORT};
use crate::{Error, Id, Kind};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

choice! {
    /// Who sees a view.
    Audience {
        Me "me" "仅自己" "Only me",
        Team "team" "团队" "Team",
        All "all" "所有人" "Everybody",
    }
}

json_field! {
    /// As in the body of a search; none for all records.
    ViewFilter(Option<Json>)
}

json_field! {
    /// Names of fields, in the order of the columns.
    ViewColumns(Vec<String>)
}

json_field! {
    /// Field → width in pixels, of the columns that somebody has set.
    ViewWidths(BTreeMap<String, u32>)
}

/// The most columns of a list.
const MOST_COLUMNS: usize = 60;
/// Between these a column can be read, and others beside it.
const WIDTHS: std::ops::RangeInclusive<u32> = 40..=1200;

record! {
    /// A list as somebody has set it up.
    View ViewPatch "view" "views" "视图" "View" Owned title "name" {
        name: String = [SORT FILTER SEARCH] "名称" "Name" max(100),
        kind: String = [SORT FILTER FIXED] "对象" "Kind" max(40),
        filter: ViewFilter = [] "筛选条件" "Filter" column("filter_tree") whole(),
        sort: Option<String> = [] "排序" "Sort" max(120) column("sorted_by"),
        columns: ViewColumns = [] "列" "Columns" column("shown_columns"),
        widths: ViewWidths = [] "列宽" "Column widths" column("column_widths") whole(),
        group_by: Option<String> = [] "分组" "Grouped by" max(120),
        shared: Audience = [FILTER] "可见范围" "Visible to" column("shared_with"),
        team_id: Option<Id> = [FILTER] "团队" "Team" refers("team") clear(),
        locked: bool = [FILTER] "已锁定" "Locked" column("is_locked"),
    } with {
        usual(Usual::Personal) verbs(&[Action::Configure]) opened_by("shared") tells_of("kind")
        columns(&["name", "kind", "shared", "owner_id", "updated_at"])
        form(&["name", "kind", "shared", "team_id"])
    }
}

impl Rules for View {
    fn check(&self, _: Option<&Self>, issues: &mut Issues) {
        check_columns(&self.columns.0, &self.widths.0, issues);
        if self.team_id.is_some() && self.shared != Audience::Team {
            issues.add(Issue::at("team_id", "team_not_shared_with"));
        }
    }
}

/// What is wrong with columns and their widths, of whatever kind.
pub fn check_columns(columns: &[String], widths: &BTreeMap<String, u32>, issues: &mut Issues) {
    if columns.len() > MOST_COLUMNS {
        issues.add(Issue::at("columns", "too_many").with("max", MOST_COLUMNS));
    }
    for (i, name) in columns.iter().enumerate() {
        if columns[..i].contains(name) {
            issues.add(Issue::new(format!("/columns/{i}"), "duplicate_value").with("value", name));
        }
    }
    if widths.len() > MOST_COLUMNS {
        issues.add(Issue::at("widths", "too_many").with("max", MOST_COLUMNS));
    }
    for (name, width) in widths {
        if !WIDTHS.contains(width) {
            let issue = Issue::new(format!("/widths{}", plain_pointer(name)), "out_of_range");
            issues.add(issue.with("min", WIDTHS.start()).with("max", WIDTHS.end()));
        }
    }
}

/// The pointer of a member that is called so, a custom field's too: its name is one word here.
pub fn plain_pointer(name: &str) -> String {
    match crate::custom::key(name) {
        Some(_) => format!("/{name}"),
        None => pointer(name),
    }
}

/// Whether lists of a kind have views: all but those of views themselves.
pub fn has_views(kind: &Kind) -> bool {
    kind.opened_by.is_none() && kind.part_of.is_none()
}

impl View {
    /// What a list is asked for by.
    pub fn saved(&self) -> Saved {
        Saved {
            view: self.id.to_string(),
            title: self.name.clone(),
            filter: self.filter.0.clone(),
            sort: self.sort.clone(),
            columns: self.columns.0.clone(),
            group_by: self.group_by.clone(),
        }
    }

    /// Whether a field stands somewhere in it.
    pub fn uses(&self, field: &str) -> bool {
        let mut used = self.filter.0.as_ref().is_some_and(|filter| names(filter, field));
        used |= self.sort.as_deref().map(bare) == Some(field);
        used |= self.columns.0.iter().any(|name| name == field);
        used |= self.group_by.as_deref() == Some(field);
        used
    }

    /// What is wrong with it that was not before, against what its writer may see: nobody saves what they could not ask for.
    pub fn check_against(&self, old: Option<&Self>, context: &query::Context, issues: &mut Issues) {
        let changed = |differs: &dyn Fn(&Self) -> bool| old.is_none_or(differs);
        let mut asked = Map::new();
        if let Some(filter) = self
            .filter
            .0
            .as_ref()
            .filter(|_| changed(&|old| old.filter != self.filter))
        {
            asked.insert("filter".into(), filter.clone());
        }
        let mut check = |asked: Map<String, Json>| {
            if let Err(Error::BadQuery(issue)) = query::from_json(asked, context) {
                issues.add(issue);
            }
        };
        check(asked);
        if let Some(sort) = self.sort.as_ref().filter(|_| changed(&|old| old.sort != self.sort)) {
            check(Map::from_iter([("sort".into(), json!(sort))]));
        }
        let mut shown = |name: &str, place: String| {
            if let Err(Error::BadQuery(issue)) = query::shown(&context.fields, name, &place) {
                issues.add(issue);
            }
        };
        for (i, name) in self.columns.0.iter().enumerate() {
            if changed(&|old| !old.columns.0.contains(name)) {
                shown(name, format!("/columns/{i}"));
            }
        }
        for name in self.widths.0.keys() {
            if changed(&|old| !old.widths.0.contains_key(name)) {
                shown(name, format!("/widths{}", plain_pointer(name)));
            }
        }
        let grouped = self.group_by.as_ref();
        if let Some(name) = grouped.filter(|_| changed(&|old| old.group_by != self.group_by))
            && let Err(Error::BadQuery(issue)) = query::grouped(name, "/group_by", context)
        {
            issues.add(issue);
        }
    }
}

/// The field of a sort: `-name` is by `name`.
fn bare(sort: &str) -> &str {
    sort.strip_prefix('-').unwrap_or(sort)
}

/// Whether a filter tests a field.
fn names(filter: &Json, field: &str) -> bool {
    match filter {
        Json::Object(map) => {
            map.get("field").and_then(Json::as_str) == Some(field) || map.values().any(|v| names(v, field))
        }
        Json::Array(parts) => parts.iter().any(|part| names(part, field)),
        _ => false,
    }
}

/// The fields of a view, and of a layout, that name fields of their kind.
pub const TELLING: [&str; 6] = ["filter", "sort", "columns", "widths", "group_by", "fields"];

/// Such a field without what is said in it of fields that are closed to who reads it: a value that is compared with one
/// tells of it as well.
pub fn cover(name: &str, value: &mut Json, access: &dyn Fn(&str) -> Access) {
    let reads = |name: &str| access(bare(name)) < Access::Masked;
    let sees = |name: &str| access(name) < Access::Hidden;
    match (name, value) {
        ("filter", value) => *value = without(value.take(), &|name| !reads(name)).unwrap_or_default(),
        ("sort" | "group_by", value) if value.as_str().is_some_and(|name| !reads(name)) => *value = Json::Null,
        ("columns", Json::Array(names)) => names.retain(|name| name.as_str().is_none_or(sees)),
        ("fields", Json::Array(placed)) => crate::layout::cover(placed, &sees, &reads),
        ("widths", Json::Object(widths)) => widths.retain(|name, _| sees(name)),
        _ => {}
    }
}

/// A filter without the tests of hidden fields; none where nothing is left.
fn without(filter: Json, hidden: &dyn Fn(&str) -> bool) -> Option<Json> {
    let Json::Object(mut map) = filter else {
        return Some(filter).filter(|filter| !filter.is_null());
    };
    if map.get("field").and_then(Json::as_str).is_some_and(hidden) {
        return None;
    }
    for (word, part) in &mut map {
        *part = match (word.as_str(), part.take()) {
            ("and" | "or", Json::Array(parts)) => {
                let left: Vec<Json> = parts.into_iter().filter_map(|part| without(part, hidden)).collect();
                (!left.is_empty()).then_some(Json::Array(left))?
            }
            ("not", part) => without(part, hidden)?,
            (_, part) => part,
        };
    }
    Some(Json::Object(map))
}

/// A view that comes with the product.
pub struct Builtin {
    /// What it is asked for by, for ever.
    pub key: &'static str,
    pub label: Label,
    pub filter: Json,
    pub sort: Option<&'static str>,
    /// The fields that it is about: who does not read them has no use for it.
    pub needs: Vec<&'static str>,
}

impl Builtin {
    pub fn saved(self, language: crate::Locale) -> Saved {
        Saved {
            view: self.key.into(),
            title: self.label.get(language).into(),
            filter: Some(self.filter),
            sort: self.sort.map(str::to_owned),
            columns: Vec::new(),
            group_by: None,
        }
    }
}

/// The views of a kind that come with the product, as far as its fields have what they ask for.
pub fn builtin(kind: &Kind) -> Vec<Builtin> {
    let mut views = Vec::new();
    if kind.work || !has_views(kind) || kind.ownership != Ownership::Owned {
        return views;
    }
    let has = |name: &str| {
        kind.field(name)
            .is_some_and(|field| field.can(FILTER) && field.can(SORT))
    };
    let mine = || json!({ "field": "owner_id", "value": "me" });
    // What is over needs nobody's attention.
    let among_open = |mut tests: Vec<Json>| {
        if let Some(status) = kind.status() {
            tests.push(json!({ "field": status.name, "op": "nin", "value": kind.closed }));
        }
        json!({ "and": tests })
    };
    views.push(Builtin {
        key: "mine",
        label: Label::new("我负责的", "Mine"),
        filter: mine(),
        sort: None,
        needs: vec!["owner_id"],
    });
    let dues = [
        ("next_follow_up_at", Label::new("我的逾期跟进", "My overdue follow-ups")),
        ("due_at", Label::new("我的逾期任务", "My overdue tasks")),
    ];
    if let Some((due, label)) = dues.into_iter().find(|(name, _)| has(name)) {
        views.push(Builtin {
            key: "overdue",
            label,
            filter: among_open(vec![mine(), json!({ "field": due, "op": "lt", "value": "today" })]),
            sort: Some(due),
            needs: vec!["owner_id", due],
        });
    }
    if has("last_activity_at") {
        let long_ago = |field: &str| json!({ "field": field, "op": "lt", "value": "last_30_days" });
        // What is newer than that was not left alone for so long.
        let never =
            json!({ "and": [{ "field": "last_activity_at", "op": "is_null", "value": true }, long_ago("created_at")] });
        views.push(Builtin {
            key: "no_follow_up_30_days",
            label: Label::new("30 天未跟进", "No follow-up for 30 days"),
            filter: among_open(vec![json!({ "or": [long_ago("last_activity_at"), never] })]),
            sort: Some("last_activity_at"),
            needs: vec!["last_activity_at"],
        });
    }
    views.push(Builtin {
        key: "created_this_week",
        label: Label::new("本周新建", "Created this week"),
        filter: json!({ "field": "created_at", "value": "this_week" }),
        sort: None,
        needs: Vec::new(),
    });
    if has("close_on") {
        views.push(Builtin {
            key: "closing_this_month",
            label: Label::new("本月预计成交", "Closing this month"),
            filter: among_open(vec![json!({ "field": "close_on", "value": "this_month" })]),
            sort: Some("close_on"),
            needs: vec!["close_on"],
        });
    }
    views
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Record;

    #[test]
    fn what_is_hidden_leaves_nothing_behind() {
        let hidden = |name: &str| if name == "phone" { Access::Hidden } else { Access::Full };
        let mut filter = json!({ "and": [
            { "field": "name", "value": "x" },
            { "or": [{ "field": "phone", "value": "138" }, { "not": { "field": "phone", "op": "is_null", "value": true } }] },
        ] });
        cover("filter", &mut filter, &hidden);
        assert_eq!(filter, json!({ "and": [{ "field": "name", "value": "x" }] }));
        let mut all = json!({ "not": { "field": "phone", "value": "138" } });
        cover("filter", &mut all, &hidden);
        assert_eq!(all, Json::Null);
        for (name, mut value, left) in [
            ("sort", json!("-phone"), Json::Null),
            ("sort", json!("-name"), json!("-name")),
            ("columns", json!(["phone", "name"]), json!(["name"])),
            ("widths", json!({ "phone": 90 }), json!({})),
            ("name", json!("phone"), json!("phone")),
        ] {
            cover(name, &mut value, &hidden);
            assert_eq!(value, left, "{name}");
        }
    }

    #[test]
    fn kinds_have_the_views_that_their_fields_allow() {
        let keys = |kind| builtin(kind).iter().map(|view| view.key).collect::<Vec<_>>().join(" ");
        assert_eq!(
            keys(crate::opportunity::Opportunity::KIND),
            "mine overdue no_follow_up_30_days created_this_week closing_this_month"
        );
        assert_eq!(
            keys(crate::customer::Customer::KIND),
            "mine overdue no_follow_up_30_days created_this_week"
        );
        assert_eq!(keys(crate::task::Task::KIND), "mine overdue created_this_week");
        assert_eq!(keys(crate::stage::Stage::KIND), "");
        assert_eq!(keys(View::KIND), "");
    }
}
