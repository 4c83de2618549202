//! Routes of exchange rates, and what amounts in other currencies are worth by them.

use crate::call::Call;
use crate::caller::Caller;
use crate::crud::{Noun, crud};
use crate::describe::{Doc, Routes};
use crate::error::Problem;
use actix_web::HttpResponse;
use actix_web::http::Method;
use chrono_tz::Tz;
use domain::currency;
use domain::customer::Customer;
use domain::exchange_rate::ExchangeRate;
use domain::money::{Currency, Money, Rate, decimal};
use domain::opportunity::Opportunity;
use domain::policy::{Action, Actor, Permit};
use domain::product::Product;
use domain::{Day, Error, Id, Instant, Issue, Issues, Record};
use persistence::{Store, Tx, engine, exchange_rate};
use serde_json::{Value as Json, json};
use std::collections::HashMap;

impl Noun for ExchangeRate {
    fn before(_: &mut Tx, caller: &Caller, _: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        Ok(refuse_base(caller, "currency", &new.currency)?)
    }
}

/// The base currency is always in use, and worth itself.
pub fn refuse_base(actor: &Actor, field: &str, code: &str) -> Result<(), Error> {
    if code == actor.workspace().currency.code() {
        return Err(Issue::at(field, "base_currency").with("currency", code).into());
    }
    Ok(())
}

/// The rates that one transaction asks for, each looked up once.
pub struct Rates {
    system: Actor,
    zone: Tz,
    known: HashMap<(Currency, Day), Result<Rate, &'static str>>,
}

impl Rates {
    pub fn new(actor: &Actor) -> Self {
        // Whoever may write an amount may have it converted, also without the right to look at rates.
        let system = Actor::system(actor.identity.workspace.clone());
        let zone = system.workspace().time_zone.parse().unwrap_or(Tz::UTC);
        Self {
            system,
            zone,
            known: HashMap::new(),
        }
    }

    fn find(&mut self, tx: &mut Tx, currency: Currency, day: Day) -> persistence::Result<Result<Rate, &'static str>> {
        if let Some(known) = self.known.get(&(currency, day)) {
            return Ok(*known);
        }
        let scope = self.system.scope(currency::Currency::KIND)?;
        let listed: Option<currency::Currency> = engine::find_by(tx, &scope, "code", currency.code())?;
        let found = if listed.is_none_or(|c| c.disabled) {
            Err("currency_not_in_use")
        } else {
            let scope = self.system.scope(ExchangeRate::KIND)?;
            exchange_rate::on(tx, &scope, currency, day)?.ok_or("currency_without_rate")
        };
        self.known.insert((currency, day), found);
        Ok(found)
    }

    /// Says what the amounts of a record are worth in the base currency. One that stays keeps what it was worth, until the
    /// record is closed or opened, or `anew` is asked for.
    pub fn value<T: Record>(
        &mut self,
        tx: &mut Tx,
        old: Option<&T>,
        new: &mut T,
        anew: bool,
    ) -> persistence::Result<()> {
        let base = self.system.workspace().currency;
        let moved = anew || old.is_some_and(|old| old.valued_at() != new.valued_at());
        let at = new.valued_at().unwrap_or_else(Instant::now);
        let day = at.utc().with_timezone(&self.zone).date_naive();
        let mut before = old.cloned();
        let before = before.as_mut().map(T::amounts).unwrap_or_default();
        let mut issues = Issues::default();
        for (name, amount) in new.amounts() {
            if amount.currency == base {
                (amount.base, amount.rate) = (amount.minor, Rate::ONE);
                continue;
            }
            let kept = before.iter().find(|(n, old)| *n == name && **old == *amount);
            if let Some((_, old)) = kept {
                (amount.base, amount.rate) = (old.base, old.rate);
                if !moved {
                    continue;
                }
            }
            match self.find(tx, amount.currency, day)? {
                Ok(rate) => match rate.convert(amount.minor, amount.currency, base) {
                    Some(worth) if Money::fits(worth) => (amount.base, amount.rate) = (worth, rate),
                    _ => issues.add(
                        Issue::new(format!("/{name}/amount"), "worth_out_of_range")
                            .with("rate", rate)
                            .with("base", base.code())
                            .with("max", decimal(Money::MOST, base)),
                    ),
                },
                // What was worth something once goes on so where nothing better is known.
                Err(_) if kept.is_some() => {}
                Err(code) => issues.add(
                    Issue::new(format!("/{name}/currency"), code)
                        .with("currency", amount.currency.code())
                        .with("base", base.code())
                        .with("day", day),
                ),
            }
        }
        Ok(issues.or(())?)
    }
}

