//! When fields are shown and needed, by the layout of their kind: the conditions that the server holds records to, looked at here by
//! the same code while somebody types.

use crate::{
    currency, kinds,
    record::row::Row,
    schema::{Field, Kind, Type},
    state,
};
use domain::{
    Currency, Day, Instant,
    layout::condition::{self, Moment, is_nothing},
    value,
};
use serde_json::Value;

/// What is in a field now: as it is typed, or as the record has it.
pub type Has<'a> = &'a dyn Fn(&str) -> Value;

/// A condition of a field, where its layout has one.
fn of(kind: &'static Kind, field: &Field, name: &str) -> Option<&'static Value> {
    let mut told = kind.told["fields"].as_array()?.iter();
    let told = told.find(|told| told["name"] == field.name)?;
    Some(&told[name]).filter(|condition| !condition.is_null())
}

/// Whether the layout shows a field neither in forms nor on pages.
pub fn is_hidden(kind: &'static Kind, field: &Field) -> bool {
    of(kind, field, "place").is_some_and(|place| place == "hidden")
}

/// Whether a field has a place beside what is there.
pub fn shows(kind: &'static Kind, field: &Field, has: Has) -> bool {
    of(kind, field, "shown_when").is_none_or(|condition| holds(kind, condition, has))
}

/// Whether a record with what is there must have a value in a field.
pub fn needs(kind: &'static Kind, field: &Field, has: Has) -> bool {
    field.required
        || (of(kind, field, "required_when").is_some_and(|condition| holds(kind, condition, has))
            && shows(kind, field, has))
}

/// The fields that a change makes needed and that have no value yet, as far as the person may fill them in.
pub fn newly_needed(kind: &'static Kind, base: &Row, newer: &Row) -> Vec<&'static Field> {
    let of = |row: &Row, field: &Field| needs(kind, field, &|name| row.get(name).clone());
    let lacking = |field: &&Field| {
        kinds::writable(kind, field) && is_nothing(newer.get(field.name)) && of(newer, field) && !of(base, field)
    };
    kind.fields.iter().filter(lacking).collect()
}

fn holds(kind: &'static Kind, condition: &Value, has: Has) -> bool {
    let me = state::me();
    let (me, fiscal_start) = me.map_or((String::new(), 1), |me| (me.id, me.fiscal_start));
    let now = js_sys::Date::new_0();
    let today = Day::from_ymd_opt(now.get_full_year() as i32, now.get_month() + 1, now.get_date());
    let moment = Moment {
        today: today.unwrap_or_default(),
        day_start: &day_start,
        fiscal_start: u32::try_from(fiscal_start).unwrap_or(1),
        currency: Currency::from_code(&currency::base()).unwrap_or(Currency::CNY),
        me: &me,
    };
    condition::holds(condition, &|name| Some((ty(kind.field(name)?.ty), has(name))), &moment)
}

/// The moment a day begins here.
fn day_start(day: Day) -> Instant {
    let midnight = js_sys::Date::parse(&format!("{day}T00:00:00"));
    let unknown = || Instant::from(day.and_time(Default::default()).and_utc());
    match midnight.is_finite() {
        true => Instant::from_micros(midnight as i64 * 1000).unwrap_or_else(unknown),
        false => unknown(),
    }
}

/// How the values of a field are compared.
fn ty(ty: Type) -> value::Type {
    match ty {
        Type::Text => value::Type::Text,
        Type::LongText => value::Type::LongText,
        Type::Email => value::Type::Email,
        Type::Phone => value::Type::Phone,
        Type::Url => value::Type::Url,
        Type::Int => value::Type::Int,
        Type::Bool => value::Type::Bool,
        Type::Id => value::Type::Id,
        Type::Instant => value::Type::Instant,
        Type::Day => value::Type::Day,
        Type::Money => value::Type::Money,
        Type::Decimal => value::Type::Number,
        Type::Choice(_) => value::Type::Choice(&[]),
        Type::Choices(_) => value::Type::Choices(&[]),
        Type::Tags => value::Type::Tags,
        Type::Ids => value::Type::Ids,
        Type::Json => value::Type::Json,
    }
}
