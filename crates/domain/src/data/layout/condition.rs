//! Whether a condition holds of what a record has: the words of list filters, looked at in memory. Server and app ask the same
//! code, the app while somebody types, so it reads values as the API tells them and knows no declaration.

use crate::money::{Rate, parse_decimal};
use crate::query::dates;
use crate::value::{Type, parse_day};
use crate::{Currency, Day, Instant};
use serde_json::Value as Json;
use std::cmp::Ordering;

/// What conditions are read against: the day, and who asks.
pub struct Moment<'a> {
    pub today: Day,
    /// The moment a day begins for who asks.
    pub day_start: &'a dyn Fn(Day) -> Instant,
    /// The month in which the fiscal year begins.
    pub fiscal_start: u32,
    /// Amounts are compared in this.
    pub currency: Currency,
    /// Who is meant by `me`.
    pub me: &'a str,
}

/// What a record has in a field: its type and its value; none where there is no such field.
pub type Has<'a> = &'a dyn Fn(&str) -> Option<(Type, Json)>;

/// Whether a record passes. A test of a field that is not there never does.
pub fn holds(condition: &Json, has: Has, moment: &Moment) -> bool {
    let parts = |word: &str| condition.get(word).and_then(Json::as_array);
    let part = |part: &Json| holds(part, has, moment);
    if let Some(all) = parts("and") {
        return all.iter().all(part);
    }
    if let Some(any) = parts("or") {
        return any.iter().any(part);
    }
    if let Some(not) = condition.get("not") {
        return !holds(not, has, moment);
    }
    let found = condition.get("field").and_then(Json::as_str).and_then(has);
    let op = condition.get("op").and_then(Json::as_str).unwrap_or("eq");
    let operand = condition.get("value").unwrap_or(&Json::Null);
    found.is_some_and(|(ty, value)| passes(ty, &value, op, operand, moment))
}

/// The names of the fields that a condition tests.
pub fn tested(condition: &Json) -> Vec<&str> {
    match condition {
        Json::Object(map) => {
            let own = map.get("field").and_then(Json::as_str);
            let within = ["and", "or", "not"].into_iter().filter_map(|word| map.get(word));
            own.into_iter().chain(within.flat_map(tested)).collect()
        }
        Json::Array(parts) => parts.iter().flat_map(tested).collect(),
        _ => Vec::new(),
    }
}

/// Whether there is no value: nothing, no text, nothing chosen.
pub fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(amount) => amount.get("amount").is_some_and(is_nothing),
        _ => false,
    }
}

/// One test, as `query::parse` reads it: what has no value passes `ne`, `nin` and `is_null` only.
fn passes(ty: Type, value: &Json, op: &str, operand: &Json, moment: &Moment) -> bool {
    let nothing = is_nothing(value);
    let one = |op: &str, operand: &Json| passes(ty, value, op, operand, moment);
    let items = || operand.as_array().into_iter().flatten();
    match op {
        "is_null" => operand.as_bool() == Some(nothing),
        "eq" | "ne" if operand.is_null() => nothing == (op == "eq"),
        "ne" => !one("eq", operand),
        "nin" => !one("in", operand),
        _ if nothing => false,
        "in" => {
            let each = if value.is_array() { "contains" } else { "eq" };
            items().any(|item| one(each, item))
        }
        "between" => {
            matches!(operand.as_array().map(Vec::as_slice), Some([from, to]) if one("gte", from) && one("lte", to))
        }
        "contains" if value.is_array() => {
            let item = meant(ty, operand, moment);
            value
                .as_array()
                .is_some_and(|items| items.iter().any(|has| has.as_str() == Some(item)))
        }
        "contains" => folded(value).contains(&folded(operand)),
        "starts_with" => folded(value).starts_with(&folded(operand)),
        _ => match compared(ty, value, operand, moment) {
            Some((from, to)) => match op {
                "eq" => from.is_ge() && to.is_le(),
                "lt" => from.is_lt(),
                "lte" => to.is_le(),
                "gt" => to.is_gt(),
                "gte" => from.is_ge(),
                _ => false,
            },
            None => op == "eq" && is_same(ty, value, operand, moment),
        },
    }
}

/// A text as it is looked for in others: without case and width. Less than the search folds, which takes tables that the app
/// does not carry.
fn folded(text: &Json) -> String {
    let half = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    };
    text.as_str()
        .unwrap_or_default()
        .chars()
        .map(half)
        .collect::<String>()
        .to_lowercase()
}

/// A value that is compared with, where `me` is somebody.
fn meant<'a>(ty: Type, operand: &'a Json, moment: &Moment<'a>) -> &'a str {
    match operand.as_str().unwrap_or_default() {
        "me" if matches!(ty, Type::Id | Type::Ids) => moment.me,
        text => text,
    }
}

fn is_same(ty: Type, value: &Json, operand: &Json, moment: &Moment) -> bool {
    match (value.as_str(), ty) {
        (Some(text), Type::Email) => text.trim().eq_ignore_ascii_case(meant(ty, operand, moment).trim()),
        (Some(text), _) => text.trim() == meant(ty, operand, moment).trim(),
        (None, _) => value == operand,
    }
}