/// Records of one transaction: others get their turn in between.
const AT_ONCE: i64 = 200;

/// Records that are named where they could not be revalued.
const NAMED: usize = 100;

/// What came of it: how many records changed, and which keep what they were worth, since they would come to too much.
#[derive(Default)]
struct Revalued {
    count: i64,
    left: Vec<Json>,
}

/// Gives the amounts of one kind the rates of today.
async fn revalue_kind<T: Record>(
    store: &Store,
    actor: &Actor,
    permit: &Permit,
    done: &mut Revalued,
) -> persistence::Result<()> {
    let mut after = None::<Id>;
    loop {
        let (actor, permit) = (actor.clone(), permit.clone());
        let step = move |tx: &mut Tx| {
            let mut rates = Rates::new(&actor);
            let scope = rates.system.scope(T::KIND)?;
            let ids = exchange_rate::foreign(tx, &scope, T::KIND, actor.workspace().currency, after, AT_ONCE)?;
            let (mut changed, mut left) = (0, Vec::new());
            for old in engine::find_many::<T>(tx, &scope, &ids)? {
                let mut new = old.clone();
                match rates.value(tx, Some(&old), &mut new, true) {
                    // One amount past all bounds is no reason to refuse those of everybody else.
                    Err(persistence::Error::Domain(Error::Invalid(issues))) => {
                        let pointers = issues.iter().map(|i| json!({ "pointer": i.pointer, "code": i.code }));
                        left.push(
                            json!({ "kind": T::KIND.name, "id": old.id(), "title": old.text(T::KIND.title),
                            "errors": pointers.collect::<Vec<_>>() }),
                        );
                        continue;
                    }
                    valued => valued?,
                }
                let written = engine::update(tx, &permit, &old, &new);
                let stored = written.map_err(|error| match error {
                    // Somebody else was there in between: the whole step once more.
                    persistence::Error::Domain(Error::Stale { .. }) => persistence::Error::Retry("stale".into()),
                    other => other,
                })?;
                changed += i64::from(stored.version() != old.version());
            }
            Ok((changed, left, ids.last().copied()))
        };
        let (changed, left, last) = store.write(step).await?;
        done.count += changed;
        done.left.extend(left);
        match last {
            Some(last) => after = Some(last),
            None => return Ok(()),
        }
    }
}

async fn revalue(call: Call) -> Result<HttpResponse, Problem> {
    call.nothing()?;
    let permit = call.by.authorize(Action::Edit, ExchangeRate::KIND, None)?;
    // Every record there is of a kind, whoever owns it.
    for kind in [Opportunity::KIND, Product::KIND, Customer::KIND] {
        call.by.authorize(Action::Edit, kind, None)?;
    }
    let (store, actor) = (&call.state.store, &call.by.actor);
    let mut done = Revalued::default();
    revalue_kind::<Opportunity>(store, actor, &permit, &mut done).await?;
    revalue_kind::<Product>(store, actor, &permit, &mut done).await?;
    revalue_kind::<Customer>(store, actor, &permit, &mut done).await?;
    let Revalued { count, mut left } = done;
    let left_count = left.len();
    left.truncate(NAMED);
    Ok(HttpResponse::Ok().json(json!({ "revalued": count, "left_count": left_count, "left": left })))
}

pub fn routes(routes: &mut Routes) {
    crud::<ExchangeRate>(routes);
    let doc = Doc::new("revalue_amounts", "exchange-rates", "Value amounts by the rates of today")
        .about(
            "Amounts keep the rate of the day on which they were written. This gives those of open opportunities, products \
             and customers the rate of today; closed opportunities keep that of the day they were closed. Done again, it \
             changes nothing. A record whose amount would come to more than can be kept stays as it is and is named in `left` \
             (a hundred at most; `left_count` says how many). Asks for the right to edit exchange rates, and all records of these kinds.",
        )
        .optional_body(json!({ "type": "object", "additionalProperties": false }))
        .unkept()
        .ok(200, json!({ "type": "object", "required": ["revalued", "left_count", "left"], "properties": {
            "revalued": { "type": "integer" }, "left_count": { "type": "integer" },
            "left": { "type": "array", "items": { "type": "object", "required": ["kind", "id", "title", "errors"], "properties": {
                "kind": { "type": "string" }, "id": { "type": "string", "format": "uuid" }, "title": { "type": ["string", "null"] },
                "errors": { "type": "array", "items": { "type": "object", "required": ["pointer", "code"], "properties": {
                    "pointer": { "type": "string" }, "code": { "type": "string" } } } } } } } } }));
    routes.add(Method::POST, "/exchange-rates/revalue", doc, revalue);
}
