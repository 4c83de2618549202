//! Saved views as lists are asked for by them. What of a view no longer holds for who uses it is left out and told: the field
//! is gone, or closed to them, or the value is none of its values any more. What somebody writes now is refused instead.

use super::group;
use super::parse::{self, Context};
use super::{Filter, MAX_DEPTH};
use crate::error::{Error, Issue};
use crate::record::SORT;
use serde_json::{Map, Value as Json, json};

/// What a list is to begin with.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// The id of a view, or the key of one that comes with the product.
    pub view: String,
    pub title: String,
    pub filter: Option<Json>,
    pub sort: Option<String>,
    pub columns: Vec<String>,
    pub group_by: Option<String>,
}

/// A view that a list was asked for by.
#[derive(Debug, Clone, PartialEq)]
pub struct Used {
    pub view: String,
    pub title: String,
    /// What of it is left out, and why; the pointers are into the view.
    pub left_out: Vec<Issue>,
}

/// What is left of a view for who uses it.
pub(super) struct Opened {
    pub filter: Option<Filter>,
    /// The text of the filter.
    pub said: String,
    pub sort: Option<String>,
    pub used: Used,
}

impl Saved {
    pub(super) fn open(&self, context: &Context) -> Opened {
        let mut left_out = Vec::new();
        let kept = self.filter.clone().filter(|filter| !filter.is_null());
        let kept = kept.and_then(|filter| mended(filter, context, "/filter", 1, &mut left_out));
        let said = kept.as_ref().map(Json::to_string).unwrap_or_default();
        let filter = kept.and_then(|filter| told(parse::tree(filter, context, "/filter", 1, &mut 0), &mut left_out));
        let by = |sort: &String| {
            let name = sort.strip_prefix('-').unwrap_or(sort);
            parse::read_by(name, "/sort", SORT, context).map(|_| sort.clone())
        };
        let sort = self.sort.as_ref().and_then(|sort| told(by(sort), &mut left_out));
        let columns = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, name)| (name, format!("/columns/{i}")));
        for (name, place) in columns {
            told(parse::shown(&context.fields, name, &place), &mut left_out);
        }
        if let Some(name) = &self.group_by {
            told(group::grouped(name, "/group_by", context), &mut left_out);
        }
        Opened {
            filter,
            said,
            sort,
            used: Used {
                view: self.view.clone(),
                title: self.title.clone(),
                left_out,
            },
        }
    }
}

/// What is well; what is not is noted down.
fn told<T>(result: Result<T, Error>, left_out: &mut Vec<Issue>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(Error::BadQuery(issue)) => {
            left_out.push(issue);
            None
        }
        Err(_) => None,
    }
}

/// A filter without the tests that no longer hold, at this place of the view; none where no test is left.
fn mended(json: Json, context: &Context, at: &str, depth: usize, left_out: &mut Vec<Issue>) -> Option<Json> {
    let Json::Object(mut map) = json else {
        left_out.push(Issue::new(at, "malformed_filter"));
        return None;
    };
    for word in ["and", "or"].into_iter().filter(|_| depth < MAX_DEPTH) {
        if let Some(Json::Array(parts)) = map.get_mut(word) {
            let parts = std::mem::take(parts).into_iter().enumerate();
            let kept = parts.filter_map(|(i, p)| mended(p, context, &format!("{at}/{word}/{i}"), depth + 1, left_out));
            let kept: Vec<Json> = kept.collect();
            return (!kept.is_empty()).then(|| json!({ word: kept }));
        }
    }
    if let Some(part) = map.remove("not") {
        let kept = mended(part, context, &format!("{at}/not"), depth + 1, left_out)?;
        return Some(json!({ "not": kept }));
    }
    let holds = |map: &Map<String, Json>| parse::tree(Json::Object(map.clone()), context, at, 1, &mut 0);
    let Err(error) = holds(&map) else {
        return Some(Json::Object(map));
    };
    told::<()>(Err(error), left_out);
    // Of several values those that there still are go on counting.
    let several = matches!(map.get("op").and_then(Json::as_str), Some("in" | "nin"));
    if let (true, Some(Json::Array(values))) = (several, map.get("value").cloned()) {
        let alone = |value: &Json| {
            let mut one = map.clone();
            one.insert("value".into(), json!([value]));
            holds(&one).is_ok()
        };
        let kept: Vec<Json> = values.into_iter().filter(alone).collect();
        if !kept.is_empty() {
            map.insert("value".into(), json!(kept));
            return Some(Json::Object(map));
        }
    }
    None
}

