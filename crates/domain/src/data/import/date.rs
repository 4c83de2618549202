//! Dates and times as people and spreadsheets write them: `2024-01-15`, `2024年1月5日`, `01/20/2024`, `20.03.2024`,
//! `15-Jan-2024`, `2024/1/5 下午3:20`, and Excel's day numbers where the caller says so.

use chrono::{DateTime, Days, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};

use super::cell::clean;
use super::closest::half_width;
use super::problem::{Problem, code};

/// Which comes first in `01/02/2024`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    #[default]
    MonthDay,
    DayMonth,
}

impl Order {
    /// As shown to people.
    pub fn pattern(self) -> &'static str {
        match self {
            Self::MonthDay => "MM/DD/YYYY",
            Self::DayMonth => "DD/MM/YYYY",
        }
    }
}

/// How the dates of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DateStyle {
    pub order: Order,
    /// The values do not agree or do not tell, and some can be read both ways: worth a remark.
    pub doubtful: bool,
    /// Values say both orders. A value that can be read in one way only is then taken that way.
    pub mixed: bool,
    /// `26-01-05` begins with its year, as others of the column tell.
    pub year_first: bool,
    /// Bare numbers are Excel's day numbers (1900 system).
    pub serial: bool,
}

impl DateStyle {
    /// Looks at the values of one column together: one `20/01/2024` tells how to read `02/01/2024`.
    pub fn of<'a>(samples: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scan = DateScan::default();
        samples.into_iter().for_each(|sample| scan.observe(sample));
        scan.style()
    }

    pub fn with_serial(self) -> Self {
        Self { serial: true, ..self }
    }
}

/// What the values of a column seen so far tell.
#[derive(Debug, Clone, Default)]
pub struct DateScan {
    month_first: bool,
    day_first: bool,
    year_first: bool,
    either: bool,
}

impl DateScan {
    pub fn observe(&mut self, sample: &str) {
        // Only dates with their year at the end differ, and those have a slash or a hyphen.
        if self.month_first && self.day_first && self.either || !sample.contains(['/', '-', '／', '－']) {
            return;
        }
        let Some((date, _)) = split(&fold(sample)) else { return };
        self.year_first |= short_year_first(&date).is_some()
            && [Order::MonthDay, Order::DayMonth]
                .iter()
                .all(|o| by_end(&date, *o).is_none());
        match (
            read_day(&date, Order::MonthDay, false),
            read_day(&date, Order::DayMonth, false),
        ) {
            (Some(a), Some(b)) if a == b => {}
            (Some(_), Some(_)) => self.either = true,
            (Some(_), None) => self.month_first = true,
            (None, Some(_)) => self.day_first = true,
            (None, None) => {}
        }
    }

    pub fn style(&self) -> DateStyle {
        DateStyle {
            order: if self.day_first && !self.month_first {
                Order::DayMonth
            } else {
                Order::MonthDay
            },
            doubtful: self.either && self.day_first == self.month_first && !self.year_first,
            mixed: self.day_first && self.month_first,
            year_first: self.year_first && !self.month_first,
            serial: false,
        }
    }
}

/// A day, and the time on it if the cell says one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub day: NaiveDate,
    pub time: Option<NaiveTime>,
    pub offset: Option<FixedOffset>,
}

impl Moment {
    /// The instant: by the cell's own offset, else in `zone`. A time that a clock change repeats is its first
    /// occurrence; one that it skips moves on by an hour.
    pub fn utc<Z: TimeZone>(&self, zone: &Z) -> Option<DateTime<Utc>> {
        let local = self.day.and_time(self.time.unwrap_or(NaiveTime::MIN));
        if let Some(offset) = self.offset {
            return Some(offset.from_local_datetime(&local).single()?.to_utc());
        }
        match zone.from_local_datetime(&local) {
            LocalResult::Single(t) | LocalResult::Ambiguous(t, _) => Some(t.to_utc()),
            LocalResult::None => {
                let later = local.checked_add_signed(TimeDelta::hours(1))?;
                Some(zone.from_local_datetime(&later).earliest()?.to_utc())
            }
        }
    }
}

