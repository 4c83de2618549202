//! One field: shown, and edited in the box that fits its type.

use crate::kinds::{Field, Kind};
use crate::schema::{Choice, Type};
use crate::{
    currency,
    dom::{self, Tell},
    i18n::{LANGUAGES, fill, format, t},
    kinds, picklist,
    record::{
        row::{self, Row},
        several, special,
    },
    role::{self, RoleBoxes},
    ui::{avatar, badge, combobox::Chosen, combobox::Combobox, icon, toast},
};
use domain::{
    Currency,
    import::number::{Measure, amount},
    money::{self, Rate},
    value::tel,
};
use leptos::prelude::*;
use serde_json::{Value, json};

/// A value being edited; references carry the name beside the id.
#[derive(Clone, Copy, PartialEq)]
pub struct Draft {
    pub value: RwSignal<Value>,
    pub chosen: RwSignal<Chosen>,
    /// Ids and names, where there may be several.
    pub several: RwSignal<Vec<(String, String)>>,
}

impl Draft {
    pub fn new(value: Value) -> Self {
        Self {
            value: RwSignal::new(value),
            chosen: RwSignal::new(None),
            several: RwSignal::new(Vec::new()),
        }
    }

    pub fn of(field: &Field, row: &Row) -> Self {
        Self {
            value: RwSignal::new(row.get(field.name).clone()),
            chosen: RwSignal::new(row.reference(field)),
            several: RwSignal::new(row.references(field)),
        }
    }

    /// Begins anew with what a record holds.
    pub fn start(self, field: &Field, row: &Row) {
        self.value.set(row.get(field.name).clone());
        self.chosen.set(row.reference(field));
        self.several.set(row.references(field));
    }

    pub fn refer(chosen: Chosen) -> Self {
        let id = chosen.as_ref().map_or(Value::Null, |c| json!(c.0));
        Self {
            value: RwSignal::new(id),
            chosen: RwSignal::new(chosen),
            several: RwSignal::new(Vec::new()),
        }
    }

    /// Holds nothing from now on.
    pub fn clear(self) {
        self.value.set(Value::Null);
        self.chosen.set(None);
        self.several.set(Vec::new());
    }

    pub fn several(chosen: Vec<(String, String)>) -> Self {
        let ids = chosen.iter().map(|(id, _)| json!(id)).collect();
        Self {
            value: RwSignal::new(ids),
            chosen: RwSignal::new(None),
            several: RwSignal::new(chosen),
        }
    }

    /// The expanded record beside an id, as the server would send it.
    pub fn expansion(self, field: &Field) -> Option<(String, Value)> {
        let name = field.expansion()?.to_owned();
        let title = kinds::of(field.refers?).title;
        let one = |(id, text): (String, String)| json!({ "id": id, title: text });
        if field.is_several() {
            let list = self.several.get_untracked();
            return Some((name, list.into_iter().map(one).collect()));
        }
        Some((name, one(self.chosen.get_untracked()?)))
    }
}

