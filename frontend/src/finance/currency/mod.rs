//! The currencies that amounts may be given in, as the app begins with them.

use crate::state::{self, state};
use leptos::prelude::*;
use serde_json::Value;

/// As the server tells them.
pub fn read(codes: &Value) -> Vec<String> {
    let codes = codes.as_array().into_iter().flatten();
    codes.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The currency that sums are in.
pub fn base() -> String {
    state::me().map_or_else(|| "CNY".to_owned(), |m| m.currency)
}

/// The base currency and those in use, and `also` where it is none of them. Tracked: they may arrive after the form.
pub fn offered(also: &str) -> Vec<String> {
    let mut codes = vec![base()];
    codes.extend(state().currencies.get());
    if !also.is_empty() && !codes.iter().any(|c| c == also) {
        codes.push(also.to_owned());
    }
    codes
}