/// The day a cell says; a time beside it is passed over.
pub fn date(text: &str, style: DateStyle) -> Result<NaiveDate, Problem> {
    read(text, style)
        .map(|m| m.day)
        .ok_or_else(|| Problem::value(code::NOT_A_DATE, clean(text)))
}

/// The day and time a cell says; a bare day is its first moment.
pub fn moment(text: &str, style: DateStyle) -> Result<Moment, Problem> {
    read(text, style).ok_or_else(|| Problem::value(code::NOT_A_TIME, clean(text)))
}

/// A day of a month without a year, as birthdays often are: `--03-15`, `3月15日`, or a year that phones write for none (1604).
pub fn lacks_year(text: &str) -> bool {
    let folded = fold(text);
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = match folded.strip_prefix("--") {
        Some(rest) => match rest.split_once('-') {
            Some((month, day)) => vec![month, day],
            None if rest.len() == 4 && rest.is_ascii() => vec![&rest[..2], &rest[2..]],
            None => return false,
        },
        None => match folded.strip_suffix('日').and_then(|rest| rest.split_once('月')) {
            Some((month, day)) => vec![month, day],
            None => return folded.starts_with("1604-") && read_day(&folded, Order::MonthDay, false).is_some(),
        },
    };
    parts.into_iter().all(digits)
}

fn read(text: &str, style: DateStyle) -> Option<Moment> {
    let folded = fold(text);
    if style.serial
        && let Some(moment) = serial(&folded)
    {
        return Some(moment);
    }
    let (date, time) = split(&folded)?;
    let short = style.year_first.then(|| short_year_first(&date)).flatten();
    let day = short.or_else(|| read_day(&date, style.order, style.mixed))?;
    let (time, offset) = match time {
        Some(t) => {
            let (time, offset) = read_time(&t)?;
            (Some(time), offset)
        }
        None => (None, None),
    };
    Some(Moment { day, time, offset })
}

