//! Relative dates such as `today`, `last_30_days` or `next_quarter`, as half-open ranges of days.

use crate::Day;
use chrono::{Datelike, Days, Months};

/// First day and the day after the last one. None for words that name no range. Weeks start on Monday; the last or
/// next N days include today.
pub fn range(word: &str, today: Day) -> Option<(Day, Day)> {
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
    let months = match unit {
        "month" => 1u32,
        "quarter" => 3,
        "year" => 12,
        _ => return None,
    };
    let first = today.month0() / months * months + 1;
    let start = Day::from_ymd_opt(today.year(), first, 1)?;
    let start = if shift < 0 {
        start.checked_sub_months(Months::new(months))?
    } else {
        start.checked_add_months(Months::new(months * shift as u32))?
    };
    Some((start, start.checked_add_months(Months::new(months))?))
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
            ("last_30_days", "2026-10-24", "2026-11-23"),
            ("next_7_days", "2026-11-22", "2026-11-29"),
        ] {
            assert_eq!(range(word, today), Some((day(from), day(to))), "{word}");
        }
        for word in [
            "",
            "week",
            "this_",
            "last_0_days",
            "next_99999_days",
            "last_x_days",
            "that_week",
        ] {
            assert_eq!(range(word, today), None, "{word}");
        }
    }
}
