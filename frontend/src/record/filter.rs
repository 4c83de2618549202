//! Filters of a list: kept in the address as the API takes them, shown as chips, built in a small box by type.

use crate::kinds::{Field, Kind};
use crate::schema::{FILTER, READONLY, Type};
use crate::{
    api,
    dom::{self, Tell},
    i18n::{fill, format, t},
    kinds, picklist,
    record::row::value_text,
    role,
    route::Address,
    state::{self, state},
    ui::{Menu, combobox::Combobox, icon},
};
use leptos::prelude::*;
use serde_json::{Value, json};

#[derive(Clone)]
pub struct Filter {
    pub field: &'static Field,
    pub op: String,
    pub value: String,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.field.name == other.field.name && self.op == other.op && self.value == other.value
    }
}

impl Filter {
    fn new(field: &'static Field, op: &str, value: impl Into<String>) -> Self {
        Self {
            field,
            op: op.to_owned(),
            value: value.into(),
        }
    }

    /// As a view says it.
    pub fn test(&self) -> Value {
        let one = |text: &str| match self.field.ty {
            Type::Int => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
            Type::Bool => json!(text == "true"),
            _ => json!(text),
        };
        let value = match self.op.as_str() {
            "in" | "nin" | "between" => self.value.split(',').map(one).collect(),
            "is_null" => json!(self.value == "true"),
            _ => one(&self.value),
        };
        json!({ "field": self.field.name, "op": self.op, "value": value })
    }

    pub fn key(&self) -> String {
        if self.op == "eq" {
            format!("filter[{}]", self.field.name)
        } else {
            format!("filter[{}][{}]", self.field.name, self.op)
        }
    }
}

/// The tests of an address as the API takes them in a body. What the kind does not know is told as it stands, to be refused as
/// the list refuses it.
pub fn tests(kind: &'static Kind, address: &Address) -> Vec<Value> {
    let each = address.query.iter().filter_map(|(key, value)| {
        let (name, op) = parts(key)?;
        Some(match kind.field(name) {
            Some(field) => Filter::new(field, op, value.clone()).test(),
            None => json!({ "field": name, "op": op, "value": value }),
        })
    });
    each.collect()
}

/// The name of a field and the operator, of a parameter that is a filter.
fn parts(key: &str) -> Option<(&str, &str)> {
    let inner = key.strip_prefix("filter[")?.strip_suffix(']')?;
    Some(inner.split_once("][").unwrap_or((inner, "eq")))
}

/// The filters in an address, in their order; what the kind does not know is left out.
pub fn read(kind: &'static Kind, address: &Address) -> Vec<Filter> {
    address
        .query
        .iter()
        .filter_map(|(key, value)| {
            let (name, op) = parts(key)?;
            Some(Filter::new(kind.field(name)?, op, value.clone()))
        })
        .collect()
}

/// A test of a view as a filter of the address; none where chips cannot say it.
pub fn told(kind: &'static Kind, test: &Value) -> Option<Filter> {
    let field = kind.field(test["field"].as_str()?)?;
    let op = test["op"].as_str().unwrap_or("eq");
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    };
    let value = match &test["value"] {
        Value::Array(values) => values.iter().map(one).collect::<Option<Vec<_>>>()?.join(","),
        value => one(value)?,
    };
    Some(Filter::new(field, op, value))
}

/// The relative ranges offered for days and moments.
const RANGES: [&str; 16] = [
    "today",
    "yesterday",
    "tomorrow",
    "this_week",
    "last_week",
    "next_week",
    "this_month",
    "last_month",
    "next_month",
    "this_quarter",
    "last_30_days",
    "next_30_days",
    "this_fiscal_quarter",
    "last_fiscal_quarter",
    "this_fiscal_year",
    "last_fiscal_year",
];

/// Fiscal periods are offered where they are not those of the calendar.
fn ranges() -> &'static [&'static str] {
    if state::me().is_some_and(|m| m.fiscal_start != 1) {
        &RANGES
    } else {
        &RANGES[..12]
    }
}

/// What the system notes down has happened: it is not looked for in days to come.
fn is_ahead(word: &str) -> bool {
    word == "tomorrow" || word.starts_with("next_")
}