fn fold(text: &str) -> String {
    let folded: String = clean(text)
        .chars()
        .map(|c| match half_width(c) {
            '時' | '点' | '點' => '时',
            '號' | '号' => '日',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect();
    if folded.is_ascii() {
        folded
    } else {
        of_east_asia(&folded)
    }
}

/// Years of the eras that people in Taiwan and Japan write, as the year before their first.
const ERAS: [(&str, i32); 6] = [
    ("中华民国", 1911),
    ("中華民國", 1911),
    ("民国", 1911),
    ("民國", 1911),
    ("令和", 2018),
    ("平成", 1988),
];
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// What Excel and WPS show in Chinese: `二〇二六年一月五日`, `5-1月-26`, `民国115年1月5日`.
fn of_east_asia(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\0']) {
        if "〇○零一二三四五六七八九十廿卅".contains(c) {
            run.push(c);
            continue;
        }
        // 星期五 and 周五 have no number.
        match out.ends_with(['期', '周', '週', '拜', '(']) {
            true => out.push_str(&run),
            false => out.push_str(&numeral(&run)),
        }
        run.clear();
        out.extend((c != '\0').then_some(c));
    }
    for (era, before) in ERAS {
        let Some((rest, year)) = out
            .strip_prefix(era)
            .and_then(|rest| Some((rest, rest.split_once('年')?.0.trim())))
        else {
            continue;
        };
        let years = if year == "元" {
            Some(1)
        } else {
            year.parse::<i32>().ok().filter(|y| (1..=999).contains(y))
        };
        if let Some(years) = years {
            out = format!("{}{}", years + before, &rest[rest.find('年').unwrap_or_default()..]);
        }
        break;
    }
    // A month beside a hyphen stands where its name would.
    let month = out
        .find('月')
        .filter(|at| !out.contains('年') && out[at + '月'.len_utf8()..].starts_with(['-', '/', ' ', ',']));
    if let Some(at) = month {
        let start = out[..at].trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let name = out[start..at]
            .parse::<usize>()
            .ok()
            .and_then(|n| MONTHS.get(n.checked_sub(1)?));
        if let Some(name) = name {
            out = format!("{}{name}{}", &out[..start], &out[at + '月'.len_utf8()..]);
        }
    }
    out
}

/// `二〇二六` → 2026, `十一` → 11, `廿五` → 25, `三十` → 30.
fn numeral(run: &str) -> String {
    let digit = |c: char| match c {
        '零' | '○' => Some(0),
        c => "〇一二三四五六七八九".chars().position(|d| d == c),
    };
    if !run.contains(['十', '廿', '卅']) {
        return run.chars().filter_map(digit).map(|d| d.to_string()).collect();
    }
    let (mut tens, mut ones, mut last) = (0, 0, None);
    for c in run.chars() {
        match c {
            '十' => (tens, last) = (last.unwrap_or(1), None),
            '廿' => tens = 2,
            '卅' => tens = 3,
            c => last = digit(c),
        }
        ones = last.unwrap_or(0);
    }
    (tens * 10 + ones).to_string()
}

const HALVES: [&str; 8] = ["上午", "下午", "早上", "晚上", "中午", "凌晨", "am", "pm"];

/// Parts date and time: the time starts at the digits before the first colon or 时.
fn split(text: &str) -> Option<(String, Option<String>)> {
    let Some(mark) = text.find([':', '时']) else {
        return Some((text.to_owned(), None));
    };
    let head = &text[..mark];
    let mut start = head.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    if start == mark {
        return None;
    }
    let before = text[..start].trim_end();
    if let Some(half) = HALVES.iter().find(|h| before.ends_with(**h)) {
        start = before.len() - half.len();
    }
    let date = text[..start].trim_end_matches([' ', ',']);
    let date = match date.strip_suffix('t') {
        Some(d) if d.ends_with(|c: char| c.is_ascii_digit()) => d,
        _ => date,
    };
    Some((date.to_owned(), Some(text[start..].to_owned())))
}

#[derive(Debug, PartialEq)]
enum Piece {
    Number { value: i32, digits: usize },
    Month(u32),
}

fn read_day(text: &str, order: Order, lenient: bool) -> Option<NaiveDate> {
    by_end_or(text, order, lenient).or_else(|| short_year_first(text))
}

fn by_end(text: &str, order: Order) -> Option<NaiveDate> {
    by_end_or(text, order, false)
}

/// `26-1-5`, as Chinese spreadsheets show it: read so where the end cannot be the year.
fn short_year_first(text: &str) -> Option<NaiveDate> {
    let mut parts = text.trim().split(['-', '/']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit()) && (1..=2).contains(&part.len());
    if parts.next().is_some() || year.len() != 2 || ![year, month, day].into_iter().all(digits) {
        return None;
    }
    NaiveDate::from_ymd_opt(
        self::year(year.parse().ok()?, 2),
        month.parse().ok()?,
        day.parse().ok()?,
    )
}

fn by_end_or(text: &str, order: Order, lenient: bool) -> Option<NaiveDate> {
    let (pieces, marks) = pieces(text)?;
    let alike = |allowed: &[&str]| marks.len() == 2 && marks[0] == marks[1] && allowed.contains(&marks[0].as_str());
    let day = |y: i32, m: i32, d: i32| NaiveDate::from_ymd_opt(y, u32::try_from(m).ok()?, u32::try_from(d).ok()?);
    use Piece::{Month, Number};
    match pieces.as_slice() {
        [Number { value, digits: 8 }] => plausible(day(value / 10_000, value / 100 % 100, value % 100)),
        [
            Number { value: y, digits: 4 },
            Number {
                value: m,
                digits: 1..=2,
            },
            Number {
                value: d,
                digits: 1..=2,
            },
        ] => {
            let chinese = marks[0] == "年" && marks[1] == "月";
            plausible((chinese || alike(&["-", "/", ".", " "])).then(|| day(*y, *m, *d))?)
        }
        [
            Number {
                value: a,
                digits: 1..=2,
            },
            Number {
                value: b,
                digits: 1..=2,
            },
            Number {
                value: y,
                digits: digits @ (2 | 4),
            },
        ] => {
            let y = year(*y, *digits);
            // Dots are written in countries that put the day first.
            if alike(&["."]) {
                return plausible(day(y, *b, *a));
            }
            if !alike(&["-", "/"]) {
                return None;
            }
            let (one, other) = match order {
                Order::MonthDay => (day(y, *a, *b), day(y, *b, *a)),
                Order::DayMonth => (day(y, *b, *a), day(y, *a, *b)),
            };
            plausible(if lenient { one.or(other) } else { one })
        }
        [
            Number {
                value: d,
                digits: 1..=2,
            },
            Month(m),
            Number {
                value: y,
                digits: digits @ (2 | 4),
            },
        ]
        | [
            Month(m),
            Number {
                value: d,
                digits: 1..=2,
            },
            Number {
                value: y,
                digits: digits @ (2 | 4),
            },
        ] => plausible(day(year(*y, *digits), i32::try_from(*m).ok()?, *d)),
        [
            Number { value: y, digits: 4 },
            Month(m),
            Number {
                value: d,
                digits: 1..=2,
            },
        ] => plausible(day(*y, i32::try_from(*m).ok()?, *d)),
        _ => None,
    }
}

/// A slip such as 0204-01-15 is no date anyone means.
fn plausible(day: Option<NaiveDate>) -> Option<NaiveDate> {
    use chrono::Datelike;
    day.filter(|d| (1000..=9999).contains(&d.year()))
}

/// Two digits are a year of 1969 to 2068, as POSIX has it.
fn year(value: i32, digits: usize) -> i32 {
    match (digits, value) {
        (2, 0..=68) => value + 2000,
        (2, _) => value + 1900,
        _ => value,
    }
}

/// Numbers and month names, and what stands between them. Weekdays and the `th` of `15th` are passed over.
fn pieces(text: &str) -> Option<(Vec<Piece>, Vec<String>)> {
    let mut pieces = Vec::new();
    let mut marks: Vec<String> = Vec::new();
    let mut mark = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let end = |test: fn(char) -> bool| rest.find(|c| !test(c)).unwrap_or(rest.len());
        if c.is_ascii_digit() || c.is_ascii_alphabetic() {
            let length = end(if c.is_ascii_digit() {
                |c| c.is_ascii_digit()
            } else {
                |c| c.is_ascii_alphabetic()
            });
            let (word, after) = rest.split_at(length);
            rest = after;
            let piece = match word {
                _ if c.is_ascii_digit() => Piece::Number {
                    value: word.parse().ok()?,
                    digits: length,
                },
                "st" | "nd" | "rd" | "th" if matches!(pieces.last(), Some(Piece::Number { .. })) && mark.is_empty() => {
                    continue;
                }
                _ if is_weekday(word) && pieces.is_empty() => {
                    rest = rest.trim_start_matches([',', '.', ' ']);
                    continue;
                }
                _ => Piece::Month(month(word)?),
            };
            if pieces.is_empty() {
                if !mark.is_empty() {
                    return None;
                }
            } else {
                marks.push(squeeze(&mark));
            }
            mark.clear();
            pieces.push(piece);
            continue;
        }
        match c {
            '-' | '/' | '.' | ',' | ' ' | '年' | '月' | '日' => mark.push(c),
            // 星期一, 周一 after the date
            '星' | '周' | '週' | '礼' | '禮' | '(' if !pieces.is_empty() => break,
            _ => return None,
        }
        rest = &rest[c.len_utf8()..];
        if pieces.len() > 3 {
            return None;
        }
    }
    let tail = mark.trim();
    (tail.is_empty() || tail == "日").then_some((pieces, marks))
}