/// How a value stands to the first and to the last of what it is compared with, which a relative date has many of. None where
/// there is no order.
fn compared(ty: Type, value: &Json, operand: &Json, moment: &Moment) -> Option<(Ordering, Ordering)> {
    let between = |value: i128, from: i128, to: i128| Some((value.cmp(&from), value.cmp(&to)));
    match ty {
        Type::Int | Type::Decimal | Type::Number => {
            let operand = number(operand)?;
            between(number(value)?, operand, operand)
        }
        Type::Money => {
            let text = operand.as_str().map_or_else(|| operand.to_string(), str::to_owned);
            let operand = parse_decimal(&text, moment.currency)?.into();
            between(worth(value, moment.currency)?.into(), operand, operand)
        }
        Type::Day => {
            let (from, to) = days(operand.as_str()?, moment)?;
            let value = parse_day(value.as_str()?)?;
            Some((value.cmp(&from), value.cmp(&to.pred_opt()?)))
        }
        Type::Instant => {
            let value = Instant::parse(value.as_str()?)?.micros();
            let text = operand.as_str()?;
            if let Some(at) = Instant::parse(text) {
                let at = at.micros().into();
                return between(value.into(), at, at);
            }
            let (from, to) = days(text, moment)?;
            let start = |day| i128::from((moment.day_start)(day).micros());
            between(value.into(), start(from), start(to) - 1)
        }
        _ => None,
    }
}

/// The first day that is meant, and the one after the last.
fn days(text: &str, moment: &Moment) -> Option<(Day, Day)> {
    match parse_day(text) {
        Some(day) => Some((day, day.succ_opt()?)),
        None => dates::range(text, moment.today, moment.fiscal_start),
    }
}

/// Decimals of a number, more than any field keeps.
const PLACES: usize = 10;

/// A number in units of its last place.
fn number(json: &Json) -> Option<i128> {
    let text = match json {
        Json::Number(number) => number.to_string(),
        json => json.as_str()?.trim().to_owned(),
    };
    let (digits, sign) = text.strip_prefix('-').map_or((text.as_str(), 1), |digits| (digits, -1));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 20 || rest.len() > PLACES || !plain(whole) || !plain(rest) {
        return None;
    }
    format!("{whole}{rest:0<PLACES$}")
        .parse::<i128>()
        .ok()
        .map(|ticks| ticks * sign)
}

