//! How a value fits a field whose type was changed: nothing of it is lost, or it does not fit.

use super::custom;
use super::record::Field;
use super::value::Type;
use crate::Currency;
use serde_json::{Value as Json, json};

/// A stored value as the field stores it from now on; none where it does not fit.
pub fn fitted(value: &Json, to: &Field, base: Currency) -> Option<Json> {
    let several = matches!(to.ty, Type::Tags | Type::Ids | Type::Choices(_));
    match (value, several) {
        (Json::Array(items), true) => {
            let items: Option<Vec<Json>> = items.iter().map(|item| listed(item, to)).collect();
            kept(to, Json::Array(items?))
        }
        (Json::Array(items), false) => match &items[..] {
            [item] => one(item, to, base),
            items => {
                let texts: Option<Vec<String>> = items.iter().map(said).collect();
                to.ty.is_text().then(|| kept(to, json!(texts?.join(", "))))?
            }
        },
        (value, true) => kept(to, json!([listed(value, to)?])),
        (value, false) => one(value, to, base),
    }
}

/// A value as people read it.
pub fn said(value: &Json) -> Option<String> {
    Some(match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(yes) => yes.to_string(),
        Json::Object(amount) => {
            let part = |name: &str| amount.get(name).and_then(Json::as_str);
            format!("{} {}", part("amount")?, part("currency")?)
        }
        Json::Array(items) => items.iter().map(said).collect::<Option<Vec<_>>>()?.join(", "),
        Json::Null => return None,
    })
}

fn kept(to: &Field, json: Json) -> Option<Json> {
    custom::read(to, json).ok().flatten()
}

/// One among several.
fn listed(value: &Json, to: &Field) -> Option<Json> {
    let text = said(value)?;
    match to.ty {
        Type::Choices(_) => Some(json!(chosen(&text, to)?)),
        _ => Some(json!(text)),
    }
}

fn one(value: &Json, to: &Field, base: Currency) -> Option<Json> {
    if let Some(same) = kept(to, value.clone()) {
        return Some(same);
    }
    let text = said(value)?;
    kept(
        to,
        match to.ty {
            Type::Int => json!(whole(&plain(&text)?)?),
            Type::Number => json!(plain(&text)?),
            Type::Bool => json!(match text.to_lowercase().as_str() {
                "true" | "yes" | "y" | "1" | "是" => true,
                "false" | "no" | "n" | "0" | "否" => false,
                _ => return None,
            }),
            Type::Day => json!(day(&text)?),
            Type::Money => {
                let (amount, currency) = amount(&text, base);
                json!({ "amount": plain(amount)?, "currency": currency })
            }
            Type::Choice(_) => json!(chosen(&text, to)?),
            _ => json!(text),
        },
    )
}

/// A choice by its value, or by what it is called.
fn chosen(text: &str, to: &Field) -> Option<&'static str> {
    let (Type::Choice(all) | Type::Choices(all)) = to.ty else {
        return None;
    };
    let named = |c: &&super::value::Choice| c.label.zh == text || c.label.en == text;
    let found = all.iter().find(|c| c.key == text).or_else(|| all.iter().find(named));
    found.map(|choice| choice.key)
}

/// A number without the signs between its thousands, which stand where they belong or not at all.
fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|group| group.len() == 3));
    let fits = grouped && number(first) && rest.iter().all(|group| number(group)) && number(fraction);
    fits.then(|| format!("{sign}{first}{}.{fraction}", rest.concat()))
}

fn whole(number: &str) -> Option<i64> {
    let (whole, fraction) = number.split_once('.')?;
    let nothing = fraction.bytes().all(|b| b == b'0');
    nothing.then(|| whole.parse().ok())?
}

/// An amount and its currency; what names none is in the base currency.
fn amount(text: &str, base: Currency) -> (&str, &str) {
    match text.split_once(' ') {
        Some((amount, currency)) if Currency::from_code(currency).is_some() => (amount, currency),
        Some((currency, amount)) if Currency::from_code(currency).is_some() => (amount, currency),
        _ => (text, base.code()),
    }
}

