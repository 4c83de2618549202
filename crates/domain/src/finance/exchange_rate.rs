//! Exchange rates: what a currency is worth in the base currency from a day on.

use crate::Day;
use crate::error::{Issue, Issues};
use crate::money::{Currency, Rate};
use crate::record::Rules;

record! {
    /// Units of the base currency for one unit of a currency, from a day until the next rate.
    ExchangeRate ExchangeRatePatch "exchange_rate" "exchange_rates" "汇率" "Exchange rate" Shared title "currency" {
        currency: String = [SORT FILTER IMPORT] "币种" "Currency" max(3),
        valid_from: Day = [SORT FILTER IMPORT] "生效日期" "Valid from",
        rate: Rate = [FILTER IMPORT] "汇率（1 单位该币种折合本位币）" "Rate (base currency for one unit)",
    } with {
        usual(Usual::Settings) import(&["valid_from"]) unique(&[&["currency", "valid_from"]])
        columns(&["currency", "valid_from", "rate"]) form(&["currency", "valid_from", "rate"])
    }
}

impl Rules for ExchangeRate {
    fn complete(&mut self, _: crate::Instant) {
        self.currency.make_ascii_uppercase();
    }

    fn check(&self, _: Option<&Self>, issues: &mut Issues) {
        if Currency::from_code(&self.currency).is_none() {
            issues.add(Issue::at("currency", "unknown_currency").with("currency", &self.currency));
        }
    }
}
