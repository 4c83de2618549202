//! Relative dates such as `today`, `last_30_days` or `next_quarter`, as half-open ranges of days.

use crate::Day;
use crate::fiscal::{self, Unit};
use chrono::{Datelike, Days};

/// First day and the day after the last one. None for words that name no range. Weeks start on Monday; the last or
/// next N days include today. The fiscal year begins in the month `fiscal_start`.
pub fn range(word: &str, today: Day, fiscal_start: u32) -> Option<(Day, Day)> {
    let days = |n: u64| Days::new(n);
    let single = |day: Day| Some((day, day.checked_add_days(days(1))?));
    match word {
        "today" => return single(today),
        "yesterday" => return single(today.checked_sub_days(days(1))?),
        "tomorrow" => return single(today.checked_add_days(days(1))?),
        _ => {}
    }
    let (which, unit) = word.split_once('_')?;
    if let Some(n) = unit.strip_suffix("_days").and_then(|n| n.parse::<u64>().ok()) {
        if !(1..=3660).contains(&n) {
            return None;
        }
        return match which {
            "last" => Some((today.checked_sub_days(days(n - 1))?, today.checked_add_days(days(1))?)),
            "next" => Some((today, today.checked_add_days(days(n))?)),
            _ => None,
        };
    }
    let shift = match which {
        "last" => -1i32,
        "this" => 0,
        "next" => 1,
        _ => return None,
    };
    if unit == "week" {
        let monday = today.checked_sub_days(days(u64::from(today.weekday().num_days_from_monday())))?;
        let start = if shift < 0 {
            monday.checked_sub_days(days(7))?
        } else {
            monday.checked_add_days(days(7 * shift as u64))?
        };
        return Some((start, start.checked_add_days(days(7))?));
    }
    let (unit, start) = match unit.strip_prefix("fiscal_") {
        Some(unit @ ("quarter" | "year")) => (unit, fiscal_start),
        Some(_) => return None,
        None => (unit, 1),
    };
    let unit = match unit {
        "month" => Unit::Month,
        "quarter" => Unit::Quarter,
        "year" => Unit::Year,
        _ => return None,
    };
    fiscal::period(today, unit, start, shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_by_name() {
        let day = |s: &str| Day::parse_from_str(s, "%Y-%m-%d").expect("a day");
        let today = day("2026-11-22"); // a Sunday
        for (word, from, to) in [
            ("today", "2026-11-22", "2026-11-23"),
            ("yesterday", "2026-11-21", "2026-11-22"),
            ("this_week", "2026-11-16", "2026-11-23"),
            ("next_week", "2026-11-23", "2026-11-30"),
            ("last_month", "2026-10-01", "2026-11-01"),
            ("this_quarter", "2026-10-01", "2027-01-01"),
            ("next_quarter", "2027-01-01", "2027-04-01"),
            ("last_year", "2025-01-01", "2026-01-01"),
            ("this_fiscal_year", "2026-04-01", "2027-04-01"),
            ("last_fiscal_year", "2025-04-01", "2026-04-01"),
            ("this_fiscal_quarter", "2026-10-01", "2027-01-01"),
            ("next_fiscal_quarter", "2027-01-01", "2027-04-01"),
            ("last_30_days", "2026-10-24", "2026-11-23"),
            ("next_7_days", "2026-11-22", "2026-11-29"),
        ] {
            assert_eq!(range(word, today, 4), Some((day(from), day(to))), "{word}");
        }
        for word in [
            "",
            "week",
            "this_",
            "last_0_days",
            "next_99999_days",
            "last_x_days",
            "that_week",
            "this_fiscal_month",
            "this_fiscal_week",
            "fiscal_year",
        ] {
            assert_eq!(range(word, today, 4), None, "{word}");
        }
    }
}
