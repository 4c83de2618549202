//! From a cell to the value of a field: what a file may fill in a record kind, and the JSON that its patch reads.

use chrono::{Datelike, NaiveTime, TimeZone};
use serde_json::{Value as Json, json};

use super::closest::fold;
use super::date::{DateScan, DateStyle, date, lacks_year, moment};
use super::mapping::{FieldHint, Guess, guess};
use super::number::{Measure, NumberScan, NumberStyle, amount, number};
use super::problem::{Problem, code};
use super::{cell, closest};
use crate::kind::Extra;
use crate::money::Rate;
use crate::policy::{Access, Fields};
use crate::value::{Choice, Number, Type};
use crate::{Currency, Field, Instant, Kind, Label};

/// What a file may fill: name and label of the importable fields, then of the extra columns.
pub fn targets(kind: &Kind) -> impl Iterator<Item = (&'static str, Label)> {
    let own = kind
        .fields
        .iter()
        .filter(|f| f.can(crate::record::IMPORT))
        .map(|f| (f.name, f.label));
    own.chain(extra(kind).map(|column| (column.name, column.label)))
}

/// The column beside amounts that says their currency or unit.
pub const CURRENCY: &str = "currency";

fn extra(kind: &Kind) -> impl Iterator<Item = Extra> {
    let amount = kind
        .fields
        .iter()
        .find(|f| f.ty == Type::Money && f.can(crate::record::IMPORT));
    let beside = amount.filter(|_| kind.field(CURRENCY).is_none());
    let beside = beside.map(|amount| Extra::new(CURRENCY, "币种", "Currency", amount.name));
    kind.import
        .map_or(&[][..], |import| import.extra)
        .iter()
        .copied()
        .chain(beside)
}

/// The label of something a file may fill.
pub fn label(kind: &Kind, name: &str) -> Option<Label> {
    let column = || extra(kind).find(|column| column.name == name).map(|c| c.label);
    kind.field(name).map(|f| f.label).or_else(column)
}

/// What a file may not fill, for somebody who may set only some of the fields.
pub fn closed(kind: &Kind, fields: &Fields) -> Vec<&'static str> {
    let sets = |name: &'static str| extra(kind).find(|c| c.name == name).map_or(name, |c| c.fills);
    let names = targets(kind).map(|(name, _)| name);
    names.filter(|name| fields.access(sets(name)) > Access::Full).collect()
}

/// The guess for a file of a record kind, without the fields that may not be filled.
pub fn guess_for(kind: &Kind, closed: &[&str], headers: &[String]) -> Vec<Guess> {
    let hints: Vec<FieldHint> = targets(kind)
        .filter(|(name, _)| !closed.contains(name))
        .map(|(name, label)| FieldHint::new(name, [label.zh, label.en]))
        .collect();
    guess(kind.name, &hints, headers)
}

/// How the values of one column are written; found by looking at all of them before any is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Style {
    pub number: NumberStyle,
    pub date: DateStyle,
    /// What the heading says that is counted.
    pub measure: Option<Measure>,
}

/// Looks at a column, value by value.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    numbers: NumberScan,
    dates: DateScan,
}

impl Scan {
    pub fn observe(&mut self, field: &Field, cell: &str) {
        match field.ty {
            Type::Int | Type::Money | Type::Decimal => self.numbers.observe(cell),
            Type::Day | Type::Instant => self.dates.observe(cell),
            _ => {}
        }
    }

    pub fn style(&self) -> Style {
        Style {
            number: self.numbers.style(),
            date: self.dates.style(),
            measure: None,
        }
    }
}

impl Style {
    /// What should be told about how the column is read.
    pub fn remark(&self, column: &str) -> Option<Problem> {
        if self.date.doubtful {
            let order = self.date.order.pattern();
            return Some(
                Problem::new(code::DATE_ORDER_ASSUMED)
                    .with("column", column)
                    .with("order", order),
            );
        }
        let value = self.number.doubtful.as_ref()?;
        Some(
            Problem::value(code::DECIMAL_POINT_ASSUMED, value)
                .with("column", column)
                .with("point", "."),
        )
    }
}

/// What holds for all rows of a file.
#[derive(Debug, Clone)]
pub struct Context<Z> {
    /// Of amounts that name none.
    pub currency: Currency,
    /// Of times that name no offset.
    pub zone: Z,
    /// When work ends on each weekday, Monday first: what is due on a day is due until then.
    pub closing: [NaiveTime; 7],
}

/// A value for a patch, with what deserves a remark.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    pub json: Json,
    pub remark: Option<Problem>,
    /// Values that find no room in the field: second and third numbers.
    pub further: Vec<String>,
}

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        Self {
            json,
            remark: None,
            further: Vec::new(),
        }
    }
}

