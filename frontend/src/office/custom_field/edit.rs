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
    record::{field, row::Row},
    schema::Field,
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
    default: field::Draft,
    pattern: RwSignal<String>,
    formula: RwSignal<String>,
}

impl Draft {
    fn new(row: Option<&Row>) -> Self {
        let of = |name: &str| row.map_or(Value::Null, |r| r.get(name).clone());
        let is = |name: &str| RwSignal::new(of(name) == true);
        let text = |name: &str| RwSignal::new(of(name).as_str().unwrap_or_default().to_owned());
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
            default: field::Draft::new(of("default")),
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
        if !ty.is_given() {
            values.insert("default".into(), self.default_value());
        }
        values
    }

    fn default_value(self) -> Value {
        let value = self.default.value.get_untracked();
        if value == json!([]) { Value::Null } else { value }
    }

    /// The box for the default, as the record's form has it; `refers` is what references are to.
    fn default_box(self, refers: &str) -> Option<AnyView> {
        const ID: &str = "field-default";
        let ty = self.ty();
        if ty.is_given() || (ty.refers() && refers.is_empty()) {
            return None;
        }
        let draft = self.default;
        let told = json!({ "type": ty.key(), "max_length": 200, "refers_to": if ty == CustomFieldType::User { "user" } else { refers } });
        let as_in_form = move |told: &Value| {
            let field = Field::of_type("default", told);
            field::edit(field, draft, ID.to_owned(), Signal::stored(String::new()), None)
        };
        Some(match ty {
            CustomFieldType::Boolean => choose(
                draft,
                vec![(json!(true), t().yes().to_owned()), (json!(false), t().no().to_owned())],
            ),
            CustomFieldType::Choice => {
                let offered = move || self.choices.named().into_iter().map(|(key, name)| (json!(key), name));
                (move || choose(draft, offered().collect())).into_any()
            }
            CustomFieldType::Choices => (move || {
                let offered = self.choices.named().into_iter();
                let mut told = told.clone();
                told["choices"] = offered
                    .map(|(key, name)| json!({ "value": key, "label": name }))
                    .collect();
                as_in_form(&told)
            })
            .into_any(),
            _ => as_in_form(&told),
        })
    }
}

/// One of these, or nothing.
fn choose(draft: field::Draft, offered: Vec<(Value, String)>) -> AnyView {
    let values: Vec<Value> = offered.iter().map(|(value, _)| value.clone()).collect();
    let options = offered.into_iter().enumerate().map(|(n, (value, name))| {
        let selected = draft.value.with_untracked(|v| *v == value);
        view! { <option value=n.to_string() selected=selected>{name}</option> }
    });
    let options = options.collect_view();
    let chosen = move |e| {
        let at = event_target_value(&e).parse::<usize>().ok();
        draft
            .value
            .set(at.and_then(|at| values.get(at).cloned()).unwrap_or_default());
    };
    view! { <select class="input" id="field-default" on:change=chosen><option value="">{t().none_chosen()}</option>{options}</select> }
        .into_any()
}

#[component]
pub fn FieldDialog(kind: String, row: Option<Row>, close: Callback<()>, newer: Callback<Row>) -> impl IntoView {
    let draft = Draft::new(row.as_ref());
    let key = RwSignal::new(None);
    let key_shown = Memo::new(move |_| key.get().unwrap_or_else(|| key_of(&draft.label.en.get())));
    let refers = RwSignal::new(row.as_ref().map(|r| r.text("refers_to").to_owned()).unwrap_or_default());
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
    // A value of one type is none of another.
    Effect::new(move |before: Option<(CustomFieldType, String)>| {
        let now = (ty.get(), refers.get());
        if before.is_some_and(|before| before != now) {
            draft.default.clear();
        }
        now
    });
    let default = move || {
        ty.track();
        let to = refers.get();
        untrack(|| draft.default_box(&to))
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
