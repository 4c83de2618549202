//! Currencies and what they are worth.

pub mod currency;
pub mod exchange_rate;
