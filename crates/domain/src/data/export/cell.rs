//! What the value of a field becomes in a cell: a value with a type for workbooks, and plain text for CSV, in forms that our
//! import reads without guessing.

use crate::money::{Currency, decimal};
use crate::policy::{Access, Fields};
use crate::value::{Choice, Type, Val, parse_day, parse_id};
use crate::{Day, Field, Id, Instant, Locale, custom};
use chrono::{Datelike, NaiveDateTime, TimeZone, Timelike};
use serde_json::Value as Json;
use std::borrow::Cow;

/// A value on its way into a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    Empty,
    Text(Cow<'a, str>),
    /// Told as it is; never a formula where it has the shape of a number.
    Phone(Cow<'a, str>),
    Int(i64),
    /// A decimal, as text.
    Decimal(String),
    Bool(bool),
    Day(Day),
    Moment(Instant),
    Money(i64, Currency),
    /// Records that the field refers to.
    Refers(Vec<Id>),
    Texts(Cow<'a, [String]>),
}

/// The value of a field from the columns that hold it, as far as somebody may see it. Of custom fields the columns hold all values.
pub fn cell<'a>(field: &'static Field, values: &'a [Val], seen: &Fields, locale: Locale) -> Cell<'a> {
    if seen.access(field.name) == Access::Hidden {
        return Cell::Empty;
    }
    if let Some(custom) = field.custom {
        let Some(Val::Json(all)) = values.first() else {
            return Cell::Empty;
        };
        let json = all.get(custom.key).unwrap_or(&Json::Null);
        return match seen.reads(field.name) {
            true => of_json(field, json, locale),
            false => text_of(seen.mask(field.name, json.clone())),
        };
    }
    if !seen.reads(field.name) {
        return text_of(seen.mask(field.name, field.json(values).unwrap_or_default()));
    }
    match (field.ty, values) {
        (_, [Val::Null(_), ..] | []) => Cell::Empty,
        (Type::Money, [Val::Int(minor), Val::Text(code), ..]) => match Currency::from_code(code) {
            Some(currency) => Cell::Money(*minor, currency),
            None => Cell::Empty,
        },
        (Type::Choice(choices), [Val::Text(key)]) => Cell::Text(chosen(choices, key, locale).into()),
        (Type::Phone, [Val::Text(text)]) => Cell::Phone(text.into()),
        (_, [Val::Text(text)]) => Cell::Text(text.into()),
        (Type::Int, [Val::Int(number)]) => Cell::Int(*number),
        (_, [Val::Bool(yes)]) => Cell::Bool(*yes),
        (_, [Val::Day(day)]) => Cell::Day(*day),
        (_, [Val::Instant(at)]) => Cell::Moment(*at),
        (_, [Val::Id(id)]) if field.refers.is_some() => Cell::Refers(vec![*id]),
        (_, [Val::Id(id)]) => Cell::Text(id.to_string().into()),
        (Type::Ids, [Val::Texts(ids)]) => Cell::Refers(ids.iter().filter_map(|id| parse_id(id)).collect()),
        (Type::Tags, [Val::Texts(texts)]) => Cell::Texts(texts.into()),
        _ => of_json(field, &field.json(values).unwrap_or_default(), locale).owned(),
    }
}

/// The same from the value as the API tells it.
fn of_json<'a>(field: &Field, json: &'a Json, locale: Locale) -> Cell<'a> {
    let text = || json.as_str().unwrap_or_default();
    match (field.ty, json) {
        (_, Json::Null) => Cell::Empty,
        (Type::Money, amount) => {
            let part = |name: &str| amount.get(name).and_then(Json::as_str);
            let read = part("currency").and_then(Currency::from_code);
            let read = read.and_then(|c| Some((crate::money::parse_decimal(part("amount")?, c)?, c)));
            read.map_or(Cell::Empty, |(minor, currency)| Cell::Money(minor, currency))
        }
        (Type::Choice(choices), _) => Cell::Text(chosen(choices, text(), locale).into()),
        (Type::Choices(choices), Json::Array(keys)) => {
            let labels = keys
                .iter()
                .filter_map(Json::as_str)
                .map(|key| chosen(choices, key, locale).to_owned());
            Cell::Texts(labels.collect::<Vec<_>>().into())
        }
        (Type::Ids, Json::Array(ids)) => Cell::Refers(ids.iter().filter_map(|id| parse_id(id.as_str()?)).collect()),
        (_, Json::Array(texts)) => {
            let texts = texts.iter().filter_map(Json::as_str).map(str::to_owned);
            Cell::Texts(texts.collect::<Vec<_>>().into())
        }
        (Type::Decimal | Type::Number, _) => Cell::Decimal(text().to_owned()),
        (Type::Day, _) => parse_day(text()).map_or(Cell::Empty, Cell::Day),
        (Type::Instant, _) => Instant::parse(text()).map_or(Cell::Empty, Cell::Moment),
        (Type::Phone, _) => Cell::Phone(text().into()),
        (Type::Id, _) if field.refers.is_some() => parse_id(text()).map_or(Cell::Empty, |id| Cell::Refers(vec![id])),
        (_, Json::Bool(yes)) => Cell::Bool(*yes),
        (_, Json::Number(number)) => match number.as_i64() {
            Some(number) => Cell::Int(number),
            None => Cell::Decimal(number.to_string()),
        },
        _ => Cell::Text(text().into()),
    }
}

