//! The product lines of an opportunity: products, quantities, prices and discounts, saved as one.

use crate::kinds::Field;
use crate::schema::Type;
use crate::{
    api,
    dom::Tell,
    i18n::{fill, format, t},
    kinds,
    record::{field, field::Draft, row::Row, save},
    state,
    ui::{combobox::Combobox, icon, toast},
};
use domain::{Currency, money, policy::Access};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

#[derive(Clone, Copy)]
struct Line {
    key: u32,
    product: RwSignal<Option<(String, String)>>,
    quantity: RwSignal<String>,
    price: Draft,
    discount: RwSignal<String>,
}

static PRICE: Field = Field::plain("price", Type::Money);

fn currency(value: &Value) -> Currency {
    let own = state::me()
        .and_then(|m| Currency::from_code(&m.currency))
        .unwrap_or(Currency::CNY);
    value["currency"].as_str().and_then(Currency::from_code).unwrap_or(own)
}

/// Price × quantity less discount in minor units, as the server reckons it.
fn total(price: &Value, quantity: &str, discount: &str) -> Option<(i64, Currency)> {
    let currency = currency(price);
    let minor = i128::from(money::parse_decimal(price["amount"].as_str()?, currency)?);
    // A currency of three decimals reads exactly what a quantity may be.
    let thousandths = i128::from(money::parse_decimal(quantity.trim(), Currency::from_code("KWD")?)?);
    let percent: i128 = if discount.trim().is_empty() {
        0
    } else {
        discount.trim().parse().ok()?
    };
    let exact = minor * thousandths * (100 - percent);
    Some((
        i64::try_from((exact + 50_000 * exact.signum()) / 100_000).ok()?,
        currency,
    ))
}

fn shown(total: Option<(i64, Currency)>) -> String {
    total.map_or_else(
        || "—".to_owned(),
        |(minor, c)| format::money(&money::decimal(minor, c), c.code()),
    )
}

/// The sum of lines, where each has one and all are in one currency.
fn added(totals: impl Iterator<Item = Option<(i64, Currency)>>) -> Option<(i64, Currency)> {
    let mut sum = None;
    for each in totals {
        let (minor, currency) = each?;
        sum = match sum {
            None => Some((minor, currency)),
            Some((so_far, of)) if of == currency => Some((i64::checked_add(so_far, minor)?, currency)),
            Some(_) => return None,
        };
    }
    sum
}

