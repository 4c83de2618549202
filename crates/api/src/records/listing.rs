//! Pages of records as JSON: chosen fields, and references sent along.

use crate::caller::Caller;
use crate::describe::{Doc, boolean, id, integer, named, text};
use crate::error::Problem;
use crate::http;
use crate::state::State;
use crate::view;
use actix_web::HttpResponse;
use actix_web::http::Uri;
use domain::policy::Fields;
use domain::query::{self, Count, List, MAX_LIMIT};
use domain::record::{FILTER, SORT, stem};
use domain::user::User;
use domain::value::{Type, parse_id};
use domain::view::has_views;
use domain::{AnyRecord, Error, Field, Id, Issue, Kind, Kinds, Record, custom};
use persistence::{Tx, engine};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;
use std::collections::HashMap;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, RefOr, Required, Schema};
use validator::Validate;

/// Which fields of a record are sent, which references with it, and of which kinds it is told how many belong to it.
#[derive(Clone, Default)]
pub struct Shape {
    pub fields: Option<Vec<&'static str>>,
    pub expand: Vec<&'static Field>,
    pub counts: Vec<Counted>,
}

/// A kind whose records belong to another record, and the field that says to which.
#[derive(Clone, Copy)]
pub struct Counted {
    pub kind: &'static Kind,
    field: &'static Field,
}

impl Shape {
    pub fn is_plain(&self) -> bool {
        self.is_own() && self.fields.is_none()
    }

    /// Whether all that is sent is the record's own, so that its version tells when it changes.
    pub fn is_own(&self) -> bool {
        self.expand.is_empty() && self.counts.is_empty()
    }
}

impl Counted {
    /// The kind, or the kind and the firm's own field: `equipment`, `equipment.custom_fields.place`.
    fn name(self) -> Cow<'static, str> {
        match self.field.custom {
            None => Cow::Borrowed(self.kind.name),
            Some(_) => Cow::Owned(format!("{}.{}", self.kind.name, self.field.name)),
        }
    }
}

/// The kinds whose records can be counted for a record of this one: those with a field named after it, and once more for each of
/// the firm's own fields that refers to it.
pub fn countable(kinds: Kinds, kind: &'static Kind) -> impl Iterator<Item = Counted> {
    let refers = |field: &&Field| field.refers == Some(kind.name);
    let named = move |field: &&Field| refers(field) && stem(field.name) == Some(kind.name);
    let own = move |field: &&Field| refers(field) && field.custom.is_some() && field.can(FILTER);
    kinds.iter().flat_map(move |of| {
        let fields = of
            .fields
            .iter()
            .find(named)
            .into_iter()
            .chain(of.fields.iter().filter(own));
        fields.map(move |field| Counted { kind: of, field })
    })
}

/// The parameters that shape a single record.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct ShapeAsked {
    fields: Option<Vec<String>>,
    expand: Option<Vec<String>>,
    counts: Option<Vec<String>>,
}

impl ShapeAsked {
    /// What is asked for, as far as the caller may.
    pub fn of(self, kinds: Kinds, seen: &Fields) -> Result<Shape, Error> {
        let counted = |name: &String| {
            let found = countable(kinds, seen.kind()).find(|c| c.name() == name.as_str());
            found.ok_or_else(|| Error::BadQuery(Issue::new("counts", "unknown_kind").with("kind", name)))
        };
        let fields = self.fields.as_ref().map(|names| {
            let fields = names.iter().map(|name| query::shown(seen, name, "fields"));
            fields.collect::<Result<_, _>>()
        });
        let expand = self.expand.iter().flatten();
        Ok(Shape {
            fields: fields.transpose()?,
            expand: expand
                .map(|name| query::expanded(seen, name, "expand"))
                .collect::<Result<_, _>>()?,
            counts: self.counts.iter().flatten().map(counted).collect::<Result<_, _>>()?,
        })
    }
}

