//! Adds a field to a kind, or changes what may be changed of one: not its key, its type and what it refers to.

use super::choices::Lines;
use crate::{
    api,
    dom::Tell,
    i18n::{fill, t},
    kinds,
    office::{
        custom_kind::{
            changed,
            edit::{hinted, select},
            settle, told,
        },
        labels::{Names, choices_of, key_of, label_of, shown, suggested_box, typed},
    },
    record::row::Row,
    ui::{
        Dialog, Sending,
        sending::{submit, text_box},
        states::needed_mark,
        toast,
    },
};
use domain::custom_field::CustomFieldType;
use leptos::prelude::*;
use serde_json::{Map, Value, json};

/// The most that stands in a box of text, besides the help.
const MOST: &str = "60";

/// What is typed.
#[derive(Clone, Copy)]
struct Draft {
    ty: RwSignal<String>,
    label: Names,
    help: Names,
    group: Names,
    choices: Lines,
    required: RwSignal<bool>,
    unique: RwSignal<bool>,
    searchable: RwSignal<bool>,
    filterable: RwSignal<bool>,
    default: RwSignal<String>,
    pattern: RwSignal<String>,
    formula: RwSignal<String>,
}

impl Draft {
    fn new(row: Option<&Row>) -> Self {
        let of = |name: &str| row.map_or(Value::Null, |r| r.get(name).clone());
        let is = |name: &str| RwSignal::new(of(name) == true);
        let text = |name: &str| RwSignal::new(of(name).as_str().unwrap_or_default().to_owned());
        let default = match of("default") {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        };
        Self {
            ty: RwSignal::new(
                of("type")
                    .as_str()
                    .unwrap_or(CustomFieldType::default().key())
                    .to_owned(),
            ),
            label: Names::new("label", &of("label")),
            help: Names::new("help", &of("help")),
            group: Names::new("group", &of("group")),
            choices: Lines::new(&of("choices")),
            required: is("required"),
            unique: is("unique"),
            searchable: is("searchable"),
            // Unless it is said otherwise.
            filterable: RwSignal::new(of("filterable") != false),
            default: RwSignal::new(default),
            pattern: text("pattern"),
            formula: text("formula"),
        }
    }

    fn ty(self) -> CustomFieldType {
        self.ty.with(|key| CustomFieldType::from_key(key)).unwrap_or_default()
    }

    /// As the API takes it; of what does not fit the type, nothing is said.
    fn values(self) -> Map<String, Value> {
        let ty = untrack(|| self.ty());
        let is = |signal: RwSignal<bool>| json!(signal.get_untracked());
        let mut values = Map::new();
        for names in [self.label, self.help, self.group] {
            values.insert(names.field().to_owned(), names.value());
        }
        if !ty.is_given() {
            values.insert("required".into(), is(self.required));
        }
        if ty == CustomFieldType::Formula {
            values.insert("formula".into(), typed(&self.formula.get_untracked()));
        }
        if ty.may_be_unique() {
            values.insert("unique".into(), is(self.unique));
        }
        if ty.is_text() {
            values.insert("searchable".into(), is(self.searchable));
        }
        if ty != CustomFieldType::LongText {
            values.insert("filterable".into(), is(self.filterable));
        }
        if ty.is_chosen() {
            values.insert("choices".into(), self.choices.value());
        }
        if let Some(default) = self.default_value(ty).filter(|_| !ty.is_given()) {
            values.insert("default".into(), default);
        }
        values
    }

