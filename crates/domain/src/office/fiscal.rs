//! Periods of months: calendar and fiscal quarters and years.

use crate::Day;
use chrono::{Datelike, Months};

/// The length of a period, within a year that may begin in any month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Month,
    Quarter,
    Year,
}

impl Unit {
    pub const fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
}

/// How long a year's first month lies back.
fn months_into_year(day: Day, start: u32) -> u32 {
    (day.month0() + 12 - (start.clamp(1, 12) - 1)) % 12
}

/// The period a day lies in, moved by a number of periods: its first day, and the day after its last. `start` is the
/// month in which the year begins, 1 to 12. None beyond the calendar.
pub fn period(day: Day, unit: Unit, start: u32, shift: i32) -> Option<(Day, Day)> {
    let back = months_into_year(day, start) % unit.months();
    let first = day.with_day(1)?.checked_sub_months(Months::new(back))?;
    let by = Months::new(unit.months() * shift.unsigned_abs());
    let first = if shift < 0 {
        first.checked_sub_months(by)?
    } else {
        first.checked_add_months(by)?
    };
    Some((first, first.checked_add_months(Months::new(unit.months()))?))
}

/// What a period is called, by its first day: `2026-04`, `2026-Q2`, `2026`; where the year begins later than January,
/// both years it lies in are named: `2026/27-Q1`.
pub fn name(first: Day, unit: Unit, start: u32) -> String {
    if unit == Unit::Month {
        return first.format("%Y-%m").to_string();
    }
    let into = months_into_year(first, start);
    let begun = if first.month0() < into {
        first.year() - 1
    } else {
        first.year()
    };
    let year = if start <= 1 {
        begun.to_string()
    } else {
        format!("{begun}/{:02}", (begun + 1).rem_euclid(100))
    };
    match unit {
        Unit::Quarter => format!("{year}-Q{}", into / 3 + 1),
        _ => year,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        crate::value::parse_day(text).expect("a day")
    }

    #[test]
    fn periods_of_years_that_begin_in_april() {
        for (at, unit, shift, from, to, called) in [
            ("2026-11-22", Unit::Year, 0, "2026-04-01", "2027-04-01", "2026/27"),
            ("2026-03-31", Unit::Year, 0, "2025-04-01", "2026-04-01", "2025/26"),
            ("2026-03-31", Unit::Quarter, 0, "2026-01-01", "2026-04-01", "2025/26-Q4"),
            (
                "2026-11-22",
                Unit::Quarter,
                -1,
                "2026-07-01",
                "2026-10-01",
                "2026/27-Q2",
            ),
            ("2026-11-22", Unit::Quarter, 2, "2027-04-01", "2027-07-01", "2027/28-Q1"),
            ("1999-05-05", Unit::Year, 0, "1999-04-01", "2000-04-01", "1999/00"),
        ] {
            assert_eq!(period(day(at), unit, 4, shift), Some((day(from), day(to))), "{called}");
            assert_eq!(name(day(from), unit, 4), called);
        }
        assert_eq!(name(day("2026-10-01"), Unit::Quarter, 1), "2026-Q4");
        assert_eq!(name(day("2026-01-01"), Unit::Year, 1), "2026");
        assert_eq!(name(day("2026-02-01"), Unit::Month, 7), "2026-02");
    }

    proptest! {
        #[test]
        fn periods_lie_without_gap_and_names_tell_them_apart(days in 0i32..40_000, start in 1u32..=12, which in 0usize..3, shift in -8i32..8) {
            let unit = [Unit::Month, Unit::Quarter, Unit::Year][which];
            let at = Day::from_num_days_from_ce_opt(700_000 + days).expect("a day");
            let (from, to) = period(at, unit, start, 0).expect("a period");
            prop_assert!(from <= at && at < to);
            prop_assert_eq!(period(to, unit, start, 0).expect("the next").0, to);
            prop_assert_eq!(period(from, unit, start, 1).expect("the next").0, to);
            let moved = period(at, unit, start, shift).expect("a period");
            prop_assert_eq!(period(moved.0, unit, start, -shift), Some((from, to)));
            prop_assert_eq!(name(moved.0, unit, start) == name(from, unit, start), shift == 0);
            if unit == Unit::Year {
                prop_assert_eq!(from.month(), start);
            }
        }
    }
}