fn text_of(json: Json) -> Cell<'static> {
    match json {
        Json::String(text) => Cell::Text(text.into()),
        _ => Cell::Empty,
    }
}

fn chosen<'a>(choices: &'static [Choice], key: &'a str, locale: Locale) -> &'a str {
    let found = choices.iter().find(|choice| choice.key == key);
    found.map_or(key, |choice| choice.label.get(locale))
}

impl Cell<'_> {
    fn owned(self) -> Cell<'static> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) => Cell::Text(text.into_owned().into()),
            Self::Phone(text) => Cell::Phone(text.into_owned().into()),
            Self::Int(number) => Cell::Int(number),
            Self::Decimal(text) => Cell::Decimal(text),
            Self::Bool(yes) => Cell::Bool(yes),
            Self::Day(day) => Cell::Day(day),
            Self::Moment(at) => Cell::Moment(at),
            Self::Money(minor, currency) => Cell::Money(minor, currency),
            Self::Refers(ids) => Cell::Refers(ids),
            Self::Texts(texts) => Cell::Texts(texts.into_owned().into()),
        }
    }
}

/// What stands between the entries of a list.
pub const BETWEEN: &str = "; ";

/// Writes a cell as text, with moments on the clocks of a zone and what these are ahead of UTC. References have been named before.
pub fn write<Z: TimeZone>(cell: &Cell, zone: &Z, locale: Locale, out: &mut String) {
    use chrono::Offset;
    match cell {
        Cell::Empty | Cell::Refers(_) => {}
        Cell::Text(text) | Cell::Phone(text) => out.push_str(text),
        Cell::Int(number) => out.push_str(&number.to_string()),
        Cell::Decimal(text) => out.push_str(text),
        Cell::Bool(yes) => out.push_str(yes_or_no(*yes, locale)),
        Cell::Day(day) => put_day(*day, out),
        Cell::Moment(at) => {
            let utc = at.utc();
            let offset = zone.offset_from_utc_datetime(&utc.naive_utc()).fix();
            put_clock(utc.with_timezone(&offset).naive_local(), out);
            let ahead = offset.local_minus_utc();
            out.push(if ahead < 0 { '-' } else { '+' });
            let minutes = ahead.unsigned_abs() / 60;
            digits(minutes / 60, 2, out);
            out.push(':');
            digits(minutes % 60, 2, out);
        }
        Cell::Money(minor, currency) => {
            out.push_str(&decimal(*minor, *currency));
            out.push(' ');
            out.push_str(currency.code());
        }
        Cell::Texts(texts) => out.push_str(&texts.join(BETWEEN)),
    }
}