/// The value that a cell gives to a field, as the kind's patch reads it; none where the cell is empty. A reference gives
/// the name that is to be looked up.
pub fn value<Z: TimeZone>(
    field: &Field,
    cell: &str,
    style: &Style,
    context: &Context<Z>,
    beside: Option<Measure>,
) -> Result<Option<Value>, Problem> {
    let text = cell::clean(cell);
    let optional = field.nullable || matches!(field.ty, Type::Choice(_) | Type::Choices(_));
    if text.is_empty() || optional && cell::is_nothing(text) {
        return Ok(None);
    }
    let counts = matches!(field.ty, Type::Int | Type::Money | Type::Decimal | Type::Number);
    if let Some(digits) = super::number::written_out(text).filter(|_| counts) {
        let remark = Problem::value(code::READ_AS, text).with("taken", &digits);
        let found = value(
            field,
            &digits,
            &Style {
                number: NumberStyle::default(),
                ..style.clone()
            },
            context,
            beside,
        )?;
        return Ok(found.map(|found| Value {
            remark: Some(remark),
            ..found
        }));
    }
    let value: Value = match field.ty {
        Type::Text | Type::Url | Type::Id | Type::Json => json!(one_line(text)).into(),
        Type::LongText => json!(text).into(),
        Type::Email => taken(cell::emails(text)?),
        Type::Phone => taken(cell::phones(text)?),
        Type::Int => json!(number(text, style.number.point)?.integer()?).into(),
        Type::Bool => json!(cell::boolean(text)?).into(),
        Type::Day if lacks_year(text) => Value {
            json: Json::Null,
            remark: Some(Problem::value(code::NO_YEAR, text)),
            further: Vec::new(),
        },
        Type::Day => json!(date(text, style.date)?).into(),
        Type::Instant => {
            let mut said = moment(text, style.date)?;
            if said.time.is_none() && DUE.contains(&field.name) {
                said.time = Some(context.closing[said.day.weekday().num_days_from_monday() as usize]);
            }
            let at = said.utc(&context.zone);
            let at = at.ok_or_else(|| Problem::value(code::NOT_A_TIME, text))?;
            json!(Instant::from(at)).into()
        }
        Type::Money => {
            let measure = match (beside, style.measure) {
                (Some(row), Some(column)) => Measure {
                    unit: if row.unit == 1 { column.unit } else { row.unit },
                    currency: row.currency.or(column.currency),
                },
                (row, column) => row.or(column).unwrap_or(Measure::ONE),
            };
            let near: Vec<Currency> = measure.currency.into_iter().chain([context.currency]).collect();
            let (amount, currency) = amount(text, style.number.point, measure, &near)?;
            let currency = currency.unwrap_or(context.currency);
            let minor = amount.minor(currency.decimals())?;
            json!({ "amount": crate::money::decimal(minor, currency), "currency": currency.code() }).into()
        }
        Type::Decimal => {
            let ticks = number(text, style.number.point)?.minor(Rate::DECIMALS)?;
            let rate = Rate::accepted(ticks).ok_or_else(|| Problem::new("invalid_rate"))?;
            json!(rate).into()
        }
        Type::Number => {
            let ticks = number(text, style.number.point)?.minor(Number::DECIMALS)?;
            let number = Number::from_ticks(ticks).ok_or_else(|| Problem::new("invalid_number"))?;
            json!(number).into()
        }
        Type::Choice(choices) => json!(choice(field, choices, text)?.key).into(),
        Type::Choices(choices) => {
            let keys = cell::list(text)
                .into_iter()
                .map(|text| Ok(choice(field, choices, &text)?.key));
            json!(keys.collect::<Result<Vec<_>, Problem>>()?).into()
        }
        Type::Tags | Type::Ids => json!(cell::list(text)).into(),
    };
    Ok(Some(value))
}

/// Moments that a bare day sets to its end, not to its beginning.
const DUE: [&str; 2] = ["next_follow_up_at", "due_at"];

fn taken(taken: cell::CellValues) -> Value {
    let mut values = taken.values.into_iter();
    Value {
        json: json!(values.next()),
        remark: taken.remark,
        further: values.collect(),
    }
}