/// A field's value as it stands in lists and pages.
pub fn show(kind: &Kind, field: &'static Field, row: &Row) -> AnyView {
    let value = row.get(field.name);
    if value.is_null() || value.as_array().is_some_and(Vec::is_empty) {
        return view! { <span class="none">"—"</span> }.into_any();
    }
    let text = row::text_of(field, row);
    match field.ty {
        Type::Choice(_) if matches!(field.name, "status" | "priority" | "decision_role") => {
            badge(value.as_str().unwrap_or_default(), text)
        }
        Type::Id => reference(field, row),
        Type::Ids => several::show(field, row),
        Type::Day => {
            let day = value.as_str().unwrap_or_default();
            let open = row.text("status") == "open" || row.get("status").is_null();
            let late = field.name == "close_on" && kind.name == "opportunity" && open && format::days_until(day) < 0;
            let word = late.then(|| view! { <span class="late">" · "{t().overdue()}</span> });
            view! { <span class:late=late title=text.clone()>{text.clone()}{word}</span> }.into_any()
        }
        Type::Instant => {
            let at = value.as_str().unwrap_or_default();
            let past = js_sys::Date::new(&at.into()).get_time() < js_sys::Date::now();
            let late = past && matches!(field.name, "next_follow_up_at" | "due_at") && row.text("status") != "done";
            view! { <time datetime=at.to_owned() title=text class:late=late>{format::relative(at)}</time> }.into_any()
        }
        Type::Email => {
            let href = format!("mailto:{text}");
            view! { <a href=href>{text}</a> }.into_any()
        }
        // Of one that is covered no digits are dialled.
        Type::Phone if text.contains("**") => text.into_any(),
        Type::Phone => {
            let href = tel(&text);
            view! { <a href=href>{text}</a> }.into_any()
        }
        Type::Url => {
            // Only web addresses become links; the server refuses others, and so does this.
            let href = if text.starts_with("http://") || text.starts_with("https://") {
                text.clone()
            } else {
                format!("https://{text}")
            };
            view! { <a href=href target="_blank" rel="noreferrer noopener">{text}</a> }.into_any()
        }
        Type::Tags => {
            let tags = value.as_array().cloned().unwrap_or_default();
            tags.into_iter()
                .filter_map(|t| {
                    let t = t.as_str()?;
                    let name = if field.name == "roles" {
                        role::name(t)
                    } else {
                        t.to_owned()
                    };
                    Some(view! { <span class="tag">{name}</span> })
                })
                .collect_view()
                .into_any()
        }
        Type::Choices(_) => {
            let labels = text.split(t().list_comma()).map(str::to_owned).collect::<Vec<_>>();
            labels
                .into_iter()
                .map(|label| view! { <span class="tag">{label}</span> })
                .collect_view()
                .into_any()
        }
        Type::LongText => view! { <span class="long">{text}</span> }.into_any(),
        Type::Money => worth(value, text),
        _ => view! { <span>{text}</span> }.into_any(),
    }
}

/// An amount; one in another currency tells what it is worth.
fn worth(value: &Value, text: String) -> AnyView {
    let base = currency::base();
    let told = || {
        let from = Currency::from_code(value["currency"].as_str()?)?;
        let to = Currency::from_code(&base)?;
        let rate = Rate::parse(value["rate"].as_str()?)?;
        let minor = money::parse_decimal(value["amount"].as_str()?, from)?;
        let worth = rate.convert(minor, from, to)?;
        let worth = format::money(&money::decimal(worth, to), &base);
        Some(fill(t().worth(), &[&worth, &rate.to_string()]))
    };
    match told() {
        Some(told) => view! { <span title=told>{text}</span> }.into_any(),
        None => view! { <span>{text}</span> }.into_any(),
    }
}

/// As it stands in a column: one full of “no” says nothing to the eye, so that is a dash; the word is for who listens.
pub fn cell(kind: &Kind, field: &'static Field, row: &Row) -> AnyView {
    if let Some(own) = (special::in_list(kind).cell)(kind, field, row) {
        return own;
    }
    let Some(on) = row.get(field.name).as_bool() else {
        return show(kind, field, row);
    };
    let text = row::text_of(field, row);
    let mark = if on { icon("check") } else { "—".into_any() };
    let class = if on { "mark" } else { "mark none" };
    let word = text.clone();
    view! { <span class=class title=word><span aria-hidden="true">{mark}</span><span class="sr">{text}</span></span> }
        .into_any()
}

fn reference(field: &'static Field, row: &Row) -> AnyView {
    let Some((id, name)) = row.reference(field) else {
        return view! { <span class="none">"—"</span> }.into_any();
    };
    let refers = field.refers.unwrap_or_default();
    if refers == "user" {
        return view! { <span class="person">{avatar(&id, &name)}<span class="clip">{name}</span></span> }.into_any();
    }
    match kinds::page(refers, &id) {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    }
}

