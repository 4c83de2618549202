//! Reads list requests: from a query string, or from the JSON body of a search.

use super::{Count, Cursor, DEFAULT_LIMIT, Filter, Leaf, List, MAX_DEPTH, MAX_LEAVES, MAX_LIMIT, Sort, Test, dates};
use crate::error::{Error, Issue};
use crate::money::{Rate, parse_decimal};
use crate::policy::Fields;
use crate::record::{FILTER, Field, Kind, SORT};
use crate::value::{Type, Val, address, parse_day, parse_id, whole};
use crate::{Currency, Day, Instant};
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
}

fn bad(parameter: &str, code: &'static str) -> Issue {
    Issue::new(parameter, code)
}

fn field(kind: &'static Kind, name: &str, parameter: &str, cap: u32) -> Result<&'static Field, Error> {
    let field = kind
        .field(name)
        .ok_or_else(|| bad(parameter, "unknown_field").with("field", name));
    let field = field.map_err(Error::BadQuery)?;
    if cap != 0 && !field.can(cap) {
        let code = if cap == SORT { "not_sortable" } else { "not_filterable" };
        return Err(Error::BadQuery(bad(parameter, code).with("field", name)));
    }
    Ok(field)
}

fn hidden(parameter: &str, name: &str) -> Error {
    Error::BadQuery(bad(parameter, "field_hidden").with("field", name))
}

/// A field that may be filtered or sorted by.
fn read_by(name: &str, parameter: &str, cap: u32, context: &Context) -> Result<&'static Field, Error> {
    let field = field(context.fields.kind(), name, parameter, cap)?;
    if context.fields.reads(name) {
        Ok(field)
    } else {
        Err(hidden(parameter, name))
    }
}

/// A field asked for by name.
pub fn shown(fields: &Fields, name: &str) -> Result<&'static str, Error> {
    let field = field(fields.kind(), name, "fields", 0)?;
    if fields.sees(name) {
        Ok(field.name)
    } else {
        Err(hidden("fields", name))
    }
}

/// A reference whose record is asked for.
pub fn expanded(fields: &Fields, name: &str) -> Result<&'static Field, Error> {
    let found = fields.kind().fields.iter().find(|f| f.expansion() == Some(name));
    let field = found.ok_or_else(|| Error::BadQuery(bad("expand", "not_expandable").with("field", name)))?;
    if fields.sees(field.name) {
        Ok(field)
    } else {
        Err(hidden("expand", name))
    }
}

/// Reads the parameters of a list request. Parameters in `extra` belong to the route and are left to it.
pub fn from_pairs(pairs: &[(String, String)], extra: &[&str], context: &Context) -> Result<List, Error> {
    let mut map = Map::new();
    let mut filters = Vec::new();
    for (name, value) in pairs {
        if let Some(rest) = name.strip_prefix("filter[") {
            let inner = rest
                .strip_suffix(']')
                .ok_or_else(|| Error::BadQuery(bad(name, "malformed_filter")))?;
            let (of, op) = inner.split_once("][").unwrap_or((inner, "eq"));
            filters.push(serde_json::json!({ "field": of, "op": op, "value": value }));
        } else if extra.contains(&name.as_str()) {
            continue;
        } else if map.insert(name.clone(), Json::from(value.as_str())).is_some() {
            return Err(Error::BadQuery(bad(name, "repeated_parameter")));
        }
    }
    if !filters.is_empty() {
        map.insert("filter".into(), serde_json::json!({ "and": filters }));
    }
    read(map, context, true)
}

/// Reads the body of a search.
pub fn from_json(body: Map<String, Json>, context: &Context) -> Result<List, Error> {
    read(body, context, false)
}