    /// The default, for types whose values are one word or number.
    fn default_value(self, ty: CustomFieldType) -> Option<Value> {
        use CustomFieldType::{Boolean, Choice, Day, Decimal, Email, Integer, LongText, Percent, Phone, Text, Url};
        let text = self.default.get_untracked();
        let text = text.trim();
        match ty {
            _ if text.is_empty() => Some(Value::Null),
            // What is no number, the server says.
            Integer => Some(text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n))),
            Boolean => Some(json!(text == "true")),
            Text | LongText | Email | Phone | Url | Decimal | Percent | Day | Choice => Some(json!(text)),
            _ => None,
        }
    }

    /// The box for the default; none for types without.
    fn default_box(self) -> Option<AnyView> {
        use CustomFieldType::{Boolean, Choice, Day, Decimal, Email, Integer, LongText, Percent, Phone, Text, Url};
        let default = self.default;
        let id = "field-default";
        let options = move |all: Vec<(String, String)>| {
            let option = |(key, name): (String, String)| {
                let selected = default.with_untracked(|d| *d == key);
                view! { <option value=key selected=selected>{name}</option> }
            };
            all.into_iter().map(option).collect_view()
        };
        let choose = move |e| default.set(event_target_value(&e));
        Some(match self.ty() {
            Text | Email | Phone | Url | Integer | Decimal | Percent => text_box(id, "200", default),
            LongText => view! { <textarea class="input" id=id rows="2" prop:value=default on:input=choose></textarea> }.into_any(),
            Day => view! { <input type="date" class="input" id=id prop:value=default on:input=choose/> }.into_any(),
            Boolean => {
                let all = vec![("true".to_owned(), t().yes().to_owned()), ("false".to_owned(), t().no().to_owned())];
                view! { <select class="input" id=id on:change=choose><option value="">{t().none_chosen()}</option>{options(all)}</select> }.into_any()
            }
            Choice => view! { <select class="input" id=id on:change=choose><option value="">{t().none_chosen()}</option>{move || options(self.choices.named())}</select> }.into_any(),
            _ => return None,
        })
    }
}

