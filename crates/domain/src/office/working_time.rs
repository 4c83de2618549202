//! Working hours, and time counted in them: what deadlines are made of.

use crate::error::Issue;
use crate::holiday::DayKind;
use crate::{Day, Instant};
use chrono::{Datelike, Days, NaiveTime, TimeDelta, TimeZone, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// A time of the day in minutes since midnight, `HH:MM`, up to and with `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock(u16);

impl Clock {
    const DAWN: Self = Self(0);
    pub const NOON: Self = Self(720);
    pub const MIDNIGHT: Self = Self(1440);

    pub fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let two = |s: &str| s.len() == 2 && s.bytes().all(|b| b.is_ascii_digit());
        if !two(hours) || !two(minutes) {
            return None;
        }
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (minutes < 60)
            .then_some(Self(hours * 60 + minutes))
            .filter(|c| *c <= Self::MIDNIGHT)
    }

    /// The moment it is this time on a day. What the clock jumps over begins when it has jumped; what it shows twice,
    /// the first time.
    fn on<Z: TimeZone>(self, day: Day, zone: &Z) -> Option<i64> {
        let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(self.0));
        Instant::on_clock(zone, local).map(Instant::micros)
    }
}

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for Clock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a time is HH:MM, up to 24:00"))
    }
}

/// From, and up to but not including.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub from: Clock,
    pub to: Clock,
}

/// The working hours of each weekday; no span is a day off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkingHours {
    pub mon: Vec<Span>,
    pub tue: Vec<Span>,
    pub wed: Vec<Span>,
    pub thu: Vec<Span>,
    pub fri: Vec<Span>,
    pub sat: Vec<Span>,
    pub sun: Vec<Span>,
}

const MOST_SPANS: usize = 6;

impl WorkingHours {
    pub const WEEK: [&'static str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// Monday to Friday from nine to twelve and from one to six.
    pub fn usual() -> Self {
        let span = |from: u16, to: u16| Span {
            from: Clock(from * 60),
            to: Clock(to * 60),
        };
        let day = || vec![span(9, 12), span(13, 18)];
        Self {
            mon: day(),
            tue: day(),
            wed: day(),
            thu: day(),
            fri: day(),
            ..Self::default()
        }
    }

    /// When work ends on each weekday, Monday first. On a day off it is the time of the other days, on which nothing is late either.
    pub fn closing(&self) -> [NaiveTime; 7] {
        let ends = self.days().map(|spans| spans.iter().map(|span| span.to).max());
        let usual = ends.iter().flatten().max().copied().unwrap_or(Clock(18 * 60));
        ends.map(|end| {
            // A day that is worked until midnight ends with its last minute.
            let minutes = u32::from(end.unwrap_or(usual).0).min(1439);
            NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0).unwrap_or(NaiveTime::MIN)
        })
    }

    pub fn days(&self) -> [&Vec<Span>; 7] {
        [
            &self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun,
        ]
    }

    fn of(&self, weekday: Weekday) -> &[Span] {
        self.days()[weekday.num_days_from_monday() as usize]
    }

    /// Spans end after they begin, and none begins before the one before it has ended.
    pub fn check(&self) -> Result<(), Issue> {
        for (name, spans) in Self::WEEK.iter().zip(self.days()) {
            if spans.len() > MOST_SPANS {
                return Err(Issue::new(format!("/working_hours/{name}"), "too_many").with("max", MOST_SPANS));
            }
            for (i, span) in spans.iter().enumerate() {
                let before = i.checked_sub(1).map_or(Clock(0), |i| spans[i].to);
                if span.to <= span.from || span.from < before {
                    return Err(Issue::new(format!("/working_hours/{name}/{i}"), "invalid_span"));
                }
            }
        }
        Ok(())
    }
}

/// When is worked: the week, and the days that are otherwise, in a time zone.
#[derive(Debug, Clone)]
pub struct Calendar<Z> {
    pub zone: Z,
    pub hours: WorkingHours,
    pub days: BTreeMap<Day, DayKind>,
}

/// No deadline lies further off.
const FURTHEST_DAYS: u64 = 20 * 366;

impl<Z: TimeZone> Calendar<Z> {
    /// The hours of a day. A make-up day has those of the first day of the week on which is worked; half a day ends or begins at
    /// noon.
    fn of(&self, day: Day) -> impl Iterator<Item = Span> {
        let usual = self.hours.of(day.weekday());
        let (spans, from, to): (&[Span], _, _) = match self.days.get(&day) {
            Some(DayKind::Off) => (&[], Clock::DAWN, Clock::MIDNIGHT),
            Some(DayKind::Working) if usual.is_empty() => {
                let worked = self.hours.days().into_iter().find(|spans| !spans.is_empty());
                (worked.map_or(&[], Vec::as_slice), Clock::DAWN, Clock::MIDNIGHT)
            }
            Some(DayKind::MorningOff) => (usual, Clock::NOON, Clock::MIDNIGHT),
            Some(DayKind::AfternoonOff) => (usual, Clock::DAWN, Clock::NOON),
            Some(DayKind::Working) | None => (usual, Clock::DAWN, Clock::MIDNIGHT),
        };
        let within = move |span: &Span| Span {
            from: span.from.max(from),
            to: span.to.min(to),
        };
        spans.iter().map(within).filter(|span| span.from < span.to)
    }

