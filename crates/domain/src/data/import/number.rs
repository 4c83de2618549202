//! Numbers as people and spreadsheets write them: `1,234.56`, `1.234,56`, `￥1,200`, `12万`, `(1,200)`, `3,000元`.

use super::closest::half_width;
use super::problem::{Problem, code};
use crate::Currency;

/// An exact decimal: `mantissa / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// The character that parts whole and fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    Dot,
    Comma,
}

impl Point {
    pub fn mark(self) -> char {
        match self {
            Self::Dot => '.',
            Self::Comma => ',',
        }
    }
}

/// How the numbers of a column are written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NumberStyle {
    /// None: the values do not agree or do not tell; each is then read by itself, the dot first.
    pub point: Option<Point>,
    /// A value that could be read in two ways, where no other value of the column decides (`1.234`).
    pub doubtful: Option<String>,
}

impl NumberStyle {
    /// Looks at the values of one column together: one `12,50` tells that its neighbour `1.234` is over a thousand.
    pub fn of<'a>(samples: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scan = NumberScan::default();
        samples.into_iter().for_each(|sample| scan.observe(sample));
        scan.style()
    }
}

/// What the values of a column seen so far tell.
#[derive(Debug, Clone, Default)]
pub struct NumberScan {
    dot: bool,
    comma: bool,
    doubtful: Option<String>,
}

impl NumberScan {
    pub fn observe(&mut self, sample: &str) {
        let Some(parts) = Parts::of(sample, &[]) else { return };
        match (parts.read(Point::Dot), parts.read(Point::Comma)) {
            (Some(_), None) => self.dot = true,
            (None, Some(_)) => self.comma = true,
            (Some(a), Some(b)) if a != b && self.doubtful.is_none() => self.doubtful = Some(sample.to_owned()),
            _ => {}
        }
    }

    pub fn style(&self) -> NumberStyle {
        let proven = match (self.dot, self.comma) {
            (true, false) => Some(Point::Dot),
            (false, true) => Some(Point::Comma),
            // A single `1,234` is a thousand everywhere but in a comma column, so only the dot is worth a remark.
            _ => {
                let doubtful = self.doubtful.clone().filter(|v| v.contains('.') || self.comma);
                return NumberStyle { point: None, doubtful };
            }
        };
        NumberStyle {
            point: proven,
            doubtful: None,
        }
    }
}

impl Decimal {
    /// In units of `10^-decimals`, such as cents.
    pub fn minor(self, decimals: u32) -> Result<i64, Problem> {
        let Self { mantissa, scale } = self.shortest();
        let Some(missing) = decimals.checked_sub(scale) else {
            return Err(Problem::value(code::TOO_MANY_DECIMALS, &self.to_string()).with("decimals", decimals));
        };
        10i128
            .checked_pow(missing)
            .and_then(|factor| mantissa.checked_mul(factor))
            .and_then(|minor| i64::try_from(minor).ok())
            .ok_or_else(|| Problem::value(code::NUMBER_TOO_LARGE, &self.to_string()))
    }

    pub fn integer(self) -> Result<i64, Problem> {
        self.minor(0).map_err(|p| {
            if p.code == code::TOO_MANY_DECIMALS {
                Problem::value(code::NOT_WHOLE, &self.to_string())
            } else {
                p
            }
        })
    }

    /// The nearest floating-point number.
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    fn shortest(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }
}

/// Plain: sign, digits, dot; no zeros at the end of the fraction.
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { mantissa, scale } = self.shortest();
        let sign = if mantissa < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale as usize);
        let dot = if fraction.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{dot}{fraction}")
    }
}

/// The number a cell says.
pub fn number(text: &str, point: Option<Point>) -> Result<Decimal, Problem> {
    Ok(money(text, point)?.0)
}

/// The amount a cell says, and the currency if it says one.
pub fn money(text: &str, point: Option<Point>) -> Result<(Decimal, Option<Currency>), Problem> {
    amount(text, point, Measure::ONE, &[])
}

