//! Numbering: how the records of a kind are numbered, and what stands in a pattern.

use crate::error::{Issue, Issues};
use crate::record::Rules;
use crate::{Day, Record};
use chrono::Datelike;

choice! {
    /// When a count begins again at 1.
    Reset {
        Never "never" "不重置" "Never",
        Yearly "yearly" "每年" "Every year",
        Monthly "monthly" "每月" "Every month",
        Daily "daily" "每天" "Every day",
    }
}

record! {
    /// How new records of a kind are numbered.
    NumberingRule NumberingRulePatch "numbering_rule" "numbering_rules" "编号规则" "Numbering rule" Shared title "kind" {
        kind: String = [SORT FILTER FIXED] "对象" "Type" max(60),
        pattern: String = [] "编号格式" "Pattern" max(60),
        reset: Reset = [] "流水号重置" "Counter restarts",
        start: Option<i64> = [] "起始号" "Starts at" range(1, MOST_COUNT),
        disabled: bool = [FILTER] "已停用" "Disabled",
    } with {
        usual(Usual::Settings) kept_along() unique(&[&["kind"]])
        columns(&["kind", "pattern", "reset", "disabled"]) form(&["kind", "pattern", "reset", "start"])
    }
}

/// Where a count may begin at the latest: all digits that a pattern may give it.
pub const MOST_COUNT: i64 = 999_999_999_999;

/// The kinds whose records have a number.
pub fn numbered() -> impl Iterator<Item = &'static crate::Kind> {
    crate::KINDS.iter().copied().filter(|k| k.field("number").is_some())
}

/// The longest number there is.
const MOST: usize = 40;
const MOST_DIGITS: usize = 12;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Year,
    ShortYear,
    Month,
    Day,
    /// The count, with at least so many digits.
    Count(usize),
}

/// A pattern that was read: `C-{yyyy}{mm}-{00000}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

impl Pattern {
    /// None where it is none: an unknown word in braces, no count or two, or too long.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let Some((before, after)) = rest.split_once('{') else {
                parts.push(Part::Text(rest.to_owned()));
                break;
            };
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let (word, tail) = after.split_once('}')?;
            parts.push(match word {
                "yyyy" => Part::Year,
                "yy" => Part::ShortYear,
                "mm" => Part::Month,
                "dd" => Part::Day,
                zeros if (1..=MOST_DIGITS).contains(&zeros.len()) && zeros.bytes().all(|b| b == b'0') => {
                    Part::Count(zeros.len())
                }
                _ => return None,
            });
            rest = tail;
        }
        let pattern = Self(parts);
        let plain =
            |part: &Part| !matches!(part, Part::Text(text) if text.contains('}') || text.contains(char::is_control));
        let counts = pattern.0.iter().filter(|p| matches!(p, Part::Count(_))).count();
        let longest = pattern.write(Day::MAX.with_year(9999)?, 0).chars().count();
        (counts == 1 && longest <= MOST && pattern.0.iter().all(plain)).then_some(pattern)
    }

    /// The number of a day and count.
    pub fn write(&self, day: Day, count: i64) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Year => format!("{:04}", day.year()),
            Part::ShortYear => format!("{:02}", day.year().rem_euclid(100)),
            Part::Month => format!("{:02}", day.month()),
            Part::Day => format!("{:02}", day.day()),
            Part::Count(digits) => format!("{count:0digits$}"),
        };
        self.0.iter().map(part).collect()
    }

    /// Whether numbers of two periods differ, so that a count may begin again.
    fn tells(&self, reset: Reset) -> bool {
        let has = |wanted: &[Part]| self.0.iter().any(|p| wanted.contains(p));
        let year = has(&[Part::Year, Part::ShortYear]);
        match reset {
            Reset::Never => true,
            Reset::Yearly => year,
            Reset::Monthly => year && has(&[Part::Month]),
            Reset::Daily => year && has(&[Part::Month]) && has(&[Part::Day]),
        }
    }
}

impl Reset {
    /// What a day's count is kept under.
    pub fn period(self, day: Day) -> String {
        match self {
            Self::Never => String::new(),
            Self::Yearly => day.format("%Y").to_string(),
            Self::Monthly => day.format("%Y%m").to_string(),
            Self::Daily => day.format("%Y%m%d").to_string(),
        }
    }
}