#[component]
pub fn Lines(row: RwSignal<Row>) -> impl IntoView {
    let editing = RwSignal::new(false);
    let names = RwSignal::new(Map::<String, Value>::new());
    // Lines hold product ids only; the names come in one request.
    let ids = Memo::new(move |_| {
        let read = |l: &Value| l["product_id"].as_str().map(str::to_owned);
        row.with(|r| {
            r.get("lines")
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(read)
                .collect::<Vec<_>>()
                .join(",")
        })
    });
    Effect::new(move |_| {
        let ids = ids.get();
        if ids.is_empty() {
            return;
        }
        spawn_local(async move {
            if let Ok(reply) = api::get(format!("/products?limit=200&fields=id,name&filter[id][in]={ids}"))
                .send()
                .await
            {
                let pairs = reply.body["data"].as_array().into_iter().flatten();
                let map = pairs
                    .filter_map(|p| Some((p["id"].as_str()?.to_owned(), p["name"].clone())))
                    .collect();
                names.try_set(map);
            }
        });
    });
    let name = move |id: &str| names.with(|n| n.get(id).and_then(Value::as_str).unwrap_or("…").to_owned());
    let table = move || {
        let lines = row.with(|r| r.get("lines").as_array().cloned().unwrap_or_default());
        if lines.is_empty() {
            return view! { <p class="muted">{t().no_lines()}</p> }.into_any();
        }
        let totals = lines.iter().map(|line| {
            let quantity = line["quantity"]
                .as_str()
                .map_or_else(|| line["quantity"].to_string(), str::to_owned);
            total(
                &line["price"],
                &quantity,
                &line["discount"].as_i64().unwrap_or(0).to_string(),
            )
        });
        let sum = shown(added(totals));
        let items = lines.iter().map(|line| {
            let text = |key: &str| line[key].as_str().map_or_else(|| line[key].to_string(), str::to_owned);
            let (quantity, discount) = (text("quantity"), line["discount"].as_i64().unwrap_or(0));
            let sum = shown(total(&line["price"], &quantity, &discount.to_string()));
            let price = format::money(
                line["price"]["amount"].as_str().unwrap_or_default(),
                line["price"]["currency"].as_str().unwrap_or_default(),
            );
            let product = line["product_id"].as_str().unwrap_or_default().to_owned();
            view! {
                <tr>
                    <th scope="row">{move || name(&product)}</th>
                    <td class="num" data-label=t().quantity()>{quantity}</td>
                    <td class="num" data-label=t().unit_price()>{price}</td>
                    <td class="num" data-label=t().discount()>{if discount > 0 { format!("{discount}%") } else { "—".to_owned() }}</td>
                    <td class="num" data-label=t().total()>{sum}</td>
                </tr>
            }
        });
        view! {
            <table class="plain-table line-table">
                <thead><tr><th scope="col">{kinds::of("product").label}</th><th scope="col" class="num">{t().quantity()}</th><th scope="col" class="num">{t().unit_price()}</th><th scope="col" class="num">{t().discount_short()}</th><th scope="col" class="num">{t().total()}</th></tr></thead>
                <tbody>{items.collect_view()}</tbody>
                <tfoot><tr><th scope="row" colspan="4">{t().sum()}</th><td class="num"><b>{sum}</b></td></tr></tfoot>
            </table>
        }
        .into_any()
    };
    let may_edit = state::may("opportunity", "edit") && state::access("opportunity", "lines") == Access::Full;
    let may = move || may_edit && row.with(|r| r.text("status") == "open");
    view! {
        <section class="group lines">
            <div class="group-head">
                <h2>{t().product_lines()}</h2>
                {move || (may() && !editing.get()).then(|| view! { <button type="button" class="btn small" on:click=move |_| editing.set(true)>{icon("edit")}{t().edit()}</button> })}
            </div>
            {move || if editing.get() { view! { <Editor row names=names.get_untracked() close=Callback::new(move |()| editing.set(false))/> }.into_any() } else { table() }}
        </section>
    }
    .into_any()
}

