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

// ISO 4217, active codes of the countries whose firms trade most, with the decimals of the standard.
currencies! {
    "CNY" 2, "USD" 2, "EUR" 2, "GBP" 2, "JPY" 0, "HKD" 2, "TWD" 2, "MOP" 2, "KRW" 0, "SGD" 2,
    "AUD" 2, "NZD" 2, "CAD" 2, "CHF" 2, "SEK" 2, "NOK" 2, "DKK" 2, "PLN" 2, "CZK" 2, "HUF" 2,
    "RON" 2, "BGN" 2, "TRY" 2, "RUB" 2, "UAH" 2, "KZT" 2, "INR" 2, "PKR" 2, "BDT" 2, "LKR" 2,
    "THB" 2, "VND" 0, "IDR" 2, "MYR" 2, "PHP" 2, "MMK" 2, "KHR" 2, "LAK" 2, "MNT" 2, "AED" 2,
    "SAR" 2, "QAR" 2, "KWD" 3, "BHD" 3, "OMR" 3, "JOD" 3, "ILS" 2, "EGP" 2, "ZAR" 2, "NGN" 2,
    "KES" 2, "MAD" 2, "BRL" 2, "MXN" 2, "ARS" 2, "CLP" 0, "COP" 2, "PEN" 2,
}

impl Currency {
    pub const CNY: Self = Self {
        code: "CNY",
        decimals: 2,
    };

    pub fn from_code(code: &str) -> Option<Self> {
        CURRENCIES.iter().copied().find(|c| c.code == code)
    }

    pub fn code(self) -> &'static str {
        self.code
    }

    pub fn decimals(self) -> u32 {
        self.decimals
    }
}

/// An amount in a currency. `base` is the same amount in the workspace's base currency: filters, sorts and sums
/// work on it, so that mixed currencies compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
    pub base: i64,
}

impl Money {
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self {
            minor,
            currency,
            base: minor,
        }
    }

    /// The amount as a decimal string with all decimals of the currency, such as `1250.00`.
    pub fn decimal(&self) -> String {
        decimal(self.minor, self.currency)
    }
}

/// Writes minor units as a decimal string.
pub fn decimal(minor: i64, currency: Currency) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let digits = minor.unsigned_abs();
    match currency.decimals {
        0 => format!("{sign}{digits}"),
        n => {
            let unit = 10u64.pow(n);
            format!("{sign}{}.{:0width$}", digits / unit, digits % unit, width = n as usize)
        }
    }
}

/// Reads a plain decimal string (`-12`, `1250.5`) into minor units. None where it is no number, has more decimals than
/// the currency, or does not fit.
pub fn parse_decimal(text: &str, currency: Currency) -> Option<i64> {
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
    let missing = currency.decimals.checked_sub(u32::try_from(fraction.len()).ok()?)?;
    let minor: i64 = if whole.len() > 19 {
        None
    } else {
        format!("{whole}{fraction}").parse().ok()
    }?;
    let minor = minor.checked_mul(10i64.pow(missing))?;
    Some(if negative { -minor } else { minor })
}

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    amount: std::borrow::Cow<'a, str>,
    currency: std::borrow::Cow<'a, str>,
}

impl Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire {
            amount: self.decimal().into(),
            currency: self.currency.code.into(),
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

    proptest! {
        #[test]
        fn what_is_written_is_read_again(minor in -i64::MAX..=i64::MAX, index in 0..CURRENCIES.len()) {
            let currency = CURRENCIES[index];
            prop_assert_eq!(parse_decimal(&decimal(minor, currency), currency), Some(minor));
        }
    }
}