/// The same where heading or row say what is counted; the cell knows better. `near` decides between currencies with one mark.
pub fn amount(
    text: &str,
    point: Option<Point>,
    beside: Measure,
    near: &[Currency],
) -> Result<(Decimal, Option<Currency>), Problem> {
    let wrong = || Problem::value(code::NOT_A_NUMBER, text);
    let parts = Parts::of(text, near).ok_or_else(wrong)?;
    let digits = match point {
        Some(point) => parts.read(point),
        None => parts.read(Point::Dot).or_else(|| parts.read(Point::Comma)),
    };
    let (whole, fraction) = digits.ok_or_else(wrong)?;
    let large = || Problem::value(code::NUMBER_TOO_LARGE, text);
    let fraction = fraction.trim_end_matches('0');
    // 38 digits are what an i128 holds; more cannot be money, and a longer fraction is no one's price.
    if whole.len() + fraction.len() > 38 {
        return Err(large());
    }
    let digits: i128 = format!("{whole}{fraction}").parse().map_err(|_| large())?;
    let signed = if parts.negative { -digits } else { digits };
    let unit = if parts.counted { parts.unit } else { beside.unit };
    let mantissa = signed.checked_mul(unit).ok_or_else(large)?;
    let scale = u32::try_from(fraction.len()).map_err(|_| large())?;
    Ok((
        Decimal { mantissa, scale }.shortest(),
        parts.currency.or(beside.currency),
    ))
}

