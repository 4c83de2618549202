//! The kinds whose rows need nothing special but what tells two records of one name apart.

use domain::Kind;
use domain::contact::Contact;
use domain::customer::Customer;
use domain::exchange_rate::ExchangeRate;
use domain::holiday::Holiday;
use domain::lead::Lead;
use domain::product::Product;

use super::take::Importable;

/// The plurals of what a file may hold.
pub const PLURALS: [&str; 8] = [
    "customers",
    "contacts",
    "leads",
    "products",
    "opportunities",
    "users",
    "exchange_rates",
    "holidays",
];

/// What a file may hold, by the plural that requests and commands name it with.
pub fn importable(plural: &str) -> Option<&'static Kind> {
    let kind = domain::KINDS.iter().find(|k| k.plural == plural)?;
    PLURALS.contains(&kind.plural).then_some(*kind)
}

impl Importable for Customer {
    type Extra = ();
}

/// One rate for each currency and day.
impl Importable for ExchangeRate {
    const APART: &'static [&'static str] = &["valid_from"];
    type Extra = ();
}

/// One holiday has several days.
impl Importable for Holiday {
    const APART: &'static [&'static str] = &["day"];
    type Extra = ();
}

impl Importable for Product {
    type Extra = ();
}

/// Two people of one name work for different customers, or have different addresses.
impl Importable for Contact {
    const APART: &'static [&'static str] = &["customer_id", "email", "phone"];
    type Extra = ();
}

impl Importable for Lead {
    const APART: &'static [&'static str] = &["email", "phone", "company"];
    type Extra = ();
}
