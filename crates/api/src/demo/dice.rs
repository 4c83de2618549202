//! Chance that falls the same way each time, and the days it falls on.

use super::names::*;
use chrono::{Datelike, TimeDelta};
use domain::record::Birth;
use domain::{Id, Instant};

pub struct Dice {
    seed: u64,
    pub now: Instant,
    /// Who makes the records.
    pub by: Option<Id>,
}

impl Dice {
    pub fn new(now: Instant) -> Self {
        Self {
            seed: 20_260_501,
            now,
            by: None,
        }
    }

    /// SplitMix64: the next of a series that is the same each time.
    pub fn roll(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `from` up to, not including, `to`.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + (self.roll() % (to - from).unsigned_abs()) as i64
    }

    pub fn below(&mut self, count: usize) -> usize {
        (self.roll() % count as u64) as usize
    }

    pub fn chance(&mut self, percent: i64) -> bool {
        self.between(0, 100) < percent
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Some working hour of a working day, so many days from today.
    pub fn moment(&mut self, days: i64) -> Instant {
        let minute = 5 * self.between(0, 12);
        let hour = self.pick(&[9, 9, 10, 10, 11, 13, 14, 14, 15, 16, 17]);
        let shanghai = TimeDelta::hours(8);
        let mut day = (self.now.utc() + shanghai).date_naive() + TimeDelta::days(days);
        while day.weekday().number_from_monday() > 5 {
            day -= TimeDelta::days(1);
        }
        let local = day.and_time(chrono::NaiveTime::MIN) + TimeDelta::minutes(hour * 60 + minute);
        Instant::from((local - shanghai).and_utc())
    }

    /// As `moment`, and never in the future.
    pub fn past(&mut self, days_ago: i64) -> Instant {
        let earlier = self.now.plus_seconds(-60 * self.between(5, 90));
        self.moment(-days_ago).min(earlier)
    }

    pub fn birth(&mut self, at: Instant) -> Birth {
        let mut random = [0u8; 10];
        random[..8].copy_from_slice(&self.roll().to_be_bytes());
        let millis = u64::try_from(at.micros() / 1000).unwrap_or(0);
        Birth {
            id: uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid(),
            now: at,
            by: self.by,
        }
    }

    pub fn some_tags(&mut self) -> Vec<&'static str> {
        let count = self.pick(&[0, 0, 1, 1, 2]);
        (0..count).map(|_| self.pick(&TAGS).0).collect()
    }

    /// A day of the coming weeks, now and then one that was missed.
    pub fn follow_up(&mut self) -> Option<Instant> {
        let days = self.between(-4, 21);
        self.chance(45).then(|| self.moment(days))
    }

    /// Name, and how an address spells it.
    pub fn person(&mut self, abroad: bool) -> (String, String) {
        if abroad {
            let (first, last) = (self.pick(&FIRST), self.pick(&LAST));
            let spelt = format!("{first}.{last}").to_lowercase().replace(' ', "");
            return (format!("{first} {last}"), spelt);
        }
        let (family, given) = (self.pick(&FAMILIES), self.pick(&GIVEN));
        (format!("{}{}", family.0, given.0), format!("{}.{}", family.1, given.1))
    }

    pub fn mobile(&mut self, abroad: bool, phone: &str) -> String {
        let digits = self.below(10_000);
        if abroad {
            return number(phone, digits, true);
        }
        let start = self.pick(&["138", "139", "136", "158", "186", "177", "135"]);
        format!("{start} 0000 {digits:04}")
    }
}

/// The numbers that are kept for stories have two to four digits left to choose.
pub fn number(start: &str, digits: usize, abroad: bool) -> String {
    match abroad {
        true if start.ends_with("01") => format!("{start}{:02}", digits % 100),
        true => format!("{start}{:03}", digits % 1000),
        false => format!("{start}{digits:04}"),
    }
}
