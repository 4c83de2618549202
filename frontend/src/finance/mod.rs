//! Currencies and what they are worth.

pub mod currencies;
pub mod currency;
