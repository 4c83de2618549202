//! Routes of exchange rates, and what amounts in other currencies are worth by them.

use crate::call::Call;
use crate::caller::Caller;
use crate::crud::crud;
use crate::describe::{Doc, Routes, id, integer, made_of, maybe_text, text};
use crate::error::Problem;
use crate::noun::{self, Hooks, Noun};
use crate::write::{self, Cause, Change, Writing, check};
use actix_web::HttpResponse;
use actix_web::http::Method;
use domain::currency;
use domain::customer::Customer;
use domain::exchange_rate::ExchangeRate;
use domain::money::{Currency, Money, Rate, decimal};
use domain::opportunity::Opportunity;
use domain::policy::{Action, Actor, Permit};
use domain::product::Product;
use domain::zone::Zone;
use domain::{AnyRecord, Day, Error, Id, Instant, Issue, Issues, Kind, Record};
use persistence::{Store, Tx, engine, exchange_rate};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use utoipa::openapi::Array;

impl Noun for ExchangeRate {
    fn before(_: &mut Tx, writing: &mut Writing, _: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        Ok(refuse_base(writing, "currency", &new.currency)?)
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
    zone: Zone,
    known: HashMap<(Currency, Day), Result<Rate, &'static str>>,
}

impl Rates {
    pub fn new(actor: &Actor) -> Self {
        // Whoever may write an amount may have it converted, also without the right to look at rates.
        let system = Actor::system(actor.identity.workspace.clone());
        let zone = system.workspace().time_zone.parse().unwrap_or(Zone::UTC);
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
    pub fn value(
        &mut self,
        tx: &mut Tx,
        hooks: Hooks,
        old: Option<&AnyRecord>,
        new: &mut AnyRecord,
        anew: bool,
    ) -> persistence::Result<()> {
        let amounts = new.amounts()?;
        if amounts.is_empty() {
            return Ok(());
        }
        let base = self.system.workspace().currency;
        let valued_at = hooks.valued_at(new)?;
        let before = old.map(AnyRecord::amounts).transpose()?.unwrap_or_default();
        let moved = match old {
            Some(old) if !anew => hooks.valued_at(old)? != valued_at,
            _ => anew,
        };
        let at = valued_at.unwrap_or_else(Instant::now);
        let day = at.utc().with_timezone(&self.zone).date_naive();
        let mut issues = Issues::default();
        for (name, mut amount) in amounts {
            let kept = before.iter().find(|(n, old)| *n == name && *old == amount);
            if amount.currency == base {
                (amount.base, amount.rate) = (amount.minor, Rate::ONE);
            } else {
                if let Some((_, old)) = kept {
                    (amount.base, amount.rate) = (old.base, old.rate);
                }
                if kept.is_none() || moved {
                    match self.find(tx, amount.currency, day)? {
                        Ok(rate) => match rate.convert(amount.minor, amount.currency, base) {
                            Some(worth) if Money::fits(worth) => (amount.base, amount.rate) = (worth, rate),
                            _ => issues.add(
                                Issue::new(format!("{}/amount", domain::pointer(name)), "worth_out_of_range")
                                    .with("rate", rate)
                                    .with("base", base.code())
                                    .with("max", decimal(Money::MOST, base)),
                            ),
                        },
                        // What was worth something once goes on so where nothing better is known.
                        Err(_) if kept.is_some() => {}
                        Err(code) => issues.add(
                            Issue::new(format!("{}/currency", domain::pointer(name)), code)
                                .with("currency", amount.currency.code())
                                .with("base", base.code())
                                .with("day", day),
                        ),
                    }
                }
            }
            new.put_amount(name, &amount);
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
    count: usize,
    left: Vec<Json>,
}

/// Gives the amounts of one kind the rates of today.
async fn revalue_kind(
    store: &Store,
    by: &Caller,
    permit: &Permit,
    kind: &'static Kind,
    done: &mut Revalued,
) -> persistence::Result<()> {
    let mut after = None::<Id>;
    loop {
        let (by, permit) = (by.clone(), permit.clone());
        let step = move |tx: &mut Tx| {
            // Every record there is of a kind, whoever owns it.
            let scope = Actor::system(by.identity.workspace.clone()).scope(kind)?;
            let ids = exchange_rate::foreign(tx, &scope, kind, by.workspace().currency, after, AT_ONCE)?;
            let olds = engine::any::find_many_held(tx, &scope, kind, &ids)?;
            let changes = olds.iter().map(|old| Change::new(Some(old.clone()), old.clone()));
            let (mut writing, hooks) = (Writing::new(&by, Cause::Revalued), noun::of(kind)?);
            let judged = check(tx, &mut writing, hooks, changes.collect())?;
            let (mut versions, mut holding, mut left) = (Vec::new(), Vec::new(), Vec::new());
            for (old, judged) in olds.iter().zip(judged) {
                match judged {
                    Ok(checked) => {
                        versions.push(old.version());
                        holding.push(checked);
                    }
                    // One amount past all bounds is no reason to refuse those of everybody else.
                    Err(Error::Invalid(issues)) => {
                        let pointers = issues.iter().map(|i| json!({ "pointer": i.pointer, "code": i.code }));
                        left.push(
                            json!({ "kind": kind.name, "id": old.id(), "title": old.text(kind.title),
                            "errors": pointers.collect::<Vec<_>>() }),
                        );
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            let stored = write::store(tx, &mut writing, &permit, hooks, holding)?;
            let changed = stored.iter().zip(versions).filter(|(new, was)| new.version() != *was);
            Ok((changed.count(), left, ids.last().copied()))
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
    let kinds = [Opportunity::KIND, Product::KIND, Customer::KIND];
    for kind in kinds {
        call.by.authorize(Action::Edit, kind, None)?;
    }
    let mut done = Revalued::default();
    for kind in kinds {
        revalue_kind(&call.state.store, &call.by, &permit, kind, &mut done).await?;
    }
    let Revalued { count, mut left } = done;
    let left_count = left.len();
    left.truncate(NAMED);
    Ok(HttpResponse::Ok().json(json!({ "revalued": count, "left_count": left_count, "left": left })))
}

pub fn routes(routes: &mut Routes) {
    crud::<ExchangeRate>(routes);
    let wrong = made_of([("pointer", text().into()), ("code", text().into())]);
    let left = made_of([
        ("kind", text().into()),
        ("id", id().into()),
        ("title", maybe_text().into()),
        ("errors", Array::new(wrong).into()),
    ]);
    let doc = Doc::new("revalue_amounts", "exchange-rates", "Value amounts by the rates of today")
        .about(
            "Amounts keep the rate of the day on which they were written. This gives those of open opportunities, products \
             and customers the rate of today; closed opportunities keep that of the day they were closed. Done again, it \
             changes nothing. A record whose amount would come to more than can be kept stays as it is and is named in `left` \
             (a hundred at most; `left_count` says how many). Asks for the right to edit exchange rates, and all records of these kinds.",
        )
        .unkept()
        .scopes(["exchange-rates:write", "opportunities:write", "products:write", "customers:write"])
        .ok(
            200,
            made_of([
                ("revalued", integer().into()),
                ("left_count", integer().into()),
                ("left", Array::new(left).into()),
            ]),
        );
    routes.add(Method::POST, "/exchange-rates/revalue", doc, revalue);
}