    /// What is worked from the day of a moment on, as pairs of moments in their order.
    fn spans(&self, from: Instant) -> impl Iterator<Item = (i64, i64)> + '_ {
        let first = from.utc().with_timezone(&self.zone).date_naive();
        let days = (0..FURTHEST_DAYS).map_while(move |n| first.checked_add_days(Days::new(n)));
        let spans = days.flat_map(|day| self.of(day).map(move |span| (day, span)));
        spans.filter_map(|(day, span)| {
            let (from, to) = (span.from.on(day, &self.zone)?, span.to.on(day, &self.zone)?);
            (from < to).then_some((from, to))
        })
    }

    /// The working time between two moments; none of it if the second is not later.
    pub fn between(&self, from: Instant, to: Instant) -> TimeDelta {
        let spans = self.spans(from).take_while(|(begin, _)| *begin < to.micros());
        let worked = spans.map(|(begin, end)| (end.min(to.micros()) - begin.max(from.micros())).max(0));
        TimeDelta::microseconds(worked.sum())
    }

    /// The first moment by which so much has been worked since `from`. None where that is never, or too far off.
    pub fn after(&self, from: Instant, time: TimeDelta) -> Option<Instant> {
        let mut left = time.num_microseconds()?;
        if left <= 0 {
            return Some(from);
        }
        for (begin, end) in self.spans(from) {
            let begin = begin.max(from.micros());
            let here = (end - begin).max(0);
            if left <= here {
                return Instant::from_micros(begin + left);
            }
            left -= here;
        }
        None
    }
}

#[cfg(all(test, feature = "zones"))]
mod tests {
    use super::*;
    use crate::zone::Zone;
    use proptest::prelude::*;

