//! Amounts of money: 64-bit minor units and a currency, decimal strings on the wire.

use serde::{Deserialize, Serialize};

/// An ISO 4217 currency that the product knows, with its number of decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    code: &'static str,
    decimals: u32,
}

macro_rules! currencies {
    ($($code:literal $decimals:literal),* $(,)?) => {
        const CURRENCIES: &[Currency] = &[$(Currency { code: $code, decimals: $decimals }),*];
    };
}

// ISO 4217, active codes of the countries whose firms trade most, with the decimals of the standard, and behind them
// those that are legal tender no more: amounts of their time stay readable, new ones are not offered.
currencies! {
    "CNY" 2, "USD" 2, "EUR" 2, "GBP" 2, "JPY" 0, "HKD" 2, "TWD" 2, "MOP" 2, "KRW" 0, "SGD" 2,
    "AUD" 2, "NZD" 2, "CAD" 2, "CHF" 2, "SEK" 2, "NOK" 2, "DKK" 2, "PLN" 2, "CZK" 2, "HUF" 2,
    "RON" 2, "TRY" 2, "RUB" 2, "UAH" 2, "KZT" 2, "INR" 2, "PKR" 2, "BDT" 2, "LKR" 2,
    "THB" 2, "VND" 0, "IDR" 2, "MYR" 2, "PHP" 2, "MMK" 2, "KHR" 2, "LAK" 2, "MNT" 2, "AED" 2,
    "SAR" 2, "QAR" 2, "KWD" 3, "BHD" 3, "OMR" 3, "JOD" 3, "ILS" 2, "EGP" 2, "ZAR" 2, "NGN" 2,
    "KES" 2, "MAD" 2, "BRL" 2, "MXN" 2, "ARS" 2, "CLP" 0, "COP" 2, "PEN" 2,
    "BGN" 2,
}

/// Those among them that have been withdrawn: the day from which another took their place, and which.
const WITHDRAWN: &[(&str, &str, &str)] = &[("BGN", "2026-01-01", "EUR")];

impl Currency {
    pub const CNY: Self = Self {
        code: "CNY",
        decimals: 2,
    };

    pub fn from_code(code: &str) -> Option<Self> {
        CURRENCIES.iter().copied().find(|c| c.code == code)
    }

    /// All that the product knows.
    pub fn all() -> impl Iterator<Item = Self> {
        CURRENCIES.iter().copied()
    }

    /// Those that are legal tender: what a workspace may newly take into use.
    pub fn current() -> impl Iterator<Item = Self> {
        Self::all().filter(|c| c.withdrawn().is_none())
    }

    /// The day from which another currency has taken its place, and which.
    pub fn withdrawn(self) -> Option<(&'static str, &'static str)> {
        let found = WITHDRAWN.iter().find(|(code, ..)| *code == self.code);
        found.map(|(_, day, heir)| (*day, *heir))
    }

    pub fn code(self) -> &'static str {
        self.code
    }

    pub fn decimals(self) -> u32 {
        self.decimals
    }
}

/// How many units of the base currency one unit of another is worth: an exact decimal above zero with ten decimals, so
/// that a rate quoted for a hundred or ten thousand units loses nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(i64);

impl Rate {
    pub const DECIMALS: u32 = 10;
    /// Of the base currency itself.
    pub const ONE: Self = Self(10_000_000_000);

    /// Eight digits before the point, as the description says: no rate of two currencies has more.
    const LIMIT: i64 = 100_000_000 * Self::ONE.0;

    /// None unless above zero.
    pub fn from_ticks(ticks: i64) -> Option<Self> {
        (ticks > 0).then_some(Self(ticks))
    }

    /// One that somebody hands in.
    pub fn accepted(ticks: i64) -> Option<Self> {
        Self::from_ticks(ticks).filter(|rate| rate.0 < Self::LIMIT)
    }

    /// In units of `10^-DECIMALS`.
    pub fn ticks(self) -> i64 {
        self.0
    }

    pub fn parse(text: &str) -> Option<Self> {
        parse_scaled(text, Self::DECIMALS).and_then(Self::accepted)
    }

