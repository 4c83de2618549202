//! Reads list requests: from a query string, or from the JSON body of a search.

use super::group;
use super::saved::{Saved, both};
use super::{Count, Cursor, DEFAULT_LIMIT, Filter, Leaf, List, MAX_DEPTH, MAX_LEAVES, MAX_LIMIT, Sort, Test, dates};
use crate::error::{Error, Issue, pointer};
use crate::money::{Rate, parse_decimal};
use crate::policy::Fields;
use crate::record::{FILTER, Field, Kind, SORT};
use crate::value::{Number, Type, Val, address, flag, parse_day, parse_id, whole};
use crate::{Currency, Day, Id, Instant};
use serde_json::{Map, Value as Json};

/// What relative dates and amounts are read against.
pub struct Context<'a> {
    pub today: Day,
    /// The moment a day begins in the caller's time zone.
    pub day_start: &'a dyn Fn(Day) -> Instant,
    pub currency: Currency,
    /// The month in which the fiscal year begins.
    pub fiscal_start: u32,
    /// What the caller may see: nobody filters or sorts by what they may not read.
    pub fields: Fields<'a>,
    /// Who is meant by `me`; nobody where the system asks.
    pub user: Option<Id>,
    /// The view that the request names: it is narrowed by what the request says besides.
    pub view: Option<&'a Saved>,
}

/// Where a list request was written. Each says in its own way where something is wrong with it.
#[derive(Clone, Copy, PartialEq)]
enum Origin {
    /// A query string: everything is text, and what is wrong is told by the name of its parameter.
    Query,
    /// A body: numbers are numbers, and what is wrong is told by its JSON pointer.
    Body,
}

impl Origin {
    fn place(self, name: &str) -> String {
        match self {
            Self::Query => name.to_owned(),
            Self::Body => pointer(name),
        }
    }

    fn bad(self, name: &str, code: &'static str) -> Issue {
        Issue::new(self.place(name), code)
    }
}

fn field(kind: &'static Kind, name: &str, place: &str, cap: u32) -> Result<&'static Field, Error> {
    let field = kind
        .field(name)
        .ok_or_else(|| Issue::new(place, "unknown_field").with("field", name));
    let field = field.map_err(Error::BadQuery)?;
    if cap != 0 && !field.can(cap) {
        let code = if cap == SORT { "not_sortable" } else { "not_filterable" };
        return Err(Error::BadQuery(Issue::new(place, code).with("field", name)));
    }
    Ok(field)
}

fn hidden(place: &str, name: &str) -> Error {
    Error::BadQuery(Issue::new(place, "field_hidden").with("field", name))
}

/// A field that may be filtered or sorted by.
pub(super) fn read_by(name: &str, place: &str, cap: u32, context: &Context) -> Result<&'static Field, Error> {
    let field = field(context.fields.kind(), name, place, cap)?;
    if context.fields.reads(name) {
        Ok(field)
    } else {
        Err(hidden(place, name))
    }
}

/// A field asked for by name, at this place of the request.
pub fn shown(fields: &Fields, name: &str, place: &str) -> Result<&'static str, Error> {
    let field = field(fields.kind(), name, place, 0)?;
    if fields.sees(name) {
        Ok(field.name)
    } else {
        Err(hidden(place, name))
    }
}

/// A reference whose record is asked for, at this place of the request.
pub fn expanded(fields: &Fields, name: &str, place: &str) -> Result<&'static Field, Error> {
    let named =
        |f: &&Field| f.expansion() == Some(name) || (f.custom.is_some() && f.refers.is_some() && f.name == name);
    let found = fields.kind().fields.iter().find(named);
    let field = found.ok_or_else(|| Error::BadQuery(Issue::new(place, "not_expandable").with("field", name)))?;
    if fields.sees(field.name) {
        Ok(field)
    } else {
        Err(hidden(place, name))
    }
}

