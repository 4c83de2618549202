//! Numbers, money and time in the person's language and time zone, by the browser's `Intl`: no tables in the wasm.

use super::{fill, locale, t};
use crate::dom::{self, get, object};
use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use std::{cell::RefCell, collections::HashMap};
use wasm_bindgen::{JsCast, JsValue};

thread_local! { static FORMATTERS: RefCell<HashMap<String, (JsValue, Function)>> = RefCell::default(); }

/// `new Intl[class](locale, options).format(value)`, the formatter kept.
fn format(class: &str, key: &str, options: &[(&str, JsValue)], args: &[JsValue]) -> String {
    format_by(class, "format", key, options, args)
}

/// The same by another of its methods.
fn format_by(class: &str, method: &str, key: &str, options: &[(&str, JsValue)], args: &[JsValue]) -> String {
    let locale = locale().tag();
    let key = format!("{class} {locale} {key}");
    FORMATTERS
        .with_borrow_mut(|kept| {
            if !kept.contains_key(&key) {
                let class: Function = get(&get(&window(), "Intl"), class).unchecked_into();
                let made = Reflect::construct(&class, &Array::of2(&locale.into(), &object(options))).ok()?;
                let method: Function = get(&made, method).dyn_into().ok()?;
                kept.insert(key.clone(), (made, method));
            }
            let (made, method) = kept.get(&key)?;
            method.apply(made, &args.iter().collect::<Array>()).ok()?.as_string()
        })
        .unwrap_or_default()
}

/// What a currency is called: “US Dollar”, “美元”.
pub fn currency_name(code: &str) -> String {
    format_by(
        "DisplayNames",
        "of",
        "currency",
        &[("type", "currency".into())],
        &[code.into()],
    )
}

/// The days of the week, Monday first.
pub fn weekdays() -> Vec<String> {
    // A week that begins on a Monday.
    let name = |day: u32| {
        let options = vec![("weekday", "long".into())];
        time("weekday", options, &format!("2024-01-{day:02}T00:00:00Z"), "UTC".into())
    };
    (1..=7).map(name).collect()
}

/// A month of the year, 1 to 12.
pub fn month_name(month: i64) -> String {
    let options = vec![("month", "long".into())];
    time(
        "month-name",
        options,
        &format!("2024-{month:02}-01T00:00:00Z"),
        "UTC".into(),
    )
}

/// A day with the day of the week.
pub fn day_with_weekday(day: &str) -> String {
    let options = vec![
        ("month", "short".into()),
        ("day", "numeric".into()),
        ("weekday", "short".into()),
    ];
    // Browsers write the weekday close to the day in Chinese.
    time("mdw", options, &format!("{day}T00:00:00Z"), "UTC".into()).replace("日周", "日 周")
}

pub fn number(value: f64) -> String {
    format("NumberFormat", "", &[], &[value.into()])
}

/// 0.6315 as 63.2 %.
pub fn percent(value: f64) -> String {
    let options = [("style", "percent".into()), ("maximumFractionDigits", 2.into())];
    format("NumberFormat", "%", &options, &[value.into()])
}

/// A decimal string in its currency; decimals only where there are any.
pub fn money(amount: &str, currency: &str) -> String {
    money_with(amount, currency, false)
}

/// As money, in ten thousands or millions: for heads of columns and charts.
pub fn money_short(amount: &str, currency: &str) -> String {
    money_with(amount, currency, true)
}

fn money_with(amount: &str, currency: &str, short: bool) -> String {
    if amount.is_empty() || currency.is_empty() {
        return amount.to_owned();
    }
    let (units, fraction) = amount.trim_start_matches('-').split_once('.').unwrap_or((amount, ""));
    let short = short && units.trim_start_matches('-').len() > 4;
    // As many decimals as we keep: those that the browser thinks usual would round 1,234.50 forints to 1,235.
    let decimals = if fraction.bytes().all(|b| b == b'0') {
        0
    } else {
        fraction.len() as u32
    };
    let mut options: Vec<(&str, JsValue)> = vec![
        ("style", "currency".into()),
        ("currency", currency.into()),
        ("currencyDisplay", "narrowSymbol".into()),
    ];
    if short {
        options.extend([("notation", "compact".into()), ("maximumSignificantDigits", 4.into())]);
    } else {
        options.push(("minimumFractionDigits", decimals.into()));
        options.push(("maximumFractionDigits", decimals.into()));
    }
    // A string keeps all digits of what a float would round.
    let value = if short {
        JsValue::from_f64(dom::number(amount).unwrap_or(0.0))
    } else {
        amount.into()
    };
    format(
        "NumberFormat",
        &format!("{currency}{short}{decimals}"),
        &options,
        &[value],
    )
}

fn zone() -> JsValue {
    match crate::state::me().map(|m| m.time_zone) {
        Some(zone) if !zone.is_empty() => zone.into(),
        _ => JsValue::UNDEFINED,
    }
}

fn time(key: &str, mut options: Vec<(&str, JsValue)>, iso: &str, zone: JsValue) -> String {
    let date = js_sys::Date::new(&iso.into());
    if date.get_time().is_nan() {
        return iso.to_owned();
    }
    let key = format!("{key}{}", zone.as_string().unwrap_or_default());
    options.push(("timeZone", zone));
    format("DateTimeFormat", &key, &options, &[date.into()])
}