/// The digits of a number that a program wrote with an exponent: `8.48E10` → `84800000000`; none where it is no such number.
pub fn written_out(text: &str) -> Option<String> {
    let (mantissa, exponent) = super::cell::clean(text).split_once(['E', 'e'])?;
    let exponent: usize = exponent
        .strip_prefix('+')
        .unwrap_or(exponent)
        .parse()
        .ok()
        .filter(|e| *e <= 18)?;
    let (sign, digits) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.')?;
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 1 || !plain(whole) || !plain(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let (more, rest) = fraction.split_at(fraction.len().min(exponent));
    let zeros = "0".repeat(exponent - more.len());
    let point = if rest.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{more}{zeros}{point}{rest}"))
}

/// A cell taken apart: sign, currency and unit gone, digits and separators left.
struct Parts {
    body: String,
    negative: bool,
    unit: i128,
    /// The cell says itself what it counts.
    counted: bool,
    currency: Option<Currency>,
}

const UNITS: &[(&str, i128)] = &[
    ("百亿", 10_000_000_000),
    ("十亿", 1_000_000_000),
    ("十万", 100_000),
    ("万亿", 1_000_000_000_000),
    ("千万", 10_000_000),
    ("百万", 1_000_000),
    ("亿", 100_000_000),
    ("億", 100_000_000),
    ("万", 10_000),
    ("萬", 10_000),
    ("千", 1_000),
    ("仟", 1_000),
    ("lakh", 100_000),
    ("crore", 10_000_000),
    ("mio.", 1_000_000),
    ("mio", 1_000_000),
    ("mrd", 1_000_000_000),
    ("tsd", 1_000),
    ("bn", 1_000_000_000),
    ("mn", 1_000_000),
    ("k", 1_000),
    ("m", 1_000_000),
    ("b", 1_000_000_000),
];

/// What amounts are marked with, and the currencies it may mean: the usual one first, the others where the column, the row or the
/// workspace says so. Longer marks first: `us$` is not a `$` after `us`.
const CURRENCIES: &[(&str, &[&str])] = &[
    ("人民币", &["CNY"]),
    ("人民幣", &["CNY"]),
    ("新台币", &["TWD"]),
    ("新台幣", &["TWD"]),
    ("台币", &["TWD"]),
    ("台幣", &["TWD"]),
    ("新加坡元", &["SGD"]),
    ("新元", &["SGD"]),
    ("澳门元", &["MOP"]),
    ("澳門元", &["MOP"]),
    ("澳元", &["AUD"]),
    ("加元", &["CAD"]),
    ("纽元", &["NZD"]),
    ("美元", &["USD"]),
    ("美金", &["USD"]),
    ("欧元", &["EUR"]),
    ("歐元", &["EUR"]),
    ("英镑", &["GBP"]),
    ("英鎊", &["GBP"]),
    ("日元", &["JPY"]),
    ("日圆", &["JPY"]),
    ("日圓", &["JPY"]),
    ("円", &["JPY"]),
    ("港币", &["HKD"]),
    ("港幣", &["HKD"]),
    ("港元", &["HKD"]),
    ("韩元", &["KRW"]),
    ("韓元", &["KRW"]),
    ("卢布", &["RUB"]),
    ("泰铢", &["THB"]),
    ("泰銖", &["THB"]),
    ("卢比", &["INR", "PKR", "LKR"]),
    ("越南盾", &["VND"]),
    ("林吉特", &["MYR"]),
    ("马币", &["MYR"]),
    ("瑞士法郎", &["CHF"]),
    ("法郎", &["CHF"]),
    ("迪拉姆", &["AED", "MAD"]),
    ("比索", &["MXN", "PHP", "ARS", "CLP", "COP"]),
    ("里拉", &["TRY"]),
    ("兹罗提", &["PLN"]),
    ("雷亚尔", &["BRL"]),
    ("兰特", &["ZAR"]),
    ("元", &["CNY", "TWD", "HKD", "MOP", "USD", "SGD", "AUD", "CAD", "NZD"]),
    ("块", &["CNY"]),
    ("圆", &["CNY", "JPY"]),
    ("rmb", &["CNY"]),
    ("cn¥", &["CNY"]),
    ("jp¥", &["JPY"]),
    ("us$", &["USD"]),
    ("hk$", &["HKD"]),
    ("nt$", &["TWD"]),
    ("r$", &["BRL"]),
    ("au$", &["AUD"]),
    ("a$", &["AUD"]),
    ("ca$", &["CAD"]),
    ("c$", &["CAD"]),
    ("nz$", &["NZD"]),
    ("s$", &["SGD"]),
    ("sg$", &["SGD"]),
    ("mx$", &["MXN"]),
    ("mex$", &["MXN"]),
    ("mop$", &["MOP"]),
    ("ar$", &["ARS"]),
    ("cl$", &["CLP"]),
    ("clp$", &["CLP"]),
    ("col$", &["COP"]),
    ("¥", &["CNY", "JPY"]),
    ("￥", &["CNY", "JPY"]),
    (
        "$",
        &[
            "USD", "HKD", "TWD", "SGD", "AUD", "NZD", "CAD", "MXN", "ARS", "CLP", "COP", "MOP",
        ],
    ),
    ("€", &["EUR"]),
    ("euros", &["EUR"]),
    ("euro", &["EUR"]),
    ("£", &["GBP", "EGP"]),
    ("₹", &["INR"]),
    ("₨", &["INR", "PKR", "LKR"]),
    ("rs.", &["INR", "PKR", "LKR"]),
    ("rs", &["INR", "PKR", "LKR"]),
    ("₩", &["KRW"]),
    ("₽", &["RUB"]),
    ("руб.", &["RUB"]),
    ("руб", &["RUB"]),
    ("р.", &["RUB"]),
    ("₺", &["TRY"]),
    ("tl", &["TRY"]),
    ("₴", &["UAH"]),
    ("грн.", &["UAH"]),
    ("грн", &["UAH"]),
    ("₸", &["KZT"]),
    ("₫", &["VND"]),
    ("đ", &["VND"]),
    ("฿", &["THB"]),
    ("₱", &["PHP"]),
    ("₦", &["NGN"]),
    ("₪", &["ILS"]),
    ("₭", &["LAK"]),
    ("₮", &["MNT"]),
    ("៛", &["KHR"]),
    ("৳", &["BDT"]),
    ("zł", &["PLN"]),
    ("zl", &["PLN"]),
    ("kč", &["CZK"]),
    ("ft", &["HUF"]),
    ("lei", &["RON"]),
    ("kr.", &["SEK", "NOK", "DKK"]),
    ("kr", &["SEK", "NOK", "DKK"]),
    ("fr.", &["CHF"]),
    ("sfr", &["CHF"]),
    ("rm", &["MYR"]),
    ("rp.", &["IDR"]),
    ("rp", &["IDR"]),
    ("s/.", &["PEN"]),
    ("s/", &["PEN"]),
    ("ksh", &["KES"]),
    ("dhs", &["AED"]),
    ("dh", &["AED", "MAD"]),
    ("е£", &["EGP"]),
    ("e£", &["EGP"]),
    ("yuan", &["CNY"]),
    ("yen", &["JPY"]),
    ("won", &["KRW"]),
    ("dollars", &["USD"]),
    ("dollar", &["USD"]),
    ("pounds", &["GBP"]),
];

/// What stands beside amounts, in the brackets of a heading or in a column of its own: `万元`, `USD`, `千美元`, `k€`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    pub unit: i128,
    pub currency: Option<Currency>,
}