fn range_name(word: &str) -> Option<&'static str> {
    let t = t();
    let names = [
        t.today(),
        t.yesterday(),
        t.tomorrow(),
        t.this_week(),
        t.last_week(),
        t.next_week(),
        t.this_month(),
        t.last_month(),
        t.next_month(),
        t.this_quarter(),
        t.last_30_days(),
        t.next_30_days(),
        t.this_fiscal_quarter(),
        t.last_fiscal_quarter(),
        t.this_fiscal_year(),
        t.last_fiscal_year(),
    ];
    RANGES.iter().position(|r| *r == word).map(|i| names[i])
}

fn one(field: &Field, value: &str) -> String {
    match field.ty {
        Type::Day | Type::Instant => range_name(value).map_or_else(|| format::day(value), str::to_owned),
        Type::Bool => value_text(field, &json!(value == "true")),
        Type::Tags if field.name == "roles" => role::name(value),
        Type::Int => dom::number(value).map_or_else(|| value.to_owned(), format::number),
        Type::Money => format::money(value, &state::me().map(|m| m.currency).unwrap_or_default()),
        _ => value_text(field, &Value::String(value.to_owned())),
    }
}

/// “Status is Following or Interested”.
fn words(filter: &Filter, name: &str) -> String {
    let t = t();
    let field = filter.field;
    let list = || filter.value.split(',').map(|v| one(field, v)).collect::<Vec<_>>();
    let value = if field.refers.is_some() && !name.is_empty() {
        name.to_owned()
    } else {
        list().join(t.or_comma())
    };
    let pattern = match filter.op.as_str() {
        "eq" | "in" => t.f_is(),
        "ne" | "nin" => t.f_is_not(),
        "gte" => t.f_from(),
        "gt" => t.f_more(),
        "lte" => t.f_to(),
        "lt" => t.f_less(),
        "contains" => t.f_contains(),
        "starts_with" => t.f_starts(),
        "is_null" if filter.value == "true" => return fill(t.f_empty(), &[field.label]),
        "is_null" => return fill(t.f_filled(), &[field.label]),
        "between" => {
            let ends = list();
            let end = |i: usize| ends.get(i).map_or("", String::as_str).to_owned();
            return fill(t.f_between(), &[field.label, &end(0), &end(1)]);
        }
        _ => t.f_is(),
    };
    fill(pattern, &[field.label, &value])
}

/// The chips of the filters that hold, and the box to add one. `apply(old, new)` replaces a filter, adds or removes one.
#[component]
pub fn Filters(
    kind: &'static Kind,
    filters: Signal<Vec<Filter>>,
    apply: Callback<(Option<Filter>, Option<Filter>)>,
) -> impl IntoView {
    let adding = RwSignal::new(None::<&'static Field>);
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if !open.get() {
            adding.set(None);
        }
    });
    // What the list shows comes first, bookkeeping last.
    let shown = kinds::first_columns(kind);
    let (kept, rest): (Vec<_>, Vec<_>) = (kind.fields.iter())
        .filter(|f| shown.iter().all(|s| s.name != f.name))
        .partition(|f| matches!(f.name, "created_at" | "updated_at" | "created_by"));
    let mut fields: Vec<&'static Field> = shown.iter().copied().chain(rest).chain(kept).collect();
    fields.retain(|f| f.can(FILTER) && kinds::readable(kind, f));
    let fields = StoredValue::new(fields);
    let add = move || {
        match adding.get() {
        None => fields
            .with_value(|fields| {
                fields
                    .iter()
                    .map(|f| {
                        let f: &'static Field = f;
                        view! { <button type="button" class="menu-row" on:click=move |_| adding.set(Some(f))>{f.label}</button> }
                    })
                    .collect_view()
            })
            .into_any(),
        Some(field) => {
            let done = Callback::new(move |new: Filter| {
                open.set(false);
                apply.tell((None, Some(new)));
            });
            // The row that had the keyboard is gone.
            dom::focus_soon(".menu-form :is(input, select, button)".into());
            view! { <Builder field old=None done/> }.into_any()
        }
    }
    };
    let face = view! { {icon("filter")}<span>{t().filter()}</span> }.into_any();
    view! {
        <div class="chips">
            <For each=move || filters.get() key=|f| (f.key(), f.value.clone()) let:filter>
                <Chip filter apply/>
            </For>
            <Menu face label=t().add_filter() class="btn small" open>{add}</Menu>
        </div>
    }
    .into_any()
}