/// A record as JSON text in the shape asked for.
pub fn shaped(tx: &mut Tx, caller: &Caller, record: &AnyRecord, shape: &Shape) -> persistence::Result<String> {
    if shape.is_plain() {
        return shown(caller, std::iter::once(record), "");
    }
    let rows = shape_rows(tx, caller, std::slice::from_ref(record), shape)?;
    let mut row = rows.into_iter().next().unwrap_or_default();
    if !shape.counts.is_empty() {
        let counts = shape.counts.iter().map(|of| {
            let count = counted(tx, caller, *of, record.id())?;
            Ok((of.name().into_owned(), json!(count)))
        });
        row["counts"] = Json::Object(counts.collect::<persistence::Result<_>>()?);
    }
    Ok(row.to_string())
}

/// How many records of a kind belong to a record, as the list of them would count; none for who may not ask for that list.
fn counted(tx: &mut Tx, caller: &Caller, of: Counted, id: Id) -> persistence::Result<Option<i64>> {
    let Ok(scope) = caller.scope(of.kind) else {
        return Ok(None);
    };
    let operator = if of.field.is_several() { "[contains]" } else { "" };
    let pairs = [(format!("filter[{}]{operator}", of.field.name), id.to_string())];
    let list = caller.list_context(of.kind, |context| query::from_pairs(&pairs, context));
    list.ok()
        .map(|list| engine::count(tx, &scope, of.kind, &list, Count::Exact))
        .transpose()
}

/// Records as JSON text, as far as the caller may see them.
fn shown<'a>(
    caller: &Caller,
    records: impl Iterator<Item = &'a AnyRecord>,
    between: &str,
) -> persistence::Result<String> {
    let mut out = Vec::new();
    for (n, record) in records.enumerate() {
        if n > 0 {
            out.extend_from_slice(between.as_bytes());
        }
        record.write(&caller.fields(record.kind()), &mut out)?;
    }
    String::from_utf8(out).map_err(persistence::Error::internal)
}

/// Records as JSON with only the fields asked for, and the references expanded: one query a reference, however many rows.
pub fn shape_rows(
    tx: &mut Tx,
    caller: &Caller,
    records: &[AnyRecord],
    shape: &Shape,
) -> persistence::Result<Vec<Json>> {
    let mut rows: Vec<Map<String, Json>> = Vec::with_capacity(records.len());
    for record in records {
        match serde_json::to_value(caller.show_any(record)).map_err(persistence::Error::internal)? {
            Json::Object(map) => rows.push(map),
            _ => return Err(persistence::Error::internal("a record is no object")),
        }
    }
    for field in &shape.expand {
        let Some(name) = field.expansion() else { continue };
        let ids_of = |row: &Map<String, Json>| -> Vec<Id> {
            let value = match field.custom {
                Some(custom) => row.get(custom::ALL).and_then(|own| own.get(custom.key)),
                None => row.get(field.name),
            };
            let ids = match value {
                Some(Json::Array(several)) => several.as_slice(),
                Some(one) => std::slice::from_ref(one),
                None => &[],
            };
            ids.iter().filter_map(|id| parse_id(id.as_str()?)).collect()
        };
        let mut ids: Vec<Id> = rows.iter().flat_map(ids_of).collect();
        ids.sort_unstable();
        ids.dedup();
        let titles = titles(tx, caller, field, &ids)?;
        let pictures = pictures(tx, caller, field, &ids)?;
        for row in &mut rows {
            let mut named = ids_of(row).into_iter().filter_map(|id| {
                let mut told = json!({ "id": id, "name": titles.get(&id)? });
                if let Some(pictures) = &pictures {
                    told["avatar"] = json!(pictures.get(&id));
                }
                Some(told)
            });
            let expanded = match field.is_several() {
                true => named.collect(),
                false => named.next().unwrap_or_default(),
            };
            match field.custom {
                Some(custom) => {
                    let beside = row.entry(custom::EXPANDED).or_insert_with(|| json!({}));
                    beside[custom.key] = expanded;
                }
                None => {
                    row.insert(name.to_owned(), expanded);
                }
            }
        }
    }
    if let Some(fields) = &shape.fields {
        let expanded: Vec<&str> = shape.expand.iter().filter_map(|f| f.expansion()).collect();
        let own: Vec<&str> = fields.iter().filter_map(|name| custom::key(name)).collect();
        for row in &mut rows {
            if let (false, Some(Json::Object(values))) = (fields.contains(&custom::ALL), row.get_mut(custom::ALL)) {
                values.retain(|key, _| own.contains(&key.as_str()));
            }
            row.retain(|name, _| {
                matches!(name.as_str(), "id" | "version")
                    || fields.contains(&name.as_str())
                    || expanded.contains(&name.as_str())
                    || name == custom::EXPANDED
                    || (name == custom::ALL && !own.is_empty())
            });
        }
    }
    Ok(rows.into_iter().map(Json::Object).collect())
}

