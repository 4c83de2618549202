//! A moment in time, in microseconds: what both databases keep without loss.

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Microseconds since 1970-01-01T00:00:00Z. On the wire RFC 3339 in UTC with `Z` and six decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(i64);

/// Year 1 and year 9999: within them every value has an RFC 3339 form, and both databases take it.
const MIN: i64 = -62_135_596_800_000_000;
const MAX: i64 = 253_402_300_799_999_999;

impl Instant {
    pub fn now() -> Self {
        Self(Utc::now().timestamp_micros())
    }

    /// None outside the years 1 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        (MIN..=MAX).contains(&micros).then_some(Self(micros))
    }

    pub fn micros(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 with any offset.
    pub fn parse(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc3339(text).ok()?;
        Self::from_micros(time.timestamp_micros())
    }

    /// The first moment at which a clock shows this time, or has jumped over it.
    pub fn on_clock<Z: TimeZone>(zone: &Z, mut local: NaiveDateTime) -> Option<Self> {
        // No clock was ever put forward by more than a day.
        for _ in 0..=24 * 60 {
            if let Some(at) = zone.from_local_datetime(&local).earliest() {
                return Self::from_micros(at.timestamp_micros());
            }
            local = local.checked_add_signed(TimeDelta::minutes(1))?;
        }
        None
    }

    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// Moves by a signed number of seconds, staying within the years 1 to 9999.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)).clamp(MIN, MAX))
    }

    /// RFC 3339, digit by digit: a page of records has hundreds of times, and chrono's own way takes ten times as long.
    fn digits(self) -> [u8; 27] {
        let time = self.utc();
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        let mut put = |digits: std::ops::RangeInclusive<usize>, mut number: u32| {
            for digit in text[digits].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        put(0..=3, time.year().unsigned_abs());
        put(5..=6, time.month());
        put(8..=9, time.day());
        put(11..=12, time.hour());
        put(14..=15, time.minute());
        put(17..=18, time.second());
        put(20..=25, self.0.rem_euclid(1_000_000) as u32);
        text
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.timestamp_micros().clamp(MIN, MAX))
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.digits()))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(&self.digits()))
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_microseconds_and_writes_utc() {
        let t = Instant::parse("2026-01-02T03:04:05.123456789+08:00").expect("valid");
        assert_eq!(t.to_string(), "2026-01-01T19:04:05.123456Z");
        assert_eq!(Instant::parse(&t.to_string()), Some(t));
    }

    #[test]
    fn writes_what_chrono_writes() {
        for micros in [MIN, -1, 0, 1, 999_999, 1_700_000_000_000_001, 951_782_400_000_000, MAX] {
            let expected = DateTime::from_timestamp_micros(micros).expect("within chrono's years");
            let expected = expected.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            assert_eq!(Instant(micros).to_string(), expected);
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "2026-01-02",
            "yesterday",
            "2026-13-01T00:00:00Z",
            "+10000-01-01T00:00:00Z",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }
}