#[component]
pub fn FieldDialog(kind: String, row: Option<Row>, close: Callback<()>, newer: Callback<Row>) -> impl IntoView {
    let draft = Draft::new(row.as_ref());
    let key = RwSignal::new(None);
    let key_shown = Memo::new(move |_| key.get().unwrap_or_else(|| key_of(&draft.label.en.get())));
    let refers = RwSignal::new(String::new());
    let sending = Sending::new();
    let base = StoredValue::new(draft.values());
    let (old, kind) = (StoredValue::new(row.clone()), StoredValue::new(kind));
    let store = move || {
        let mut body = draft.values();
        sending.run(async move {
            if let Some(old) = old.get_value() {
                let patch = changed(&base.get_value(), body);
                return settle(kinds::of("field"), old, patch, close, newer).await;
            }
            let ty = untrack(|| draft.ty());
            body.insert("kind".into(), json!(kind.get_value()));
            body.insert("key".into(), typed(&key_shown.get_untracked()));
            body.insert("type".into(), json!(ty.key()));
            // Left empty, it is the usual one.
            let pattern = draft.pattern.get_untracked();
            if ty == CustomFieldType::AutoNumber && !pattern.trim().is_empty() {
                body.insert("pattern".into(), typed(&pattern));
            }
            if ty.refers() {
                body.insert("refers_to".into(), typed(&refers.get_untracked()));
            }
            let made = api::post("/fields", Value::Object(body)).send().await?.body;
            let name = shown(&made["label"]).to_owned();
            let id = made["id"].as_str().unwrap_or_default().to_owned();
            told(kinds::of("field"), &id, Row::new(made)).await;
            toast::say(fill(t().created(), &[&name]));
            close.tell(());
            Ok(())
        });
    };
    let (title, action) = match &row {
        Some(row) => (fill(t().edit_of(), &[shown(row.get("label"))]), t().save()),
        None => (t().add_field().to_owned(), t().add()),
    };
    let is_new = row.is_none();
    let type_name = choices_of("field", "type")
        .iter()
        .find(|c| draft.ty.with_untracked(|ty| ty == c.key))
        .map(|c| c.label);
    let identity = match &row {
        None => view! {
            {sending.field("key", "field-key", (label_of("field", "key"), needed_mark()), hinted(suggested_box("field-key", key, key_shown), t().key_hint()))}
            {sending.field("type", "field-type", label_of("field", "type"), select("field-type", choices_of("field", "type"), draft.ty))}
        }
        .into_any(),
        Some(row) => view! {
            <div class="form-field"><span class="form-label">{label_of("field", "key")}</span><code class="static" translate="no">{row.text("key").to_owned()}</code></div>
            <div class="form-field"><span class="form-label">{label_of("field", "type")}</span><span class="static">{type_name}</span></div>
        }
        .into_any(),
    };
    // Only another type draws these anew, and not what is typed.
    let ty = Memo::new(move |_| draft.ty());
    let choices = move || {
        ty.get().is_chosen().then(|| view! {
            <div class="form-field wide" role="group" aria-label=label_of("field", "choices")><span class="form-label">{label_of("field", "choices")}{needed_mark()}</span>{draft.choices.boxes(sending)}</div>
        })
    };
    let target = move || {
        (is_new && ty.get().refers()).then(|| {
            let all = kinds::with_pages().map(|k| view! { <option value=k.name>{k.label}</option> });
            let of = view! { <select class="input" id="field-refers" on:change=move |e| refers.set(event_target_value(&e))><option value="">{t().none_chosen()}</option>{all.collect_view()}</select> };
            sending.field("refers_to", "field-refers", (label_of("field", "refers_to"), needed_mark()), of.into_any())
        })
    };
    // How the server numbers, which is said once, and what it computes.
    let given = move || match ty.get() {
        CustomFieldType::AutoNumber if is_new => {
            let of = hinted(text_box("field-pattern", "60", draft.pattern), t().pattern_text());
            Some(sending.wide("pattern", "field-pattern", label_of("field", "pattern"), of))
        }
        CustomFieldType::Formula => {
            let formula = draft.formula;
            let of = view! { <textarea class="input" id="field-formula" rows="3" maxlength="1000" spellcheck="false" translate="no" prop:value=formula on:input=move |e| formula.set(event_target_value(&e))></textarea> };
            let of = hinted(of.into_any(), t().formula_text());
            Some(sending.wide(
                "formula",
                "field-formula",
                (label_of("field", "formula"), needed_mark()),
                of,
            ))
        }
        _ => None,
    };
    let tick = move |name: &'static str, value: RwSignal<bool>, hint: &'static str| {
        let error = sending.error(name);
        view! {
            <div class="tick">
                <label class="choice"><input type="checkbox" prop:checked=value on:change=move |e| value.set(event_target_checked(&e))/><span>{label_of("field", name)}</span></label>
                {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
                {error}
            </div>
        }
    };
    let ticks = move || {
        let ty = ty.get();
        view! {
            {(!ty.is_given()).then(|| tick("required", draft.required, t().required_text()))}
            {ty.may_be_unique().then(|| tick("unique", draft.unique, t().unique_text()))}
            {ty.is_text().then(|| tick("searchable", draft.searchable, ""))}
            {(ty != CustomFieldType::LongText).then(|| tick("filterable", draft.filterable, ""))}
        }
    };
    let default = move || {
        ty.track();
        untrack(|| draft.default_box())
            .map(|of| sending.wide("default", "field-default", label_of("field", "default"), of))
    };
    // What is folded away opens where something is wrong with it.
    let more = RwSignal::new(false);
    Effect::new(move |_| {
        let folded = |(name, _): &(String, String)| matches!(name.as_str(), "default" | "help" | "group");
        if sending
            .problem
            .with(|p| p.as_ref().is_some_and(|p| p.errors.iter().any(folded)))
        {
            more.set(true);
        }
    });
    let names = [draft.label.zh, draft.label.en];
    let was = names.map(|n| n.get_untracked());
    let dirty = Signal::derive(move || names.map(|n| n.get()) != was);
    view! {
        <Dialog title close typed=dirty>
            <form on:submit=submit(store) novalidate=true>
                <div class="dialog-body stack">
                    {draft.label.boxes(sending, label_of("field", "label"), true, MOST)}
                    <div class="form-grid">{identity}{target}</div>
                    {choices}
                    {given}
                    <div class="ticks">{ticks}</div>
                    <details class="more-settings" prop:open=more on:toggle=move |e| more.set(event_target::<web_sys::HtmlDetailsElement>(&e).open())>
                        <summary>{t().more_settings()}</summary>
                        <div class="stack">
                            {default}
                            {draft.help.boxes(sending, label_of("field", "help"), false, "500")}
                            {draft.group.boxes(sending, label_of("field", "group"), false, MOST)}
                        </div>
                    </details>
                    {sending.alert()}
                </div>
                {sending.foot(close, action, || true)}
            </form>
        </Dialog>
    }
    .into_any()
}