impl Measure {
    /// Single units of a currency that is said elsewhere.
    pub const ONE: Self = Self {
        unit: 1,
        currency: None,
    };

    /// None where the text says neither. `near` decides between currencies that share a mark.
    pub fn of(text: &str, near: &[Currency]) -> Option<Self> {
        let folded: String = text.chars().map(half_width).flat_map(char::to_lowercase).collect();
        let mut rest = super::cell::clean(&folded);
        for word in ["单位", "單位", "币种", "幣別", "unit", "currency", "in ", "en "] {
            rest = rest
                .strip_prefix(word)
                .unwrap_or(rest)
                .trim_start_matches([':', ' ', '=']);
        }
        let (mut unit, mut currency) = (None, None);
        loop {
            rest = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | '/' | '-' | ':'));
            if rest.is_empty() {
                break;
            }
            let thousands = ["'000", "000s", "000", "thousands", "thousand", "tsd", "mille", "t"].iter();
            let millions = ["millions", "million", "mio", "mil", "mm"].iter();
            let large = thousands
                .map(|w| (*w, 1_000))
                .chain(millions.map(|w| (*w, 1_000_000)))
                .chain([("billion", 1_000_000_000)]);
            let found = large.chain(UNITS.iter().copied()).find_map(|(word, factor)| {
                let shorter = rest.strip_prefix(word).or_else(|| rest.strip_suffix(word))?;
                // A letter is a unit alone or beside a mark, not the beginning of a word.
                let letter = word.is_ascii() && word.len() == 1 && !shorter.is_empty();
                (!letter || mark(shorter.trim(), near).is_some_and(|(_, rest)| rest.is_empty()))
                    .then_some((factor, shorter))
            });
            if currency.is_none()
                && let Some((named, shorter)) = mark(rest, near)
            {
                (currency, rest) = (Some(named), shorter);
            } else if unit.is_none()
                && let Some((factor, shorter)) = found
            {
                (unit, rest) = (Some(factor), shorter);
            } else {
                return None;
            }
        }
        (unit.is_some() || currency.is_some()).then(|| Self {
            unit: unit.unwrap_or(1),
            currency,
        })
    }

    /// What a heading says about its amounts: in brackets (`金额（万元）`, `Amount [USD]`) or at its end (`Amount USD`, `金额_万元`).
    pub fn of_heading(heading: &str) -> Option<Self> {
        let open = heading.find(['(', '（', '[', '【', '<', '〔']);
        let inner = open.map(|at| heading[at..].trim_start_matches(['(', '（', '[', '【', '<', '〔']));
        let inner = inner.map(|text| text.split([')', '）', ']', '】', '>', '〕']).next().unwrap_or_default());
        inner
            .and_then(|text| Self::of(text, &[]))
            .or_else(|| measured(heading).map(|(_, measure)| measure))
    }
}

/// A heading whose last word is a unit or a currency: the rest of it, and what that says.
pub fn measured(heading: &str) -> Option<(&str, Measure)> {
    let heading = super::cell::clean(heading);
    let (rest, last) = heading.rsplit_once([' ', '_', '-', '/', '·', ':', '：'])?;
    let measure = Measure::of(last, &[]).filter(|m| m.currency.is_some() || !last.is_ascii())?;
    let rest = rest.trim_end_matches(|c: char| !c.is_alphanumeric());
    Some((rest.strip_suffix(" in").unwrap_or(rest), measure)).filter(|(rest, _)| !rest.is_empty())
}