/// A condition as a parameter says it: `filter[amount][gte]=1000`.
struct Condition<'a> {
    parameter: &'a str,
    field: &'a str,
    op: &'a str,
    value: String,
}

impl<'a> Condition<'a> {
    /// None for a parameter that is no filter.
    fn read(parameter: &'a str, value: &str) -> Result<Option<Self>, Error> {
        let Some(rest) = parameter.strip_prefix("filter[") else {
            return Ok(None);
        };
        let inner = rest
            .strip_suffix(']')
            .ok_or_else(|| Error::BadQuery(Issue::new(parameter, "malformed_filter")))?;
        let (field, op) = inner.split_once("][").unwrap_or((inner, "eq"));
        Ok(Some(Self {
            parameter,
            field,
            op,
            value: value.to_owned(),
        }))
    }

    fn takes_list(&self) -> bool {
        matches!(self.op, "in" | "nin" | "between")
    }
}

/// Reads the parameters of a list request. A list may be one parameter with commas, or several of its name.
pub fn from_pairs(pairs: &[(String, String)], context: &Context) -> Result<List, Error> {
    let mut map: Map<String, Json> = Map::new();
    let mut conditions: Vec<Condition> = Vec::new();
    for (name, value) in pairs {
        let repeated = || Error::BadQuery(Issue::new(name, "repeated_parameter"));
        if let Some(condition) = Condition::read(name, value)? {
            match conditions.iter_mut().find(|c| c.parameter == name) {
                Some(first) if first.takes_list() => {
                    first.value.push(',');
                    first.value.push_str(value);
                }
                // Nothing is equal to two values.
                Some(first) if first.op == "eq" => return Err(repeated()),
                _ => conditions.push(condition),
            }
            continue;
        }
        match map.get_mut(name) {
            None => {
                map.insert(name.clone(), Json::from(value.as_str()));
            }
            Some(Json::String(first)) if matches!(name.as_str(), "fields" | "expand") => {
                first.push(',');
                first.push_str(value);
            }
            Some(_) => return Err(repeated()),
        }
    }
    if conditions.len() > MAX_LEAVES {
        let issue = Issue::new("filter", "too_many_conditions").with("max", MAX_LEAVES);
        return Err(Error::BadQuery(issue));
    }
    let leaves = conditions.iter().map(|c| {
        leaf(
            (c.field, c.op),
            c.value.as_str().into(),
            context,
            Origin::Query,
            c.parameter,
        )
    });
    let filter = match conditions.is_empty() {
        true => None,
        false => Some(Filter::And(leaves.collect::<Result<_, _>>()?)),
    };
    let said: Vec<Json> = conditions
        .iter()
        .map(|c| serde_json::json!({ "field": c.field, "op": c.op, "value": c.value }))
        .collect();
    let said = match said.is_empty() {
        true => String::new(),
        false => serde_json::json!({ "and": said }).to_string(),
    };
    read(map, (filter, &said), context, Origin::Query)
}

/// Reads the body of a search.
pub fn from_json(mut body: Map<String, Json>, context: &Context) -> Result<List, Error> {
    let raw = body.remove("filter").filter(|f| !f.is_null());
    let said = raw.as_ref().map(Json::to_string).unwrap_or_default();
    let filter = raw.map(|json| tree(json, context, "/filter", 1, &mut 0)).transpose()?;
    read(body, (filter, &said), context, Origin::Body)
}

/// Refuses what is no filter, at this place of a body.
pub fn condition(json: &Json, context: &Context, at: &str) -> Result<(), Error> {
    tree(json.clone(), context, at, 1, &mut 0).map(drop)
}

/// The parameter that names a view.
pub const VIEW: &str = "view";

