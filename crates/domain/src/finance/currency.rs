//! Currencies in use beside the base currency of the workspace, which is always in use.

use crate::error::{Issue, Issues};
use crate::money;
use crate::record::Rules;

record! {
    /// A currency that amounts may be given in. Its decimals follow ISO 4217.
    Currency CurrencyPatch "currency" "currencies" "币种" "Currency" Shared title "code" {
        code: String = [SORT FILTER FIXED] "币种代码" "Code" max(3),
        disabled: bool = [FILTER] "已停用" "Disabled",
    } with {
        usual(Usual::Settings) unique(&[&["code"]]) columns(&["code", "disabled"]) form(&["code"])
    }
}

impl Rules for Currency {
    fn complete(&mut self, _: crate::Instant) {
        self.code.make_ascii_uppercase();
    }

    fn check(&self, old: Option<&Self>, issues: &mut Issues) {
        let code = &self.code;
        let Some(known) = money::Currency::from_code(code) else {
            return issues.add(Issue::at("code", "unknown_currency").with("currency", code));
        };
        // Whoever has it in use keeps it: their books tell of its time.
        if let Some((day, heir)) = known.withdrawn().filter(|_| old.is_none()) {
            let issue = Issue::at("code", "currency_withdrawn").with("currency", code);
            issues.add(issue.with("day", day).with("heir", heir));
        }
    }
}