/// ` - ` is `-`, a lone space stays.
fn squeeze(mark: &str) -> String {
    match mark.trim() {
        "" if !mark.is_empty() => " ".to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

fn month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let found = NAMES
        .iter()
        .position(|n| word == *n || word == &n[..3] || (word == "sept" && *n == "september"))?;
    u32::try_from(found + 1).ok()
}

fn is_weekday(word: &str) -> bool {
    const NAMES: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    NAMES.iter().any(|n| word == *n || word == &n[..3])
}

fn read_time(text: &str) -> Option<(NaiveTime, Option<FixedOffset>)> {
    let mut text = text.replace(['时', '分'], ":").replace('秒', "");
    let mut half = None;
    for mark in HALVES {
        if let Some(rest) = text.strip_prefix(mark).or_else(|| text.strip_suffix(mark)) {
            half = Some(mark);
            text = rest.trim().to_owned();
            break;
        }
    }
    let text = text.trim().trim_end_matches(':');
    let (clock, offset) = match text.find(['z', '+', '-']) {
        Some(at) => (text[..at].trim_end(), Some(read_offset(&text[at..])?)),
        None => (text, None),
    };
    let (seconds, nanos) = match clock.split_once(['.', ',']) {
        Some((seconds, fraction)) => (seconds, nanos(fraction)?),
        None => (clock, 0),
    };
    let mut parts = seconds.split(':').map(two_digits);
    let mut hour = parts.next()??;
    let minute = parts.next().unwrap_or(Some(0))?;
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() {
        return None;
    }
    match half {
        Some("pm" | "下午" | "晚上") if hour < 12 => hour += 12,
        Some("am" | "上午" | "凌晨") if hour == 12 => hour = 0,
        Some("中午") if hour < 3 => hour += 12,
        _ => {}
    }
    Some((NaiveTime::from_hms_nano_opt(hour, minute, second, nanos)?, offset))
}

fn two_digits(text: &str) -> Option<u32> {
    ((1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn nanos(fraction: &str) -> Option<u32> {
    let digits: String = fraction.chars().take(9).collect();
    if digits.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<9}").parse().ok()
}

/// `z`, `+08:00`, `+0800`, `+08`.
fn read_offset(text: &str) -> Option<FixedOffset> {
    if text == "z" {
        return FixedOffset::east_opt(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.get(1..)?.replacen(':', "", 1);
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits[..2].parse().ok()?;
    let minutes: i32 = digits
        .get(2..)
        .filter(|m| !m.is_empty())
        .map_or(Ok(0), str::parse)
        .ok()?;
    if minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

/// Excel counts days from 1900-01-01 = 1 and believes in a 29 February 1900 (60), so the count is off by one before it.
fn serial(text: &str) -> Option<Moment> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(days) || !digits(fraction) || days.len() > 7 {
        return None;
    }
    let days: u64 = days.parse().ok()?;
    let origin = match days {
        1..=59 => NaiveDate::from_ymd_opt(1899, 12, 31)?,
        61..=2_958_465 => NaiveDate::from_ymd_opt(1899, 12, 30)?,
        _ => return None,
    };
    let part: f64 = format!("0.{fraction}").parse().ok()?;
    let midnight: NaiveDateTime = origin.checked_add_days(Days::new(days))?.and_time(NaiveTime::MIN);
    // Excel keeps a time as a part of a day in floating point; whole seconds are what it can mean.
    let local = midnight.checked_add_signed(TimeDelta::seconds((part * 86_400.0).round() as i64))?;
    let time = (part > 0.0).then(|| local.time());
    Some(Moment {
        day: local.date(),
        time,
        offset: None,
    })
}

#[cfg(test)]
#[path = "date_tests.rs"]
mod tests;