/// Reads all but the filter, which comes with the text it was made of.
fn read(
    mut map: Map<String, Json>,
    (filter, said): (Option<Filter>, &str),
    context: &Context,
    origin: Origin,
) -> Result<List, Error> {
    let bad = |name: &str, code| origin.bad(name, code);
    let view = context.view.map(|view| view.open(context));
    if view.is_some() {
        map.remove(VIEW);
    }
    let said_sort = text(&mut map, "sort", origin)?;
    let raw_sort = said_sort.or_else(|| view.as_ref().and_then(|view| view.sort.clone()));
    let raw_sort = raw_sort.unwrap_or_else(|| "-created_at".to_owned());
    let q = text(&mut map, "q", origin)?
        .map(|q| q.trim().to_owned())
        .filter(|q| !q.is_empty());
    if q.as_ref().is_some_and(|q| q.chars().count() > 200) {
        return Err(Error::BadQuery(bad("q", "too_long").with("max", 200)));
    }
    let said = view
        .as_ref()
        .map_or(said.to_owned(), |view| format!("{}{said}", view.said));
    let fingerprint = fingerprint(&[
        context.fields.kind().name,
        &said,
        &raw_sort,
        q.as_deref().unwrap_or_default(),
    ]);
    let (descending, sort_name) = match raw_sort.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, raw_sort.as_str()),
    };
    let sort = Sort {
        field: read_by(sort_name, &origin.place("sort"), SORT, context)?,
        descending,
    };
    let limit = match map.remove("limit") {
        None => DEFAULT_LIMIT,
        Some(value) => number(&value, origin)
            .filter(|n| (1..=i64::from(MAX_LIMIT)).contains(n))
            .and_then(|n| u32::try_from(n).ok())
            .ok_or_else(|| Error::BadQuery(bad("limit", "out_of_range").with("min", 1).with("max", MAX_LIMIT)))?,
    };
    let after = match text(&mut map, "cursor", origin)? {
        None => None,
        Some(c) => Some(
            Cursor::decode(&c, fingerprint, sort.field.sort_column().1)
                .ok_or_else(|| Error::BadQuery(bad("cursor", "invalid_cursor")))?,
        ),
    };
    let fields = names(&mut map, "fields", origin)?
        .map(|list| {
            list.iter()
                .map(|(n, place)| shown(&context.fields, n, place))
                .collect::<Result<Vec<_>, _>>()
        })
        .transpose()?;
    let expand = names(&mut map, "expand", origin)?
        .unwrap_or_default()
        .iter()
        .map(|(n, place)| expanded(&context.fields, n, place))
        .collect::<Result<Vec<_>, _>>()?;
    let count = match text(&mut map, "count", origin)?.as_deref() {
        None => Count::No,
        Some("exact") => Count::Exact,
        Some("estimate") => Count::Estimate,
        Some(_) => {
            return Err(Error::BadQuery(
                bad("count", "unknown_choice").with("choices", "exact, estimate"),
            ));
        }
    };
    let group_by = text(&mut map, "group_by", origin)?;
    let group_by = group_by
        .map(|name| group::grouped(&name, &origin.place("group_by"), context))
        .transpose()?;
    if let Some(unknown) = map.keys().next() {
        return Err(Error::BadQuery(
            bad(unknown, "unknown_parameter").with("parameter", unknown),
        ));
    }
    let (of_view, used) = view.map(|view| (view.filter, view.used)).unzip();
    Ok(List {
        filter: both(of_view.flatten(), filter),
        sort,
        limit,
        after,
        q,
        fields,
        expand,
        count,
        group_by,
        fingerprint,
        used,
    })
}

fn text(map: &mut Map<String, Json>, name: &str, origin: Origin) -> Result<Option<String>, Error> {
    match map.remove(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(s)) if s.contains('\0') => Err(Error::BadQuery(origin.bad(name, "control_character"))),
        Some(Json::String(s)) => Ok(Some(s)),
        Some(_) => Err(Error::BadQuery(origin.bad(name, "wrong_type").with("type", "text"))),
    }
}