/// The box to edit a field in. `commit` is called where choosing is deciding (lists, switches).
pub fn edit(
    field: &'static Field,
    draft: Draft,
    id: String,
    narrow: Signal<String>,
    commit: Option<Callback<()>>,
) -> AnyView {
    let value = draft.value;
    let set = move |new: Value| value.set(new);
    // What is typed does not draw the box anew, nor what it stands in.
    let text = move || value.with_untracked(|v| v.as_str().unwrap_or_default().to_owned());
    let done = move || {
        if let Some(commit) = commit {
            commit.tell(());
        }
    };
    let required = !field.nullable;
    match field.ty {
        Type::Choice(choices) => view! {
            <select class="input" id=id on:change=move |e| { set(or_null(event_target_value(&e))); done(); }>
                {field.nullable.then(|| view! { <option value="" selected=text().is_empty()>{t().none_chosen()}</option> })}
                {choices.iter().enumerate().map(|(n, c)| {
                    let first = n == 0 && !field.nullable && text().is_empty();
                    view! { <option value=c.key selected=text() == c.key || first>{c.label}</option> }
                }).collect_view()}
            </select>
        }
        .into_any(),
        Type::Choices(choices) => boxes(choices, value, id),
        Type::Bool => view! {
            <input type="checkbox" class="switch" id=id prop:checked=move || value.with(|v| v == &Value::Bool(true)) on:change=move |e| { set(json!(event_target_checked(&e))); done(); }/>
        }
        .into_any(),
        Type::Id => {
            let kind = field.refers.and_then(kinds::kind);
            let chosen = draft.chosen;
            Effect::new(move |old: Option<Chosen>| {
                let now = chosen.get();
                if old.is_some_and(|old| old != now) {
                    set(now.as_ref().map_or(Value::Null, |c| json!(c.0)));
                    done();
                }
                now
            });
            kind.map(|kind| view! { <Combobox kind value=chosen id narrow required/> }).into_any()
        }
        Type::Instant => view! {
            <input type="datetime-local" class="input" id=id prop:value=format::to_local_input(&text())
                on:change=move |e| if let Some(at) = dom::whole_date(&e) { set(format::from_local_input(&at).map_or(Value::Null, Value::String)) }
                on:keydown=hold_half_date on:blur=tell_half_date/>
        }
        .into_any(),
        Type::Day => view! {
            <input type="date" class="input" id=id prop:value=text()
                on:change=move |e| if let Some(day) = dom::whole_date(&e) { set(or_null(day)) }
                on:keydown=hold_half_date on:blur=tell_half_date/>
        }
        .into_any(),
        Type::Int => view! {
            <input type="text" inputmode="numeric" class="input num" id=id prop:value=value.with_untracked(|v| v.as_i64().map(|n| n.to_string()).unwrap_or_default())
                on:input=move |e| {
                    let typed = event_target_value(&e);
                    // What is no number goes to the server as it is, which says so at the field.
                    set(typed.trim().parse::<i64>().map_or_else(|_| or_null(typed.clone()), |n| json!(n)));
                }/>
        }
        .into_any(),
        Type::Money => money_box(value, id),
        Type::Tags if field.name == "roles" => view! { <RoleBoxes value id/> }.into_any(),
        Type::Tags => tags(value, id),
        Type::Ids => several::edit(field, draft, id, narrow, commit),
        Type::LongText => view! {
            <textarea class="input" id=id rows="4" prop:value=text() on:input=move |e| set(or_null(event_target_value(&e)))></textarea>
        }
        .into_any(),
        _ if field.picklist.is_some() => pick(field, value, id, done),
        _ if field.name == "locale" => view! {
            <select class="input" id=id on:change=move |e| { set(or_null(event_target_value(&e))); done(); }>
                <option value="" selected=text().is_empty()>{t().none_chosen()}</option>
                {LANGUAGES.map(|(l, name)| view! { <option value=l.tag() selected=text() == l.tag()>{name}</option> }).into_iter().collect_view()}
            </select>
        }
        .into_any(),
        ty => {
            let kind = match ty {
                Type::Email => "email",
                Type::Phone => "tel",
                Type::Url => "url",
                _ => "text",
            };
            let max = field.max.to_string();
            view! {
                // As text, so that the browser does not refuse what the server would take (`www.example.cn`).
                <input type="text" inputmode=kind class="input" id=id maxlength=max autocomplete="off" prop:value=text() on:input=move |e| set(or_null(event_target_value(&e)))/>
            }
            .into_any()
        }
    }
}