#[component]
fn Editor(row: RwSignal<Row>, names: Map<String, Value>, close: Callback<()>) -> impl IntoView {
    let next = StoredValue::new(0u32);
    let make = move |product: Option<(String, String)>, quantity: &str, price: Value, discount: &str| {
        next.update_value(|n| *n += 1);
        Line {
            key: next.get_value(),
            product: RwSignal::new(product),
            quantity: RwSignal::new(quantity.to_owned()),
            price: Draft::new(price),
            discount: RwSignal::new(discount.to_owned()),
        }
    };
    let begun = row.with_untracked(|r| r.get("lines").as_array().cloned().unwrap_or_default());
    let begun = begun.into_iter().map(|line| {
        let id = line["product_id"].as_str().unwrap_or_default().to_owned();
        let name = names.get(&id).and_then(Value::as_str).unwrap_or_default().to_owned();
        let quantity = line["quantity"]
            .as_str()
            .map_or_else(|| line["quantity"].to_string(), str::to_owned);
        make(
            Some((id, name)),
            &quantity,
            line["price"].clone(),
            &line["discount"].as_i64().unwrap_or(0).to_string(),
        )
    });
    let lines = RwSignal::new(begun.collect::<Vec<_>>());
    let add = move || lines.update(|l| l.push(make(None, "1", Value::Null, "0")));
    if lines.with_untracked(Vec::is_empty) {
        add();
    }
    // The list price fills in when a product is chosen.
    let priced = move |line: Line| {
        let Some((id, _)) = line.product.get_untracked() else {
            return;
        };
        spawn_local(async move {
            if let Ok(product) = save::fetch(kinds::of("product"), &id).await
                && !product.get("price").is_null()
            {
                line.price.value.try_set(product.get("price").clone());
                lines.try_update(|l| {
                    // Drawn anew with the price in its box.
                    if let Some(at) = l.iter_mut().find(|l| l.key == line.key) {
                        next.update_value(|n| *n += 1);
                        at.key = next.get_value();
                    }
                });
            }
        });
    };
    let save = move |_| {
        let value: Vec<Value> = lines.with_untracked(|lines| {
            lines
                .iter()
                .filter_map(|l| {
                    let (id, _) = l.product.get_untracked()?;
                    Some(json!({
                        "product_id": id,
                        "quantity": l.quantity.get_untracked().trim(),
                        "price": l.price.value.get_untracked(),
                        "discount": l.discount.get_untracked().trim().parse::<i64>().unwrap_or(0),
                    }))
                })
                .collect()
        });
        let patch = Map::from_iter([("lines".to_owned(), Value::Array(value))]);
        let base = row.get_untracked();
        spawn_local(async move {
            match save::send(kinds::of("opportunity"), &base, &patch, &Map::new()).await {
                Ok(_) => {
                    toast::say(t().saved());
                    close.tell(());
                }
                Err(problem) => toast::complain(&problem),
            }
        });
    };
    let sum = move || {
        let totals = lines.with(|l| {
            l.iter()
                .map(|l| (l.price.value.get(), l.quantity.get(), l.discount.get()))
                .collect::<Vec<_>>()
        });
        let priced = totals.iter().filter(|(p, _, _)| !p.is_null());
        shown(added(priced.map(|(p, q, d)| total(p, q, d))))
    };
    view! {
        <div class="line-editor">
            <For each=move || lines.get() key=|l| l.key children=move |line| {
                let uid = line.key;
                view! {
                    <div class="line-row" role="group" aria-label=kinds::of("product").label>
                        <div class="line-product"><Combobox kind=kinds::of("product") value=line.product label=kinds::of("product").label changed=Callback::new(move |()| priced(line))/></div>
                        <button type="button" class="btn quiet square" aria-label=t().remove() title=t().remove() on:click=move |_| lines.update(|l| l.retain(|l| l.key != uid))>{icon("trash")}</button>
                        <label class="small-field"><span>{t().quantity()}</span><input class="input num" inputmode="decimal" prop:value=line.quantity on:input=move |e| line.quantity.set(event_target_value(&e))/></label>
                        <div class="small-field" role="group" aria-label=t().unit_price()><label for=format!("price-{uid}")>{t().unit_price()}</label>{field::edit(&PRICE, line.price, format!("price-{uid}"), Signal::default(), None)}</div>
                        <label class="small-field"><span>{t().discount()}</span><input class="input num" inputmode="numeric" prop:value=line.discount on:input=move |e| line.discount.set(event_target_value(&e))/></label>
                        <p class="small-field line-total"><span>{t().total()}</span><b>{move || shown(total(&line.price.value.get(), &line.quantity.get(), &line.discount.get()))}</b></p>
                    </div>
                }
            }/>
            <div class="line-foot">
                <button type="button" class="btn quiet small" on:click=move |_| add()>{icon("plus")}{t().add_line()}</button>
                <span class="grow"></span>
                <b>{move || fill(t().total_of(), &[&sum()])}</b>
                <button type="button" class="btn small" on:click=move |_| close.tell(())>{t().cancel()}</button>
                <button type="button" class="btn primary small" on:click=save>{t().save()}</button>
            </div>
        </div>
    }
    .into_any()
}