/// Names with their places in the request.
type Names = Vec<(String, String)>;

fn names(map: &mut Map<String, Json>, name: &str, origin: Origin) -> Result<Option<Names>, Error> {
    let wrong = |place: String| Error::BadQuery(Issue::new(place, "wrong_type").with("type", "list"));
    let place = origin.place(name);
    match map.remove(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(s)) => {
            let split = s.split(',').map(str::trim).filter(|n| !n.is_empty());
            let names: Names = split.map(|n| (n.to_owned(), place.clone())).collect();
            match names.is_empty() && origin == Origin::Query {
                true => Err(Error::BadQuery(empty(name))),
                false => Ok(Some(names)),
            }
        }
        Some(Json::Array(items)) if items.len() <= 100 => items
            .into_iter()
            .enumerate()
            .map(|(i, item)| {
                let place = format!("{place}/{i}");
                match item {
                    Json::String(name) => Ok((name, place)),
                    _ => Err(wrong(place)),
                }
            })
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(wrong(place)),
    }
}

/// A parameter that says nothing is a mistake, not another way to leave it out.
pub fn empty(parameter: &str) -> Issue {
    Issue::new(parameter, "empty_parameter").with("parameter", parameter)
}

/// In a query string everything is text; in JSON a number is a number.
fn number(value: &Json, origin: Origin) -> Option<i64> {
    match value {
        Json::String(s) if origin == Origin::Query => s.parse().ok(),
        value => whole(value),
    }
}

