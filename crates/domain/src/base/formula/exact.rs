//! Numbers as formulas count with them: fractions, so that nothing is lost before the end.

use crate::money::parse_scaled;
use std::cmp::Ordering;

/// A fraction in its lowest terms, the sign above the line. What does not fit is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    over: i128,
    under: i128,
}

fn common(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Exact {
    pub const ZERO: Self = Self { over: 0, under: 1 };

    pub fn ratio(over: i128, under: i128) -> Option<Self> {
        if under == 0 || over == i128::MIN || under == i128::MIN {
            return None;
        }
        let factor = i128::try_from(common(over.unsigned_abs(), under.unsigned_abs())).ok()?;
        let factor = factor * under.signum();
        Some(Self {
            over: over / factor,
            under: under / factor,
        })
    }

    pub fn whole(number: i64) -> Self {
        Self {
            over: number.into(),
            under: 1,
        }
    }

    /// In units of `10^-decimals`.
    pub fn scaled(number: i64, decimals: u32) -> Option<Self> {
        Self::ratio(number.into(), 10i128.checked_pow(decimals)?)
    }

    /// Reads `12` or `0.125`.
    pub fn parse(text: &str) -> Option<Self> {
        const DECIMALS: u32 = 9;
        Self::scaled(parse_scaled(text, DECIMALS)?, DECIMALS)
    }

    pub fn negated(self) -> Self {
        Self {
            over: -self.over,
            under: self.under,
        }
    }

    pub fn abs(self) -> Self {
        Self {
            over: self.over.abs(),
            under: self.under,
        }
    }

    pub fn plus(self, other: Self) -> Option<Self> {
        let over = self.over.checked_mul(other.under)?;
        let over = over.checked_add(other.over.checked_mul(self.under)?)?;
        Self::ratio(over, self.under.checked_mul(other.under)?)
    }

    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.negated())
    }

    pub fn times(self, other: Self) -> Option<Self> {
        // Across first, so that what fits in the end fits on the way.
        let (one, two) = (
            Self::ratio(self.over, other.under)?,
            Self::ratio(other.over, self.under)?,
        );
        Self::ratio(one.over.checked_mul(two.over)?, one.under.checked_mul(two.under)?)
    }

    /// None by zero.
    pub fn by(self, other: Self) -> Option<Self> {
        self.times(Self::ratio(other.under, other.over)?)
    }

    pub fn order(self, other: Self) -> Option<Ordering> {
        let here = self.over.checked_mul(other.under)?;
        Some(here.cmp(&other.over.checked_mul(self.under)?))
    }

    /// In units of `10^-decimals`, rounded half away from zero.
    pub fn rounded(self, decimals: u32) -> Option<i64> {
        let over = self.over.checked_mul(10i128.checked_pow(decimals)?)?;
        let (whole, rest) = (over / self.under, over % self.under);
        let up = rest.unsigned_abs() >= self.under.unsigned_abs().div_ceil(2);
        i64::try_from(if up { whole + over.signum() } else { whole }).ok()
    }

    /// The whole number below, or this one.
    pub fn floor(self) -> Option<i64> {
        i64::try_from(self.over.div_euclid(self.under)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact() -> impl Strategy<Value = Exact> {
        (-1_000_000i64..1_000_000, 1i64..10_000)
            .prop_map(|(over, under)| Exact::ratio(over.into(), under.into()).expect("a number"))
    }

    proptest! {
        #[test]
        fn counting_loses_nothing(a in exact(), b in exact(), c in exact()) {
            prop_assert_eq!(a.plus(b), b.plus(a));
            prop_assert_eq!(a.plus(b).and_then(|x| x.minus(b)), Some(a));
            prop_assert_eq!(a.times(b), b.times(a));
            let (left, right) = (a.plus(b).and_then(|x| x.times(c)), a.times(c).zip(b.times(c)).and_then(|(x, y)| x.plus(y)));
            prop_assert_eq!(left, right);
            if b != Exact::ZERO {
                prop_assert_eq!(a.by(b).and_then(|x| x.times(b)), Some(a));
            }
        }

        #[test]
        fn rounding_is_nearest_and_away_from_zero(over in -1_000_000i64..1_000_000, under in 1i64..2_000) {
            let number = Exact::ratio(over.into(), under.into()).expect("a number");
            let cents = number.rounded(2).expect("fits");
            // Twice the distance, in units of 1/under of a cent.
            let off = (i128::from(cents) * i128::from(under) - i128::from(over) * 100).abs() * 2;
            prop_assert!(off <= i128::from(under));
            prop_assert_eq!(number.negated().rounded(2), Some(-cents));
        }

        #[test]
        fn what_is_too_much_is_no_number(a in any::<i64>(), b in any::<i64>(), c in any::<i64>()) {
            let all = [a, b, c].map(Exact::whole);
            let mut product = Some(all[0]);
            for n in 0..8 {
                product = product.and_then(|p| p.times(all[n % 3])).and_then(|p| p.plus(all[(n + 1) % 3]));
            }
            let _ = (product.and_then(|p| p.rounded(6)), product.and_then(|p| p.by(all[0])));
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Exact::parse("0.125"), Exact::ratio(1, 8));
        assert_eq!(Exact::parse("12"), Some(Exact::whole(12)));
        assert_eq!(
            (Exact::parse("1."), Exact::parse("1e3"), Exact::parse("")),
            (None, None, None)
        );
        assert_eq!(Exact::ratio(1, 0), None);
        assert_eq!(Exact::whole(1).by(Exact::ZERO), None);
        assert_eq!(Exact::ratio(-7, 2).and_then(Exact::floor), Some(-4));
    }
}