/// Line breaks and tabs have no place in a name; a space does as well.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What other systems call the values of closed lists.
const OTHER_WORDS: &[(&str, &[&str])] = &[
    ("won", &["closed won", "win", "成交", "已成交", "已赢单"]),
    ("lost", &["closed lost", "lose", "丢单", "已输单", "失败"]),
    ("open", &["in progress", "跟进中", "进行"]),
    ("company", &["公司", "organization", "business", "企业客户"]),
    ("person", &["individual", "个人客户", "private"]),
    ("new", &["未处理", "未联系", "not contacted", "open not contacted"]),
    (
        "contacted",
        &["跟进中", "attempted to contact", "working", "working contacted"],
    ),
    ("qualified", &["合格", "有效", "pre qualified"]),
    (
        "disqualified",
        &["unqualified", "不合格", "junk lead", "lost lead", "已关闭"],
    ),
    ("off", &["休", "休息", "节假日", "holiday", "day off"]),
    ("working", &["班", "上班", "补班", "调休", "workday", "working day"]),
    ("decider", &["decision maker", "决策人"]),
];

fn choice(field: &Field, choices: &'static [Choice], text: &str) -> Result<&'static Choice, Problem> {
    let wanted = fold(text);
    let also = |key: &str| {
        let words = OTHER_WORDS
            .iter()
            .find(|(k, _)| *k == key)
            .map_or(&[][..], |(_, words)| words);
        words.iter().any(|word| fold(word) == wanted)
    };
    let found = choices
        .iter()
        .find(|c| [c.key, c.label.zh, c.label.en].iter().any(|name| fold(name) == wanted));
    let found = found.or_else(|| choices.iter().find(|c| also(c.key)));
    found.ok_or_else(|| {
        let keys = choices.iter().map(|c| c.key).collect::<Vec<_>>().join(", ");
        Problem::value(code::NOT_A_CHOICE, text)
            .with("field", field.name)
            .with("choices", keys)
    })
}

/// Whether a cell says nothing that a field of a closed list, or a job title, could hold.
pub fn is_unfit(field: &Field, text: &str) -> bool {
    match field.ty {
        Type::Choice(choices) => choice(field, choices, text).is_err() && closest_choice(field, text).is_none(),
        _ => cell::is_salutation(text),
    }
}

/// The value of a closed list that was perhaps meant.
pub fn closest_choice(field: &Field, text: &str) -> Option<&'static str> {
    let Type::Choice(choices) = field.ty else { return None };
    closest(text, choices.iter().flat_map(|c| [c.key, c.label.zh, c.label.en]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Record;
    use crate::record::{Birth, Patch};
    use chrono::FixedOffset;
    use proptest::prelude::*;

    fn context() -> Context<FixedOffset> {
        Context {
            currency: Currency::CNY,
            zone: FixedOffset::east_opt(8 * 3600).expect("in range"),
            closing: [NaiveTime::from_hms_opt(18, 0, 0).expect("a time"); 7],
        }
    }

    fn read(kind: &Kind, field: &str, cell: &str) -> Result<Json, String> {
        let field = kind.field(field).expect("a field");
        let mut scan = Scan::default();
        scan.observe(field, cell);
        let value = value(field, cell, &scan.style(), &context(), None);
        value.map(|v| v.map_or(Json::Null, |v| v.json)).map_err(|p| p.code)
    }

    #[test]
    fn cells_become_what_the_patch_reads() {
        use crate::{contact::Contact, customer::Customer, lead::Lead, opportunity::Opportunity};
        for (kind, field, cell, expected) in [
            (Customer::KIND, "name", " 博艺网\n络 ", json!("博艺网 络")),
            (Customer::KIND, "kind", "公司", json!("company")),
            (Customer::KIND, "kind", "Individual", json!("person")),
            (Customer::KIND, "status", "跟进中", json!("following")),
            (
                Customer::KIND,
                "annual_revenue",
                "￥12万",
                json!({"amount": "120000.00", "currency": "CNY"}),
            ),
            (
                Customer::KIND,
                "annual_revenue",
                "US$ 1,100.04",
                json!({"amount": "1100.04", "currency": "USD"}),
            ),
            (Customer::KIND, "employees", "2,822", json!(2822)),
            (Customer::KIND, "tags", "重点、VIP", json!(["重点", "VIP"])),
            (
                Customer::KIND,
                "next_follow_up_at",
                "2024/1/5 下午3:20",
                json!("2024-01-05T07:20:00.000000Z"),
            ),
            (
                Customer::KIND,
                "next_follow_up_at",
                "2024/1/5",
                json!("2024-01-05T10:00:00.000000Z"),
            ),
            (Customer::KIND, "industry", "Select", Json::Null),
            (Customer::KIND, "annual_revenue", "N/A", Json::Null),
            (Customer::KIND, "name", "N/A", json!("N/A")),
            (Contact::KIND, "birthday", "0/0/00", Json::Null),
            (Contact::KIND, "birthday", "--03-15", Json::Null),
            (Contact::KIND, "do_not_contact", "无", json!(false)),
            (Customer::KIND, "parent_id", " Acme ", json!("Acme")),
            (Customer::KIND, "description", "a\nb", json!("a\nb")),
            (Customer::KIND, "phone", " ", Json::Null),
            (Contact::KIND, "birthday", "20/01/1980", json!("1980-01-20")),
            (Contact::KIND, "do_not_contact", "是", json!(true)),
            (
                Contact::KIND,
                "email",
                "Ada <ada@example.com>",
                json!("ada@example.com"),
            ),
            (Lead::KIND, "status", "Unqualified", json!("disqualified")),
            (Opportunity::KIND, "status", "Closed Won", json!("won")),
            (Opportunity::KIND, "close_on", "2017-03-01", json!("2017-03-01")),
        ] {
            assert_eq!(read(kind, field, cell), Ok(expected), "{field} {cell}");
        }
        assert_eq!(read(Lead::KIND, "status", "contcted"), Err("not_a_choice".into()));
        assert_eq!(
            closest_choice(Lead::KIND.field("status").expect("a field"), "contcted"),
            Some("contacted")
        );
        assert_eq!(read(Customer::KIND, "employees", "many"), Err("not_a_number".into()));
        assert_eq!(
            read(Customer::KIND, "annual_revenue", "1.234567"),
            Err("too_many_decimals".into())
        );
    }

    #[test]
    fn amounts_follow_the_heading_and_the_column_beside() {
        let field = crate::customer::Customer::KIND
            .field("annual_revenue")
            .expect("a field");
        let read = |cell: &str, heading: &str, beside: Option<&str>| {
            let style = Style {
                measure: Measure::of_heading(heading),
                ..Style::default()
            };
            let beside = beside.and_then(|text| Measure::of(text, &[]));
            let value = value(field, cell, &style, &context(), beside)
                .expect("read")
                .expect("some");
            format!(
                "{} {}",
                value.json["amount"].as_str().expect("amount"),
                value.json["currency"].as_str().expect("code")
            )
        };
        assert_eq!(read("12.5", "金额（万元）", None), "125000.00 CNY");
        assert_eq!(read("1000", "Amount (USD)", None), "1000.00 USD");
        assert_eq!(read("1000", "Amount", Some("EUR")), "1000.00 EUR");
        assert_eq!(read("12", "金额（万）", Some("USD")), "120000.00 USD");
        assert_eq!(read("12", "金额", Some("万美元")), "120000.00 USD");
        assert_eq!(read("$12", "Amount", Some("AUD")), "12.00 AUD");
        assert_eq!(read("€12", "Amount (USD)", None), "12.00 EUR");
        assert_eq!(read("12", "Amount", None), "12.00 CNY");
    }

    #[test]
    fn a_column_that_does_not_tell_is_remarked_on() {
        let field = crate::opportunity::Opportunity::KIND
            .field("close_on")
            .expect("a field");
        let mut scan = Scan::default();
        scan.observe(field, "02/03/2024");
        let remark = scan.style().remark("close").expect("doubtful");
        assert_eq!(
            (remark.code.as_str(), remark.params["order"].as_str()),
            ("date_order_assumed", "MM/DD/YYYY")
        );
        scan.observe(field, "25/03/2024");
        assert_eq!(scan.style().remark("close"), None);
    }

    #[test]
    fn every_target_has_a_label() {
        for kind in crate::KINDS {
            for (name, found) in targets(kind) {
                assert_eq!(label(kind, name), Some(found), "{}.{name}", kind.name);
            }
        }
    }

    proptest! {
        /// Whatever a cell says, it is refused with a problem that has a text, or taken by the kind's own patch.
        #[test]
        fn any_cell_is_taken_or_refused(cell in "(.{0,12}|[0-9/., -]{1,12})") {
            for field in crate::customer::Customer::KIND.fields.iter().filter(|f| f.can(crate::record::IMPORT)) {
                match value(field, &cell, &Style::default(), &context(), None) {
                    Ok(Some(value)) if matches!(field.ty, Type::Int | Type::Day | Type::Instant | Type::Choice(_)) => {
                        let map = [("name".to_owned(), json!("x")), (field.name.to_owned(), value.json)].into_iter().collect();
                        let record = crate::customer::CustomerPatch::parse(map, true)
                            .and_then(|p| crate::customer::Customer::create(p, Birth::new(None)));
                        let ranges_only = |e: &crate::Error| matches!(e, crate::Error::Invalid(i) if i.iter().all(|i| i.code == "out_of_range"));
                        prop_assert!(record.as_ref().map_or_else(ranges_only, |_| true), "{:?}", record);
                    }
                    Ok(_) => {}
                    Err(problem) => prop_assert_ne!(problem.text(crate::Locale::En, None), problem.code),
                }
            }
        }
    }
}