    /// What an amount is worth in the base currency, rounded half away from zero as everywhere. None if it does not fit.
    pub fn convert(self, minor: i64, from: Currency, base: Currency) -> Option<i64> {
        // No currency has more than three decimals, so the exponent is never negative, and the product of two 64-bit
        // numbers always fits.
        let shift = (Self::DECIMALS + from.decimals).checked_sub(base.decimals)?;
        let unit = 10i128.checked_pow(shift)?;
        let exact = i128::from(minor) * i128::from(self.0);
        i64::try_from((exact + unit / 2 * exact.signum()) / unit).ok()
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = scaled(self.0.into(), Self::DECIMALS);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// An amount in a currency. `base` is the same amount in the workspace's base currency by `rate`: filters, sorts and
/// sums work on it, so that mixed currencies compare. Two amounts are equal whatever they were worth.
#[derive(Debug, Clone, Copy)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
    pub base: i64,
    pub rate: Rate,
}

impl PartialEq for Money {
    fn eq(&self, other: &Self) -> bool {
        (self.minor, self.currency) == (other.minor, other.currency)
    }
}

impl Eq for Money {}

impl Money {
    /// The most minor units of one amount, either way: a quadrillion of most currencies, past anything a firm sells, and a
    /// hundredth of what its column holds, so that a typing error is refused where it is made.
    pub const MOST: i64 = 99_999_999_999_999_999;

    /// Whether so many minor units can be an amount.
    pub fn fits(minor: i64) -> bool {
        (-Self::MOST..=Self::MOST).contains(&minor)
    }

    /// An amount that nobody has yet asked the worth of: as if it were in the base currency.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self {
            minor,
            currency,
            base: minor,
            rate: Rate::ONE,
        }
    }

    /// The amount as a decimal string with all decimals of the currency, such as `1250.00`.
    pub fn decimal(&self) -> String {
        decimal(self.minor, self.currency)
    }
}

/// Writes minor units as a decimal string. Sums of amounts are wider than an amount.
pub fn decimal(minor: impl Into<i128>, currency: Currency) -> String {
    scaled(minor.into(), currency.decimals)
}

pub(crate) fn scaled(number: i128, decimals: u32) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let digits = number.unsigned_abs();
    match decimals {
        0 => format!("{sign}{digits}"),
        n => {
            let unit = 10u128.pow(n);
            format!("{sign}{}.{:0width$}", digits / unit, digits % unit, width = n as usize)
        }
    }
}

/// Reads a plain decimal string (`-12`, `1250.5`) into minor units. None where it is no number, has more decimals than
/// the currency, or does not fit.
pub fn parse_decimal(text: &str, currency: Currency) -> Option<i64> {
    parse_scaled(text, currency.decimals)
}

/// The same however large it is, for who tells what is too large from what is no number.
pub(crate) fn parse_wide(text: &str, currency: Currency) -> Option<i128> {
    scaled_digits(text, currency.decimals)
}

pub(crate) fn parse_scaled(text: &str, decimals: u32) -> Option<i64> {
    scaled_digits(text, decimals).and_then(|exact| i64::try_from(exact).ok())
}

