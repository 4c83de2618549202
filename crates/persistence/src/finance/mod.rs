//! Currencies and what they are worth.

pub mod exchange_rate;
