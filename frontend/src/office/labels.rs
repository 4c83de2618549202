//! Names that a firm gives in both languages: shown, typed, and what keys come of them.

use crate::{
    i18n::{Locale, fill, locale, t},
    schema,
    ui::{Sending, states::needed_mark},
};
use leptos::prelude::*;
use serde_json::{Value, json};

/// The languages as labels have them.
const TAGS: [&str; 2] = ["zh-CN", "en"];

/// In the present language; in the other one where that says nothing.
pub fn shown(labels: &Value) -> &str {
    let [zh, en] = TAGS.map(|tag| labels[tag].as_str());
    let found = match locale() {
        Locale::Zh => zh.or(en),
        Locale::En => en.or(zh),
    };
    found.unwrap_or_default()
}

/// What a field of a kind is called. Settings are seen by who sees their kind.
pub fn label_of(kind: &str, field: &'static str) -> &'static str {
    schema::of(kind).field(field).map_or(field, |f| f.label)
}

/// What a choice of such a field offers, by key and label.
pub fn choices_of(kind: &str, field: &str) -> &'static [schema::Choice] {
    match schema::of(kind).field(field).map(|f| f.ty) {
        Some(schema::Type::Choice(choices)) => choices,
        _ => &[],
    }
}

/// A name that is being typed, in both languages.
#[derive(Clone, Copy)]
pub struct Names {
    /// The field of the body that it is.
    field: &'static str,
    pub zh: RwSignal<String>,
    pub en: RwSignal<String>,
}

impl Names {
    pub fn new(field: &'static str, told: &Value) -> Self {
        let [zh, en] = TAGS.map(|tag| RwSignal::new(told[tag].as_str().unwrap_or_default().to_owned()));
        Self { field, zh, en }
    }

    pub fn field(self) -> &'static str {
        self.field
    }

    /// As the API takes it.
    pub fn value(self) -> Value {
        json!({ "zh-CN": typed(&self.zh.get_untracked()), "en": typed(&self.en.get_untracked()) })
    }

    /// Both boxes, each with what is wrong with it. The language of the person comes first.
    pub fn boxes(self, sending: Sending, label: &str, needed: bool, max: &'static str) -> AnyView {
        // So that the foot of the form does not say it once more.
        let _ = sending.said(self.field);
        let place = move |tag: &'static str, of: &'static str, text: RwSignal<String>, first: bool| {
            let id = format!("{}-{tag}", self.field);
            let said = move || {
                let own = format!("/{}/{tag}", self.field);
                let whole = format!("/{}", self.field);
                let is_here = |place: &str| place == own || (first && place == whole);
                sending.problem.with(|p| {
                    let places = p.iter().flat_map(|p| &p.places);
                    let mut here = places.filter(|(place, _)| is_here(place));
                    here.next().map(|(_, message)| message.clone())
                })
            };
            view! {
                <div class="form-field" class:wrong=move || said().is_some()>
                    <label for=id.clone()>{fill(of, &[label])}{(needed && first).then(needed_mark)}</label>
                    <input class="input" id=id maxlength=max autocomplete="off" prop:value=text on:input=move |e| text.set(event_target_value(&e))/>
                    {move || said().map(|text| view! { <p class="field-error" role="alert">{text}</p> })}
                </div>
            }
        };
        let zh = |first| place(TAGS[0], t().in_chinese(), self.zh, first).into_any();
        let en = |first| place(TAGS[1], t().in_english(), self.en, first).into_any();
        let [one, other] = match locale() {
            Locale::Zh => [zh(true), en(false)],
            Locale::En => [en(true), zh(false)],
        };
        view! { <div class="form-grid">{one}{other}</div> }.into_any()
    }
}

/// What stands in a box; nothing where that is blank.
pub fn typed(text: &str) -> Value {
    match text.trim() {
        "" => Value::Null,
        text => json!(text),
    }
}

/// A box that holds what follows from another one until somebody types in it.
pub fn suggested_box(id: &'static str, typed: RwSignal<Option<String>>, shown: Memo<String>) -> AnyView {
    view! {
        <input class="input" id=id maxlength="40" autocomplete="off" autocapitalize="off" spellcheck="false"
            prop:value=shown on:input=move |e| typed.set(Some(event_target_value(&e)))/>
    }
    .into_any()
}

/// The key that comes of an English name: `Serial no.` → `serial_no`. Empty where there are no letters.
pub fn key_of(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let key = words.filter(|w| !w.is_empty()).collect::<Vec<_>>().join("_");
    let key = key.to_ascii_lowercase();
    let key = key.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    key.chars()
        .take(36)
        .collect::<String>()
        .trim_end_matches('_')
        .to_owned()
}

/// The plural of a key, as English has it: `delivery` → `deliveries`.
pub fn plural_of(key: &str) -> String {
    let ends = |with: &[&str]| with.iter().any(|end| key.ends_with(end));
    match key {
        "" => String::new(),
        key if ends(&["s", "x", "z", "ch", "sh"]) => format!("{key}es"),
        key if ends(&["y"]) && !ends(&["ay", "ey", "oy", "uy"]) => format!("{}ies", &key[..key.len() - 1]),
        key => format!("{key}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_follows_from_an_english_name() {
        for (name, key) in [
            ("Serial no.", "serial_no"),
            ("  2nd Address ", "nd_address"),
            ("设备", ""),
            ("Größe A", "gr_e_a"),
            ("A--b__c", "a_b_c"),
        ] {
            assert_eq!(key_of(name), key, "{name}");
            assert!(key.is_empty() || domain::kinds::is_name(&key_of(name)), "{name}");
        }
        assert!(key_of(&"long name ".repeat(9)).len() <= 36);
    }

    #[test]
    fn a_plural_follows_from_a_key() {
        for (key, plural) in [
            ("vehicle", "vehicles"),
            ("delivery", "deliveries"),
            ("survey", "surveys"),
            ("box", "boxes"),
            ("branch", "branches"),
            ("", ""),
        ] {
            assert_eq!(plural_of(key), plural);
        }
    }
}