fn read(mut map: Map<String, Json>, context: &Context, loose: bool) -> Result<List, Error> {
    let raw_filter = map.remove("filter").filter(|f| !f.is_null());
    let raw_sort = text(&mut map, "sort")?.unwrap_or_else(|| "-created_at".to_owned());
    let q = text(&mut map, "q")?
        .map(|q| q.trim().to_owned())
        .filter(|q| !q.is_empty());
    if q.as_ref().is_some_and(|q| q.chars().count() > 200) {
        return Err(Error::BadQuery(bad("q", "too_long").with("max", 200)));
    }
    let fingerprint = fingerprint(&[
        context.fields.kind().name,
        &raw_filter.as_ref().map(Json::to_string).unwrap_or_default(),
        &raw_sort,
        q.as_deref().unwrap_or_default(),
    ]);
    let (descending, sort_name) = match raw_sort.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, raw_sort.as_str()),
    };
    let sort = Sort {
        field: read_by(sort_name, "sort", SORT, context)?,
        descending,
    };
    let limit = match map.remove("limit") {
        None => DEFAULT_LIMIT,
        Some(value) => number(&value, loose)
            .filter(|n| (1..=i64::from(MAX_LIMIT)).contains(n))
            .and_then(|n| u32::try_from(n).ok())
            .ok_or_else(|| Error::BadQuery(bad("limit", "out_of_range").with("min", 1).with("max", MAX_LIMIT)))?,
    };
    let after = match text(&mut map, "cursor")? {
        None => None,
        Some(c) => Some(
            Cursor::decode(&c, fingerprint, sort.field.sort_column().1)
                .ok_or_else(|| Error::BadQuery(bad("cursor", "invalid_cursor")))?,
        ),
    };
    let filter = match raw_filter {
        None => None,
        Some(json) => {
            let mut leaves = 0;
            Some(tree(json, context, loose, 1, &mut leaves)?)
        }
    };
    let fields = names(&mut map, "fields")?
        .map(|list| {
            list.iter()
                .map(|n| shown(&context.fields, n))
                .collect::<Result<Vec<_>, _>>()
        })
        .transpose()?;
    let expand = names(&mut map, "expand")?
        .unwrap_or_default()
        .iter()
        .map(|n| expanded(&context.fields, n))
        .collect::<Result<Vec<_>, _>>()?;
    let count = match text(&mut map, "count")?.as_deref() {
        None => Count::No,
        Some("exact") => Count::Exact,
        Some("estimate") => Count::Estimate,
        Some(_) => {
            return Err(Error::BadQuery(
                bad("count", "unknown_choice").with("choices", "exact, estimate"),
            ));
        }
    };
    if let Some(unknown) = map.keys().next() {
        return Err(Error::BadQuery(
            bad(unknown, "unknown_parameter").with("parameter", unknown),
        ));
    }
    Ok(List {
        filter,
        sort,
        limit,
        after,
        q,
        fields,
        expand,
        count,
        fingerprint,
    })
}

fn text(map: &mut Map<String, Json>, name: &str) -> Result<Option<String>, Error> {
    match map.remove(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(s)) if s.contains('\0') => Err(Error::BadQuery(bad(name, "control_character"))),
        Some(Json::String(s)) => Ok(Some(s)),
        Some(_) => Err(Error::BadQuery(bad(name, "wrong_type").with("type", "text"))),
    }
}

fn names(map: &mut Map<String, Json>, name: &str) -> Result<Option<Vec<String>>, Error> {
    let wrong = || Error::BadQuery(bad(name, "wrong_type").with("type", "list"));
    let split = |s: &str| {
        s.split(',')
            .map(str::trim)
            .filter(|n| !n.is_empty())
            .map(str::to_owned)
            .collect()
    };
    match map.remove(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(s)) => Ok(Some(split(&s))),
        Some(Json::Array(items)) if items.len() <= 100 => items
            .into_iter()
            .map(|i| i.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(wrong()),
    }
}

