//! What decisions about rights cost, for `cargo xtask bench`.

use domain::customer::Customer;
use domain::policy::{Action, Actor, FieldRights, Identity, builtin_roles};
use domain::workspace::Workspace;
use domain::{Id, Locale, Record};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const ROUNDS: usize = 200_000;

/// Decisions of somebody with all built-in roles that do not reach everywhere, 500 owners below them, and fields closed:
/// name and nanoseconds of each.
pub fn decide() -> anyhow::Result<Vec<(&'static str, f64)>> {
    let owners: Vec<Id> = (0..500).map(|_| Id::now_v7()).collect();
    let roles = builtin_roles().into_iter();
    let grants = roles
        .filter(|(key, _)| matches!(*key, "manager" | "sales"))
        .map(|(_, grants)| grants);
    let rights =
        serde_json::json!({ "customer": { "annual_revenue": "hidden", "phone": "masked", "level": "read_only" } });
    let identity = Identity {
        user: owners.first().copied(),
        grants: grants.collect(),
        closed: serde_json::from_value::<FieldRights>(rights)?,
        team_mates: owners[..10].into(),
        team_mates_below: owners.clone().into(),
        teams: Arc::from([]),
        fellows: Arc::from([]),
        ..Identity::system(Arc::new(Workspace::new("Bench", Locale::Zh)))
    };
    let actor = Actor::new(Arc::new(identity), "bench");
    let stranger = Id::now_v7();
    Ok(vec![
        (
            "scope of a list",
            each(|_| black_box(actor.scope(Customer::KIND)).is_ok()),
        ),
        (
            "permit to edit, one of 500 owners",
            each(|n| black_box(actor.authorize(Action::Edit, Customer::KIND, owners.get(n % 500).copied())).is_ok()),
        ),
        (
            "permit to edit, refused",
            each(|_| black_box(actor.authorize(Action::Edit, Customer::KIND, Some(stranger))).is_err()),
        ),
        (
            "fields of a kind",
            each(|_| !black_box(actor.fields(Customer::KIND)).reads(black_box("annual_revenue"))),
        ),
    ])
}

fn each(decision: impl Fn(usize) -> bool) -> f64 {
    let start = Instant::now();
    let held = (0..ROUNDS).filter(|n| decision(*n)).count();
    assert_eq!(held, ROUNDS, "a decision fell otherwise than the name says");
    start.elapsed().as_secs_f64() * 1e9 / ROUNDS as f64
}