fn titles(tx: &mut Tx, caller: &Caller, field: &Field, ids: &[Id]) -> persistence::Result<HashMap<Id, String>> {
    let Some(target) = field.refers.and_then(|name| caller.kinds().named(name)) else {
        return Ok(HashMap::new());
    };
    match caller.scope(target) {
        Ok(scope) => engine::titles(tx, &scope, target, ids),
        Err(_) => Ok(HashMap::new()),
    }
}

/// Which pictures the users have that are referred to; none where no users are, or who asks does not see that.
fn pictures(
    tx: &mut Tx,
    caller: &Caller,
    field: &Field,
    ids: &[Id],
) -> persistence::Result<Option<HashMap<Id, String>>> {
    let kind = User::KIND;
    if field.refers != Some(kind.name) || !caller.fields(kind).reads("avatar") {
        return Ok(None);
    }
    match caller.scope(kind) {
        Ok(scope) => persistence::avatar::named(tx, &scope, ids).map(Some),
        Err(_) => Ok(None),
    }
}

/// Answers a list.
pub async fn page(
    state: &State,
    caller: Caller,
    kind: &'static Kind,
    list: List,
    uri: Option<&Uri>,
) -> Result<HttpResponse, Problem> {
    let kind = caller.kinds().like(kind);
    let scope = caller.scope(kind)?;
    let shape = Shape {
        fields: list.fields.clone(),
        expand: list.expand.clone(),
        ..Shape::default()
    };
    let used = list.used.as_ref().map(|used| view::told(used, caller.locale));
    // A search looks at as many words as there are, and a count at as many rows.
    let short = list.q.is_none() && list.count == Count::No && list.group_by.is_none();
    let read = move |tx: &mut Tx| {
        let told = |tx: &mut Tx, next: Option<&str>, count: Option<i64>| -> persistence::Result<Json> {
            let mut info = json!({ "next_cursor": next, "has_more": next.is_some() });
            if let Some(count) = count {
                info["count"] = json!(count);
            }
            if let Some(field) = list.group_by {
                let found = engine::groups(tx, &scope, kind, &list, field)?;
                info["groups"] = groups(tx, &caller, field, found)?.into();
            }
            Ok(info)
        };
        if shape.is_plain()
            && let Some(page) = engine::any::list_told(tx, &scope, &caller.fields(kind), &list)?
        {
            let rows = page.rows.iter().map(|told| told.json.as_str());
            let info = told(tx, page.next.as_deref(), page.count)?;
            return Ok((whole(rows, &info), page.next));
        }
        let page = engine::any::list(tx, &scope, kind, &list)?;
        let rows = if shape.is_plain() {
            vec![shown(&caller, page.rows.iter(), ",")?]
        } else {
            let rows = shape_rows(tx, &caller, &page.rows, &shape)?;
            rows.iter().map(Json::to_string).collect()
        };
        let rows = rows.iter().map(String::as_str).filter(|row| !row.is_empty());
        let info = told(tx, page.next.as_deref(), page.count)?;
        Ok((whole(rows, &info), page.next))
    };
    let (body, next) = match short {
        true => state.store.read_quick(read).await?,
        false => state.store.read(read).await?,
    };
    // The page tells of the view, and stands last.
    let body = match (used, body.strip_suffix("}}")) {
        (Some(used), Some(open)) => format!("{open},\"view\":{used}}}}}"),
        _ => body,
    };
    let mut response = HttpResponse::Ok();
    if let (Some(next), Some(uri)) = (next, uri) {
        response.insert_header((
            "Link",
            format!("<{}>; rel=\"next\"", http::query::next_page(uri, &next)),
        ));
    }
    Ok(response.content_type("application/json").body(body))
}

