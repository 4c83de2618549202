//! Product lines of an opportunity.

use crate::Id;
use crate::error::Issue;
use crate::money::{Currency, Money, decimal, parse_decimal};
use crate::record::Field;
use crate::value::{Corrupt, FieldType, Row, Storage, Type, Val, parse_id, whole};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// So much of a product at a price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub product_id: Id,
    /// Thousandths, so that 1.5 hours can be sold: 1500.
    #[serde(with = "thousandths")]
    pub quantity: i64,
    pub price: Money,
    /// Percent off, 0 to 100.
    pub discount: i64,
}

/// The greatest quantity, in thousandths: a thousand million.
pub const MOST: i64 = 1_000_000_000_000;

impl Line {
    /// Price × quantity less discount, in minor units, rounded half away from zero. None if it does not fit.
    pub fn total(&self) -> Option<i64> {
        let exact = i128::from(self.price.minor) * i128::from(self.quantity) * i128::from(100 - self.discount);
        let half = 50_000 * exact.signum();
        i64::try_from((exact + half) / 100_000).ok()
    }
}

/// All lines of an opportunity, in order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lines(pub Vec<Line>);

impl Lines {
    /// The sum of all lines; none without lines, or where it does not fit or currencies differ.
    pub fn total(&self) -> Option<Money> {
        let currency = self.0.first()?.price.currency;
        let mut sum = 0i64;
        for line in &self.0 {
            if line.price.currency != currency {
                return None;
            }
            sum = sum.checked_add(line.total()?)?;
        }
        Some(Money::new(sum, currency)).filter(|m| Money::fits(m.minor))
    }
}

mod thousandths {
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &i64, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&super::write_quantity(*value))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        super::read_quantity(&text).ok_or_else(|| serde::de::Error::custom("no quantity"))
    }
}

fn write_quantity(value: i64) -> String {
    let text = format!("{}.{:03}", value / 1000, value % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn read_quantity(text: &str) -> Option<i64> {
    // A currency of three decimals reads exactly what a quantity may be.
    let thousandths = Currency::from_code("KWD")?;
    parse_decimal(text, thousandths).filter(|q| (1..=MOST).contains(q))
}

/// What is told of a quantity that is none.
pub fn invalid_quantity(pointer: &str) -> Issue {
    Issue::new(pointer, "invalid_quantity").with("max", write_quantity(MOST))
}

fn line(json: Json, at: &str) -> Result<Line, Issue> {
    let issue = |name: &str, code| Issue::new(format!("{at}/{name}"), code);
    let Json::Object(mut map) = json else {
        return Err(Issue::new(at, "wrong_type").with("type", "object"));
    };
    let product_id = match map.remove("product_id").unwrap_or_default() {
        Json::Null => Err(issue("product_id", "required")),
        given => {
            let id = given.as_str().and_then(parse_id);
            id.ok_or_else(|| issue("product_id", "wrong_type").with("type", Type::Id.name()))
        }
    }?;
    let quantity = match map.remove("quantity") {
        None => Some(1000),
        Some(Json::String(s)) => read_quantity(&s),
        Some(Json::Number(n)) => read_quantity(&n.to_string()),
        Some(_) => None,
    }
    .ok_or_else(|| invalid_quantity(&format!("{at}/quantity")))?;
    let price_field = Field::new::<Money>("price", crate::Label::new("单价", "Price"), 0).range(0, i64::MAX);
    let price = Money::parse(map.remove("price").unwrap_or_default(), &price_field).map_err(|i| i.within(at))?;
    let discount = match map.remove("discount") {
        None => Some(0),
        Some(v) => whole(&v).filter(|d| (0..=100).contains(d)),
    }
    .ok_or_else(|| issue("discount", "out_of_range").with("min", 0).with("max", 100))?;
    if let Some(unknown) = map.keys().next() {
        return Err(issue(unknown, "unknown_field").with("field", unknown));
    }
    Ok(Line {
        product_id,
        quantity,
        price,
        discount,
    })
}

impl FieldType for Lines {
    const REQUIRED: bool = false;
    const TYPE: Type = Type::Json;
    const COLUMNS: &'static [(&'static str, Storage)] = &[("", Storage::Json)];

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn parse(json: Json, field: &Field) -> Result<Self, Issue> {
        let Json::Array(items) = json else {
            return Err(Issue::at(field.name, "wrong_type").with("type", "array"));
        };
        if items.len() > 200 {
            return Err(Issue::at(field.name, "too_many").with("max", 200));
        }
        let lines: Vec<Line> = items
            .into_iter()
            .enumerate()
            .map(|(i, item)| line(item, &format!("/{}/{i}", field.name)))
            .collect::<Result<_, _>>()?;
        if let Some(i) = lines.iter().position(|l| l.price.currency != lines[0].price.currency) {
            return Err(Issue::new(
                format!("/{}/{i}/price/currency", field.name),
                "mixed_currencies",
            ));
        }
        let lines = Self(lines);
        if !lines.0.is_empty() && lines.total().is_none() {
            let told = |minor: i64| decimal(minor, lines.0[0].price.currency);
            let issue = Issue::at(field.name, "amount_out_of_range");
            return Err(issue.with("min", told(0)).with("max", told(Money::MOST)));
        }
        Ok(lines)
    }

    fn put(&self, row: &mut Vec<Val>) {
        row.push(Val::Json(serde_json::to_value(self).unwrap_or_default()));
    }

    fn take(row: &mut Row) -> Result<Self, Corrupt> {
        match row.value()? {
            Val::Json(json) => serde_json::from_value(json).map_err(|_| Corrupt("lines")),
            _ => Err(Corrupt("lines")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_round_half_away_from_zero() {
        let line = |minor, quantity, discount| Line {
            product_id: Id::now_v7(),
            quantity,
            price: Money::new(minor, Currency::CNY),
            discount,
        };
        assert_eq!(line(999, 1500, 0).total(), Some(1499)); // 1498.5
        assert_eq!(line(10_000, 3000, 15).total(), Some(25_500));
        assert_eq!(line(i64::MAX, 2000, 0).total(), None);
        assert_eq!(write_quantity(1500), "1.5");
        assert_eq!(write_quantity(20_000), "20");
        assert_eq!(read_quantity("0"), None);
    }
}