/// In a query string everything is text; in JSON a number is a number.
fn number(value: &Json, loose: bool) -> Option<i64> {
    match value {
        Json::String(s) if loose => s.parse().ok(),
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

fn tree(json: Json, context: &Context, loose: bool, depth: usize, leaves: &mut usize) -> Result<Filter, Error> {
    if depth > MAX_DEPTH {
        return Err(Error::BadQuery(bad("filter", "filter_too_deep").with("max", MAX_DEPTH)));
    }
    let malformed = || Error::BadQuery(bad("filter", "malformed_filter"));
    let Json::Object(mut map) = json else {
        return Err(malformed());
    };
    let mut branch = |map: &mut Map<String, Json>, key: &str| -> Result<Option<Vec<Filter>>, Error> {
        let Some(parts) = map.remove(key) else { return Ok(None) };
        let Json::Array(parts) = parts else {
            return Err(malformed());
        };
        if parts.is_empty() || parts.len() > MAX_LEAVES {
            return Err(Error::BadQuery(
                bad("filter", "too_many_conditions").with("max", MAX_LEAVES),
            ));
        }
        parts
            .into_iter()
            .map(|p| tree(p, context, loose, depth + 1, leaves))
            .collect::<Result<_, _>>()
            .map(Some)
    };
    let found = if let Some(parts) = branch(&mut map, "and")? {
        Filter::And(parts)
    } else if let Some(parts) = branch(&mut map, "or")? {
        Filter::Or(parts)
    } else if let Some(part) = map.remove("not") {
        Filter::Not(Box::new(tree(part, context, loose, depth + 1, leaves)?))
    } else {
        *leaves += 1;
        if *leaves > MAX_LEAVES {
            return Err(Error::BadQuery(
                bad("filter", "too_many_conditions").with("max", MAX_LEAVES),
            ));
        }
        let name = map.remove("field");
        let name = name.as_ref().and_then(Json::as_str).ok_or_else(malformed)?;
        let op = map.remove("op").unwrap_or_else(|| "eq".into());
        let op = op.as_str().ok_or_else(malformed)?;
        let value = map.remove("value").unwrap_or_default();
        leaf(name, op, value, context, loose)?
    };
    if map.is_empty() { Ok(found) } else { Err(malformed()) }
}

enum Operand {
    Value(Val),
    /// A relative date: from, and up to but not including.
    Range(Val, Val),
}

fn leaf(name: &str, op: &str, value: Json, context: &Context, loose: bool) -> Result<Filter, Error> {
    let parameter = format!("filter[{name}]");
    let field = read_by(name, &parameter, FILTER, context)?;
    let (column, storage) = field.filter_column();
    let refuse = |code| {
        Error::BadQuery(
            bad(&parameter, code)
                .with("field", name)
                .with("operator", op)
                .with("type", field.ty.name()),
        )
    };
    let leaf = |test| {
        Filter::Leaf(Leaf {
            column: column.clone(),
            storage,
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
    let operand = |value: &Json| operand(field, value, context, loose).ok_or_else(|| refuse("invalid_operand"));
    let plain = |value: &Json| match operand(value)? {
        Operand::Value(v) => Ok(v),
        Operand::Range(..) => Err(refuse("invalid_operand")),
    };
    let string = |value: &Json| match value.as_str() {
        Some(s) if !s.is_empty() && !s.contains('\0') && s.len() <= 1000 => Ok(s.to_owned()),
        _ => Err(refuse("invalid_operand")),
    };
    let tags = matches!(field.ty, Type::Tags | Type::Ids);
    let element = |value: &Json| match field.ty {
        Type::Ids => {
            let id = value.as_str().and_then(parse_id);
            id.map(|id| id.to_string()).ok_or_else(|| refuse("invalid_operand"))
        }
        _ => string(value),
    };
    let ordered = matches!(
        field.ty,
        Type::Int | Type::Money | Type::Decimal | Type::Day | Type::Instant
    );
    Ok(match op {
        "is_null" => {
            let wanted = match &value {
                Json::Bool(b) => Some(*b),
                Json::String(s) if loose => s.parse().ok(),
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

fn first(operand: Operand) -> Val {
    match operand {
        Operand::Value(v) | Operand::Range(v, _) => v,
    }
}

fn operand(field: &Field, value: &Json, context: &Context, loose: bool) -> Option<Operand> {
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
        Type::Int => Val::Int(number(value, loose)?),
        Type::Bool => match value {
            Json::Bool(b) => Val::Bool(*b),
            Json::String(s) if loose => Val::Bool(s.parse().ok()?),
            _ => return None,
        },
        Type::Id => Val::Id(parse_id(string()?)?),
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
        Type::Tags | Type::Ids | Type::Json => return None,
    }))
}
