//! Dates in every shape that exports were seen to have.

use super::*;
use chrono::Datelike;
use proptest::prelude::*;

fn day(text: &str) -> String {
    date(text, DateStyle::default()).map_or_else(|p| p.code, |d| d.to_string())
}

#[test]
fn reads_the_shapes_found_in_exports() {
    for text in [
        "2024-01-05",
        "2024/1/5",
        "2024.1.5",
        "2024 1 5",
        "2024年1月5日",
        "2024年01月05号",
        "2024年1月5日 星期五",
        "20240105",
        "01/05/2024",
        "1/5/24",
        "05.01.2024",
        "5.1.24",
        "5-Jan-2024",
        "05-jan-24",
        "5 January 2024",
        "Jan 5, 2024",
        "January 5th, 2024",
        "Fri, 5 Jan 2024",
        "2024-Jan-05",
        "２０２４－０１－０５",
        "\u{feff}2024-01-05 ",
        "2024-01-05T03:23:15.000Z",
        "2024-01-05 00:00:00",
        "2024/1/5 下午3:20",
        "2024年1月5日15时20分",
        "2024 - 01 - 05",
    ] {
        assert_eq!(day(text), "2024-01-05", "{text}");
    }
    assert_eq!(day("20.03.2024"), "2024-03-20");
    assert_eq!(day("01/20/2024"), "2024-01-20");
    assert_eq!(day("29-Feb-2024"), "2024-02-29");
    assert_eq!(day("1/5/70"), "1970-01-05");
}

#[test]
fn reads_what_spreadsheets_show_in_chinese() {
    for text in [
        "二〇二六年一月五日",
        "二○二六年一月五日 星期一",
        "2026年一月五日",
        "26-1-5",
        "26/1/5",
        "5-1月-26",
        "5-一月-26",
        "5-1月-2026",
        "1月-5-26",
        "民国115年1月5日",
        "中華民國一一五年一月五日",
        "令和8年1月5日",
        "2026年1月5日 礼拜一",
    ] {
        assert_eq!(day(text), "2026-01-05", "{text}");
    }
    assert_eq!(day("二〇二六年十二月二十五日"), "2026-12-25");
    assert_eq!(day("二〇二六年十一月卅日"), "2026-11-30");
    assert_eq!(day("15-十月-26"), "2026-10-15");
}

#[test]
fn a_column_tells_that_its_years_come_first() {
    let style = DateStyle::of(["26-1-5", "26-10-11"]);
    assert!(style.year_first && !style.doubtful);
    assert_eq!(date("26-10-11", style).expect("a date").to_string(), "2026-10-11");
    assert!(!DateStyle::of(["10-11-26", "12-31-25"]).year_first);
}

#[test]
fn days_without_a_year_are_known() {
    for text in ["--03-15", "--0315", "3月15日", "1604-05-20"] {
        assert!(lacks_year(text), "{text}");
    }
    for text in ["2026-03-15", "2026年3月15日", "--", "03-15-26"] {
        assert!(!lacks_year(text), "{text}");
    }
}

#[test]
fn refuses_what_is_no_date() {
    for text in [
        "",
        "today",
        "2024",
        "2024-01",
        "2024-13-01",
        "2024-02-30",
        "30.02.2024",
        "0204-01-15",
        "2024-1-5-6",
        "2024/1-5",
        "1,5,2024",
        "-2024-01-05",
        "45306",
        "2024-01-05x",
        "15:20",
        "Select",
        "2024-01-05 25:00",
        "2024-01-05 3:99",
        "5 Foo 2024",
        "99999999",
        "2024-01-05 12:00+99:99",
        "2024年1月5",
        "年月日",
    ] {
        let expected = if text == "2024年1月5" {
            "2024-01-05"
        } else {
            "not_a_date"
        };
        assert_eq!(day(text), expected, "{text}");
    }
}

