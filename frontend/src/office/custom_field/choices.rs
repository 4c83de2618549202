//! The values of a choice, one a line: what records store, and what it is called in both languages.

use crate::{
    i18n::{fill, t},
    office::labels::{shown, typed},
    ui::{Sending, icon},
};
use leptos::prelude::*;
use serde_json::{Value, json};

/// One line. A value that is stored already stays as it is: records have it.
#[derive(Clone, PartialEq)]
struct Line {
    id: u32,
    stored: bool,
    /// The value, then its names.
    texts: [String; 3],
}

/// The lines as they are typed.
#[derive(Clone, Copy)]
pub struct Lines {
    all: RwSignal<Vec<Line>>,
    next: StoredValue<u32>,
}

impl Line {
    /// The value: as typed, or as it is called.
    fn value(&self) -> String {
        let [value, zh, en] = &self.texts;
        let said = [value, en, zh].into_iter().find(|text| !text.trim().is_empty());
        said.map(|text| text.trim().to_owned()).unwrap_or_default()
    }
}

impl Lines {
    pub fn new(told: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let told = told.as_array().into_iter().flatten();
        let all: Vec<Line> = (0..)
            .zip(told)
            .map(|(id, c)| Line {
                id,
                stored: true,
                texts: [text(&c["value"]), text(&c["label"]["zh-CN"]), text(&c["label"]["en"])],
            })
            .collect();
        let next = StoredValue::new(all.len() as u32);
        let lines = Self {
            all: RwSignal::new(all),
            next,
        };
        if next.get_value() == 0 {
            lines.add();
            lines.add();
        }
        lines
    }

    fn add(self) -> u32 {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let line = Line {
            id,
            stored: false,
            texts: Default::default(),
        };
        self.all.update(|all| all.push(line));
        id
    }

    /// As the API takes them; lines in which nothing stands are none.
    pub fn value(self) -> Value {
        let said = |line: &&Line| !line.value().is_empty();
        let one = |line: &Line| {
            let [_, zh, en] = &line.texts;
            json!({ "value": line.value(), "label": { "zh-CN": typed(zh), "en": typed(en) } })
        };
        Value::Array(
            self.all
                .with_untracked(|all| all.iter().filter(said).map(one).collect()),
        )
    }

    /// Values with their names, to choose the default from.
    pub fn named(self) -> Vec<(String, String)> {
        let Value::Array(all) = self.value() else {
            return Vec::new();
        };
        self.all.track();
        let one = |c: &Value| {
            let value = c["value"].as_str().unwrap_or_default().to_owned();
            let name = shown(&c["label"]);
            let name = if name.is_empty() {
                value.clone()
            } else {
                name.to_owned()
            };
            (value, name)
        };
        all.iter().map(one).collect()
    }

    pub fn boxes(self, sending: Sending) -> AnyView {
        let all = self.all;
        // So that the foot of the form does not say it once more.
        let whole = sending.error("choices");
        let parts = [
            t().value().to_owned(),
            fill(t().in_chinese(), &[t().name()]),
            fill(t().in_english(), &[t().name()]),
        ];
        let parts = StoredValue::new(parts);
        let at = move |id: u32| all.with(|all| all.iter().position(|l| l.id == id));
        let line = move |id: u32| {
            let part = move |n: usize| {
                let of = move || all.with(|all| all.iter().find(|l| l.id == id).cloned());
                let number = move || (at(id).unwrap_or_default() + 1).to_string();
                let part = parts.with_value(|parts| parts[n].clone());
                let label = part.clone();
                let label = move || fill(t().choice_part(), &[&number(), &label]);
                let hint = move || match n {
                    0 => of()
                        .map(|l| l.value())
                        .filter(|v| !v.is_empty())
                        .unwrap_or_else(|| part.clone()),
                    _ => part.clone(),
                };
                let text = of().map(|l| l.texts[n].clone());
                let locked = n == 0 && of().is_some_and(|l| l.stored);
                view! {
                    <input class="input" maxlength="60" autocomplete="off" aria-label=label placeholder=hint readonly=locked prop:value=text id=(n == 1).then(|| format!("choice-{id}"))
                        on:input=move |e| all.update(|all| if let Some(line) = all.iter_mut().find(|l| l.id == id) { line.texts[n] = event_target_value(&e) })/>
                }
            };
            // Lines in which nothing stands are not sent: the server counts the others.
            let wrong = move || {
                let before = all.with(|all| {
                    all.iter()
                        .take_while(|l| l.id != id)
                        .filter(|l| !l.value().is_empty())
                        .count()
                });
                let place = format!("/choices/{before}/");
                sending.problem.with(|p| {
                    let places = p.iter().flat_map(|p| &p.places);
                    let mut here = places.filter(|(at, _)| at.starts_with(&place));
                    here.next().map(|(_, message)| message.clone())
                })
            };
            view! {
                <li class="choice-line" class:wrong=move || wrong().is_some()>
                    {[1, 2, 0].map(part).collect_view()}
                    <button type="button" class="btn quiet square small" aria-label=move || fill(t().remove_of(), &[&all.with(|all| all.iter().find(|l| l.id == id).map(Line::value)).unwrap_or_default()]) title=t().remove()
                        on:click=move |_| all.update(|all| all.retain(|l| l.id != id))>{icon("close")}</button>
                    {move || wrong().map(|text| view! { <p class="field-error" role="alert">{text}</p> })}
                </li>
            }
        };
        view! {
            <ul class="plain choice-lines"><For each=move || all.with(|all| all.iter().map(|l| l.id).collect::<Vec<_>>()) key=|id| *id children=line/></ul>
            <div><button type="button" class="btn small" on:click=move |_| { let id = self.add(); crate::dom::focus_soon(format!("#choice-{id}")); }>{icon("plus")}{t().add_choice()}</button></div>
            <p class="hint">{t().choices_text()}</p>
            {whole}
        }
        .into_any()
    }
}
