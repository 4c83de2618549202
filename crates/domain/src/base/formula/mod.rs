//! Formulas: what a firm has computed from the other fields of a record. Read and checked when they are written down, computed
//! whenever a record is; where a value is missing, or there is none such as that of a division by zero, there is nothing.

mod exact;
mod function;
mod read;

use super::any::AnyRecord;
use super::custom::Custom;
use super::record::Field;
use super::value::{FieldType, Number, Row, Type, Val};
use crate::error::Issue;
use crate::money::{Currency, Money, Rate, decimal};
use crate::{Day, Instant};
use chrono::Days;
use exact::Exact;
use function::Unfit;
use read::{Node, Op, Part};
use serde_json::{Value as Json, json};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

pub use read::MOST;

/// What a part of a formula is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ty {
    Number,
    Text,
    Bool,
    Day,
    Instant,
    Money,
}

impl Ty {
    /// In the words of the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Number => "decimal",
            Self::Text => "text",
            Self::Bool => "boolean",
            Self::Day => "day",
            Self::Instant => "instant",
            Self::Money => "money",
        }
    }

    /// The field of a record as a formula reads it; none of one that it cannot.
    pub fn of(field: &Field) -> Option<Self> {
        // They change with each writing, and would have the formula computed once more.
        if matches!(field.name, "version" | "updated_at") {
            return None;
        }
        Some(match field.ty {
            Type::Text | Type::LongText | Type::Email | Type::Phone | Type::Url | Type::Choice(_) => Self::Text,
            Type::Int | Type::Decimal | Type::Number => Self::Number,
            Type::Bool => Self::Bool,
            Type::Day => Self::Day,
            Type::Instant => Self::Instant,
            Type::Money => Self::Money,
            Type::Id | Type::Ids | Type::Tags | Type::Choices(_) | Type::Json => return None,
        })
    }
}

/// A value on the way.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Number(Exact),
    Text(String),
    Bool(bool),
    Day(Day),
    Instant(Instant),
    Money(Exact, Currency),
}

/// The longest text on the way, in characters, and the longest that is kept.
const MOST_TEXT: usize = 10_000;
const KEPT_TEXT: usize = 500;

fn text_of(text: String) -> Option<Value> {
    (text.chars().count() <= MOST_TEXT).then_some(Value::Text(text))
}

impl Value {
    /// None where there is no order: amounts in two currencies.
    fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.order(*b),
            (Self::Money(a, one), Self::Money(b, two)) if one == two => a.order(*b),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Day(a), Self::Day(b)) => Some(a.cmp(b)),
            (Self::Instant(a), Self::Instant(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// As it stands within a text.
    fn written(&self) -> Option<String> {
        Some(match self {
            Self::Number(number) => Number::from_ticks(number.rounded(Number::DECIMALS)?)?.to_string(),
            Self::Text(text) => text.clone(),
            Self::Bool(yes) => yes.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Instant(at) => at.to_string(),
            Self::Money(amount, currency) => {
                format!(
                    "{} {}",
                    decimal(amount.rounded(currency.decimals())?, *currency),
                    currency.code()
                )
            }
        })
    }

    /// A stored value as a formula reads it.
    fn of(field: &Field, values: &[Val]) -> Option<Self> {
        if field.ty == Type::Money {
            let amount = <Option<Money> as FieldType>::take(&mut Row::new(values.to_vec())).ok()??;
            return Self::amount(amount);
        }
        Some(match (values.first()?, field.ty) {
            (Val::Int(ticks), Type::Number) => Self::Number(Exact::scaled(*ticks, Number::DECIMALS)?),
            (Val::Int(ticks), Type::Decimal) => Self::Number(Exact::scaled(*ticks, Rate::DECIMALS)?),
            (Val::Int(number), _) => Self::Number(Exact::whole(*number)),
            (Val::Text(text), _) => Self::Text(text.clone()),
            (Val::Bool(yes), _) => Self::Bool(*yes),
            (Val::Day(day), _) => Self::Day(*day),
            (Val::Instant(at), _) => Self::Instant(*at),
            _ => return None,
        })
    }

    fn amount(amount: Money) -> Option<Self> {
        let exact = Exact::scaled(amount.minor, amount.currency.decimals())?;
        Some(Self::Money(exact, amount.currency))
    }

    /// As the record keeps it; none where it does not fit.
    fn kept(&self) -> Option<Json> {
        Some(match self {
            Self::Number(number) => json!(Number::from_ticks(number.rounded(Number::DECIMALS)?)?),
            Self::Text(text) => {
                let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                let plain = plain.trim();
                let fits = !plain.is_empty() && plain.chars().count() <= KEPT_TEXT;
                fits.then(|| json!(plain))?
            }
            Self::Bool(yes) => json!(yes),
            Self::Day(day) => json!(super::value::parse_day(&day.to_string())?),
            Self::Instant(at) => json!(at),
            Self::Money(amount, currency) => {
                let minor = amount
                    .rounded(currency.decimals())
                    .filter(|minor| Money::fits(*minor))?;
                json!(Money::new(minor, *currency))
            }
        })
    }
}

/// What is wrong with a formula, and at which of its characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    issue: Issue,
}

