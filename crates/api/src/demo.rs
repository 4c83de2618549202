//! Demo data: a small Chinese-international firm to look around in. The same each time but for the dates, which are
//! told from today.

mod dice;
mod names;
mod story;
mod texts;

use crate::numbering_rule::today;
use crate::subscribers;
use crate::{password, pipeline, workspace};
use domain::customer::Customer;
use domain::policy::{Action, Actor, Permit};
use domain::record::{Birth, Patch};
use domain::stage::Stage;
use domain::{Instant, Locale, Record};
use names::STAFF;
use persistence::{Store, Tx, engine, login, numbering_rule};
use serde_json::{Value as Json, json};
use story::Story;

/// For every demo user; published, so a demo is no place for real data.
const PASSWORD: &str = "guanxi-demo-26";

/// Fills an empty database and tells how to sign in. Where there are users, nothing is changed.
pub fn fill(store: &Store) -> anyhow::Result<String> {
    if store.read_here(login::anybody)? {
        return Ok("There are users already: no demo data made.".to_owned());
    }
    let hash = password::hash(PASSWORD).map_err(anyhow::Error::msg)?;
    store.write_here(move |tx| write(tx, &hash))?;
    subscribers::run_once(store)?;
    store.analyze_here()?;
    let (owner, sales) = (STAFF[0].1, STAFF[4].1);
    Ok(format!(
        "Demo data made. Sign in as\n  owner  {owner}  {PASSWORD}\n  sales  {sales}  {PASSWORD}"
    ))
}

fn write(tx: &mut Tx, hash: &str) -> persistence::Result<()> {
    let space = workspace::create(tx, "青屿智能科技", Locale::Zh)?;
    let actor = Actor::system(space);
    let mut story = Story::new(Instant::now());
    let staff = story.staff(tx, &actor, hash)?;
    let products = story.settings(tx, &actor)?;
    let in_order = pipeline::everything::<Stage>("position", None)?;
    let stages: Vec<Stage> = engine::list(tx, &actor.scope(Stage::KIND)?, &in_order)?.rows;

    story.customers(&staff)?;
    story.contacts()?;
    story.opportunities(&stages, &products)?;
    story.leads(&staff)?;
    story.activities()?;
    story.tasks(staff[0].id)?;

    let customers: Vec<Customer> = story.firms.iter().map(|f| f.customer.clone()).collect();
    put(tx, &actor, &customers)?;
    put(tx, &actor, &story.contacts)?;
    let permit = put(tx, &actor, &story.opportunities)?;
    for opportunity in &story.opportunities {
        persistence::opportunity::write_lines(tx, &permit, opportunity)?;
    }
    put(tx, &actor, &story.leads)?;
    put(tx, &actor, &story.activities)?;
    put(tx, &actor, &story.tasks)?;
    Ok(())
}

fn put<T: Record>(tx: &mut Tx, actor: &Actor, records: &[T]) -> persistence::Result<Permit> {
    let permit = actor.authorize(Action::Create, T::KIND, None)?;
    let mut records = records.to_vec();
    numbering_rule::assign(tx, &permit, today(actor), &mut records)?;
    engine::insert(tx, &permit, &records)?;
    Ok(permit)
}

/// Reads a record as the API would, with all its checks.
fn make<T: Record>(birth: Birth, body: Json) -> persistence::Result<T> {
    let Json::Object(map) = body else {
        return Err(persistence::Error::internal("an object"));
    };
    Ok(T::create(T::Patch::parse(map, true)?, birth)?)
}

fn yuan(amount: i64) -> Json {
    json!({ "amount": format!("{amount}.00"), "currency": "CNY" })
}