/// Both filters: what a view asks, and what the request asks besides. As one list, so that each test stands at the top.
pub(super) fn both(view: Option<Filter>, request: Option<Filter>) -> Option<Filter> {
    let parts = |filter| match filter {
        Filter::And(parts) => parts,
        other => vec![other],
    };
    match (view, request) {
        (Some(view), Some(request)) => {
            let mut all = parts(view);
            all.extend(parts(request));
            Some(Filter::And(all))
        }
        (view, request) => view.or(request),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::Customer;
    use crate::policy::{Access, FieldRights};
    use crate::query::{Test, from_pairs};
    use crate::value::Val;
    use crate::{Currency, Id, Instant, Record};
    use std::collections::BTreeMap;

    fn list(saved: &Saved, pairs: &[(&str, &str)], closed: &FieldRights) -> crate::query::List {
        let pairs: Vec<(String, String)> = pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        let context = Context {
            today: crate::value::parse_day("2026-11-29").expect("a day"),
            day_start: &|_| Instant::from_micros(0).expect("in range"),
            currency: Currency::CNY,
            fiscal_start: 1,
            fields: closed.of(Customer::KIND),
            user: Some(Id::nil()),
            view: Some(saved),
        };
        from_pairs(&pairs, &context).expect("a list")
    }

    fn saved(filter: Json) -> Saved {
        Saved {
            view: "v".into(),
            title: "V".into(),
            filter: Some(filter),
            sort: Some("-name".into()),
            columns: vec!["name".into(), "gone".into()],
            group_by: None,
        }
    }

    fn left_out(list: &crate::query::List) -> Vec<String> {
        let used = list.used.as_ref().expect("a view");
        used.left_out
            .iter()
            .map(|issue| format!("{} {}", issue.pointer, issue.code))
            .collect()
    }

    #[test]
    fn a_request_narrows_a_view_and_may_sort_otherwise() {
        let view = saved(json!({ "and": [{ "field": "status", "value": "potential" }] }));
        let plain = list(&view, &[], &FieldRights::default());
        assert_eq!((plain.sort.field.name, plain.sort.descending), ("name", true));
        assert_eq!(left_out(&plain), ["/columns/1 unknown_field"]);
        let more = list(
            &view,
            &[("filter[level]", "A"), ("sort", "created_at")],
            &FieldRights::default(),
        );
        assert_eq!((more.sort.field.name, more.sort.descending), ("created_at", false));
        let Some(Filter::And(parts)) = &more.filter else {
            panic!("{:?}", more.filter)
        };
        assert_eq!(parts.len(), 2);
        // A cursor belongs to a view as it was.
        assert_ne!(plain.fingerprint, more.fingerprint);
        let other = saved(json!({ "field": "status", "value": "invalid" }));
        assert_ne!(
            plain.fingerprint,
            list(&other, &[], &FieldRights::default()).fingerprint
        );
    }

    #[test]
    fn what_no_longer_holds_is_left_out_and_told() {
        let closed = BTreeMap::from([
            ("phone".to_owned(), Access::Masked),
            ("name".to_owned(), Access::Hidden),
        ]);
        let closed = FieldRights(BTreeMap::from([("customer".to_owned(), closed)]));
        let view = saved(json!({ "and": [
            { "field": "custom_fields.gone", "value": 1 },
            { "or": [{ "field": "phone", "value": "138" }, { "field": "level", "value": "A" }] },
            { "not": { "field": "phone", "op": "contains", "value": "1" } },
            { "field": "status", "op": "in", "value": ["potential", "a_former_one"] },
            { "field": "status", "value": "a_former_one" },
        ] }));
        let list = list(&view, &[], &closed);
        assert_eq!(
            left_out(&list),
            [
                "/filter/and/0 unknown_field",
                "/filter/and/1/or/0 field_hidden",
                "/filter/and/2/not field_hidden",
                "/filter/and/3 invalid_operand",
                "/filter/and/4 invalid_operand",
                "/sort field_hidden",
                "/columns/0 field_hidden",
                "/columns/1 unknown_field",
            ]
        );
        assert_eq!(list.sort.field.name, "created_at");
        let Some(Filter::And(parts)) = &list.filter else {
            panic!("{:?}", list.filter)
        };
        assert_eq!(parts.len(), 2, "{parts:?}");
        let Filter::Leaf(status) = &parts[1] else {
            panic!("{parts:?}")
        };
        assert_eq!(status.test, Test::In(vec![Val::Text("potential".into())]));
    }

    #[test]
    fn a_view_of_which_nothing_is_left_shows_all_and_says_so() {
        let view = saved(json!({ "field": "gone", "value": 1 }));
        let list = list(&view, &[], &FieldRights::default());
        assert_eq!(list.filter, None);
        assert_eq!(left_out(&list), ["/filter unknown_field", "/columns/1 unknown_field"]);
    }
}