/// FNV-1a, 64 bit: stable between versions and machines, which the standard hasher is not.
fn fingerprint(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for byte in parts.iter().flat_map(|p| p.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash
}

/// A filter as a body says it, at this place of the body.
pub(super) fn tree(json: Json, context: &Context, at: &str, depth: usize, leaves: &mut usize) -> Result<Filter, Error> {
    if depth > MAX_DEPTH {
        return Err(Error::BadQuery(
            Issue::new(at, "filter_too_deep").with("max", MAX_DEPTH),
        ));
    }
    let malformed = || Error::BadQuery(Issue::new(at, "malformed_filter"));
    let too_many = || Error::BadQuery(Issue::new(at, "too_many_conditions").with("max", MAX_LEAVES));
    let Json::Object(mut map) = json else {
        return Err(malformed());
    };
    let mut branch = |map: &mut Map<String, Json>, key: &str| -> Result<Option<Vec<Filter>>, Error> {
        let Some(parts) = map.remove(key) else { return Ok(None) };
        let Json::Array(parts) = parts else {
            return Err(malformed());
        };
        if parts.is_empty() || parts.len() > MAX_LEAVES {
            return Err(too_many());
        }
        parts
            .into_iter()
            .enumerate()
            .map(|(i, p)| tree(p, context, &format!("{at}/{key}/{i}"), depth + 1, leaves))
            .collect::<Result<_, _>>()
            .map(Some)
    };
    let found = if let Some(parts) = branch(&mut map, "and")? {
        Filter::And(parts)
    } else if let Some(parts) = branch(&mut map, "or")? {
        Filter::Or(parts)
    } else if let Some(part) = map.remove("not") {
        let part = tree(part, context, &format!("{at}/not"), depth + 1, leaves)?;
        Filter::Not(Box::new(part))
    } else {
        *leaves += 1;
        if *leaves > MAX_LEAVES {
            return Err(too_many());
        }
        let name = map.remove("field");
        let name = name.as_ref().and_then(Json::as_str).ok_or_else(malformed)?;
        let op = map.remove("op").unwrap_or_else(|| "eq".into());
        let op = op.as_str().ok_or_else(malformed)?;
        let value = map.remove("value").unwrap_or_default();
        leaf((name, op), value, context, Origin::Body, at)?
    };
    if map.is_empty() { Ok(found) } else { Err(malformed()) }
}

enum Operand {
    Value(Val),
    /// A relative date: from, and up to but not including.
    Range(Val, Val),
}

/// A test of one field, at this place of the request.
fn leaf((name, op): (&str, &str), value: Json, context: &Context, origin: Origin, at: &str) -> Result<Filter, Error> {
    let field = read_by(name, at, FILTER, context)?;
    let loose = origin == Origin::Query;
    let (column, storage) = field.filter_column();
    let refuse = |code| {
        Error::BadQuery(
            Issue::new(at, code)
                .with("field", name)
                .with("operator", op)
                .with("type", field.ty.name()),
        )
    };
    let leaf = |test| {
        Filter::Leaf(Leaf {
            column: column.clone(),
            storage,
            custom: field.custom.map(|custom| custom.id),
            test,
        })
    };
    let list = |value: Json| -> Result<Vec<Json>, Error> {
        match value {
            Json::Array(items) if items.len() <= 200 => Ok(items),
            Json::String(s) if loose => Ok(s.split(',').map(Json::from).collect()),
            _ => Err(refuse("invalid_operand")),
        }
    };
    let operand = |value: &Json| operand(field, value, context, origin).ok_or_else(|| refuse("invalid_operand"));
    let plain = |value: &Json| match operand(value)? {
        Operand::Value(v) => Ok(v),
        Operand::Range(..) => Err(refuse("invalid_operand")),
    };
    let string = |value: &Json| match value.as_str() {
        Some(s) if !s.is_empty() && !s.contains('\0') && s.len() <= 1000 => Ok(s.to_owned()),
        _ => Err(refuse("invalid_operand")),
    };
    let tags = matches!(field.ty, Type::Tags | Type::Choices(_) | Type::Ids);
    let element = |value: &Json| match field.ty {
        Type::Ids => {
            let id = value.as_str().and_then(|text| id_of(field, text, context));
            id.map(|id| id.to_string()).ok_or_else(|| refuse("invalid_operand"))
        }
        _ => string(value),
    };
    let ordered = matches!(
        field.ty,
        Type::Int | Type::Money | Type::Decimal | Type::Number | Type::Day | Type::Instant
    );
    Ok(match op {
        "is_null" => {
            let wanted = match &value {
                Json::Bool(b) => Some(*b),
                Json::String(s) if loose => flag(s),
                _ => None,
            };
            leaf(Test::Null(wanted.ok_or_else(|| refuse("invalid_operand"))?))
        }
        "eq" | "ne" if !loose && value.is_null() => leaf(Test::Null(op == "eq")),
        "contains" if tags => leaf(Test::Has(element(&value)?)),
        "in" if tags => Filter::Or(
            list(value)?
                .iter()
                .map(|v| Ok(leaf(Test::Has(element(v)?))))
                .collect::<Result<_, Error>>()?,
        ),
        _ if tags => return Err(refuse("unknown_operator")),
        "eq" => match operand(&value)? {
            Operand::Value(v) => leaf(Test::Eq(v)),
            Operand::Range(from, to) => leaf(Test::Within(from, to)),
        },
        "ne" => match operand(&value)? {
            Operand::Value(v) => leaf(Test::Ne(v)),
            Operand::Range(from, to) => Filter::Or(vec![
                Filter::Not(Box::new(leaf(Test::Within(from, to)))),
                leaf(Test::Null(true)),
            ]),
        },
        "lt" if ordered => leaf(Test::Lt(first(operand(&value)?))),
        "gte" if ordered => leaf(Test::Gte(first(operand(&value)?))),
        "lte" if ordered => match operand(&value)? {
            Operand::Value(v) => leaf(Test::Lte(v)),
            Operand::Range(_, to) => leaf(Test::Lt(to)),
        },
        "gt" if ordered => match operand(&value)? {
            Operand::Value(v) => leaf(Test::Gt(v)),
            Operand::Range(_, to) => leaf(Test::Gte(to)),
        },
        "between" if ordered => {
            let ends = list(value)?;
            let [from, to] = ends.as_slice() else {
                return Err(refuse("invalid_operand"));
            };
            let upper = match operand(to)? {
                Operand::Value(v) => leaf(Test::Lte(v)),
                Operand::Range(_, end) => leaf(Test::Lt(end)),
            };
            Filter::And(vec![leaf(Test::Gte(first(operand(from)?))), upper])
        }
        "in" => leaf(Test::In(list(value)?.iter().map(plain).collect::<Result<_, _>>()?)),
        "nin" => leaf(Test::NotIn(list(value)?.iter().map(plain).collect::<Result<_, _>>()?)),
        "contains" if field.ty.is_text() => leaf(Test::Contains(string(&value)?)),
        "starts_with" if field.ty.is_text() => leaf(Test::StartsWith(string(&value)?)),
        _ => return Err(refuse("unknown_operator")),
    })
}

/// An id, or `me` where users are referred to.
fn id_of(field: &Field, text: &str, context: &Context) -> Option<Id> {
    match (text, field.refers) {
        // Where nobody asks, nobody is meant.
        ("me", Some("user")) => Some(context.user.unwrap_or_default()),
        _ => parse_id(text),
    }
}

fn first(operand: Operand) -> Val {
    match operand {
        Operand::Value(v) | Operand::Range(v, _) => v,
    }
}

fn operand(field: &Field, value: &Json, context: &Context, origin: Origin) -> Option<Operand> {
    let loose = origin == Origin::Query;
    let string = || value.as_str();
    Some(Operand::Value(match field.ty {
        Type::Email => Val::Text(address(string().filter(|s| !s.contains('\0') && s.len() <= 4000)?)),
        Type::Text | Type::LongText | Type::Phone | Type::Url => {
            Val::Text(string().filter(|s| !s.contains('\0') && s.len() <= 4000)?.to_owned())
        }
        Type::Choice(choices) => {
            let key = string()?;
            Val::Text(choices.iter().find(|c| c.key == key)?.key.to_owned())
        }
        Type::Int => Val::Int(number(value, origin)?),
        Type::Bool => match value {
            Json::Bool(b) => Val::Bool(*b),
            Json::String(s) if loose => Val::Bool(flag(s)?),
            _ => return None,
        },
        Type::Id => Val::Id(id_of(field, string()?, context)?),
        Type::Money => match value {
            Json::Number(n) => Val::Int(parse_decimal(&n.to_string(), context.currency)?),
            value => Val::Int(parse_decimal(value.as_str()?, context.currency)?),
        },
        Type::Decimal => match value {
            Json::Number(n) => Val::Int(Rate::parse(&n.to_string())?.ticks()),
            value => Val::Int(Rate::parse(value.as_str()?)?.ticks()),
        },
        Type::Day => {
            let text = string()?;
            match parse_day(text) {
                Some(day) => Val::Day(day),
                None => {
                    let (from, to) = dates::range(text, context.today, context.fiscal_start)?;
                    return Some(Operand::Range(Val::Day(from), Val::Day(to)));
                }
            }
        }
        Type::Instant => {
            let text = string()?;
            if let Some(time) = Instant::parse(text) {
                Val::Instant(time)
            } else {
                let (from, to) = match parse_day(text) {
                    Some(day) => (day, day.succ_opt()?),
                    None => dates::range(text, context.today, context.fiscal_start)?,
                };
                let start = context.day_start;
                return Some(Operand::Range(Val::Instant(start(from)), Val::Instant(start(to))));
            }
        }
        Type::Number => match value {
            Json::Number(n) => Val::Int(Number::parse(&n.to_string())?.ticks()),
            value => Val::Int(Number::parse(value.as_str()?)?.ticks()),
        },
        Type::Tags | Type::Choices(_) | Type::Ids | Type::Json => return None,
    }))
}
