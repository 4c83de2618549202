//! Tests of the area finance.

pub mod exchange_rate;