/// What is beyond all counting is as large as can be counted.
fn scaled_digits(text: &str, decimals: u32) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || (fraction.is_empty() && digits.contains('.'))
    {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let missing = decimals.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    let exact = format!("{whole}{fraction}").parse::<i128>().unwrap_or(i128::MAX);
    let exact = exact.saturating_mul(10i128.pow(missing));
    Some(if negative { -exact } else { exact })
}

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    amount: std::borrow::Cow<'a, str>,
    currency: std::borrow::Cow<'a, str>,
    /// Only of amounts in another currency than the base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<String>,
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire {
            amount: self.decimal().into(),
            currency: self.currency.code.into(),
            rate: (self.rate != Rate::ONE).then(|| self.rate.to_string()),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let currency =
            Currency::from_code(&wire.currency).ok_or_else(|| serde::de::Error::custom("unknown currency"))?;
        let minor = parse_decimal(&wire.amount, currency).ok_or_else(|| serde::de::Error::custom("no amount"))?;
        Ok(Self::new(minor, currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_follow_the_currency() {
        let jpy = Currency::from_code("JPY").expect("known");
        let kwd = Currency::from_code("KWD").expect("known");
        assert_eq!(decimal(-5, Currency::CNY), "-0.05");
        assert_eq!(decimal(125_000, Currency::CNY), "1250.00");
        assert_eq!(decimal(1250, jpy), "1250");
        assert_eq!(parse_decimal("1.2345", kwd), None);
        assert_eq!(parse_decimal("1.2340", kwd), Some(1234));
        assert_eq!(parse_decimal("12.5", jpy), None);
    }

    #[test]
    fn refuses_what_is_no_amount() {
        for text in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "1e3",
            "1,000",
            " 1",
            "+1",
            "９",
            "92233720368547758.08",
            "99999999999999999999",
        ] {
            assert_eq!(parse_decimal(text, Currency::CNY), None, "{text}");
        }
        assert_eq!(parse_decimal("92233720368547758.07", Currency::CNY), Some(i64::MAX));
    }

    fn known(code: &str) -> Currency {
        Currency::from_code(code).expect("known")
    }

    #[test]
    fn rates_convert_and_round_half_away_from_zero() {
        let rate = |text: &str| Rate::parse(text).expect("a rate");
        assert_eq!((Rate::parse("100000000"), Rate::parse("0")), (None, None));
        let cny = Currency::CNY;
        assert_eq!(rate("7.1234").convert(10_000, known("USD"), cny), Some(71_234));
        assert_eq!(rate("0.0485").convert(1_000, known("JPY"), cny), Some(4_850));
        assert_eq!(rate("23.1").convert(1, known("KWD"), cny), Some(2)); // 0.001 × 23.1 = 0.0231
        assert_eq!(rate("20.5").convert(100, cny, known("JPY")), Some(21)); // 20.5
        assert_eq!(rate("20.5").convert(-100, cny, known("JPY")), Some(-21));
        assert_eq!(rate("0.5").convert(1, known("USD"), cny), Some(1));
        assert_eq!(rate("0.4999999999").convert(1, known("USD"), cny), Some(0));
        assert_eq!(rate("2").convert(i64::MAX, known("USD"), cny), None);
        assert_eq!(
            rate("99999999.9999999999").convert(i64::MIN, known("JPY"), known("KWD")),
            None
        );
        assert_eq!(
            (rate("7.10").to_string(), rate("100").to_string()),
            ("7.1".to_owned(), "100".to_owned())
        );
        for wrong in ["0", "-1", "", "1.12345678901", "922337204", "7,1"] {
            assert_eq!(Rate::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_converted_amount_is_off_by_half_a_unit_at_most(
            minor in -1_000_000_000_000i64..1_000_000_000_000, ticks in 1i64..1_000_000_000_000,
            from in 0..CURRENCIES.len(), base in 0..CURRENCIES.len(),
        ) {
            let (from, base) = (CURRENCIES[from], CURRENCIES[base]);
            let rate = Rate::from_ticks(ticks).expect("above zero");
            prop_assert_eq!(Rate::parse(&rate.to_string()), Some(rate));
            let worth = rate.convert(minor, from, base);
            prop_assert_eq!(worth.map(|w| -w), rate.convert(-minor, from, base));
            if let Some(worth) = worth {
                let unit = 10i128.pow(Rate::DECIMALS + from.decimals() - base.decimals());
                let error = i128::from(minor) * i128::from(ticks) - i128::from(worth) * unit;
                prop_assert!(error.abs() * 2 <= unit);
            }
            prop_assert!(rate.convert(minor.saturating_add(1), from, base).is_none_or(|more| Some(more) >= worth));
            prop_assert_eq!(Rate::ONE.convert(minor, from, from), Some(minor));
        }

        #[test]
        fn what_is_written_is_read_again(minor in -i64::MAX..=i64::MAX, index in 0..CURRENCIES.len()) {
            let currency = CURRENCIES[index];
            prop_assert_eq!(parse_decimal(&decimal(minor, currency), currency), Some(minor));
        }
    }
}