#[component]
fn Chip(filter: Filter, apply: Callback<(Option<Filter>, Option<Filter>)>) -> impl IntoView {
    let open = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    // A filter by a person or record holds an id; its name is looked up once.
    if let Some(kind) = filter.field.refers.and_then(kinds::kind)
        && matches!(filter.op.as_str(), "eq" | "ne" | "contains")
    {
        let id = filter.value.clone();
        if let Some(me) = state::me().filter(|m| m.id == id || id == "me") {
            name.set(me.name);
        } else {
            leptos::task::spawn_local(async move {
                if let Ok(row) = crate::record::save::fetch(kind, &id).await {
                    name.try_set(row.title(kind));
                }
            });
        }
    }
    let shown = filter.clone();
    let text = move || words(&shown, &name.get());
    let removed = filter.clone();
    let edited = filter.clone();
    let face = view! { <span class="clip">{text.clone()}</span> }.into_any();
    view! {
        <span class="chip">
            <Menu face label=t().edit_filter() class="chip-text" open>
                {
                    let old = edited.clone();
                    let replaced = edited.clone();
                    let done = Callback::new(move |new: Filter| {
                        open.set(false);
                        apply.tell((Some(replaced.clone()), Some(new)));
                    });
                    view! { <Builder field=old.field old=Some(old) done/> }
                }
            </Menu>
            <button type="button" class="chip-close" aria-label=move || format!("{} {}", t().remove(), text()) on:click=move |_| apply.tell((Some(removed.clone()), None))>
                {icon("close")}
            </button>
        </span>
    }
    .into_any()
}

/// The box of one filter, fitting its type.
#[component]
fn Builder(field: &'static Field, old: Option<Filter>, done: Callback<Filter>) -> impl IntoView {
    let old = StoredValue::new(old);
    let begun = old.with_value(|o| o.as_ref().map(|o| (o.op.clone(), o.value.clone())));
    let (op, value) = begun.unwrap_or_default();
    let finish = move |op: &str, value: String| {
        if !value.is_empty() {
            done.tell(Filter::new(field, op, value));
        }
    };
    let nulls = move || {
        field.nullable.then(|| view! {
            <div class="menu-line">
                <button type="button" class="btn quiet small" on:click=move |_| finish("is_null", "true".into())>{t().is_empty()}</button>
                <button type="button" class="btn quiet small" on:click=move |_| finish("is_null", "false".into())>{t().is_filled()}</button>
            </div>
        })
    };
    let body = match field.ty {
        Type::Choice(_) | Type::Choices(_) | Type::Bool => options(field, &op, value, finish),
        _ if field.picklist.is_some() && !picklist::of(field).options.is_empty() => options(field, &op, value, finish),
        Type::Id | Type::Ids => {
            let kind = field.refers.and_then(kinds::kind);
            let chosen = RwSignal::new(None::<(String, String)>);
            let is = if field.is_several() { "contains" } else { "eq" };
            Effect::new(move |_| {
                if let Some((id, _)) = chosen.get() {
                    finish(is, id);
                }
            });
            let me = (field.refers == Some("user")).then(state::me).flatten();
            view! {
                {me.map(|me| view! { <button type="button" class="menu-row" on:click=move |_| finish(is, me.id.clone())>{fill(t().me_of(), &[&me.name])}</button> })}
                {kind.map(|kind| view! { <Combobox kind value=chosen label=field.label/> })}
            }
            .into_any()
        }
        Type::Day | Type::Instant => dates(field, &op, &value, finish),
        Type::Tags => tags(field, &op, value, finish),
        Type::Int | Type::Money | Type::Decimal => range(&op, &value, finish),
        _ => text(field, &op, value, finish),
    };
    view! { <div class="menu-form"><p class="menu-title">{field.label}</p>{body}{nulls()}</div> }.into_any()
}

