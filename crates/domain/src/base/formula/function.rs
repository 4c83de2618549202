//! The functions of formulas: what each takes, gives and does.

use super::exact::Exact;
use super::{Ty, Value, text_of};
use chrono::Datelike;
use std::cmp::Ordering;

macro_rules! functions {
    ($($name:ident $word:literal,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Function { $($name,)* }

        impl Function {
            const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$name),)*];
        }
    };
}
functions! {
    If "if", Coalesce "coalesce", IsEmpty "is_empty",
    Round "round", Floor "floor", Abs "abs", Min "min", Max "max",
    Length "length", Upper "upper", Lower "lower", Left "left", Right "right",
    Year "year", Month "month", Day "day", DaysBetween "days_between",
}

/// What does not fit a function: how many values it takes, or which of them is of another type than this.
pub enum Unfit {
    Count,
    Type(usize, &'static str),
}

impl Function {
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, function)| *function)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == self)
            .map_or("", |(word, _)| word)
    }

    /// What it gives for values of these types.
    pub fn gives(self, types: &[Ty]) -> Result<Ty, Unfit> {
        let is = |place: usize, wanted: Ty| match types[place] == wanted {
            true => Ok(()),
            false => Err(Unfit::Type(place, wanted.word())),
        };
        let alike = |from: usize| match types[from..].iter().position(|ty| *ty != types[from]) {
            None => Ok(types[from]),
            Some(n) => Err(Unfit::Type(from + n, types[from].word())),
        };
        match (self, types.len()) {
            (Self::If, 2 | 3) => is(0, Ty::Bool).and_then(|()| alike(1)),
            (Self::Coalesce, 2..) => alike(0),
            (Self::IsEmpty, 1) => Ok(Ty::Bool),
            (Self::Round, 1 | 2) => {
                if types.len() == 2 {
                    is(1, Ty::Number)?;
                }
                match types[0] {
                    ty @ (Ty::Number | Ty::Money) => Ok(ty),
                    _ => Err(Unfit::Type(0, Ty::Number.word())),
                }
            }
            (Self::Abs, 1) if types[0] == Ty::Money => Ok(Ty::Money),
            (Self::Floor | Self::Abs, 1) => is(0, Ty::Number).map(|()| Ty::Number),
            (Self::Min | Self::Max, 2..) => match types[0] {
                Ty::Number | Ty::Money | Ty::Day | Ty::Instant => alike(0),
                _ => Err(Unfit::Type(0, Ty::Number.word())),
            },
            (Self::Length, 1) => is(0, Ty::Text).map(|()| Ty::Number),
            (Self::Upper | Self::Lower, 1) => is(0, Ty::Text).map(|()| Ty::Text),
            (Self::Left | Self::Right, 2) => is(0, Ty::Text).and_then(|()| is(1, Ty::Number)).map(|()| Ty::Text),
            (Self::Year | Self::Month | Self::Day, 1) => is(0, Ty::Day).map(|()| Ty::Number),
            (Self::DaysBetween, 2) => match types[0] {
                Ty::Day | Ty::Instant => alike(0).map(|_| Ty::Number),
                _ => Err(Unfit::Type(0, Ty::Day.word())),
            },
            _ => Err(Unfit::Count),
        }
    }

    /// What comes of it; `value` computes one of what it takes, when it is needed.
    pub fn does(self, count: usize, value: &dyn Fn(usize) -> Option<Value>) -> Option<Value> {
        let number = |place: usize| match value(place)? {
            Value::Number(number) => Some(number),
            _ => None,
        };
        let text = |place: usize| match value(place)? {
            Value::Text(text) => Some(text),
            _ => None,
        };
        let day = || match value(0)? {
            Value::Day(day) => Some(day),
            _ => None,
        };
        match self {
            Self::If => match value(0) {
                Some(Value::Bool(true)) => value(1),
                _ if count == 3 => value(2),
                _ => None,
            },
            Self::Coalesce => (0..count).find_map(value),
            Self::IsEmpty => Some(Value::Bool(value(0).is_none())),
            Self::Round => {
                let decimals = match count {
                    2 => u32::try_from(number(1)?.floor()?).ok().filter(|n| *n <= 6)?,
                    _ => 0,
                };
                let rounded = |number: Exact| Exact::scaled(number.rounded(decimals)?, decimals);
                match value(0)? {
                    Value::Number(number) => rounded(number).map(Value::Number),
                    Value::Money(amount, currency) => Some(Value::Money(rounded(amount)?, currency)),
                    _ => None,
                }
            }
            Self::Floor => Some(Value::Number(Exact::whole(number(0)?.floor()?))),
            Self::Abs => match value(0)? {
                Value::Number(number) => Some(Value::Number(number.abs())),
                Value::Money(amount, currency) => Some(Value::Money(amount.abs(), currency)),
                _ => None,
            },
            Self::Min | Self::Max => {
                let wanted = match self {
                    Self::Min => Ordering::Less,
                    _ => Ordering::Greater,
                };
                let mut best = value(0)?;
                for place in 1..count {
                    let next = value(place)?;
                    if next.order(&best)? == wanted {
                        best = next;
                    }
                }
                Some(best)
            }
            Self::Length => Some(Value::Number(Exact::whole(
                i64::try_from(text(0)?.chars().count()).ok()?,
            ))),
            Self::Upper => text_of(text(0)?.to_uppercase()),
            Self::Lower => text_of(text(0)?.to_lowercase()),
            Self::Left | Self::Right => {
                let text = text(0)?;
                let wanted = usize::try_from(number(1)?.floor()?.max(0)).ok()?;
                let skipped = match self {
                    Self::Left => 0,
                    _ => text.chars().count().saturating_sub(wanted),
                };
                text_of(text.chars().skip(skipped).take(wanted).collect())
            }
            Self::Year => Some(Value::Number(Exact::whole(day()?.year().into()))),
            Self::Month => Some(Value::Number(Exact::whole(day()?.month().into()))),
            Self::Day => Some(Value::Number(Exact::whole(day()?.day().into()))),
            Self::DaysBetween => super::minus(value(1)?, value(0)?),
        }
    }
}