/// Any of a few values.
fn boxes(choices: &'static [Choice], value: RwSignal<Value>, id: String) -> AnyView {
    let has = move |key: &str| value.with(|v| v.as_array().is_some_and(|keys| keys.iter().any(|k| k == key)));
    let choose = move |key: &'static str, on: bool| {
        let kept = |c: &&Choice| if c.key == key { on } else { has(c.key) };
        let keys: Vec<Value> = choices.iter().filter(kept).map(|c| json!(c.key)).collect();
        value.set(Value::Array(keys));
    };
    view! {
        <div>
            {choices.iter().enumerate().map(|(n, c)| view! {
                // The first box is where the field's label leads.
                <label class="choice">
                    <input type="checkbox" id=(n == 0).then(|| id.clone()) prop:checked=move || has(c.key) on:change=move |e| choose(c.key, event_target_checked(&e))/>
                    <span>{c.label}</span>
                </label>
            }).collect_view()}
        </div>
    }
    .into_any()
}

/// A date of which only a part is there changes nothing, and whoever leaves it hears so.
pub fn tell_half_date(event: web_sys::FocusEvent) {
    if dom::whole_date(&event).is_none() {
        toast::warn(t().half_date());
    }
}

/// Enter does not save one either.
fn hold_half_date(event: web_sys::KeyboardEvent) {
    if event.key() == "Enter" && dom::whole_date(&event).is_none() {
        event.prevent_default();
        event.stop_propagation();
        toast::warn(t().half_date());
    }
}

fn or_null(text: String) -> Value {
    if text.trim().is_empty() {
        Value::Null
    } else {
        Value::String(text)
    }
}

/// What somebody typed as an amount, and its currency: `12,50`, `1 234,5`, `12.5万`, `$5`. What cannot be read goes to the server
/// as it is, which says so at the field.
fn typed_amount(typed: &str, currency: &str) -> (String, String) {
    let near = Currency::from_code(currency);
    let read = amount(typed, None, Measure::ONE, near.as_slice());
    read.map_or_else(
        |_| (typed.to_owned(), currency.to_owned()),
        |(amount, named)| (amount.to_string(), named.map_or(currency, |c| c.code()).to_owned()),
    )
}

fn money_box(value: RwSignal<Value>, id: String) -> AnyView {
    let own = currency::base();
    let part = move |name: &str| value.with_untracked(|v| v[name].as_str().unwrap_or_default().to_owned());
    let amount = RwSignal::new(part("amount"));
    let chosen = RwSignal::new(Some(part("currency")).filter(|c| !c.is_empty()).unwrap_or(own));
    let put = move || {
        let typed = amount.get_untracked();
        value.set(match typed.is_empty() {
            true => Value::Null,
            false => {
                let (amount, currency) = typed_amount(&typed, &chosen.get_untracked());
                if currency != chosen.get_untracked() {
                    chosen.set(currency.clone());
                }
                json!({ "amount": amount, "currency": currency })
            }
        });
    };
    let codes = move || currency::offered(&chosen.get_untracked());
    view! {
        <span class="money-edit">
            <input type="text" inputmode="decimal" class="input num" id=id prop:value=amount.get_untracked() on:input=move |e| { amount.set(event_target_value(&e).trim().to_owned()); put(); }/>
            <select class="input" aria-label=t().currency() on:change=move |e| { chosen.set(event_target_value(&e)); put(); }>
                {move || codes().into_iter().map(|c| view! { <option value=c.clone() selected=chosen.get_untracked() == c>{c.clone()}</option> }).collect_view()}
            </select>
        </span>
    }
    .into_any()
}

