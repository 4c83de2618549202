//! Turning a lead into a customer, a contact and an opportunity: new ones, or ones that are there already.

use crate::{
    api::{self, Problem},
    dom::Tell,
    i18n::{fill, t},
    kinds,
    record::{
        field::{self, Draft},
        row::Row,
        save,
    },
    route,
    state::announce,
    ui::{Dialog, Sending, combobox::Combobox, sending::submit},
    undo,
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::{Map, Value, json};

#[component]
pub fn ConvertDialog(row: RwSignal<Row>, close: Callback<()>) -> impl IntoView {
    let lead = row.get_untracked();
    let person = lead.text("name").to_owned();
    let company = Some(lead.text("company").to_owned())
        .filter(|c| !c.is_empty())
        .unwrap_or_else(|| person.clone());
    let existing = RwSignal::new(false);
    let customer_name = RwSignal::new(company.clone());
    let customer = RwSignal::new(None::<(String, String)>);
    let with_contact = RwSignal::new(true);
    let with_deal = RwSignal::new(true);
    let deal_name = RwSignal::new(company);
    let amount = Draft::new(Value::Null);
    let close_on = Draft::new(Value::Null);
    let pipeline = Draft::new(Value::Null);
    // The one the server would take shows from the start.
    spawn_local(async move {
        let path = "/pipelines?sort=position&limit=1&fields=id,name&filter[archived]=false";
        if let Ok(reply) = api::get(path).send().await
            && let Some(first) = reply.body["data"].get(0).cloned().and_then(Row::new)
            && pipeline.chosen.try_with_untracked(Option::is_none) == Some(true)
        {
            pipeline.value.try_set(json!(first.id()));
            pipeline
                .chosen
                .try_set(Some((first.id().to_owned(), first.title(kinds::of("pipeline")))));
        }
    });
    let sending = Sending::new();
    let convert = move || {
        let mut body = Map::new();
        match (existing.get_untracked(), customer.get_untracked()) {
            (true, Some((id, _))) => {
                body.insert("customer".into(), json!({ "id": id }));
            }
            (true, None) => {
                return sending.refuse(Problem::at("customer", t().choose_customer()));
            }
            (false, _) => {
                body.insert("customer".into(), json!({ "name": customer_name.get_untracked() }));
            }
        }
        body.insert("contact".into(), json!(with_contact.get_untracked()));
        body.insert("opportunity".into(), json!(false));
        if with_deal.get_untracked() {
            let mut deal = Map::from_iter([("name".to_owned(), json!(deal_name.get_untracked()))]);
            for (name, draft) in [("amount", amount), ("close_on", close_on), ("pipeline_id", pipeline)] {
                let value = draft.value.get_untracked();
                if !value.is_null() {
                    deal.insert(name.to_owned(), value);
                }
            }
            body.insert("opportunity".into(), Value::Object(deal));
        }
        sending.run(async move {
            let lead = row.get_untracked();
            match save::act(kinds::of("lead"), &lead, "convert", Value::Object(body)).await {
                Ok(reply) => {
                    let made = reply.body;
                    undo::say(fill(t().lead_converted(), &[lead.text("name")]), reply.change_set);
                    close.tell(());
                    if let Ok(newer) = save::fetch(kinds::of("lead"), lead.id()).await {
                        let target = page_of(&made, &newer);
                        announce(kinds::of("lead").plural, lead.id(), Some(newer));
                        if let Some(target) = target {
                            route::go(&target);
                        }
                    }
                }
                Err(error) if error.stale() => {
                    // Converting does not depend on what changed: take the new version and let the person press again.
                    if let Ok(newer) = save::fetch(kinds::of("lead"), lead.id()).await {
                        announce(kinds::of("lead").plural, lead.id(), Some(newer));
                    }
                    return Err(Problem {
                        detail: t().changed_look_again().to_owned(),
                        ..error
                    });
                }
                Err(error) => return Err(error),
            }
            Ok(())
        });
    };
    let deal_field = |name: &'static str, draft: Draft| {
        kinds::of("opportunity").field(name).map(|f| {
            let id = format!("convert-{name}");
            view! {
                <div class="form-field">
                    <label for=id.clone()>{f.label}</label>
                    {field::edit(f, draft, id, Signal::default(), None)}
                </div>
            }
        })
    };
    view! {
        <Dialog title=fill(t().convert_title(), &[&person]) close>
            <form on:submit=submit(convert) novalidate=true>
                <div class="dialog-body stack">
                    <fieldset class="box">
                        <legend>{kinds::of("customer").label}</legend>
                        <label class="choice"><input type="radio" name="which" checked=true on:change=move |_| existing.set(false)/><span>{t().new_customer()}</span></label>
                        <label class="choice"><input type="radio" name="which" on:change=move |_| existing.set(true)/><span>{t().existing_customer()}</span></label>
                        {move || if existing.get() {
                            view! { <Combobox kind=kinds::of("customer") value=customer label=t().existing_customer()/> }.into_any()
                        } else {
                            view! { <input class="input" aria-label=t().customer_name() prop:value=customer_name on:input=move |e| customer_name.set(event_target_value(&e))/> }.into_any()
                        }}
                        {sending.error("customer")}
                    </fieldset>
                    <fieldset class="box">
                        <legend>{kinds::of("contact").label}</legend>
                        <label class="choice"><input type="checkbox" checked=true on:change=move |e| with_contact.set(event_target_checked(&e))/><span>{fill(t().make_contact(), &[&person])}</span></label>
                    </fieldset>
                    <fieldset class="box">
                        <legend>{kinds::of("opportunity").label}</legend>
                        <label class="choice"><input type="checkbox" checked=true on:change=move |e| with_deal.set(event_target_checked(&e))/><span>{t().make_opportunity()}</span></label>
                        {move || with_deal.get().then(|| view! {
                            <div class="form-grid">
                                <div class="form-field wide">
                                    <label for="convert-name">{kinds::of("opportunity").field("name").map(|f| f.label)}</label>
                                    <input class="input" id="convert-name" prop:value=deal_name on:input=move |e| deal_name.set(event_target_value(&e))/>
                                </div>
                                {deal_field("amount", amount)}
                                {deal_field("close_on", close_on)}
                                {deal_field("pipeline_id", pipeline)}
                            </div>
                        })}
                    </fieldset>
                    {sending.alert()}
                </div>
                {sending.foot(close, t().convert(), || true)}
            </form>
        </Dialog>
    }
    .into_any()
}

/// Where to go on: the new opportunity, else the customer.
fn page_of(made: &Value, lead: &Row) -> Option<String> {
    ["opportunity", "customer"].iter().find_map(|kind| {
        let key = format!("{kind}_id");
        let id = made[*kind]["id"]
            .as_str()
            .or_else(|| made[&key].as_str())
            .or_else(|| Some(lead.text(&key)).filter(|s| !s.is_empty()))?;
        kinds::page(kind, id)
    })
}