/// An amount in units of the base currency. One that is being typed has no rate yet, and counts as it is until it is stored.
fn worth(amount: &Json, base: Currency) -> Option<i64> {
    let currency = Currency::from_code(amount["currency"].as_str()?)?;
    let minor = parse_decimal(amount["amount"].as_str()?, currency)?;
    match currency == base {
        true => Some(minor),
        false => {
            let rate = amount["rate"].as_str().map_or(Some(Rate::ONE), Rate::parse);
            rate?.convert(minor, currency, base)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn day(text: &str) -> Day {
        parse_day(text).expect("a day")
    }

    fn start(day: Day) -> Instant {
        // East of UTC by eight hours.
        Instant::from(day.and_time(chrono::NaiveTime::MIN).and_utc()).plus_seconds(-8 * 3600)
    }

    fn test(ty: Type, value: Json, condition: &Json) -> bool {
        let moment = Moment {
            today: day("2026-11-22"),
            day_start: &start,
            fiscal_start: 4,
            currency: Currency::CNY,
            me: "11111111-1111-7111-8111-111111111111",
        };
        holds(condition, &|name| (name == "x").then(|| (ty, value.clone())), &moment)
    }

    fn leaf(op: &str, value: Json) -> Json {
        json!({ "field": "x", "op": op, "value": value })
    }

    #[test]
    fn values_pass_as_a_list_would_find_them() {
        let cny = |amount: &str| json!({ "amount": amount, "currency": "CNY" });
        let usd = json!({ "amount": "10.00", "currency": "USD", "rate": "7.1" });
        let me = json!("11111111-1111-7111-8111-111111111111");
        for (ty, value, op, operand, wanted) in [
            (Type::Choice(&[]), json!("company"), "eq", json!("company"), true),
            (Type::Choice(&[]), json!("person"), "ne", json!("company"), true),
            (Type::Choice(&[]), Json::Null, "eq", json!("company"), false),
            (Type::Choice(&[]), Json::Null, "ne", json!("company"), true),
            (Type::Choice(&[]), json!("b"), "in", json!(["a", "b"]), true),
            (Type::Choice(&[]), Json::Null, "nin", json!(["a"]), true),
            (Type::Text, json!("  "), "is_null", json!(true), true),
            (Type::Text, json!("A股份"), "contains", json!("ａ"), true),
            (Type::Text, json!("Ship yard"), "starts_with", json!("SHIP"), true),
            (Type::Text, json!("ship"), "eq", json!("Ship"), false),
            (Type::Email, json!("A@b.cn"), "eq", json!("a@B.cn"), true),
            (Type::Int, json!(5), "gte", json!(5), true),
            (Type::Int, json!(5), "gt", json!(5), false),
            (Type::Int, json!("no number"), "gte", json!(5), false),
            (Type::Number, json!("-12.5"), "lt", json!("-12.4999"), true),
            (Type::Number, json!("12.50"), "eq", json!(12.5), true),
            (Type::Money, cny("100.00"), "gte", json!("100"), true),
            (Type::Money, cny("99.99"), "gte", json!(100), false),
            (Type::Money, usd.clone(), "eq", json!("71"), true),
            (
                Type::Money,
                json!({ "amount": "10", "currency": "USD" }),
                "gt",
                json!("10"),
                false,
            ),
            (Type::Money, cny(""), "is_null", json!(true), true),
            (Type::Bool, json!(true), "eq", json!(true), true),
            (Type::Bool, json!(false), "ne", json!(true), true),
            (Type::Id, me.clone(), "eq", json!("me"), true),
            (Type::Ids, json!([me]), "contains", json!("me"), true),
            (Type::Tags, json!(["a", "b"]), "contains", json!("b"), true),
            (Type::Tags, json!(["a"]), "in", json!(["c", "a"]), true),
            (Type::Tags, json!([]), "is_null", json!(true), true),
            (Type::Day, json!("2026-11-22"), "eq", json!("today"), true),
            (Type::Day, json!("2026-11-23"), "lt", json!("today"), false),
            (Type::Day, json!("2026-11-21"), "lt", json!("today"), true),
            (Type::Day, json!("2026-11-30"), "lte", json!("this_month"), true),
            (Type::Day, json!("2026-12-01"), "gt", json!("this_month"), true),
            (
                Type::Day,
                json!("2026-10-05"),
                "between",
                json!(["2026-10-01", "2026-10-05"]),
                true,
            ),
            (Type::Instant, json!("2026-11-21T16:00:00Z"), "eq", json!("today"), true),
            (
                Type::Instant,
                json!("2026-11-21T15:59:59.999999Z"),
                "eq",
                json!("today"),
                false,
            ),
            (
                Type::Instant,
                json!("2026-11-22T00:00:00+08:00"),
                "gte",
                json!("2026-11-22"),
                true,
            ),
            (Type::Text, json!("x"), "like", json!("x"), false),
        ] {
            assert_eq!(
                test(ty, value.clone(), &leaf(op, operand.clone())),
                wanted,
                "{value} {op} {operand}"
            );
        }
    }

    #[test]
    fn conditions_nest_and_name_their_fields() {
        let both = json!({ "and": [leaf("gte", json!(1)), { "not": { "or": [leaf("eq", json!(3)), leaf("eq", json!(4))] } }] });
        let passing: Vec<i64> = (0..6).filter(|n| test(Type::Int, json!(n), &both)).collect();
        assert_eq!(passing, [1, 2, 5]);
        assert_eq!(tested(&both), ["x", "x", "x"]);
        let gone = json!({ "field": "gone", "op": "is_null", "value": true });
        assert!(!test(Type::Int, json!(1), &gone));
        assert!(!test(Type::Int, json!(1), &json!({})));
    }

    proptest! {
        /// Numbers compare as numbers do, and each test and its opposite part all values that are there.
        #[test]
        fn tests_agree_with_one_another(a in -9_999i64..9_999, b in -9_999i64..9_999, places in 0usize..3) {
            let text = |n: i64| format!("{}{}.{:0>2}", if n < 0 { "-" } else { "" }, n.abs() / 100, n.abs() % 100);
            let (x, y) = (json!(text(a)), json!(if places == 0 { text(b) } else { format!("{}0", text(b)) }));
            let is = |op: &str| test(Type::Number, x.clone(), &leaf(op, y.clone()));
            prop_assert_eq!(is("lt"), a < b);
            prop_assert_eq!(is("gte"), a >= b);
            prop_assert_eq!(is("lte"), a <= b);
            prop_assert_eq!(is("eq"), a == b);
            prop_assert_eq!(is("eq"), !is("ne"));
            prop_assert_eq!(test(Type::Number, x.clone(), &leaf("in", json!([y.clone()]))), a == b);
            prop_assert_eq!(test(Type::Number, x.clone(), &leaf("between", json!([y.clone(), y.clone()]))), a == b);
        }

        /// Whatever is typed, looking at it neither fails nor passes both a condition and its opposite.
        #[test]
        fn whatever_is_typed_is_looked_at(value in "\\PC{0,12}", operand in "\\PC{0,12}", op in "eq|ne|lt|gte|in|nin|contains|starts_with|between|is_null") {
            for ty in [Type::Text, Type::Int, Type::Number, Type::Money, Type::Day, Type::Instant, Type::Bool, Type::Tags] {
                let condition = leaf(&op, json!(operand));
                let passed = test(ty, json!(value), &condition);
                prop_assert_eq!(test(ty, json!(value), &json!({ "not": condition })), !passed);
            }
        }
    }
}