fn tags(value: RwSignal<Value>, id: String) -> AnyView {
    let list = move || {
        value.with(|v| {
            v.as_array()
                .into_iter()
                .flatten()
                .filter_map(|t| t.as_str().map(str::to_owned))
                .collect::<Vec<_>>()
        })
    };
    let add = move |text: String| {
        let mut tags = list();
        for tag in text.split([',', '，', '、']).map(str::trim).filter(|t| !t.is_empty()) {
            if !tags.iter().any(|t| t == tag) {
                tags.push(tag.to_owned());
            }
        }
        value.set(json!(tags));
    };
    let remove = move |tag: &str| value.set(json!(list().into_iter().filter(|t| t != tag).collect::<Vec<_>>()));
    let node = NodeRef::<leptos::html::Input>::new();
    let take = move || {
        if let Some(input) = node.get_untracked()
            && !input.value().trim().is_empty()
        {
            add(input.value());
            input.set_value("");
            return true;
        }
        false
    };
    view! {
        <div class="input tags-edit">
            {move || list().into_iter().map(|tag| {
                let name = tag.clone();
                let gone = tag.clone();
                view! { <span class="tag">{name}<button type="button" aria-label=format!("{} {tag}", t().remove()) on:click=move |_| remove(&gone)>{icon("close")}</button></span> }
            }).collect_view()}
            <input node_ref=node id=id autocomplete="off" placeholder=t().tags_hint()
                on:keydown=move |e| match e.key().as_str() {
                    _ if dom::composing(&e) => {}
                    "Enter" | "," | "，" if take() || e.key() != "Enter" => { e.prevent_default(); e.stop_propagation(); }
                    "Backspace" if node.get_untracked().is_some_and(|i| i.value().is_empty()) => if let Some(last) = list().last() { remove(last); },
                    _ => {}
                }
                on:blur=move |_| { take(); }/>
        </div>
    }
    .into_any()
}

/// A choice of the firm's own list; with “other…” where free text is taken too.
fn pick(
    field: &'static Field,
    value: RwSignal<Value>,
    id: String,
    done: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let now = value.with_untracked(|v| v.as_str().unwrap_or_default().to_owned());
    let free = RwSignal::new(false);
    let max = field.max.to_string();
    (move || {
        let (id, now, max) = (id.clone(), now.clone(), max.clone());
        // Tracked: the lists may arrive after the form.
        let list = picklist::of(field);
        if free.get() || list.options.is_empty() {
            return view! {
                <input type="text" class="input" id=id maxlength=max autocomplete="off" prop:value=now on:input=move |e| value.set(or_null(event_target_value(&e)))/>
            }
            .into_any();
        }
        let unlisted = (!now.is_empty() && !list.options.iter().any(|o| o.value == now)).then(|| now.clone());
        let options = list.options.iter().filter(|o| !o.retired || o.value == now).map(|o| {
            view! { <option value=o.value.clone() selected=o.value == now>{o.label().to_owned()}</option> }
        });
        let options = options.collect_view();
        let focus = id.clone();
        view! {
            <select class="input" id=id on:change=move |e| {
                let picked = event_target_value(&e);
                if picked == "\u{0}other" {
                    value.set(Value::Null);
                    free.set(true);
                    dom::focus_soon(format!("#{focus}"));
                } else {
                    value.set(or_null(picked));
                    done();
                }
            }>
                <option value="" selected=now.is_empty()>{t().none_chosen()}</option>
                {unlisted.map(|text| view! { <option value=text.clone() selected=true>{text.clone()}</option> })}
                {options}
                {(!list.restricted).then(|| view! { <option value="\u{0}other">{t().other_value()}</option> })}
            </select>
        }
        .into_any()
    })
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::typed_amount;

    #[test]
    fn an_amount_is_what_was_meant_when_it_was_typed() {
        for (typed, amount, currency) in [
            ("12,50", "12.5", "CNY"),
            ("1 234,5", "1234.5", "CNY"),
            ("1,234.50", "1234.5", "CNY"),
            ("1,234", "1234", "CNY"),
            ("12.5万", "125000", "CNY"),
            ("€5", "5", "EUR"),
            ("five", "five", "CNY"),
        ] {
            assert_eq!(
                typed_amount(typed, "CNY"),
                (amount.to_owned(), currency.to_owned()),
                "{typed}"
            );
        }
        assert_eq!(typed_amount("$5", "AUD").1, "AUD");
    }
}