impl NumberingRule {
    /// What a count has at least come to before its first number.
    pub fn floor(&self) -> i64 {
        self.start.unwrap_or(1) - 1
    }

    pub fn read_pattern(pattern: &str, reset: Reset) -> Result<Pattern, Issue> {
        let read = Pattern::parse(pattern).ok_or_else(|| {
            Issue::at("pattern", "invalid_pattern")
                .with("count", "{00000}")
                .with("dates", "{yyyy} {yy} {mm} {dd}")
                .with("max", MOST)
        })?;
        if !read.tells(reset) {
            return Err(Issue::at("pattern", "pattern_without_date"));
        }
        Ok(read)
    }
}

impl Rules for NumberingRule {
    fn check(&self, _: Option<&Self>, issues: &mut Issues) {
        if !numbered().any(|k| k.name == self.kind) {
            let kinds = numbered().map(|k| k.name).collect::<Vec<_>>().join(", ");
            issues.add(Issue::at("kind", "unknown_choice").with("choices", kinds));
        }
        if let Err(issue) = Self::read_pattern(&self.pattern, self.reset) {
            issues.add(issue);
        }
    }
}

/// How a new workspace numbers: kind, pattern, reset.
pub const USUAL: [(&str, &str, Reset); 3] = [
    (crate::customer::Customer::KIND.name, "C-{000000}", Reset::Never),
    (crate::lead::Lead::KIND.name, "L-{yyyy}{mm}-{0000}", Reset::Monthly),
    (
        crate::opportunity::Opportunity::KIND.name,
        "O-{yyyy}-{00000}",
        Reset::Yearly,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        crate::value::parse_day(text).expect("a day")
    }

    #[test]
    fn patterns_are_written_out() {
        for (pattern, count, number) in [
            ("C-{yyyy}{mm}-{00000}", 42, "C-202611-00042"),
            ("{yy}/{mm}/{dd}#{0}", 1234, "26/11/05#1234"),
            ("客户{000}", 7, "客户007"),
        ] {
            let read = Pattern::parse(pattern).expect(pattern);
            assert_eq!(read.write(day("2026-11-05"), count), number);
        }
        for wrong in [
            "",
            "C-",
            "{0}{00}",
            "C-{nnn}",
            "C-{000",
            "C-000}{0}",
            "{yyyy}",
            "{}{0}",
            "{0000000000000}",
            "a\n{0}",
            "{ 0}",
        ] {
            assert_eq!(Pattern::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Pattern::parse(&format!("{}{{0}}", "x".repeat(40))), None);
    }

    #[test]
    fn a_count_that_begins_again_needs_its_date_in_the_number() {
        for (pattern, reset, good) in [
            ("{0}", Reset::Never, true),
            ("{0}", Reset::Yearly, false),
            ("{yy}-{0}", Reset::Yearly, true),
            ("{mm}-{0}", Reset::Monthly, false),
            ("{yyyy}{mm}-{0}", Reset::Monthly, true),
            ("{yyyy}{mm}-{0}", Reset::Daily, false),
            ("{yyyy}{mm}{dd}-{0}", Reset::Daily, true),
        ] {
            assert_eq!(
                NumberingRule::read_pattern(pattern, reset).is_ok(),
                good,
                "{pattern} {reset:?}"
            );
        }
        for (kind, pattern, reset) in USUAL {
            assert!(NumberingRule::read_pattern(pattern, reset).is_ok(), "{kind}");
            assert!(numbered().any(|k| k.name == kind));
        }
    }

    proptest! {
        #[test]
        fn two_counts_never_get_one_number(
            which in 0usize..4, one in 0u64..100_000, two in 0u64..100_000, a in 1i64..1_000_000, b in 1i64..1_000_000,
        ) {
            let reset = Reset::ALL[which];
            let pattern = Pattern::parse("X{yyyy}{mm}{dd}-{0000}").expect("a pattern");
            let on = |n: u64| day("1990-01-01") + chrono::Days::new(n % 30_000);
            let (x, y) = (on(one), on(two));
            let same_counter = reset.period(x) == reset.period(y);
            let same_number = pattern.write(x, a) == pattern.write(y, b);
            prop_assert!(!same_number || (same_counter && a == b));
        }

        #[test]
        fn reading_never_panics(text in "[{}0ymd\\PC]{0,50}") {
            let _ = Pattern::parse(&text);
        }
    }
}