    fn calendar(zone: &str, hours: WorkingHours, days: &[(&str, DayKind)]) -> Calendar<Zone> {
        let day = |text: &str| crate::value::parse_day(text).expect("a day");
        Calendar {
            zone: zone.parse().expect("a zone"),
            hours,
            days: days.iter().map(|(d, kind)| (day(d), *kind)).collect(),
        }
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text).expect("a time")
    }

    #[test]
    fn hours_run_over_lunch_weekend_holidays_and_make_up_days() {
        let days = [
            ("2026-10-01", DayKind::Off),
            ("2026-10-02", DayKind::Off),
            ("2026-10-10", DayKind::Working), // a Saturday
            ("2026-12-24", DayKind::AfternoonOff),
            ("2026-12-31", DayKind::MorningOff),
        ];
        let china = calendar("Asia/Shanghai", WorkingHours::usual(), &days);
        let minutes = |n| TimeDelta::minutes(n);
        for (from, add, to) in [
            ("2026-11-23T11:30:00+08:00", 60, "2026-11-23T13:30:00+08:00"),
            ("2026-11-20T17:30:00+08:00", 60, "2026-11-23T09:30:00+08:00"),
            ("2026-09-30T17:00:00+08:00", 61, "2026-10-05T09:01:00+08:00"),
            ("2026-10-09T18:00:00+08:00", 480, "2026-10-10T18:00:00+08:00"),
            ("2026-11-22T03:00:00+08:00", 0, "2026-11-22T03:00:00+08:00"),
            ("2026-12-24T11:30:00+08:00", 60, "2026-12-25T09:30:00+08:00"),
            ("2026-12-30T17:30:00+08:00", 60, "2026-12-31T13:30:00+08:00"),
        ] {
            assert_eq!(china.after(at(from), minutes(add)), Some(at(to)), "{from}");
            assert_eq!(china.between(at(from), at(to)), minutes(add), "{from}");
        }
        let through = WorkingHours {
            thu: vec![Span {
                from: Clock(8 * 60),
                to: Clock(16 * 60),
            }],
            ..WorkingHours::default()
        };
        let through = calendar("UTC", through, &days[3..]);
        for (day, minutes) in [("2026-12-24", 240), ("2026-12-31", 240), ("2026-12-17", 480)] {
            let worked = through.between(at(&format!("{day}T00:00:00Z")), at(&format!("{day}T23:00:00Z")));
            assert_eq!(worked, TimeDelta::minutes(minutes), "{day}");
        }
        let never = calendar("UTC", WorkingHours::default(), &[]);
        assert_eq!(never.after(at("2026-01-01T00:00:00Z"), minutes(1)), None);
        assert_eq!(
            china.between(at("2026-11-24T00:00:00Z"), at("2026-11-23T00:00:00Z")),
            minutes(0)
        );
    }

    #[test]
    fn a_day_of_the_clock_change_has_the_hours_it_has() {
        let all_day = vec![Span {
            from: Clock(0),
            to: Clock::MIDNIGHT,
        }];
        let hours = WorkingHours {
            sun: all_day,
            ..WorkingHours::default()
        };
        let berlin = calendar("Europe/Berlin", hours, &[]);
        let hours_of = |from: &str, to: &str| berlin.between(at(from), at(to)).num_hours();
        assert_eq!(hours_of("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"), 23);
        assert_eq!(hours_of("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"), 25);
        assert_eq!(hours_of("2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z"), 24);
        // A span within the hour that is not there is none.
        let jumped = WorkingHours {
            sun: vec![Span {
                from: Clock(130),
                to: Clock(170),
            }],
            ..WorkingHours::default()
        };
        let spring = calendar("Europe/Berlin", jumped, &[]);
        assert_eq!(
            spring.between(at("2026-03-28T12:00:00Z"), at("2026-03-30T12:00:00Z")),
            TimeDelta::zero()
        );
    }

    #[test]
    fn spans_are_checked() {
        let hours = |json: &str| serde_json::from_str::<WorkingHours>(json).map(|h| h.check().map_err(|i| i.pointer));
        assert!(matches!(
            hours(r#"{"mon":[{"from":"00:00","to":"12:00"},{"from":"12:00","to":"24:00"}]}"#),
            Ok(Ok(()))
        ));
        for (wrong, pointer) in [
            (r#"{"tue":[{"from":"12:00","to":"12:00"}]}"#, "/working_hours/tue/0"),
            (
                r#"{"tue":[{"from":"09:00","to":"12:00"},{"from":"11:00","to":"13:00"}]}"#,
                "/working_hours/tue/1",
            ),
        ] {
            assert_eq!(hours(wrong).expect("reads"), Err(pointer.to_owned()));
        }
        for wrong in ["9:00", "24:01", "12:60", "ab:cd", "+1:00", "", "12:0０"] {
            assert_eq!(Clock::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Clock::parse("24:00").map(|c| c.to_string()), Some("24:00".to_owned()));
    }

    fn weeks() -> impl Strategy<Value = WorkingHours> {
        let day = prop::collection::btree_set(0u16..=1440, 0..=6).prop_map(|times| {
            let times: Vec<u16> = times.into_iter().collect();
            let span = |pair: &[u16]| Span {
                from: Clock(pair[0]),
                to: Clock(pair[1]),
            };
            times.chunks_exact(2).map(span).collect::<Vec<_>>()
        });
        prop::collection::vec(day, 7).prop_map(|d| {
            let [mon, tue, wed, thu, fri, sat, sun] = <[Vec<Span>; 7]>::try_from(d).expect("seven");
            WorkingHours {
                mon,
                tue,
                wed,
                thu,
                fri,
                sat,
                sun,
            }
        })
    }

    proptest! {
        #[test]
        fn time_adds_up_and_goes_forward(
            hours in weeks(), zone in 0usize..4, start in 1_760_000_000i64..1_800_000_000,
            one in 0i64..2_000_000, two in 0i64..2_000_000, minutes in 0i64..5_000,
            odd in prop::collection::btree_map(0u64..40, prop::sample::select(DayKind::ALL), 0..6),
        ) {
            let zone = ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Europe/Berlin"][zone];
            let zone: Zone = zone.parse().expect("a zone");
            prop_assert!(hours.check().is_ok());
            let a = Instant::from_micros(start * 1_000_000).expect("a time");
            let (b, c) = (a.plus_seconds(one), a.plus_seconds(one + two));
            let first = a.utc().date_naive();
            let days = odd.into_iter().map(|(n, kind)| (first + Days::new(n), kind));
            let calendar = Calendar { zone, hours, days: days.collect() };
            let (ab, bc, ac) = (calendar.between(a, b), calendar.between(b, c), calendar.between(a, c));
            prop_assert_eq!(ab + bc, ac);
            prop_assert!(ab >= TimeDelta::zero() && ab <= TimeDelta::seconds(one));
            let time = TimeDelta::minutes(minutes);
            if let Some(end) = calendar.after(a, time) {
                prop_assert!(end >= a);
                prop_assert_eq!(calendar.between(a, end), time);
                let later = calendar.after(b, time).expect("as there is some for a");
                prop_assert!(later >= end);
                // In two steps one comes to the same moment.
                let half = calendar.after(a, time / 2).expect("less");
                prop_assert_eq!(calendar.after(half, time - time / 2), Some(end));
            }
        }
    }
}