/// A day, `2026-03-01`, without any time zone moving it.
pub fn day(day: &str) -> String {
    let options = vec![
        ("year", "numeric".into()),
        ("month", "short".into()),
        ("day", "numeric".into()),
    ];
    time("day", options, &format!("{day}T00:00:00Z"), "UTC".into())
}

/// As a day, without the year where it is this one.
pub fn day_short(iso: &str) -> String {
    if iso.get(..4) != today().get(..4) {
        return day(iso);
    }
    let options = vec![("month", "short".into()), ("day", "numeric".into())];
    time("md", options, &format!("{iso}T00:00:00Z"), "UTC".into())
}

/// A month, `2026-03`.
pub fn month(month: &str) -> String {
    let options = vec![("year", "2-digit".into()), ("month", "short".into())];
    time("month", options, &format!("{month}-01T00:00:00Z"), "UTC".into())
}

/// A moment, in full.
pub fn instant(iso: &str) -> String {
    let options = vec![("dateStyle", "medium".into()), ("timeStyle", "short".into())];
    time("instant", options, iso, zone())
}

/// Hours and minutes of a moment.
pub fn clock(iso: &str) -> String {
    time(
        "clock",
        vec![("hour", "2-digit".into()), ("minute", "2-digit".into())],
        iso,
        zone(),
    )
}

/// The day of today for this person.
pub fn today() -> String {
    iso_day(&js_sys::Date::new_0())
}

/// The calendar day of a moment in the person's time zone, `2026-03-01`.
pub fn day_of(iso: &str) -> String {
    iso_day(&js_sys::Date::new(&iso.into()))
}

/// The moment before one.
pub fn just_before(iso: &str) -> String {
    let at = js_sys::Date::parse(iso) - 1.0;
    js_sys::Date::new(&at.into()).to_iso_string().into()
}

fn iso_day(date: &js_sys::Date) -> String {
    // Swedish writes days the ISO way.
    let options = object(&[("timeZone", zone())]);
    date.to_locale_date_string("sv-SE", &options).into()
}

/// A day so many days later.
pub fn days_after(day: &str, days: i64) -> String {
    let at = js_sys::Date::parse(&format!("{day}T00:00:00Z")) + days as f64 * 86_400_000.0;
    let iso: String = js_sys::Date::new(&at.into()).to_iso_string().into();
    iso.chars().take(10).collect()
}

/// Whole days from today to a day; negative when past.
pub fn days_until(day: &str) -> i64 {
    let at = |d: &str| js_sys::Date::parse(&format!("{d}T00:00:00Z"));
    ((at(day) - at(&today())) / 86_400_000.0).round() as i64
}

/// A moment from now, roughly: “3 hours ago”, “in 2 days”; the day itself when far away.
pub fn relative(iso: &str) -> String {
    let at = js_sys::Date::new(&iso.into()).get_time();
    if at.is_nan() {
        return iso.to_owned();
    }
    let seconds = (at - js_sys::Date::now()) / 1000.0;
    let (value, unit) = match seconds.abs() {
        s if s < 45.0 => return t().just_now().to_owned(),
        s if s < 3_600.0 => (seconds / 60.0, "minute"),
        s if s < 86_400.0 => (seconds / 3_600.0, "hour"),
        s if s < 30.0 * 86_400.0 => (days_until(&day_of(iso)) as f64, "day"),
        _ => return day_short(&day_of(iso)),
    };
    relative_unit(value.round(), unit)
}

/// A day from today: “today”, “in 3 days”; the day itself when far away.
pub fn relative_day(iso_day: &str) -> String {
    match days_until(iso_day) {
        days if days.abs() <= 14 => relative_unit(days as f64, "day"),
        _ => day_short(iso_day),
    }
}

fn relative_unit(value: f64, unit: &str) -> String {
    format(
        "RelativeTimeFormat",
        "",
        &[("numeric", "auto".into())],
        &[value.into(), unit.into()],
    )
}

/// The size of a file.
pub fn bytes(bytes: f64) -> String {
    let (value, unit) = match bytes {
        b if b < 1024.0 => (b, "B"),
        b if b < 1024.0 * 1024.0 => (b / 1024.0, "kB"),
        b => (b / 1024.0 / 1024.0, "MB"),
    };
    format!("{value:.0} {unit}")
}

/// “1,204 records”, by the number's own form.
pub fn count(n: i64) -> String {
    fill(
        if n == 1 { t().one_record() } else { t().n_records() },
        &[&number(n as f64)],
    )
}

/// What a `datetime-local` box shows for a moment, in the person's own zone.
pub fn to_local_input(iso: &str) -> String {
    let date = js_sys::Date::new(&iso.into());
    if date.get_time().is_nan() {
        return String::new();
    }
    let shown: String = date.to_locale_string("sv-SE", &object(&[("timeZone", zone())])).into();
    shown.replacen(' ', "T", 1).chars().take(16).collect()
}

/// The moment typed into a `datetime-local` box, which knows nothing of zones.
pub fn from_local_input(text: &str) -> Option<String> {
    let as_utc = |local: &str| js_sys::Date::parse(&format!("{local}Z"));
    let typed = as_utc(text);
    if typed.is_nan() {
        return None;
    }
    // The zone's distance to UTC at about that time; asked again at the result, for the hours round a clock change.
    let iso = |ms: f64| -> String { js_sys::Date::new(&ms.into()).to_iso_string().into() };
    let mut at = typed;
    for _ in 0..2 {
        at -= as_utc(&to_local_input(&iso(at))) - typed;
    }
    Some(iso(at))
}