impl Wrong {
    fn at(at: usize, code: &'static str) -> Self {
        let issue = Issue::at("formula", code).with("position", at + 1);
        Self { issue }
    }

    fn syntax(at: usize) -> Self {
        Self::at(at, "formula_syntax")
    }

    fn with(self, name: &'static str, value: impl ToString) -> Self {
        let issue = self.issue.with(name, value);
        Self { issue }
    }

    /// The same at another place.
    fn moved(self, at: usize) -> Self {
        let ring = self.issue.params.into_iter().filter(|(name, _)| *name == "ring");
        ring.fold(Self::at(at, self.issue.code), |wrong, (name, value)| {
            wrong.with(name, value)
        })
    }

    /// As the API tells it, of the field that has the formula.
    pub fn issue(self) -> Issue {
        self.issue
    }
}

/// What a name in a formula stands for.
pub enum Named {
    /// A field, by its full name.
    Field(&'static str, Ty),
    /// Another formula.
    Formula(&'static str, Rc<Formula>),
    /// A field that formulas do not read, of this type.
    Unfit(&'static str),
    /// The formula itself, or one that needs it: the fields on the way.
    Ring(String),
    /// A formula with which something is wrong.
    Wrong(Wrong),
    Unknown,
}

/// A formula that was read and checked.
#[derive(Debug)]
pub struct Formula {
    root: Node,
    pub ty: Ty,
    /// The fields that it is computed from, also by way of other formulas.
    pub reads: Vec<&'static str>,
    /// The full names of those that it names.
    named: HashMap<String, &'static str>,
    /// After which it is computed: none, those that need none, and so on.
    pub depth: usize,
}

impl Formula {
    /// Reads a formula, and checks it against the fields there are.
    pub fn read(text: &str, of: &mut dyn FnMut(&str) -> Named) -> Result<Self, Wrong> {
        let root = read::read(text)?;
        let mut check = Check {
            of,
            reads: Vec::new(),
            named: HashMap::new(),
            types: HashMap::new(),
            depth: 0,
        };
        let ty = check.ty(&root)?;
        let Check {
            reads, named, depth, ..
        } = check;
        Ok(Self {
            root,
            ty,
            reads,
            named,
            depth,
        })
    }

    /// How what comes of it is read and kept.
    pub fn field(&self, name: &'static str, label: crate::Label) -> Field {
        match self.ty {
            Ty::Number => Field::new::<Option<Number>>(name, label, 0),
            Ty::Text => Field::new::<Option<String>>(name, label, 0).max(KEPT_TEXT as u32),
            Ty::Bool => Field::new::<Option<bool>>(name, label, 0),
            Ty::Day => Field::new::<Option<Day>>(name, label, 0),
            Ty::Instant => Field::new::<Option<Instant>>(name, label, 0),
            Ty::Money => Field::new::<Option<Money>>(name, label, 0),
        }
    }
}

struct Check<'a> {
    of: &'a mut dyn FnMut(&str) -> Named,
    reads: Vec<&'static str>,
    named: HashMap<String, &'static str>,
    types: HashMap<String, Ty>,
    depth: usize,
}

impl Check<'_> {
    fn ty(&mut self, node: &Node) -> Result<Ty, Wrong> {
        let unfit = |at: usize, wanted: &str, found: Ty| {
            let wrong = Wrong::at(at, "formula_types");
            Err(wrong.with("wanted", wanted).with("found", found.word()))
        };
        match &node.part {
            Part::Number(_) => Ok(Ty::Number),
            Part::Text(_) => Ok(Ty::Text),
            Part::Bool(_) => Ok(Ty::Bool),
            Part::Name(name) => self.name(node.at, name),
            Part::Minus(of) => match self.ty(of)? {
                ty @ (Ty::Number | Ty::Money) => Ok(ty),
                found => unfit(of.at, Ty::Number.word(), found),
            },
            Part::Not(of) => match self.ty(of)? {
                Ty::Bool => Ok(Ty::Bool),
                found => unfit(of.at, Ty::Bool.word(), found),
            },
            Part::Two(op, left, right) => {
                let (one, two) = (self.ty(left)?, self.ty(right)?);
                let zero = || {
                    let nothing = |_: &str| None;
                    let never =
                        right.reads_nothing() && matches!(value(right, &nothing), Some(Value::Number(Exact::ZERO)));
                    match never {
                        true => Err(Wrong::at(right.at, "formula_by_zero")),
                        false => Ok(()),
                    }
                };
                match (op, one, two) {
                    (Op::Join, ..) => Ok(Ty::Text),
                    (Op::Or | Op::And, Ty::Bool, Ty::Bool) => Ok(Ty::Bool),
                    (Op::Or | Op::And, Ty::Bool, found) => unfit(right.at, Ty::Bool.word(), found),
                    (Op::Or | Op::And, found, _) => unfit(left.at, Ty::Bool.word(), found),
                    (Op::Equal | Op::Unequal | Op::Less | Op::LessOrEqual | Op::More | Op::MoreOrEqual, one, two) => {
                        match one == two {
                            true => Ok(Ty::Bool),
                            false => unfit(right.at, one.word(), two),
                        }
                    }
                    (Op::Plus | Op::Minus, Ty::Number, Ty::Number) => Ok(Ty::Number),
                    (Op::Plus | Op::Minus, Ty::Money, Ty::Money) => Ok(Ty::Money),
                    (Op::Plus | Op::Minus, Ty::Day, Ty::Number) | (Op::Plus, Ty::Number, Ty::Day) => Ok(Ty::Day),
                    (Op::Minus, Ty::Day, Ty::Day) | (Op::Minus, Ty::Instant, Ty::Instant) => Ok(Ty::Number),
                    (Op::Plus, Ty::Text, Ty::Text) => Ok(Ty::Text),
                    (Op::Times, Ty::Number, Ty::Number) => Ok(Ty::Number),
                    (Op::Times, Ty::Money, Ty::Number) | (Op::Times, Ty::Number, Ty::Money) => Ok(Ty::Money),
                    (Op::By, Ty::Number, Ty::Number) => zero().map(|()| Ty::Number),
                    (Op::By, Ty::Money, Ty::Number) => zero().map(|()| Ty::Money),
                    (Op::By, Ty::Money, Ty::Money) => Ok(Ty::Number),
                    (_, Ty::Number | Ty::Money | Ty::Day | Ty::Instant, found) => {
                        unfit(right.at, Ty::Number.word(), found)
                    }
                    (_, found, _) => unfit(left.at, Ty::Number.word(), found),
                }
            }
            Part::Call(function, arguments) => {
                let types = arguments
                    .iter()
                    .map(|node| self.ty(node))
                    .collect::<Result<Vec<_>, _>>()?;
                function.gives(&types).or_else(|wrong| match wrong {
                    Unfit::Count => Err(Wrong::at(node.at, "formula_arguments").with("function", function.word())),
                    Unfit::Type(place, wanted) => unfit(arguments[place].at, wanted, types[place]),
                })
            }
        }
    }

    fn name(&mut self, at: usize, name: &str) -> Result<Ty, Wrong> {
        if let Some(known) = self.types.get(name) {
            return Ok(*known);
        }
        let (full, ty) = match (self.of)(name) {
            Named::Field(full, ty) => (full, ty),
            Named::Formula(full, other) => {
                self.depth = self.depth.max(other.depth + 1);
                for read in &other.reads {
                    self.read(read);
                }
                (full, other.ty)
            }
            Named::Unfit(ty) => {
                let wrong = Wrong::at(at, "formula_field_type");
                return Err(wrong.with("field", name).with("type", ty));
            }
            Named::Ring(ring) => return Err(Wrong::at(at, "formula_ring").with("ring", ring)),
            // A ring is told of each formula in it; what else is wrong, of the formula that it is wrong with.
            Named::Wrong(wrong) if wrong.issue.code == "formula_ring" => return Err(wrong.moved(at)),
            Named::Wrong(_) => return Err(Wrong::at(at, "formula_field").with("field", name)),
            Named::Unknown => return Err(Wrong::at(at, "formula_field").with("field", name)),
        };
        self.read(full);
        self.named.insert(name.to_owned(), full);
        self.types.insert(name.to_owned(), ty);
        Ok(ty)
    }

    fn read(&mut self, name: &'static str) {
        if !self.reads.contains(&name) {
            self.reads.push(name);
        }
    }
}

impl Node {
    fn reads_nothing(&self) -> bool {
        match &self.part {
            Part::Name(_) => false,
            Part::Minus(of) | Part::Not(of) => of.reads_nothing(),
            Part::Two(_, left, right) => left.reads_nothing() && right.reads_nothing(),
            Part::Call(_, all) => all.iter().all(Self::reads_nothing),
            Part::Number(_) | Part::Text(_) | Part::Bool(_) => true,
        }
    }
}

/// The difference of two days in days, or of two moments.
fn minus(later: Value, earlier: Value) -> Option<Value> {
    const DAY: i128 = 86_400_000_000;
    Some(Value::Number(match (later, earlier) {
        (Value::Day(later), Value::Day(earlier)) => Exact::whole(later.signed_duration_since(earlier).num_days()),
        (Value::Instant(later), Value::Instant(earlier)) => {
            Exact::ratio(i128::from(later.micros()) - i128::from(earlier.micros()), DAY)?
        }
        _ => return None,
    }))
}

/// So many days later; parts of a day are not counted.
fn later(day: Day, days: Exact) -> Option<Value> {
    let days = days.floor()?;
    let by = Days::new(days.unsigned_abs());
    let moved = match days < 0 {
        true => day.checked_sub_days(by),
        false => day.checked_add_days(by),
    };
    moved.map(Value::Day)
}

fn value(node: &Node, of: &dyn Fn(&str) -> Option<Value>) -> Option<Value> {
    match &node.part {
        Part::Number(number) => Some(Value::Number(*number)),
        Part::Text(text) => Some(Value::Text(text.clone())),
        Part::Bool(yes) => Some(Value::Bool(*yes)),
        Part::Name(name) => of(name),
        Part::Minus(inner) => match value(inner, of)? {
            Value::Number(number) => Some(Value::Number(number.negated())),
            Value::Money(amount, currency) => Some(Value::Money(amount.negated(), currency)),
            _ => None,
        },
        Part::Not(inner) => match value(inner, of)? {
            Value::Bool(yes) => Some(Value::Bool(!yes)),
            _ => None,
        },
        Part::Two(op, left, right) => two(*op, value(left, of), value(right, of)),
        Part::Call(function, all) => function.does(all.len(), &|place| value(all.get(place)?, of)),
    }
}

fn two(op: Op, left: Option<Value>, right: Option<Value>) -> Option<Value> {
    use Value::{Bool, Day, Money, Number, Text};
    match (op, &left, &right) {
        // What is not known decides nothing where the other does.
        (Op::And, Some(Bool(false)), _) | (Op::And, _, Some(Bool(false))) => return Some(Bool(false)),
        (Op::Or, Some(Bool(true)), _) | (Op::Or, _, Some(Bool(true))) => return Some(Bool(true)),
        (Op::Join, ..) => {
            let part = |value: &Option<Value>| value.as_ref().map_or(Some(String::new()), Value::written);
            return text_of(part(&left)? + &part(&right)?);
        }
        _ => {}
    }
    let (left, right) = (left?, right?);
    let order = |wanted: fn(Ordering) -> bool| left.order(&right).map(wanted).map(Bool);
    match op {
        Op::Equal => return order(Ordering::is_eq),
        Op::Unequal => return order(Ordering::is_ne),
        Op::Less => return order(Ordering::is_lt),
        Op::LessOrEqual => return order(Ordering::is_le),
        Op::More => return order(Ordering::is_gt),
        Op::MoreOrEqual => return order(Ordering::is_ge),
        _ => {}
    }
    match (op, left, right) {
        (Op::And | Op::Or, Bool(one), Bool(_)) => Some(Bool(one)),
        (Op::Plus, Number(a), Number(b)) => a.plus(b).map(Number),
        (Op::Minus, Number(a), Number(b)) => a.minus(b).map(Number),
        (Op::Times, Number(a), Number(b)) => a.times(b).map(Number),
        (Op::By, Number(a), Number(b)) => a.by(b).map(Number),
        (Op::Plus, Money(a, one), Money(b, two)) if one == two => Some(Money(a.plus(b)?, one)),
        (Op::Minus, Money(a, one), Money(b, two)) if one == two => Some(Money(a.minus(b)?, one)),
        (Op::By, Money(a, one), Money(b, two)) if one == two => a.by(b).map(Number),
        (Op::Times, Money(a, currency), Number(b)) | (Op::Times, Number(b), Money(a, currency)) => {
            Some(Money(a.times(b)?, currency))
        }
        (Op::By, Money(a, currency), Number(b)) => Some(Money(a.by(b)?, currency)),
        (Op::Plus, Text(a), Text(b)) => text_of(a + &b),
        (Op::Plus, Day(day), Number(days)) | (Op::Plus, Number(days), Day(day)) => later(day, days),
        (Op::Minus, Day(day), Number(days)) => later(day, days.negated()),
        (Op::Minus, one, two) => minus(one, two),
        _ => None,
    }
}

/// What the formulas of a kind give for a record, in an order in which each finds what it needs: by key, nothing where there is
/// nothing.
pub fn computed(record: &AnyRecord) -> Vec<(&'static Custom, Option<Json>)> {
    let kind = record.kind();
    let formulas = kind
        .custom()
        .filter_map(|(field, custom)| Some((field, custom, custom.formula?)));
    let mut formulas: Vec<_> = formulas.collect();
    formulas.sort_by_key(|(.., formula)| formula.depth);
    // What was computed before is read as exactly as it came out.
    let mut known: HashMap<&'static str, Option<Value>> = HashMap::new();
    let mut all = Vec::with_capacity(formulas.len());
    for (field, custom, formula) in formulas {
        let of = |name: &str| {
            let full = formula.named.get(name)?;
            if let Some(computed) = known.get(full) {
                return computed.clone();
            }
            let field = kind.field(full)?;
            match field.custom {
                None => Value::of(field, record.values_of(field.name)),
                Some(custom) => {
                    let json = record.custom().get(custom.key)?;
                    match field.ty {
                        Type::Money => Value::amount(custom.amount(json)?),
                        _ => Value::of(field, &[custom.stored(json)?]),
                    }
                }
            }
        };
        let value = value(&formula.root, &of);
        all.push((custom, value.as_ref().and_then(Value::kept)));
        known.insert(field.name, value);
    }
    all
}

#[cfg(test)]
mod tests;