/// Several of a closed list.
fn options(
    field: &'static Field,
    op: &str,
    value: String,
    finish: impl Fn(&str, String) + Copy + Send + Sync + 'static,
) -> AnyView {
    let all: Vec<(String, String)> = match field.ty {
        Type::Choice(choices) | Type::Choices(choices) => {
            choices.iter().map(|c| (c.key.to_owned(), c.label.to_owned())).collect()
        }
        Type::Bool => vec![
            ("true".into(), t().yes().to_owned()),
            ("false".into(), t().no().to_owned()),
        ],
        _ => picklist::of(field)
            .options
            .iter()
            .map(|o| (o.value.clone(), o.label().to_owned()))
            .collect(),
    };
    let single = field.ty == Type::Bool;
    // Of several values one can be asked for, and not for their absence.
    let several = matches!(field.ty, Type::Choices(_));
    let not = RwSignal::new(matches!(op, "ne" | "nin"));
    let picked = RwSignal::new(
        value
            .split(',')
            .filter(|v| !v.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    );
    let apply = move |_| {
        let picked = picked.get_untracked();
        let op = match (picked.len() == 1, not.get_untracked()) {
            (true, _) if several => "contains",
            (false, _) if several => "in",
            (true, false) => "eq",
            (true, true) => "ne",
            (false, false) => "in",
            (false, true) => "nin",
        };
        finish(op, picked.join(","));
    };
    view! {
        {(!several).then(|| view! {
            <select class="input" aria-label=t().condition() on:change=move |e| not.set(event_target_value(&e) == "not")>
                <option value="is" selected=!not.get_untracked()>{t().op_is()}</option>
                <option value="not" selected=not.get_untracked()>{t().op_is_not()}</option>
            </select>
        })}
        <div class="menu-scroll">
            {all.into_iter().map(|(key, text)| {
                let (this, had) = (key.clone(), key);
                view! {
                    <label class="menu-check">
                        <input type="checkbox" prop:checked=move || picked.with(|p| p.contains(&had)) on:change=move |e| {
                            let on = event_target_checked(&e);
                            picked.update(|p| {
                                if single { p.clear(); }
                                p.retain(|k| *k != this);
                                if on { p.push(this.clone()); }
                            });
                        }/>
                        <span>{text}</span>
                    </label>
                }
            }).collect_view()}
        </div>
        <button type="button" class="btn primary small" on:click=apply>{t().apply()}</button>
    }
    .into_any()
}

fn dates(
    field: &'static Field,
    op: &str,
    value: &str,
    finish: impl Fn(&str, String) + Copy + Send + Sync + 'static,
) -> AnyView {
    let (from, to) = match op {
        "between" => value.split_once(',').unwrap_or_default(),
        "gte" => (value, ""),
        "lte" => ("", value),
        _ => ("", ""),
    };
    let from = RwSignal::new(from.to_owned());
    let to = RwSignal::new(to.to_owned());
    view! {
        <div class="menu-scroll">
            {ranges().iter().filter(|r| !is_ahead(r) || !field.can(READONLY)).map(|r| view! { <button type="button" class="menu-row" on:click=move |_| finish("eq", (*r).to_owned())>{range_name(r)}</button> }).collect_view()}
        </div>
        <div class="menu-line">
            <input type="date" class="input" aria-label=t().from() prop:value=from on:change=move |e| from.set(event_target_value(&e))/>
            <span class="muted">"–"</span>
            <input type="date" class="input" aria-label=t().to() prop:value=to on:change=move |e| to.set(event_target_value(&e))/>
        </div>
        <button type="button" class="btn primary small" on:click=move |_| between(&from.get_untracked(), &to.get_untracked(), finish)>{t().apply()}</button>
    }
    .into_any()
}

fn range(op: &str, value: &str, finish: impl Fn(&str, String) + Copy + Send + Sync + 'static) -> AnyView {
    let (from, to) = match op {
        "between" => value.split_once(',').unwrap_or_default(),
        "gte" | "gt" => (value, ""),
        "lte" | "lt" => ("", value),
        _ => (value, value),
    };
    let from = RwSignal::new(from.to_owned());
    let to = RwSignal::new(to.to_owned());
    let go = move || between(&from.get_untracked(), &to.get_untracked(), finish);
    view! {
        <form class="menu-form" on:submit=move |e| { e.prevent_default(); go(); }>
            <div class="menu-line">
                <input inputmode="decimal" class="input num" placeholder=t().at_least() aria-label=t().at_least() prop:value=from on:input=move |e| from.set(event_target_value(&e))/>
                <span class="muted">"–"</span>
                <input inputmode="decimal" class="input num" placeholder=t().at_most() aria-label=t().at_most() prop:value=to on:input=move |e| to.set(event_target_value(&e))/>
            </div>
            <button type="submit" class="btn primary small">{t().apply()}</button>
        </form>
    }
    .into_any()
}

fn between(from: &str, to: &str, finish: impl Fn(&str, String)) {
    match (from.trim(), to.trim()) {
        ("", "") => {}
        (from, "") => finish("gte", from.to_owned()),
        ("", to) => finish("lte", to.to_owned()),
        (from, to) => finish("between", format!("{from},{to}")),
    }
}

/// One of the roles, or of the firm's tags; a tag may also be typed, since records hold any.
fn tags(
    field: &'static Field,
    op: &str,
    value: String,
    finish: impl Fn(&str, String) + Copy + Send + Sync + 'static,
) -> AnyView {
    let known = RwSignal::new(Vec::<(String, String)>::new());
    let roles = field.name == "roles";
    if roles {
        let roles = state().roles.get_untracked().into_iter();
        known.set(roles.map(|(key, _)| (key.clone(), role::name(&key))).collect());
    } else {
        leptos::task::spawn_local(async move {
            if let Ok(reply) = api::get("/tags?limit=200&sort=name&fields=id,name").send_aside().await {
                let names = reply.body["data"].as_array().into_iter().flatten();
                let names = names.filter_map(|tag| Some(tag["name"].as_str()?.to_owned()));
                known.try_set(names.map(|name| (name.clone(), name)).collect());
            }
        });
    }
    let rows = move || {
        let rows = known.get().into_iter().map(|(key, name)| {
            view! { <button type="button" class="menu-row" on:click=move |_| finish("contains", key.clone())>{name}</button> }
        });
        rows.collect_view()
    };
    view! {
        <div class="menu-scroll">{rows}</div>
        {(!roles).then(|| text(field, op, value, finish))}
    }
    .into_any()
}

fn text(
    field: &'static Field,
    op: &str,
    value: String,
    finish: impl Fn(&str, String) + Copy + Send + Sync + 'static,
) -> AnyView {
    let ops: &[(&str, &str)] = if field.ty == Type::Tags {
        &[("contains", t().op_contains())]
    } else {
        &[
            ("contains", t().op_contains()),
            ("starts_with", t().op_starts()),
            ("eq", t().op_is()),
            ("ne", t().op_is_not()),
        ]
    };
    let chosen = RwSignal::new(if op.is_empty() || op == "is_null" {
        "contains".to_owned()
    } else {
        op.to_owned()
    });
    let typed = RwSignal::new(if op == "is_null" { String::new() } else { value });
    let id = format!("filter-{}", field.name);
    dom::focus_soon(format!("#{id}"));
    view! {
        <form class="menu-form" on:submit=move |e| { e.prevent_default(); finish(&chosen.get_untracked(), typed.get_untracked().trim().to_owned()); }>
            <select class="input" aria-label=t().condition() on:change=move |e| chosen.set(event_target_value(&e))>
                {ops.iter().map(|(key, text)| view! { <option value=*key selected=chosen.get_untracked() == *key>{*text}</option> }).collect_view()}
            </select>
            <input class="input" id=id aria-label=field.label prop:value=typed on:input=move |e| typed.set(event_target_value(&e))/>
            <button type="submit" class="btn primary small">{t().apply()}</button>
        </form>
    }
    .into_any()
}