/// The groups of a list in the order of their headings: choices as they are declared, all else by name, what has no value last.
fn groups(
    tx: &mut Tx,
    caller: &Caller,
    field: &Field,
    found: Vec<(Option<String>, i64)>,
) -> persistence::Result<Vec<Json>> {
    let ids: Vec<Id> = found
        .iter()
        .filter_map(|(value, _)| parse_id(value.as_deref()?))
        .collect();
    let titles = match field.ty {
        Type::Id => titles(tx, caller, field, &ids)?,
        _ => HashMap::new(),
    };
    let named = |value: &str| -> (usize, Option<String>) {
        match field.ty {
            Type::Choice(choices) => match choices.iter().position(|choice| choice.key == value) {
                Some(at) => (at, Some(choices[at].label.get(caller.locale).to_owned())),
                None => (choices.len(), None),
            },
            _ => (0, parse_id(value).and_then(|id| titles.get(&id).cloned())),
        }
    };
    let mut told: Vec<_> = found
        .into_iter()
        .map(|(value, count)| {
            let (rank, label) = value.as_deref().map(named).unwrap_or_default();
            let mut group = json!({ "value": value, "count": count });
            if let Some(label) = &label {
                group["label"] = json!(label);
            }
            ((value.is_none(), rank, label.or(value)), group)
        })
        .collect();
    told.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(told.into_iter().map(|(_, group)| group).collect())
}

/// The answer to a list, of rows as JSON and what is told of the page.
fn whole<'a>(rows: impl Iterator<Item = &'a str> + Clone, info: &Json) -> String {
    let size: usize = rows.clone().map(|row| row.len() + 1).sum();
    let mut body = String::with_capacity(size + 200);
    body.push_str("{\"data\":[");
    for (n, row) in rows.enumerate() {
        if n > 0 {
            body.push(',');
        }
        body.push_str(row);
    }
    body.push_str(&format!("],\"page\":{info}}}"));
    body
}

/// A page of what has positions or cursors of its own: how many, and where the page before ended.
#[derive(Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct PageAsked {
    pub cursor: Option<String>,
    #[serde(default = "http::query::default_limit")]
    #[validate(range(min = 1, max = MAX_LIMIT))]
    pub limit: u32,
}

/// Fields of a kind that may be sorted by, in both directions.
fn sorts(kind: &Kind) -> ObjectBuilder {
    let names = kind.fields.iter().filter(|f| f.can(SORT));
    let both: Vec<String> = names
        .flat_map(|f| [f.name.to_owned(), format!("-{}", f.name)])
        .collect();
    text().enum_values(Some(both))
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> Schema {
    let names = ArrayBuilder::new().items(text().enum_values(Some(names)));
    names.min_items(Some(1)).into()
}

/// A parameter of a kind, which its list and its records have alike.
fn of_kind(doc: Doc, kind: &Kind, name: &str, told: &str, schema: impl Into<RefOr<Schema>>) -> Doc {
    let schema = schema.into();
    let list = matches!(schema, RefOr::T(Schema::Array(_)));
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(told))
        .style(list.then_some(ParameterStyle::Form))
        .explode(list.then_some(false))
        .schema(Some(schema));
    let own = format!("{name}.{}", kind.name);
    doc.offers([own.clone(), own], parameter.build())
}

/// The parameters that shape a record.
pub fn shape_parameters(doc: Doc, kind: &Kind) -> Doc {
    let fields = names(kind.fields.iter().map(|f| f.name));
    let references = names(kind.fields.iter().filter_map(Field::expansion));
    let told = "Fields to send, separated by commas; `id` and `version` come along";
    let doc = of_kind(doc, kind, "fields", told, fields);
    let told = "References to send along with their names, separated by commas";
    of_kind(doc, kind, "expand", told, references)
}