impl Parts {
    fn of(text: &str, near: &[Currency]) -> Option<Self> {
        let folded: String = text.chars().map(half_width).flat_map(char::to_lowercase).collect();
        let mut rest = super::cell::clean(&folded);
        let (mut negative, mut signed, mut unit, mut currency, mut counted) = (false, false, None, None, false);
        let mut sign = |minus: bool| {
            let first = !signed;
            signed = true;
            negative = minus;
            first
        };
        // Signs, marks and units come in any order round the digits; each at most once.
        loop {
            rest = rest.trim();
            if let Some(inner) = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')) {
                if !sign(true) {
                    return None;
                }
                rest = inner;
            } else if let Some(r) = strip_any(rest, &["-", "\u{2212}"]) {
                if !sign(true) {
                    return None;
                }
                rest = r;
            } else if let Some(r) = rest.strip_prefix('+') {
                if !sign(false) {
                    return None;
                }
                rest = r;
            } else if let Some((found, r)) = mark(rest, near) {
                // `￥1,200元` names the same currency twice.
                if currency.is_some_and(|known| known != found) {
                    return None;
                }
                currency = Some(found);
                // `12元` counts single ones also where the heading says 万元.
                counted |= rest.len() > r.len() && ["元", "块", "圆", "円"].iter().any(|one| rest.ends_with(one));
                rest = r;
            } else if let Some((factor, r)) = UNITS.iter().find_map(|(u, f)| Some((*f, rest.strip_suffix(u)?))) {
                if unit.replace(factor).is_some() {
                    return None;
                }
                rest = r;
            } else {
                break;
            }
        }
        let has_digit = rest.contains(|c: char| c.is_ascii_digit());
        let plain = |c: char| c.is_ascii_digit() || is_group(c) || matches!(c, '.' | ',');
        (has_digit && rest.chars().all(plain)).then(|| Self {
            body: rest.to_owned(),
            negative,
            counted: counted || unit.is_some(),
            unit: unit.unwrap_or(1),
            currency,
        })
    }

    /// Whole and fraction as digits, if the body is well formed with this decimal mark.
    fn read(&self, point: Point) -> Option<(String, String)> {
        let (whole, fraction) = match self.body.split_once(point.mark()) {
            Some((whole, fraction)) => (whole, fraction),
            None => (self.body.as_str(), ""),
        };
        if !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let other = if point == Point::Dot { ',' } else { '.' };
        let separator = whole.chars().find(|c| !c.is_ascii_digit());
        let Some(separator) = separator else {
            return Some((whole.to_owned(), fraction.to_owned()));
        };
        if separator != other && !is_group(separator) {
            return None;
        }
        let groups: Vec<&str> = whole.split(separator).collect();
        let (first, rest) = groups.split_first()?;
        let (last, middle) = rest.split_last()?;
        // In India two digits follow two until the last three: `1,23,456`.
        let even = |size: usize| middle.iter().all(|g| g.len() == size) && (1..=size).contains(&first.len());
        let proper = last.len() == 3
            && !first.starts_with('0')
            && (even(3) || (separator == ',' && !middle.is_empty() && even(2)))
            && groups.iter().all(|g| g.bytes().all(|b| b.is_ascii_digit()));
        proper.then(|| (whole.replace(separator, ""), fraction.to_owned()))
    }
}

/// What parts thousands besides dot and comma.
fn is_group(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}') || c.is_whitespace()
}

fn strip_any<'a>(text: &'a str, marks: &[&str]) -> Option<&'a str> {
    marks
        .iter()
        .find_map(|m| text.strip_prefix(m).or_else(|| text.strip_suffix(m)))
}

/// A currency at either end: a code, or one of the marks. `near` are those that a mark shared by several may mean.
fn mark<'a>(text: &'a str, near: &[Currency]) -> Option<(Currency, &'a str)> {
    let known = |part: &str| Currency::from_code(&part.to_ascii_uppercase());
    let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphabetic());
    let front = text
        .split_at_checked(3)
        .and_then(|(code, rest)| Some((known(code)?, rest)))
        .filter(|(_, rest)| apart(rest.chars().next()));
    let back = || {
        let (rest, code) = text.split_at_checked(text.len().checked_sub(3)?)?;
        Some((known(code)?, rest)).filter(|(_, rest)| apart(rest.chars().next_back()))
    };
    if let Some(found) = front.or_else(back) {
        return Some(found);
    }
    let mut marks: Vec<&(&str, &[&str])> = CURRENCIES.iter().collect();
    marks.retain(|(mark, _)| text.starts_with(mark) || text.ends_with(mark));
    let (mark, codes) = marks.into_iter().max_by_key(|(mark, _)| mark.len())?;
    let letters = mark.starts_with(|c: char| c.is_alphabetic() && c < '\u{3000}')
        && mark.ends_with(|c: char| c.is_alphabetic() && c < '\u{3000}');
    let front = text
        .strip_prefix(mark)
        .filter(|rest| !letters || apart(rest.chars().next()));
    let back = || {
        text.strip_suffix(mark)
            .filter(|rest| !letters || apart(rest.chars().next_back()))
    };
    let rest = front.or_else(back)?;
    let meant = near.iter().find(|c| codes.contains(&c.code())).copied();
    Some((meant.or_else(|| Currency::from_code(codes.first()?))?, rest))
}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
