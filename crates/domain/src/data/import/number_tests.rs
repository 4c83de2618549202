//! Numbers and amounts as people and programs write them.

use super::*;
use proptest::prelude::*;

fn read(text: &str) -> String {
    number(text, None).map_or_else(|p| p.code, |d| d.to_string())
}

#[test]
fn reads_the_shapes_of_three_worlds() {
    for (text, value) in [
        ("0", "0"),
        ("1100.04", "1100.04"),
        ("1,234.56", "1234.56"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("1.234,56", "1234.56"),
        ("1.234.567", "1234567"),
        ("12,5", "12.5"),
        ("1234,56", "1234.56"),
        ("0,123", "0.123"),
        ("1 234,56", "1234.56"),
        ("1\u{a0}234\u{202f}567", "not_a_number"),
        ("1'234.56", "1234.56"),
        (".5", "0.5"),
        ("5.", "5"),
        ("￥1,200", "1200"),
        ("¥ 1,200.50", "1200.5"),
        ("１２，３４５．６", "12345.6"),
        ("12万", "120000"),
        ("1.2345万元", "12345"),
        ("3.5 亿", "350000000"),
        ("2百万", "2000000"),
        ("1,200元", "1200"),
        ("￥1,200元", "1200"),
        ("(1,200)", "-1200"),
        ("（￥1,200.00）", "-1200"),
        ("-￥3", "-3"),
        ("￥-3", "-3"),
        ("\u{2212}3", "-3"),
        ("3-", "-3"),
        ("+3", "3"),
        ("USD 1,200", "1200"),
        ("1200EUR", "1200"),
        ("12k", "12000"),
        ("1.5bn", "1500000000"),
        ("0.0", "0"),
        ("-0", "0"),
        ("\u{feff} 7 ", "7"),
        ("₹1,23,456.00", "123456"),
        ("1,00,00,000", "10000000"),
        ("R$ 1.234,56", "1234.56"),
        ("1 234,50 zł", "1234.5"),
        ("₩1,000,000", "1000000"),
        ("A$5", "5"),
        ("250 kr", "250"),
        ("kr 250,50", "250.5"),
        ("1 234,50 Kč", "1234.5"),
        ("500 Ft", "500"),
        ("RM 12.50", "12.5"),
        ("Rp 1.250.000", "1250000"),
        ("12.5万", "125000"),
    ] {
        assert_eq!(read(text), value, "{text}");
    }
}

#[test]
fn refuses_what_is_no_number() {
    for text in [
        "",
        " ",
        "-",
        "()",
        ".",
        ",",
        "1,23",
        "1,2345,678",
        "1.2.3",
        "1,234.5,6",
        "--3",
        "-(3)",
        "12%",
        "1e5",
        "50-99",
        "abc",
        "12万万",
        "￥3€",
        "1 2",
        "one",
        "12px",
        "无",
        "N/A",
        "0x10",
        "03.Low",
        "02.Medium",
        "EUR",
        "1,234 567",
    ] {
        // `1,23` reads only with the comma as its decimal mark.
        let expected = if text == "1,23" { "1.23" } else { "not_a_number" };
        assert_eq!(read(text), expected, "{text}");
    }
    assert_eq!(read(&"9".repeat(60)), "number_too_large");
}

#[test]
fn the_currency_of_a_cell_is_told() {
    let currency = |t| money(t, None).expect("an amount").1.map(Currency::code);
    assert_eq!(currency("￥12万"), Some("CNY"));
    assert_eq!(currency("$5"), Some("USD"));
    assert_eq!(currency("5 eur"), Some("EUR"));
    assert_eq!(currency("HK$5"), Some("HKD"));
    assert_eq!(currency("5"), None);
}

#[test]
fn every_currency_offered_is_read_by_its_code_on_either_side() {
    for currency in Currency::all() {
        let code = currency.code();
        for text in [
            format!("{code} 1,234"),
            format!("1,234 {code}"),
            format!("{}5", code.to_lowercase()),
        ] {
            assert_eq!(money(&text, None).expect("an amount").1, Some(currency), "{text}");
        }
    }
}

#[test]
fn a_mark_shared_by_several_means_the_one_nearby() {
    let near = |text: &str, code: &str| {
        let near = [Currency::from_code(code).expect("known")];
        amount(text, None, Measure::ONE, &near)
            .expect("an amount")
            .1
            .map(Currency::code)
    };
    assert_eq!(near("5 kr", "DKK"), Some("DKK"));
    assert_eq!(near("5 kr", "CNY"), Some("SEK"));
    assert_eq!(near("$5", "AUD"), Some("AUD"));
    assert_eq!(near("¥5", "JPY"), Some("JPY"));
    assert_eq!(near("€5", "JPY"), Some("EUR"));
}

#[test]
fn headings_say_what_is_counted() {
    let said = |heading: &str| Measure::of_heading(heading).map(|m| (m.unit, m.currency.map_or("-", Currency::code)));
    for (heading, found) in [
        ("金额（万元）", Some((10_000, "CNY"))),
        ("金额(元)", Some((1, "CNY"))),
        ("预计金额（单位：万元）", Some((10_000, "CNY"))),
        ("金额（万）", Some((10_000, "-"))),
        ("合同额（千美元）", Some((1_000, "USD"))),
        ("Amount (USD)", Some((1, "USD"))),
        ("Amount [EUR]", Some((1, "EUR"))),
        ("Revenue ($M)", Some((1_000_000, "USD"))),
        ("Umsatz (T€)", Some((1_000, "EUR"))),
        ("Revenue (k EUR)", Some((1_000, "EUR"))),
        ("Revenue (USD '000)", Some((1_000, "USD"))),
        ("Amount (in USD)", Some((1, "USD"))),
        ("Amount USD", Some((1, "USD"))),
        ("Amount in EUR", Some((1, "EUR"))),
        ("金额/万元", Some((10_000, "CNY"))),
        ("Amount", None),
        ("手机(必填)", None),
        ("Amount (net)", None),
        ("Deal value", None),
        ("Amount (m)", Some((1_000_000, "-"))),
    ] {
        assert_eq!(said(heading), found, "{heading}");
    }
    let beside = Measure {
        unit: 10_000,
        currency: None,
    };
    let read = |text: &str| amount(text, None, beside, &[]).expect("an amount").0.to_string();
    assert_eq!(
        (read("12.5"), read("12.5万"), read("￥3"), read("500元")),
        ("125000".into(), "125000".into(), "30000".into(), "500".into())
    );
}

#[test]
fn exponents_are_written_out() {
    for (text, digits) in [
        ("6.0E7", "60000000"),
        ("8.48E10", "84800000000"),
        ("-1.25e+1", "-12.5"),
        ("1.234E2", "123.4"),
    ] {
        assert_eq!(written_out(text).as_deref(), Some(digits), "{text}");
    }
    for text in ["1e5", "1.2E-3", "12.0E3", "1.E5", "1.0E99", "E", "1.0E"] {
        assert_eq!(written_out(text), None, "{text}");
    }
}

#[test]
fn minor_units_are_exact_or_refused() {
    let minor = |t, n| number(t, None).and_then(|d| d.minor(n)).map_err(|p| p.code);
    assert_eq!(minor("1100.04", 2), Ok(110_004));
    assert_eq!(minor("1.10", 1), Ok(11));
    assert_eq!(minor("-0.05", 2), Ok(-5));
    assert_eq!(minor("1.234", 2), Err("too_many_decimals".into()));
    assert_eq!(minor("92233720368547758.07", 2), Ok(i64::MAX));
    assert_eq!(minor("92233720368547758.08", 2), Err("number_too_large".into()));
    assert_eq!(minor("1亿亿", 2), Err("not_a_number".into()));
    let whole = |t| number(t, None).and_then(Decimal::integer).map_err(|p| p.code);
    assert_eq!(whole("2,822"), Ok(2822));
    assert_eq!(whole("2.0"), Ok(2));
    assert_eq!(whole("2.5"), Err("not_whole".into()));
}

#[test]
fn a_column_tells_its_decimal_mark() {
    let european = NumberStyle::of(["1.234", "12,50", ""]);
    assert_eq!(
        european,
        NumberStyle {
            point: Some(Point::Comma),
            doubtful: None
        }
    );
    assert_eq!(number("1.234", european.point).expect("a number").to_string(), "1234");
    let english = NumberStyle::of(["1,234", "12.50"]);
    assert_eq!(english.point, Some(Point::Dot));
    assert!(number("12,5", english.point).is_err());
    assert_eq!(NumberStyle::of(["1.234"]).doubtful.as_deref(), Some("1.234"));
    assert_eq!(NumberStyle::of(["1,234", "5"]), NumberStyle::default());
    assert_eq!(NumberStyle::of(["12,50", "12.50"]).point, None);
}

proptest! {
    #[test]
    fn any_text_is_survived(text in ".*") {
        let _ = money(&text, None);
        let _ = number(&text, Some(Point::Comma)).map(|d| (d.minor(2), d.to_f64(), d.to_string()));
        let _ = NumberStyle::of([text.as_str()]);
    }

    #[test]
    fn near_numbers_are_survived(text in "[-+(]?[￥$]?[0-9.,' ]{0,50}[万亿元kKmM)]{0,3}") {
        let _ = number(&text, None).map(|d| (d.minor(2), d.integer(), d.to_f64(), d.to_string()));
    }

    #[test]
    fn what_is_written_is_read_again(minor in any::<i64>(), style in 0..4) {
        let (sign, digits) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
        let (whole, cents) = (digits / 100, digits % 100);
        let grouped = |mark: &str| {
            let s = whole.to_string();
            let parts: Vec<String> = s.as_bytes().rchunks(3).rev().map(|c| String::from_utf8_lossy(c).into_owned()).collect();
            parts.join(mark)
        };
        let (text, point) = match style {
            0 => (format!("{sign}{whole}.{cents:02}"), None),
            1 => (format!("{sign}￥{}.{cents:02}", grouped(",")), None),
            2 => (format!("{sign}{},{cents:02}", grouped(".")), None),
            _ => (format!("{sign}{}.{cents:02}", grouped("'")), Some(Point::Dot)),
        };
        prop_assert_eq!(number(&text, point).and_then(|d| d.minor(2)), Ok(minor));
    }
}
