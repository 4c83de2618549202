//! The currencies that amounts may be given in, fetched once after signing in.

use crate::{
    api,
    state::{self, state},
};
use leptos::prelude::*;

pub async fn load() {
    // Who does not see currencies works in the base currency.
    if state::me().is_some_and(|me| !me.may("currency", "view")) {
        return;
    }
    let Ok(reply) = api::get("/currencies?limit=200&sort=code&filter[disabled]=false")
        .send()
        .await
    else {
        return;
    };
    let rows = reply.body["data"].as_array().into_iter().flatten();
    let codes = rows.filter_map(|c| c["code"].as_str().map(str::to_owned));
    state().currencies.set(codes.collect());
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