#[test]
fn times_are_read_with_halves_of_the_day_and_offsets() {
    let at = |t: &str| {
        let m = moment(t, DateStyle::default()).expect("a time");
        m.utc(&FixedOffset::east_opt(8 * 3600).expect("in range"))
            .expect("in range")
            .to_rfc3339()
    };
    assert_eq!(at("2024-01-05 15:20"), "2024-01-05T07:20:00+00:00");
    assert_eq!(at("2024/1/5 下午3:20:30"), "2024-01-05T07:20:30+00:00");
    assert_eq!(at("1/5/2024 12:05 AM"), "2024-01-04T16:05:00+00:00");
    assert_eq!(at("1/5/2024 12:05 pm"), "2024-01-05T04:05:00+00:00");
    assert_eq!(at("2024年1月5日 15时20分"), "2024-01-05T07:20:00+00:00");
    assert_eq!(at("2024-01-05T15:20:30.123456Z"), "2024-01-05T15:20:30.123456+00:00");
    assert_eq!(at("2024-01-05T15:20:30-0500"), "2024-01-05T20:20:30+00:00");
    assert_eq!(at("2024-01-05"), "2024-01-04T16:00:00+00:00");
    assert!(moment("2024-01-05 15:20 nonsense", DateStyle::default()).is_err());
}

#[test]
fn one_clear_value_decides_a_column() {
    let british = DateStyle::of(["02/01/2024", "20/01/2024", ""]);
    assert_eq!((british.order, british.doubtful), (Order::DayMonth, false));
    assert_eq!(date("02/01/2024", british).expect("a date").month(), 1);
    assert!(date("01/20/2024", british).is_err());
    let american = DateStyle::of(["02/01/2024", "01/20/2024"]);
    assert_eq!((american.order, american.doubtful), (Order::MonthDay, false));
}

#[test]
fn an_undecided_column_is_told() {
    let unclear = DateStyle::of(["02/01/2024", "03/04/2024", "2024-05-06"]);
    assert_eq!((unclear.order, unclear.doubtful), (Order::MonthDay, true));
    assert!(!DateStyle::of(["2024-05-06", "20.03.2024", "05/05/2024"]).doubtful);
    let mixed = DateStyle::of(["02/01/2024", "20/01/2024", "01/20/2024"]);
    assert!(mixed.doubtful && mixed.mixed);
    assert_eq!(date("20/01/2024", mixed), date("01/20/2024", mixed));
}

#[test]
fn day_numbers_are_dates_only_when_told() {
    let excel = DateStyle::default().with_serial();
    let serial = |t| {
        moment(t, excel)
            .map(|m| format!("{} {:?}", m.day, m.time.map(|t| t.to_string())))
            .map_err(|p| p.code)
    };
    assert_eq!(serial("45306"), Ok("2024-01-15 None".into()));
    assert_eq!(serial("45306.5"), Ok("2024-01-15 Some(\"12:00:00\")".into()));
    assert_eq!(serial("1"), Ok("1900-01-01 None".into()));
    assert_eq!(serial("61"), Ok("1900-03-01 None".into()));
    assert_eq!(serial("60"), Err("not_a_time".into()));
    assert_eq!(serial("2958466"), Err("not_a_time".into()));
    assert_eq!(serial("2024-01-15"), Ok("2024-01-15 None".into()));
    assert_eq!(day("45306"), "not_a_date");
}

proptest! {
    #[test]
    fn any_text_is_survived(text in ".*") {
        for style in [DateStyle::default(), DateStyle::of([text.as_str()]).with_serial()] {
            let _ = moment(&text, style).map(|m| m.utc(&Utc));
        }
    }

    #[test]
    fn near_dates_are_survived(text in "[0-9]{1,8}[-/.年 ]?[0-9a-z]{0,4}[-/.月 ]?[0-9]{0,5}[日T ]?(下午|am)?[0-9]{0,3}[:时]?[0-9]{0,3}[Z+-]?[0-9:]{0,6}") {
        let _ = moment(&text, DateStyle::default().with_serial()).map(|m| m.utc(&Utc));
    }

    #[test]
    fn what_is_written_is_read_again(days in 0u64..73_000, style in 0usize..10) {
        let day = NaiveDate::from_ymd_opt(1969, 1, 1).expect("valid") + Days::new(days);
        let formats = ["%Y-%m-%d", "%Y/%-m/%-d", "%Y年%-m月%-d日", "%Y%m%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%b-%Y", "%B %-d, %Y", "%Y-%m-%dT00:00:00Z"];
        let order = if formats[style] == "%d/%m/%Y" { Order::DayMonth } else { Order::MonthDay };
        let text = day.format(formats[style]).to_string();
        prop_assert_eq!(date(&text, DateStyle { order, ..DateStyle::default() }), Ok(day), "{}", text);
    }
}