pub fn yes_or_no(yes: bool, locale: Locale) -> &'static str {
    match (yes, locale) {
        (true, Locale::Zh) => "是",
        (false, Locale::Zh) => "否",
        (true, Locale::En) => "Yes",
        (false, Locale::En) => "No",
    }
}

fn put_day(day: Day, out: &mut String) {
    digits(u32::try_from(day.year()).unwrap_or_default(), 4, out);
    out.push('-');
    digits(day.month(), 2, out);
    out.push('-');
    digits(day.day(), 2, out);
}

fn put_clock(at: NaiveDateTime, out: &mut String) {
    put_day(at.date(), out);
    out.push(' ');
    for (part, mark) in [(at.hour(), ":"), (at.minute(), ":"), (at.second(), "")] {
        digits(part, 2, out);
        out.push_str(mark);
    }
    let micros = at.nanosecond() / 1_000;
    if micros > 0 {
        out.push('.');
        digits(micros, 6, out);
    }
}

/// By hand: chrono's formats took as long as all else of a row.
fn digits(mut number: u32, width: usize, out: &mut String) {
    let mut text = [b'0'; 10];
    for place in text[..width].iter_mut().rev() {
        *place = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    out.extend(text[..width].iter().map(|digit| char::from(*digit)));
}

/// Whether a text can only be a number or a telephone number: a sign, then digits and what parts them. A program for tables may
/// show such a cell otherwise, but there is nothing in it that it could run; with an apostrophe before it, the next system
/// would take that as part of the number.
pub fn is_plain(cell: &Cell, text: &str) -> bool {
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    match cell {
        Cell::Int(_) | Cell::Decimal(_) | Cell::Money(..) => true,
        Cell::Phone(_) => {
            let plain = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')');
            text.starts_with('+') && rest.starts_with(|c: char| c.is_ascii_digit()) && rest.chars().all(plain)
        }
        _ => false,
    }
}

/// Where a value of a custom field stands.
pub fn column_of(field: &Field) -> &'static str {
    if field.custom.is_some() {
        custom::ALL
    } else {
        field.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Zone;

    fn written(cell: &Cell) -> String {
        let mut out = String::new();
        let zone: Zone = "Asia/Shanghai".parse().expect("a zone");
        write(cell, &zone, Locale::En, &mut out);
        out
    }

    #[test]
    fn values_have_one_form() {
        let at = |text| Instant::parse(text).expect("a moment");
        for (cell, text) in [
            (Cell::Moment(at("2026-01-05T23:30:00Z")), "2026-01-06 07:30:00+08:00"),
            (
                Cell::Moment(at("2026-01-05T23:30:00.000120Z")),
                "2026-01-06 07:30:00.000120+08:00",
            ),
            (Cell::Day(parse_day("2026-02-03").expect("a day")), "2026-02-03"),
            (Cell::Money(-125_000, Currency::CNY), "-1250.00 CNY"),
            (Cell::Bool(true), "Yes"),
            (Cell::Texts(vec!["a".to_owned(), "b".to_owned()].into()), "a; b"),
            (Cell::Empty, ""),
        ] {
            assert_eq!(written(&cell), text);
        }
    }

    #[test]
    fn only_what_cannot_be_a_formula_is_plain() {
        let phone = |text: &'static str| is_plain(&Cell::Phone(text.into()), text);
        for text in ["+86 138-0000-1111", "+1 (415) 555.0100", "+8613800001111"] {
            assert!(phone(text), "{text}");
        }
        for text in ["+1+1", "-1", "=1", "+A1", "@1", "+86 138 ext. 1", "+", "+(1)"] {
            assert!(!phone(text), "{text}");
        }
        assert!(!is_plain(&Cell::Text("+1".into()), "+1"));
        assert!(is_plain(&Cell::Int(-5), "-5"));
    }
}