/// The operators that are described as parameters. All there are can be said in the body of a search.
fn usual(field: &Field) -> &'static [&'static str] {
    match field.ty {
        // Who has an id asks for the record; who made it is asked for by few.
        _ if !field.can(FILTER) || matches!(field.name, "id" | "version" | "created_by") => &[],
        Type::Instant if field.name == "updated_at" => &["gte", "lte"],
        Type::Tags | Type::Choices(_) | Type::Ids => &["contains"],
        Type::Int | Type::Money | Type::Decimal | Type::Number | Type::Day | Type::Instant => &["eq", "gte", "lte"],
        Type::Bool => &["eq"],
        ty if ty.is_text() => &["eq", "contains"],
        _ => &["eq", "in"],
    }
}

/// One value that a field is compared with.
fn operand(field: &Field) -> RefOr<Schema> {
    match field.ty {
        Type::Choice(choices) | Type::Choices(choices) => {
            text().enum_values(Some(choices.iter().map(|c| c.key))).into()
        }
        Type::Id | Type::Ids => id().into(),
        Type::Bool => boolean().into(),
        Type::Int => integer().into(),
        Type::Day | Type::Instant => named("FilterTime"),
        _ => text().min_length(Some(1)).into(),
    }
}

/// `filter[status]`, `filter[amount][gte]`, and so on, as the kind's fields allow.
fn filter_parameters(doc: Doc, kind: &Kind) -> Doc {
    let pairs = kind.fields.iter().flat_map(|f| usual(f).iter().map(move |op| (f, *op)));
    pairs.fold(doc, |doc, (field, op)| {
        let label = field.label.en;
        let (name, key, told) = match op {
            "eq" => (
                format!("filter[{}]", field.name),
                field.name.to_owned(),
                label.to_owned(),
            ),
            op => {
                let words = match op {
                    "gte" => "from",
                    "lte" => "up to",
                    "in" => "one of, separated by commas",
                    _ => "contains",
                };
                let name = format!("filter[{}][{op}]", field.name);
                (name, format!("{}.{op}", field.name), format!("{label}: {words}"))
            }
        };
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(told));
        let parameter = match op {
            "in" => parameter
                .schema(Some(ArrayBuilder::new().items(operand(field)).min_items(Some(1))))
                .style(Some(ParameterStyle::Form))
                .explode(Some(false)),
            _ => parameter.schema(Some(operand(field))),
        };
        doc.offers(
            [format!("filter.{key}"), format!("filter.{}.{key}", kind.name)],
            parameter.build(),
        )
    })
}

/// The parameter that has records counted which belong to one.
pub fn count_parameter(doc: Doc, kinds: Kinds, kind: &'static Kind) -> Doc {
    let all: Vec<Cow<str>> = countable(kinds, kind).map(Counted::name).collect();
    if all.is_empty() {
        return doc;
    }
    let told = "Kinds whose records that belong to this one are counted, in `counts`, or a kind and the firm's own field by which they \
                refer to it; null where the caller may not list them";
    doc.query("counts", names(all.iter().map(AsRef::as_ref)), told)
}

/// Fields of a kind that a list may be grouped by.
pub fn group_parameter(doc: Doc, kind: &Kind) -> Doc {
    let groupable = |f: &&Field| query::grouping(f).is_some();
    let names: Vec<&str> = kind.fields.iter().filter(groupable).map(|f| f.name).collect();
    match names.is_empty() {
        true => doc,
        false => of_kind(
            doc,
            kind,
            "group_by",
            "Also count the whole list by the values of a field, days by their months: `page.groups`, of a thousand groups at most",
            text().enum_values(Some(names)),
        ),
    }
}

/// The parameters every list takes.
pub fn list_parameters(doc: Doc, kind: &Kind) -> Doc {
    let doc = if has_views(kind) { doc.shared("view") } else { doc };
    let told = "A field, with - before it for descending; -created_at where nothing is said";
    let doc = of_kind(doc.shared("limit").shared("cursor"), kind, "sort", told, sorts(kind));
    filter_parameters(shape_parameters(doc.shared("q"), kind).shared("count"), kind)
}