/// `2026/1/31` as `2026-01-31`.
fn day(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [year, month, day] = parts[..] else { return None };
    (year.len() == 4).then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Email, Number, PickedMany};
    use crate::{Day, Label, Money};

    fn field(ty: &str) -> Field {
        const CHOICES: &[super::super::value::Choice] = &[
            super::super::value::Choice {
                key: "a",
                label: Label::new("甲", "First"),
            },
            super::super::value::Choice {
                key: "b",
                label: Label::new("乙", "Second"),
            },
        ];
        let label = Label::new("x", "x");
        match ty {
            "text" => Field::new::<Option<String>>("x", label, 0),
            "integer" => Field::new::<Option<i64>>("x", label, 0),
            "decimal" => Field::new::<Option<Number>>("x", label, 0),
            "boolean" => Field::new::<Option<bool>>("x", label, 0),
            "day" => Field::new::<Option<Day>>("x", label, 0),
            "money" => Field::new::<Option<Money>>("x", label, 0),
            "email" => Field::new::<Option<Email>>("x", label, 0),
            "choice" => Field::choice("x", label, 0, CHOICES),
            "choices" => {
                let mut field = Field::new::<PickedMany>("x", label, 0);
                field.ty = Type::Choices(CHOICES);
                field
            }
            _ => Field::new::<Vec<String>>("x", label, 0),
        }
    }

    #[test]
    fn what_fits_loses_nothing_and_the_rest_does_not_fit() {
        let amount = |amount: &str, currency: &str| json!({ "amount": amount, "currency": currency });
        for (value, ty, fits) in [
            (json!("-123"), "integer", Some(json!(-123))),
            (json!("-1,234"), "integer", Some(json!(-1234))),
            (json!("1,234,567.0"), "integer", Some(json!(1_234_567))),
            (json!("12,34"), "integer", None),
            (json!("1.5"), "integer", None),
            (json!("12 Stück"), "integer", None),
            (json!("-1,234.50"), "decimal", Some(json!("-1234.5"))),
            (json!("+3"), "decimal", Some(json!("3"))),
            (json!("1.2345678"), "decimal", None),
            (json!(-7), "decimal", Some(json!("-7"))),
            (json!("12.0"), "integer", Some(json!(12))),
            (json!(-7), "text", Some(json!("-7"))),
            (json!(true), "text", Some(json!("true"))),
            (json!("是"), "boolean", Some(json!(true))),
            (json!("maybe"), "boolean", None),
            (json!("2026/1/31"), "day", Some(json!("2026-01-31"))),
            (json!("2026-02-30"), "day", None),
            (json!("31.1.2026"), "day", None),
            (json!("-5"), "money", Some(amount("-5.00", "CNY"))),
            (json!("1,250.5 USD"), "money", Some(amount("1250.50", "USD"))),
            (amount("12.50", "USD"), "text", Some(json!("12.50 USD"))),
            (amount("12.50", "USD"), "decimal", None),
            (json!("First"), "choice", Some(json!("a"))),
            (json!("乙"), "choices", Some(json!(["b"]))),
            (json!("c"), "choice", None),
            (json!(["a", "b"]), "text", Some(json!("a, b"))),
            (json!(["b"]), "choice", Some(json!("b"))),
            (json!(["a", "b"]), "choice", None),
            (json!(["甲", "b"]), "choices", Some(json!(["a", "b"]))),
            (json!("x"), "tags", Some(json!(["x"]))),
            (json!("A@b.cn"), "email", Some(json!("a@b.cn"))),
            (json!("nobody"), "email", None),
        ] {
            let mut found = fitted(&value, &field(ty), Currency::CNY);
            if let Some(Json::Object(amount)) = &mut found {
                amount.remove("rate");
            }
            assert_eq!(found, fits, "{value} as {ty}");
        }
    }
}
